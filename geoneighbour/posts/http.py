"""The feed and private conversations: /api/v1/feed, /api/v1/threads. And what any form with photos needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apiflask import APIBlueprint
from flask import Flask, current_app, request
from flask_security import current_user
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from geoneighbour import storage
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.nearness import words
from geoneighbour.nearness.http import collection, feature
from geoneighbour.posts import photos, pictures, queries, service
from geoneighbour.posts.models import MOST_PHOTOS, PostPhoto
from geoneighbour.posts.pictures import FIELD, Picture
from geoneighbour.posts.sizes import MOST_BYTES, MOST_BYTES_TOGETHER
from geoneighbour.settings import Settings
from geoneighbour.storage import Store

api = APIBlueprint("posts", __name__, url_prefix="/api/v1", tag="posts")


STORE = "geoneighbour.photos"


class Page(BaseModel):
    """Keyset: `before` is the `next` of the page before."""

    before: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(20, ge=1, le=100)


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str


def photo_json(photo: PostPhoto) -> dict[str, Any]:
    """Addresses that open for whoever may see the post; sizes in pixels."""
    address, (width, height) = f"/photos/{photo.key}", photo.small
    return {
        "number": photo.number,
        "alt": photo.alt,
        "url": address,
        "width": photo.width,
        "height": photo.height,
        "small": {"url": f"{address}/petite", "width": width, "height": height},
    }


def post_json(row: Row[Any], shots: Sequence[PostPhoto]) -> dict[str, Any]:
    """A post as its reader is shown it: words, author, tier, reason; never where the author lives but by cell."""
    return {
        "id": row.id,
        "kind": row.kind,
        "body": row.body,
        "author": {"id": row.author_id, "name": row.author_name},
        "mine": row.mine,
        "reach": row.reach,
        "created_at": row.created_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "cell": row.cell,
        "tier": row.tier,
        "rings": row.rings,
        "why": words.why(row, row.origin_kind, row.origin_name, row.origin_commune),
        "photos": [photo_json(photo) for photo in shots],
    }


def thread_json(member_id: int, thread_id: int) -> dict[str, Any]:
    row, messages = queries.thread(db(), member_id, thread_id)
    return {
        "id": row.thread_id,
        "post": {"id": row.post_id, "body": row.post_body, "closed": row.closed},
        "with": {"id": row.with_id, "name": row.with_name},
        "messages": [
            {"body": m.body, "created_at": m.created_at.isoformat(), "mine": m.author_id == member_id}
            for m in messages
        ],
    }


@api.get("/feed")
@api.input(Page, location="query")
def feed(query_data: Page) -> dict[str, Any]:
    """What reaches me, newest first, each with its reason; and the cells in which these posts stand."""
    rows = queries.feed(db(), current_member().id, query_data.before, query_data.limit)
    shots = photos.by_post(db(), [row.id for row in rows])
    outlines = queries.outlines(db(), sorted({row.cell for row in rows if row.cell}))
    return {
        "items": [post_json(row, shots.get(row.id, [])) for row in rows],
        "next": rows[-1].id if len(rows) == query_data.limit else None,
        "cells": collection(
            feature(geometry, id=cell, posts=[row.id for row in rows if row.cell == cell])
            for cell, geometry in outlines.items()
        ),
    }


@api.get("/threads")
def threads() -> dict[str, Any]:
    """My conversations, the latest word first."""
    return {
        "threads": [
            {
                "id": row.thread_id,
                "post": {"id": row.post_id, "body": row.post_body, "closed": row.closed},
                "with": {"id": row.with_id, "name": row.with_name},
                "last": {"body": row.last_body, "created_at": row.last_at.isoformat(), "mine": row.last_mine},
            }
            for row in queries.threads(db(), current_member().id)
        ]
    }


@api.get("/threads/<int:thread_id>")
def thread(thread_id: int) -> dict[str, Any]:
    return thread_json(current_member().id, thread_id)


@api.post("/threads/<int:thread_id>/messages")
@api.input(Words)
def add_message(thread_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    member = current_member()
    service.add_message(db(), member.id, thread_id, json_data.body)
    return thread_json(member.id, thread_id), 201


def take_photos(app: Flask, settings: Settings, endpoints: tuple[str, ...]) -> None:
    """`endpoints` take photos: from members, forms for them may be heavier than the others."""
    app.extensions[STORE] = storage.open_photos(settings)

    def allow() -> None:
        if request.endpoint in endpoints and current_user.is_authenticated:
            request.max_content_length = MOST_BYTES_TOGETHER

    app.before_request(allow)


def photo_store() -> Store:
    return current_app.extensions[STORE]


def sent_photos(least: int = 0) -> list[tuple[Picture, str]]:
    """The form's photos, made anew, each with its alternative text. NotVerified; InvalidInput: no photo, too many, too few."""
    # A field that was left empty comes as a file without a name.
    files = [file for file in request.files.getlist(FIELD) if file.filename]
    if len(files) < least:
        raise InvalidInput("Choisissez au moins une photo.", field=FIELD)
    if len(files) > MOST_PHOTOS:
        raise InvalidInput("%(most)s photos au plus pour une demande.", field=FIELD, most=MOST_PHOTOS)
    if files:
        members.require_verified(db(), current_user.member_id)
    alts = request.form.getlist("alt")
    alts += [""] * (len(files) - len(alts))
    return [
        (pictures.read(file.stream.read(MOST_BYTES + 1)), alt) for file, alt in zip(files, alts, strict=False)
    ]
