"""Zones: what the rule compares. The grid is walked here; who is near whom is decided in SQL (sql/22, sql/24)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import walking
from geoneighbour.neighbourhoods.models import Zone, ZoneCell


def ensure_surroundings(session: Session, cell: int) -> int:
    """The zone of a resolution-8 cell, made when nobody lived there before. Returns its id, the cell."""
    if session.get(Zone, cell) is None:
        lock(session)
        if session.get(Zone, cell, populate_existing=True) is None:
            add(session, cell, cell, cells.surroundings_cover(cell))
    return cell


def add(session: Session, zone: int, anchor: int, cover: Iterable[int]) -> None:
    """A new zone with its cover (resolution 9), the spread of its anchor (resolution 8) and its wider area."""
    lock(session)
    session.execute(insert(Zone).values(id=zone, anchor=anchor))
    _cover(session, zone, anchor, list(cover))


def redraw(session: Session, zone: int, anchor: int, cover: Iterable[int]) -> None:
    """A zone gets another anchor and cover, and the wider area that comes of them."""
    lock(session)
    session.execute(update(Zone).where(Zone.id == zone).values(anchor=anchor))
    _cover(session, zone, anchor, list(cover))


def end(session: Session, zone: int) -> None:
    """A zone in which nobody lives, and nothing began, is no more."""
    lock(session)
    session.execute(delete(Zone).where(Zone.id == zone))


def relate(session: Session, zone: int, start: Iterable[int] | None = None) -> None:
    """Finds a zone's wider area anew, from the cells it starts from (read from the database when not given)."""
    if start is None:
        start = session.scalars(select(ZoneCell.cell).where(ZoneCell.zone == zone)).all()
    lock(session)
    session.execute(select(func.nearness.relate_zone(zone, *_walked(session, start))))


def _cover(session: Session, zone: int, anchor: int, cover: list[int]) -> None:
    start = place(session, zone, cover)
    discs = _disc(cells.surroundings_cover(anchor))
    session.execute(select(func.nearness.first_spread(anchor, *discs)))
    relate(session, zone, start)


def place(session: Session, zone: int, cover: Collection[int]) -> Collection[int]:
    """Stores the cells from which a zone's rings start: its cover, less what barriers cut off. Returns them."""
    return place_all(session, {zone: cover})[zone]


def place_all(session: Session, covers: Mapping[int, Collection[int]]) -> dict[int, frozenset[int]]:
    """As place(), for many zones, given with their covers."""
    starts = walking.starts(session, covers)
    session.execute(delete(ZoneCell).where(ZoneCell.zone.in_(starts)))
    rows = [{"zone": zone, "cell": cell} for zone, start in starts.items() for cell in start]
    if rows:
        session.execute(insert(ZoneCell), rows)
    return starts


def _walked(session: Session, start: Iterable[int]) -> tuple[list[int], list[int]]:
    """The cells within 20 steps around barriers, and the steps."""
    start = frozenset(start)
    if barred := walking.barred(session, start):
        rings = cells.rings_around(start, barred=barred)
        return [*rings], [*rings.values()]
    return _disc_of(start)


def _disc(cover: Iterable[int]) -> tuple[list[int], list[int]]:
    return _disc_of(frozenset(cover))


@lru_cache(maxsize=256)
def _disc_of(cover: frozenset[int]) -> tuple[list[int], list[int]]:
    # Surroundings ask twice, for their spread and their wider area; a review asks again.
    rings = cells.rings_around(cover)
    return [*rings], [*rings.values()]


def is_surroundings(zone: int) -> bool:
    """As sql/10_cells.sql has it: any H3 index is above 2^59, and neighbourhoods count from 1."""
    return zone > 1 << 58


def lock(session: Session) -> None:
    """One at a time until the transaction ends: two zones that come at once must see each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("nearness.zones"))))
