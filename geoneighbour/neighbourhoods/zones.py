"""Zones: what the rule compares. The grid is walked here; who is near whom is decided in SQL (sql/22, sql/24)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods.models import Zone, ZoneCell


def ensure_surroundings(session: Session, cell: int) -> int:
    """The zone of a resolution-8 cell, made when nobody lived there before. Returns its id, the cell."""
    if session.get(Zone, cell) is None:
        _lock(session)
        if session.get(Zone, cell, populate_existing=True) is None:
            add(session, cell, cell, cells.surroundings_cover(cell))
    return cell


def add(session: Session, zone: int, anchor: int, cover: Iterable[int]) -> None:
    """A new zone with its cover (resolution 9), the spread of its anchor (resolution 8) and its wider area."""
    _lock(session)
    session.execute(insert(Zone).values(id=zone, anchor=anchor))
    _cover(session, zone, anchor, list(cover))


def redraw(session: Session, zone: int, anchor: int, cover: Iterable[int]) -> None:
    """A zone gets another anchor and cover, and the wider area that comes of them."""
    _lock(session)
    session.execute(update(Zone).where(Zone.id == zone).values(anchor=anchor))
    session.execute(delete(ZoneCell).where(ZoneCell.zone == zone))
    _cover(session, zone, anchor, list(cover))


def end(session: Session, zone: int) -> None:
    """A zone in which nobody lives, and nothing began, is no more."""
    _lock(session)
    session.execute(delete(Zone).where(Zone.id == zone))


def review_spread(session: Session, anchor: int) -> int:
    """Sets the spread of an anchor from the last census; returns it."""
    cells_, steps = _disc(cells.surroundings_cover(anchor))
    return session.scalar(select(func.nearness.review_spread(anchor, cells_, steps))) or 0


def relate(session: Session, zone: int, cover: Iterable[int] | None = None) -> None:
    """Finds a zone's wider area anew, from its cover (read from the database when not given)."""
    if cover is None:
        cover = session.scalars(select(ZoneCell.cell).where(ZoneCell.zone == zone)).all()
    _lock(session)
    session.execute(select(func.nearness.relate_zone(zone, *_disc(cover))))


def _cover(session: Session, zone: int, anchor: int, cover: list[int]) -> None:
    session.execute(insert(ZoneCell), [{"zone": zone, "cell": cell} for cell in cover])
    review_spread(session, anchor)
    relate(session, zone, cover)


def _disc(cover: Iterable[int]) -> tuple[list[int], list[int]]:
    return _disc_of(frozenset(cover))


@lru_cache(maxsize=256)
def _disc_of(cover: frozenset[int]) -> tuple[list[int], list[int]]:
    # Surroundings ask twice, for their spread and their wider area; a review asks again.
    rings = cells.rings_around(cover)
    return [*rings], [*rings.values()]


def _lock(session: Session) -> None:
    """One at a time until the transaction ends: two zones that come at once must see each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("nearness.zones"))))
