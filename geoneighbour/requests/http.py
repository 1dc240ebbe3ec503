"""Ask one's neighbours for something: /api/v1/requests. A request is a kind of post."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict

from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.posts import photos, queries, service
from geoneighbour.posts.http import Words, photo_json, photo_store, post_json, sent_photos, thread_json

api = APIBlueprint("requests", __name__, url_prefix="/api/v1/requests", tag="requests")


class Request(BaseModel):
    """One sentence, and whom it is for: neighbourhood, wider, commune or commune_adjacent."""

    model_config = ConfigDict(extra="forbid")

    body: str
    reach: str


class Description(BaseModel):
    """What is to be seen on a photo."""

    model_config = ConfigDict(extra="forbid")

    alt: str


@api.post("")
@api.input(Request)
def ask(json_data: Request) -> tuple[dict[str, Any], int]:
    member = current_member()
    post = service.write(db(), member.id, "request", json_data.body, json_data.reach)
    return _shown(member.id, post.id), 201


@api.get("/<int:post_id>")
def one(post_id: int) -> dict[str, Any]:
    return _shown(current_member().id, post_id)


@api.post("/<int:post_id>/close")
def close(post_id: int) -> dict[str, Any]:
    """One's own request leaves the feeds."""
    member = current_member()
    service.close(db(), member.id, post_id)
    db().flush()
    return _shown(member.id, post_id)


@api.post("/<int:post_id>/replies")
@api.input(Words)
def reply(post_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    """Answer the author, privately."""
    member = current_member()
    thread = service.reply(db(), member.id, post_id, json_data.body)
    return thread_json(member.id, thread.id), 201


@api.post("/<int:post_id>/photos")
def add_photos(post_id: int) -> tuple[dict[str, Any], int]:
    """multipart/form-data: `photos` (up to four files: JPEG, PNG, WebP), `alt` (a text for each, in the same order)."""
    member = current_member()
    added = photos.add(db(), photo_store(), member.id, post_id, sent_photos(least=1))
    return {"photos": [photo_json(photo) for photo in added]}, 201


@api.patch("/<int:post_id>/photos/<int:number>")
@api.input(Description)
def describe_photo(post_id: int, number: int, json_data: Description) -> dict[str, Any]:
    return photo_json(photos.describe(db(), current_member().id, post_id, number, json_data.alt))


@api.delete("/<int:post_id>/photos/<int:number>")
def remove_photo(post_id: int, number: int) -> tuple[str, int]:
    photos.remove(db(), photo_store(), current_member().id, post_id, number)
    return "", 204


def _shown(member_id: int, post_id: int) -> dict[str, Any]:
    return post_json(queries.shown(db(), member_id, post_id), photos.of(db(), [post_id]))
