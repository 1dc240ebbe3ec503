"""Who is asking, and what a member decides about being seen: /api/v1/me, /api/v1/members."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Flask, current_app
from flask_security import current_user
from pydantic import BaseModel, ConfigDict

from geoneighbour.database.http import db
from geoneighbour.errors import LoginNeeded
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses, service
from geoneighbour.members.models import Member
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

api = APIBlueprint("members", __name__, url_prefix="/api/v1", tag="members")


def current_member() -> Member:
    """The member of the account that is logged in; LoginNeeded without one."""
    if not current_user.is_authenticated:
        raise LoginNeeded
    return current_user.member


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["geoneighbour.sealer"] = Sealer(settings)


def sealer() -> Sealer:
    found: Sealer = current_app.extensions["geoneighbour.sealer"]
    return found


def own_home() -> Point:
    """Where the member lives who is logged in: for their own eyes."""
    return addresses.home(db(), sealer(), current_member().id)


class Choices(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paused: bool | None = None
    hidden_from_wider: bool | None = None
    listed: bool | None = None
    findable: bool | None = None
    about: str | None = None
    can_help: str | None = None
    initial: str | None = None


def choices_json(member: Member) -> dict[str, Any]:
    return {
        "paused": member.paused_at is not None,
        "hidden_from_wider": member.hidden_from_wider,
        "listed": member.listed,
        "findable": member.findable,
        "about": member.about,
        "can_help": member.can_help,
    }


@api.patch("/me")
@api.input(Choices)
def decide(json_data: Choices) -> dict[str, Any]:
    """Pause (neither see nor be seen), hide from the wider area, be on the roll, be found by visitors; what the profile says."""
    member = current_member()
    if json_data.paused is not None:
        service.pause(db(), member.id, json_data.paused)
    if json_data.hidden_from_wider is not None:
        service.hide_from_wider(db(), member.id, json_data.hidden_from_wider)
    if json_data.listed is not None:
        service.list_on_roll(db(), member.id, json_data.listed)
    if json_data.findable is not None:
        service.be_findable(db(), member.id, json_data.findable)
    if json_data.initial is not None:
        service.show_initial(db(), member.id, json_data.initial)
    service.introduce(db(), member.id, json_data.about, json_data.can_help)
    db().flush()
    db().refresh(member)
    return {"id": member.id, **choices_json(member)}


@api.get("/notices")
def notices() -> dict[str, Any]:
    """What I have been told and have not put away yet; `kind` says which sentence `about` fills in."""
    return {
        "notices": [
            {"id": n.id, "kind": n.kind, "about": n.about, "told_at": n.told_at.isoformat()}
            for n in service.unread_notices(db(), current_member().id)
        ]
    }


@api.post("/notices/<int:notice_id>/read")
def read_notice(notice_id: int) -> tuple[str, int]:
    """Puts a notice of mine away."""
    service.read_notice(db(), current_member().id, notice_id)
    return "", 204


@api.post("/members/<int:member_id>/block")
def block(member_id: int) -> tuple[str, int]:
    """Neither sees the other from now on."""
    service.block(db(), current_member().id, member_id)
    return "", 204


@api.delete("/members/<int:member_id>/block")
def unblock(member_id: int) -> tuple[str, int]:
    service.unblock(db(), current_member().id, member_id)
    return "", 204
