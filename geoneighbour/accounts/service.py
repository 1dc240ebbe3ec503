"""Accounts and the member each speaks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.sealing import Sealer

BETWEEN_MOVES = timedelta(days=30)
NEAR_M = 150
"""How far a home may be from where the geocoder finds its address: a long drive, a large block."""
LONGEST = 200
"""Letters of an address."""


def by_email(session: Session, email: str) -> Account:
    """The account with this address, however its letters are written. NotFound."""
    account = session.scalar(select(Account).where(func.lower(Account.email) == email.strip().lower()))
    if account is None:
        raise NotFound(f"no account has the e-mail {email}")
    return account


def new_member(session: Session, sealer: Sealer, name: str, home: Point) -> Member:
    """A member with a home, not verified yet."""
    member = members.create(session, name)
    neighbourhoods.settle(session, member.id, home)
    addresses.keep(session, sealer, member.id, home)
    return member


def write_address(
    session: Session, sealer: Sealer, member_id: int, words: str, found: Point | None = None
) -> bool:
    """The words of an address for the home as it is: its point stays, and so does all that follows from it.

    `found` is where the geocoder, asked by the service, has these words. Returns whether that is near the home.
    """
    # Two at once, words of the old home and a move: else the words would come to stand, checked, beside the new one.
    session.get_one(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    home = addresses.home(session, sealer, member_id)
    checked = _near(home, found)
    addresses.keep(session, sealer, member_id, home, _clean(words), checked=checked)
    return checked


def move_house(
    session: Session,
    sealer: Sealer,
    member_id: int,
    home: Point,
    words: str | None = None,
    found: Point | None = None,
) -> None:
    """A new home, at most once in 30 days. The member has to be verified anew: until then a visitor.

    Conflict when the last move is too near: who could move often would find out, step by step, where others live.
    """
    member = session.get_one(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    if datetime.now(UTC) < may_move_at(member):
        raise Conflict("On ne déménage qu'une fois en 30 jours.", field="home")
    member.verified_at, member.moved_at = None, func.now()
    session.flush()
    neighbourhoods.settle(session, member_id, home)
    text = _clean(words) if words else None
    addresses.keep(session, sealer, member_id, home, text, checked=bool(text) and _near(home, found))


def may_move_at(member: Member) -> datetime:
    return member.moved_at + BETWEEN_MOVES


def _near(home: Point, found: Point | None) -> bool:
    return found is not None and distance_m(home.shape, found.shape) <= NEAR_M


def _clean(words: str) -> str:
    """Lines without what cannot be printed. InvalidInput: none, or too long."""
    lines = (
        " ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in words.splitlines()
    )
    text = "\n".join(line for line in lines if line)
    if not 3 <= len(text) <= LONGEST:
        raise InvalidInput("De 3 à %(most)s caractères.", field="words", most=LONGEST)
    return text
