"""Neighbourhoods as a member is shown them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound

_SHOWN = text("SELECT * FROM nearness.neighbourhoods_for(:member)")
_OPEN = text("SELECT * FROM nearness.neighbourhoods_open()")


def around(session: Session, member_id: int) -> list[Row[Any]]:
    """The open neighbourhoods, and the proposed ones that touch the member's published cell; those around home first.

    Columns of nearness.neighbourhoods_for: id, name, story, state, stage, people, mine, supported, covers_home, geometry.
    """
    return list(session.execute(_SHOWN, {"member": member_id}))


def all_open(session: Session) -> list[Row[Any]]:
    """The open neighbourhoods, for people without an account: the same columns, nothing mine."""
    return list(session.execute(_OPEN))


def one(session: Session, neighbourhood_id: int, member_id: int | None = None) -> Row[Any]:
    """One neighbourhood as `around` or `all_open` show it; NotFound when they do not."""
    rows = all_open(session) if member_id is None else around(session, member_id)
    for row in rows:
        if row.id == neighbourhood_id:
            return row
    raise NotFound("Ce quartier n'existe pas, ou ne vous est pas montré.")
