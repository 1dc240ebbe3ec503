"""Rings that walk around barriers (docs/decisions/021), for wider areas; spreads count straight rings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods.models import Neighbourhood

MARGIN_DEGREES = 0.0005
"""Some 50 m along a border that do not count: who draws along a river never follows it exactly."""
Barred = dict[int, set[int]]
"""For a cell (resolution 9) the neighbouring ones to which no step leads."""


def ground(session: Session, zone: int) -> BaseGeometry:
    """Of an open neighbourhood the outline, of surroundings the hexagon, whether anybody lives there or not (EPSG:4326)."""
    neighbourhood = session.get(Neighbourhood, zone)
    return to_shape(neighbourhood.geom) if neighbourhood else cells.outline(zone)


def cover(session: Session, zone: int) -> Collection[int]:
    """The resolution-9 cells that this ground touches."""
    neighbourhood = session.get(Neighbourhood, zone)
    return neighbourhood.cover if neighbourhood else cells.surroundings_cover(zone)


def start(session: Session, zone: int, cover: Collection[int]) -> frozenset[int]:
    """The cells from which the rings of a place start: its cover, less what a barrier cuts off from it.

    The place is an open neighbourhood or surroundings, whether anybody lives there or not.
    """
    if not regions(session, cover):
        return frozenset(cover)
    whole = ground(session, zone)
    within = whole.buffer(-MARGIN_DEGREES)
    outline = func.ST_GeomFromWKB((whole if within.is_empty else within).wkb, 4326)
    centres = [cells.centre(cell) for cell in cover]
    lons, lats = [centre.lon for centre in centres], [centre.lat for centre in centres]
    cut_off = session.scalars(select(func.nearness.cut_off(outline, list(cover), lons, lats)))
    return frozenset(cover).difference(cut_off)


def rings_around(session: Session, start: Collection[int], most: int = cells.MOST_RINGS) -> dict[int, int]:
    """As cells.rings_around, without the barred steps."""
    return cells.rings_around(start, most, barred(session, start))


def paths(session: Session, zone: int, cover: frozenset[int]) -> tuple[frozenset[int], Barred]:
    """Where the rings of a place start, and the barred steps around it; mostly its cover, and none."""
    if not regions(session, cover):
        return cover, {}
    begun = start(session, zone, cover)
    return begun, barred(session, begun)


def barred(session: Session, start: Iterable[int]) -> Barred:
    """The barred steps within 20 rings of some cells, and further ones."""
    return barred_in(session, regions(session, start))


def barred_in(session: Session, near: list[int]) -> Barred:
    """The barred steps from cells below some resolution-6 cells."""
    steps: Barred = defaultdict(set)
    if near:
        for cell, other in session.execute(
            select(func.nearness.barred_steps(near).table_valued("cell", "other"))
        ):
            steps[cell].add(other)
    return dict(steps)


def regions(session: Session, start: Iterable[int]) -> list[int]:
    """The resolution-6 cells with barriers within 20 rings of some cells, or a little further; mostly none."""
    around = cells.regions_around(cells.regions_of(start))
    return list(session.scalars(select(func.nearness.barrier_regions(list(around)))))
