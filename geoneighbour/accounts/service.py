"""Accounts and the member each speaks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.sealing import Sealer

BETWEEN_MOVES = timedelta(days=30)


def new_member(session: Session, sealer: Sealer, name: str, home: Point) -> Member:
    """A member with a home, not verified yet."""
    member = members.create(session, name)
    neighbourhoods.settle(session, member.id, home)
    addresses.keep(session, sealer, member.id, home)
    return member


def move_house(
    session: Session, sealer: Sealer, member_id: int, home: Point, words: str | None = None
) -> None:
    """A new home, at most once in 30 days. The member has to be verified anew: until then a visitor.

    Conflict when the last move is too near: who could move often would find out, step by step, where others live.
    """
    member = session.get_one(Member, member_id, with_for_update=True, populate_existing=True)
    if datetime.now(UTC) < member.moved_at + BETWEEN_MOVES:
        raise Conflict("On ne déménage qu'une fois en 30 jours.", field="home")
    member.verified_at, member.moved_at = None, func.now()
    session.flush()
    neighbourhoods.settle(session, member_id, home)
    addresses.keep(session, sealer, member_id, home, words)
