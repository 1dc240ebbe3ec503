"""Vouching over HTTP: /api/v1/me/vouching for who asks, /api/v1/vouching/<code> for who is asked; and what the pages share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import current_app

from geoneighbour.accounts import limits
from geoneighbour.database.http import db, engine
from geoneighbour.errors import TooOften
from geoneighbour.members.http import current_member
from geoneighbour.members.models import Member
from geoneighbour.settings import Settings
from geoneighbour.verification import vouching
from geoneighbour.verification.codes import spaced

api = APIBlueprint("vouching", __name__, url_prefix="/api/v1", tag="verification")

LOOKS_A_DAY = 30


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def asking_json(member: Member) -> dict[str, Any]:
    """`code` is what the member hands to neighbours; null before it was asked for."""
    request = vouching.asked(db(), member.id)
    return {
        "code": spaced(request.code) if request else None,
        "given": vouching.given(db(), member.id),
        "needed": settings().vouchers_needed,
    }


def count_look() -> None:
    """TooOften for who tries codes."""
    if limits.attempt(engine(), "vouching", str(current_member().id), timedelta(days=1)) > LOOKS_A_DAY:
        raise TooOften


@api.get("/me/vouching")
def asking() -> dict[str, Any]:
    """My code to hand out, and how many neighbours have vouched for me. Who they are, or who did not, is not said."""
    return asking_json(current_member())


@api.post("/me/vouching")
def ask() -> tuple[dict[str, Any], int]:
    """A new code to hand out; the one before no longer serves."""
    vouching.ask(db(), settings(), current_member().id)
    return asking_json(current_member()), 201


@api.get("/vouching/<code>")
def who_asks(code: str) -> dict[str, Any]:
    """The name of who handed me this code, a neighbour of mine."""
    count_look()
    asker = vouching.who_asks(db(), settings(), current_member().id, code)
    return {"name": asker.name, "left": vouching.left(db(), current_member().id)}


@api.post("/vouching/<code>")
def vouch(code: str) -> tuple[str, int]:
    """« Je connais cette personne et je sais qu'elle habite ici. » It is kept who said so, and when."""
    count_look()
    vouching.vouch(db(), settings(), current_member().id, code)
    return "", 204
