"""Whom residents would see among the offers: suggested, read by operators and by ambassadors of the place, without their author."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from geoalchemy2.shape import from_shape
from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, InvalidInput, NotFound, TooOften
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.offers.models import OfferCategory, OfferSuggestion

MOST, WITHIN = 5, timedelta(days=30)
"""So many of one member within this time."""


def suggest(
    session: Session, member_id: int, category: str, name: str, words: str = "", place: Point | None = None
) -> OfferSuggestion:
    """Of a category, with a name, and where that is if it is known. NotVerified; TooOften for a sixth in a month; InvalidInput."""
    members.require_verified(session, member_id)
    name, words = " ".join(name.split()), words.strip()
    if session.get(OfferCategory, category) is None:
        raise InvalidInput("Choisissez une sorte d’offre.", field="category")
    if not 1 <= len(name) <= 80:
        raise InvalidInput("Un nom de 1 à 80 caractères.", field="name")
    if len(words) > 500:
        raise InvalidInput("500 caractères au plus.", field="words")
    # One at a time for each member: a sixth finds five.
    session.get(Member, member_id, with_for_update=True, populate_existing=True)
    lately = OfferSuggestion.made_at > func.now() - WITHIN
    if len(session.scalars(select(OfferSuggestion.id).where(OfferSuggestion.member_id == member_id, lately)).all()) >= MOST:  # fmt: skip
        raise TooOften("Cinq propositions par mois au plus.")
    point = from_shape(place.require_habitable().shape, srid=4326) if place else None
    made = OfferSuggestion(member_id=member_id, category=category, name=name, words=words, point=point)
    session.add(made)
    session.flush()
    return made


def waiting(session: Session) -> Sequence[Row[Any]]:
    """For operators: what nobody has taken, the oldest first. Without authors."""
    return session.execute(_asked().where(OfferSuggestion.taken_at.is_(None))).all()


def of_ambassador(session: Session, member_id: int) -> Sequence[Row[Any]]:
    """What waits in the communes of an ambassador; nothing for anybody else."""
    seen = select(func.nearness.suggestions_of_ambassador(member_id))
    return session.execute(_asked().where(OfferSuggestion.id.in_(seen))).all()


def ambassadors(session: Session, member_id: int) -> int:
    """How many the commune of one's home has."""
    return session.scalar(select(func.nearness.ambassadors_at_home(member_id))) or 0


def take(session: Session, suggestion_id: int) -> None:
    """Somebody sees to it. NotFound; Conflict where it is taken already."""
    found = session.get(OfferSuggestion, suggestion_id, with_for_update=True)
    if found is None:
        raise NotFound(f"there is no suggestion {suggestion_id}")
    if found.taken_at is not None:
        raise Conflict(f"the suggestion {suggestion_id} is taken already")
    found.taken_at = func.now()


def drop(session: Session, suggestion_id: int) -> None:
    """Forgets it. NotFound."""
    gone = delete(OfferSuggestion).where(OfferSuggestion.id == suggestion_id).returning(OfferSuggestion.id)
    if session.scalar(gone) is None:
        raise NotFound(f"there is no suggestion {suggestion_id}")


def answer(session: Session, ambassador_id: int, suggestion_id: int, *, taken: bool) -> None:
    """An ambassador sees to one of their communes, or forgets it. NotFound: it does not wait there."""
    waits = select(func.nearness.suggestions_of_ambassador(ambassador_id))
    there = OfferSuggestion.id == suggestion_id, OfferSuggestion.id.in_(waits)
    if session.scalar(select(OfferSuggestion.id).where(*there)) is None:
        raise NotFound
    (take if taken else drop)(session, suggestion_id)


def _asked() -> Any:
    """Everything but who made it, and when but for the day."""
    point = OfferSuggestion.point
    return (
        select(
            OfferSuggestion.id,
            OfferSuggestion.category,
            OfferSuggestion.name,
            OfferSuggestion.words,
            func.ST_X(point).label("lon"),
            func.ST_Y(point).label("lat"),
            func.date(OfferSuggestion.made_at).label("day"),
        )
        .order_by(OfferSuggestion.id)
        .limit(200)
    )
