"""The feed, posts and private conversations: /api/v1/feed, /api/v1/reach, /api/v1/posts, /api/v1/threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from geoneighbour.database.http import db
from geoneighbour.ground.points import Point
from geoneighbour.members.http import current_member
from geoneighbour.nearness import words
from geoneighbour.nearness.http import Where, collection, feature, geojson
from geoneighbour.nearness.service import residence
from geoneighbour.neighbourhoods.numbers import people
from geoneighbour.posts import photos, preview, queries, reaching, service
from geoneighbour.posts.models import PostPhoto
from geoneighbour.posts.photo_http import photo_json

api = APIBlueprint("posts", __name__, url_prefix="/api/v1", tag="posts")

Kind = Literal["request", "offer", "news"]
Tier = Literal["self", "neighbour", "wider", "commune", "adjacent_commune", "beyond"]


class Page(BaseModel):
    """Keyset: `before` is the `next` of the page before. Only what comes by `tier`, is of `kind`, is by `author`."""

    before: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(20, ge=1, le=100)
    tier: Tier | None = None
    kind: Literal["request", "offer", "news", "alert"] | None = None
    author: int | None = Field(None, ge=1, le=2**63 - 1)


class Reach(BaseModel):
    """Whom a post is for: neighbourhood, wider, commune, commune_adjacent, radius, area or all.

    A radius (500 to 50,000 metres) is around the author's published cell, or a public place. An area is a GeoJSON polygon.
    Authorities alone ask for exact homes, of an area or their commune.
    """

    model_config = ConfigDict(extra="forbid")

    reach: str
    radius_m: int | None = None
    place: Where | None = None
    area: dict[str, Any] | None = None
    on_homes: bool = False

    def taken(self) -> dict[str, Any]:
        """What the reach takes besides, as reaching.reached wants it."""
        place = Point(self.place.lon, self.place.lat) if self.place else None
        return {"radius_m": self.radius_m, "place": place, "area": self.area, "on_homes": self.on_homes}


class Post(Reach):
    """One sentence that asks, offers or tells, and whom it is for."""

    kind: Kind
    body: str


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str


def post_json(row: Row[Any], shots: Sequence[PostPhoto], why: str | None = None) -> dict[str, Any]:
    """A post as its reader is shown it: words, author, tier, reason (`why`, else the rule's); never where the author lives but by cell."""
    return {
        "id": row.id,
        "kind": row.kind,
        "body": row.body,
        "author": {"id": row.author_id, "name": row.author_name},
        "mine": row.mine,
        "reach": row.reach,
        "radius_m": row.radius_m,
        "placed": row.placed,
        "on_homes": row.on_homes,
        "watched": row.watched,
        "created_at": row.created_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "cell": row.cell,
        "tier": row.tier,
        "rings": row.rings,
        "why": why or words.why_post(row),
        "photos": [photo_json(photo) for photo in shots],
    }


def thread_json(member_id: int, thread_id: int) -> dict[str, Any]:
    row, messages = queries.thread(db(), member_id, thread_id)
    return {
        "id": row.thread_id,
        "post": _about(row),
        "with": _with(row),
        "messages": [
            {"body": m.body, "created_at": m.created_at.isoformat(), "mine": m.author_id == member_id}
            for m in messages
        ],
    }


@api.get("/feed")
@api.input(Page, location="query")
def feed(query_data: Page) -> dict[str, Any]:
    """What reaches me, newest first, each with its reason; and the cells in which these posts stand."""
    asked = query_data
    rows = queries.feed(
        db(), current_member().id, asked.before, asked.limit, asked.tier, asked.kind, asked.author
    )
    shots = photos.by_post(rows)
    outlines = {row.cell: row.outline for row in rows if row.outline}
    return {
        "items": [post_json(row, shots.get(row.id, [])) for row in rows],
        "next": rows[-1].id if len(rows) == asked.limit else None,
        "cells": collection(
            feature(geometry, id=cell, posts=[row.id for row in rows if row.cell == cell])
            for cell, geometry in outlines.items()
        ),
    }


@api.post("/reach")
@api.input(Reach)
def reach(json_data: Reach) -> dict[str, Any]:
    """Before writing: the ground of a reach, and about how many people it comes to, by how near they are. In the body, so that no log holds it."""
    member, asked = current_member(), json_data
    home = residence(db(), member.id)
    meant = reaching.reached(db(), member.id, home, asked.reach, **asked.taken())
    found = preview.preview(db(), member.id, meant)
    return {
        "reach": asked.reach,
        "people": people(found.people),
        "by_tier": {tier: people(number) for tier, number in found.by_tier.items()},
        "area": geojson(found.shape) if found.shape is not None else None,
        "warning": {"kind": "many", "people": people(found.people)} if found.many else None,
    }


@api.post("/posts")
@api.input(Post)
def write(json_data: Post) -> tuple[dict[str, Any], int]:
    member = current_member()
    asked = json_data
    post = service.write(db(), member.id, asked.kind, asked.body, asked.reach, **asked.taken())
    return _shown(member.id, post.id), 201


@api.get("/posts/<int:post_id>")
def one(post_id: int) -> dict[str, Any]:
    return _shown(current_member().id, post_id)


@api.post("/posts/<int:post_id>/close")
def close(post_id: int) -> dict[str, Any]:
    """One's own post leaves the feeds."""
    member = current_member()
    service.close(db(), member.id, post_id)
    db().flush()
    return _shown(member.id, post_id)


@api.post("/posts/<int:post_id>/replies")
@api.input(Words)
def reply(post_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    """Answer the author, privately."""
    member = current_member()
    thread = service.reply(db(), member.id, post_id, json_data.body)
    return thread_json(member.id, thread.id), 201


@api.post("/members/<int:member_id>/messages")
@api.input(Words)
def write_to(member_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    """A word to a neighbour or contact, in our one conversation about no post, which may begin with it."""
    member = current_member()
    thread = service.write_to(db(), member.id, member_id, json_data.body)
    return thread_json(member.id, thread.id), 201


@api.get("/threads")
def threads() -> dict[str, Any]:
    """My conversations, the latest word first."""
    return {
        "threads": [
            {
                "id": row.thread_id,
                "post": _about(row),
                "with": _with(row),
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


def _with(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.with_id, "name": row.with_name, "verified": row.with_verified}


def _about(row: Row[Any]) -> dict[str, Any] | None:
    """The post that a conversation is about; None without one."""
    if row.post_id is None:
        return None
    return {"id": row.post_id, "kind": row.post_kind, "body": row.post_body, "closed": row.closed}


def _shown(member_id: int, post_id: int) -> dict[str, Any]:
    return post_json(queries.shown(db(), member_id, post_id), photos.of(db(), [post_id], member_id))
