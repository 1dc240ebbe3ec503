"""Rings that walk around barriers (docs/decisions/021), for wider areas; spreads count straight rings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods.models import Neighbourhood

MARGIN_DEGREES = 0.0005
"""Some 50 m along a border that do not count: who draws along a river never follows it exactly."""
_CUT_OFF = text("""
    SELECT place.zone, cut.cell
    FROM unnest(CAST(:zones AS bigint[]), CAST(:grounds AS bytea[])) AS place (zone, ground)
    JOIN (
      SELECT given.zone, array_agg(given.cell) AS cells, array_agg(given.lon) AS lons, array_agg(given.lat) AS lats
      FROM unnest(CAST(:of AS bigint[]), CAST(:cells AS bigint[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]))
        AS given (zone, cell, lon, lat)
      GROUP BY given.zone
    ) AS covered USING (zone)
    CROSS JOIN LATERAL nearness.cut_off(ST_GeomFromWKB(place.ground, 4326), covered.cells, covered.lons, covered.lats) AS cut (cell)
""")
Barred = dict[int, set[int]]
"""For a cell (resolution 9) the neighbouring ones to which no step leads."""


def ground(session: Session, zone: int) -> BaseGeometry:
    """Of an open neighbourhood the outline, of surroundings the hexagon, whether anybody lives there or not (EPSG:4326)."""
    return grounds(session, [zone])[zone]


def grounds(session: Session, zones: Collection[int]) -> dict[int, BaseGeometry]:
    """As ground(), of many places."""
    drawn = select(Neighbourhood.id, Neighbourhood.geom).where(Neighbourhood.id.in_(zones))
    found = {zone: to_shape(geom) for zone, geom in session.execute(drawn)}
    return {zone: found.get(zone) or cells.outline(zone) for zone in zones}


def cover(session: Session, zone: int) -> Collection[int]:
    """The resolution-9 cells that this ground touches."""
    return covers(session, [zone])[zone]


def covers(session: Session, zones: Collection[int]) -> dict[int, Collection[int]]:
    """The resolution-9 cells that the ground of each of these zones touches."""
    drawn = select(Neighbourhood.id, Neighbourhood.cover).where(Neighbourhood.id.in_(zones))
    found = {row.id: row.cover for row in session.execute(drawn)}
    return {zone: found.get(zone) or cells.surroundings_cover(zone) for zone in zones}


def start(session: Session, zone: int, cover: Collection[int]) -> frozenset[int]:
    """The cells from which the rings of a place start: its cover, less what a barrier cuts off from it.

    The place is an open neighbourhood or surroundings, whether anybody lives there or not.
    """
    return starts(session, {zone: cover})[zone]


def starts(session: Session, covers: Mapping[int, Collection[int]]) -> dict[int, frozenset[int]]:
    """As start(), of many places, given with their covers."""
    around = {zone: cells.regions_around(cells.regions_of(cover)) for zone, cover in covers.items()}
    listed = list(set().union(*around.values()))
    walled = frozenset(session.scalars(select(func.nearness.barrier_regions(listed))))
    beside = [zone for zone, near in around.items() if not walled.isdisjoint(near)]
    cut_off: dict[int, set[int]] = defaultdict(set)
    if beside:
        within = grounds(session, beside)
        places = {"zones": beside, "grounds": [_without_margin(within[zone]).wkb for zone in beside]}
        centres = [(zone, cell, cells.centre(cell)) for zone in beside for cell in covers[zone]]
        places |= {
            "of": [zone for zone, _, _ in centres],
            "cells": [cell for _, cell, _ in centres],
            "lons": [centre.lon for _, _, centre in centres],
            "lats": [centre.lat for _, _, centre in centres],
        }
        for zone, cell in session.execute(_CUT_OFF, places):
            cut_off[zone].add(cell)
    return {zone: frozenset(cover) - cut_off.get(zone, set()) for zone, cover in covers.items()}


def _without_margin(ground: BaseGeometry) -> BaseGeometry:
    """All of it where it is nothing but margin."""
    within = ground.buffer(-MARGIN_DEGREES)
    return ground if within.is_empty else within


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
