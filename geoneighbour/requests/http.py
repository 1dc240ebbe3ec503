"""Ask one's neighbours for something: /api/v1/requests. A request is a kind of post."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict

from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.posts import queries, service
from geoneighbour.posts.http import Words, post_json, thread_json

api = APIBlueprint("requests", __name__, url_prefix="/api/v1/requests", tag="requests")


class Request(BaseModel):
    """One sentence, and whom it is for: neighbourhood, wider, commune or commune_adjacent."""

    model_config = ConfigDict(extra="forbid")

    body: str
    reach: str


@api.post("")
@api.input(Request)
def ask(json_data: Request) -> tuple[dict[str, Any], int]:
    member = current_member()
    post = service.write(db(), member.id, "request", json_data.body, json_data.reach)
    return post_json(queries.shown(db(), member.id, post.id)), 201


@api.get("/<int:post_id>")
def one(post_id: int) -> dict[str, Any]:
    return post_json(queries.shown(db(), current_member().id, post_id))


@api.post("/<int:post_id>/close")
def close(post_id: int) -> dict[str, Any]:
    """One's own request leaves the feeds."""
    member = current_member()
    service.close(db(), member.id, post_id)
    db().flush()
    return post_json(queries.shown(db(), member.id, post_id))


@api.post("/<int:post_id>/replies")
@api.input(Words)
def reply(post_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    """Answer the author, privately."""
    member = current_member()
    thread = service.reply(db(), member.id, post_id, json_data.body)
    return thread_json(member.id, thread.id), 201
