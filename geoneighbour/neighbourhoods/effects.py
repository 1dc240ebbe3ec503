"""What the weekly review makes of accepted changes, and of members whom a redraw left outside (docs/decisions/011)."""

from __future__ import annotations

from typing import cast

import shapely
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from geoneighbour.ground import cells, shapes
from geoneighbour.members.models import Notice
from geoneighbour.neighbourhoods import queries, zones
from geoneighbour.neighbourhoods.models import ARCHIVED, PROPOSED, Change, Neighbourhood, Outline

COUNTED = ("redraws", "mergers", "archives", "lapsed")
_WAITING = (Change.state == "accepted", Change.kind != "rename", func.nearness.may_take_effect(Change.id))


def leave(session: Session) -> dict[str, int]:
    """Who is due leaves. Returns the count."""
    return {"members_left": session.scalar(select(func.nearness.leave_when_due())) or 0}


def waiting(session: Session) -> int:
    """How many accepted changes may take effect now."""
    return session.scalar(select(func.count()).where(*_WAITING)) or 0


def take_effect(session: Session) -> dict[str, int]:
    """The change that was accepted first takes effect, or comes to nothing; an empty answer when none may.

    An earlier one may have ended the neighbourhood, or used up its month.
    """
    first = (
        select(Change.id)
        .where(*_WAITING)
        .order_by(func.greatest(Change.accepted_at, Change.agreed_at), Change.id)
    )
    while (change_id := session.scalar(first.limit(1))) is not None:
        change = hold(session, change_id)
        # Somebody may have refused it just now.
        if change and queries.may_take_effect(session, change_id):
            counted = _carry_out(session, change)
            session.flush()
            session.expire_all()
            return {counted: 1}
    return {}


def archive_unsupported(session: Session) -> dict[str, int]:
    archived = session.scalar(select(func.nearness.archive_unsupported())) or 0
    session.expire_all()
    return {"proposals_archived": archived}


def hold(session: Session, change_id: int) -> Change | None:
    """A change, locked after its neighbourhoods: decisions, reviews and whoever joins come one after the other."""
    change = session.get(Change, change_id)
    if change is None:
        return None
    for side in sorted(_sides(change)):
        session.get_one(Neighbourhood, side, with_for_update=True, populate_existing=True)
    return session.get_one(Change, change_id, with_for_update=True, populate_existing=True)


def rename(session: Session, change: Change) -> None:
    """At once; `change` is held."""
    neighbourhood = session.get_one(Neighbourhood, change.neighbourhood_id)
    tell(session, change, "renamed", but=None, to_name=change.name or "")
    neighbourhood.name = change.name or neighbourhood.name
    ended(session, change, "done")


def tell(session: Session, change: Change, kind: str, but: int | None, **about: str) -> None:
    """A notice for those who live in the neighbourhood, and in the one that a merger leads to."""
    names = {side: session.get_one(Neighbourhood, side).name for side in _sides(change)}
    facts = {"name": names[change.neighbourhood_id], "change": str(change.id), "what": change.kind, **about}
    if change.into_id:
        facts["into_name"] = names[change.into_id]
    for side in names:
        session.execute(select(func.nearness.tell_residents(side, kind, literal(facts, JSONB), but)))


def ended(session: Session, change: Change, state: str) -> None:
    """It took effect, or came to nothing; who has not read yet that it was proposed need not any more."""
    change.state, change.ended_at = state, func.now()
    news = (Notice.kind == "change_proposed", Notice.about["change"].astext == str(change.id))
    session.execute(update(Notice).where(*news, Notice.read_at.is_(None)).values(read_at=func.now()))


def merger(session: Session, one: Neighbourhood, other: Neighbourhood) -> shapely.MultiPolygon | None:
    """What two neighbourhoods make together; None when it is too large, or too stretched, for one."""
    union = shapely.union(_outline(one), _outline(other))
    together = shapely.MultiPolygon(shapely.get_parts(union).tolist())
    return None if shapes.fault_of_size(together, queries.largest_km2(session)) else together


def _carry_out(session: Session, change: Change) -> str:
    """Returns the name of the count that it adds to."""
    neighbourhood = session.get_one(Neighbourhood, change.neighbourhood_id)
    if change.kind == "redraw":
        _redraw(session, neighbourhood, _outline(change))
        tell(session, change, "redrawn", but=None)
        ended(session, change, "done")
        return "redraws"
    if change.kind == "archive":
        tell(session, change, "archived", but=None)
        session.execute(select(func.nearness.back_to_surroundings(neighbourhood.id)))
        ended(session, change, "done")
        _archive(session, neighbourhood)
        return "archives"
    return _merge(session, change, neighbourhood)


def _merge(session: Session, change: Change, neighbourhood: Neighbourhood) -> str:
    heir = session.get_one(Neighbourhood, change.into_id)
    together = merger(session, neighbourhood, heir)
    if together is None:
        # One of the two was redrawn since.
        ended(session, change, "lapsed")
        return "lapsed"
    tell(session, change, "merged", but=None)
    session.execute(select(func.nearness.follow_merger(neighbourhood.id, heir.id)))
    ended(session, change, "done")
    neighbourhood.successor_id = heir.id
    _archive(session, neighbourhood)
    _redraw(session, heir, together)
    return "mergers"


def _redraw(session: Session, neighbourhood: Neighbourhood, shape: shapely.MultiPolygon) -> None:
    session.add(
        Outline(neighbourhood_id=neighbourhood.id, version=neighbourhood.version, geom=neighbourhood.geom)
    )
    neighbourhood.version += 1
    neighbourhood.geom = from_shape(shape, srid=4326)
    neighbourhood.anchor, neighbourhood.cover = cells.anchor(shape), sorted(cells.cover(shape))
    session.flush()
    zones.redraw(session, neighbourhood.id, neighbourhood.anchor, neighbourhood.cover)
    session.execute(select(func.nearness.ask_left_outside(neighbourhood.id)))


def _archive(session: Session, neighbourhood: Neighbourhood) -> None:
    """The neighbourhood is no more; what else was proposed for it, or into it, comes to nothing."""
    neighbourhood.state = ARCHIVED
    session.flush()
    session.execute(
        update(Change)
        .where(
            or_(Change.neighbourhood_id == neighbourhood.id, Change.into_id == neighbourhood.id),
            Change.state.in_((PROPOSED, "accepted")),
        )
        .values(state="lapsed", ended_at=func.now())
    )
    zones.end(session, neighbourhood.id)


def _outline(drawn: Neighbourhood | Change) -> shapely.MultiPolygon:
    if drawn.geom is None:
        raise ValueError("no outline")
    return cast(shapely.MultiPolygon, to_shape(drawn.geom))


def _sides(change: Change) -> list[int]:
    return [side for side in (change.neighbourhood_id, change.into_id) if side is not None]
