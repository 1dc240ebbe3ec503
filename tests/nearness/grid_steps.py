"""The hexagonal grid for the oracle: what touches what, and how many steps away. By geometry and by walking."""

from __future__ import annotations

from functools import cache

import h3.api.basic_int as h3
import shapely
from shapely.geometry.base import BaseGeometry

FINE, COARSE = 9, 8
FURTHEST = 20
TOUCHING = 1e-9
"""Degrees (a tenth of a millimetre): outlines that meet in a corner differ by rounding, some 1e-14."""

Shape = BaseGeometry
"""A polygon, or several."""


@cache
def outline(cell: int) -> shapely.Polygon:
    """The cell's hexagon, EPSG:4326."""
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])


def cell_of(lon: float, lat: float, resolution: int) -> int:
    return int(h3.latlng_to_cell(lat, lon, resolution))


def touched(shape: Shape) -> frozenset[int]:
    """The resolution-9 cells whose hexagon a shape touches, in a single point too. Found by flooding from within."""
    found: set[int] = set()
    for part in getattr(shape, "geoms", [shape]):
        inside = part.representative_point()
        front = {cell_of(inside.x, inside.y, FINE)}
        seen: set[int] = set()
        while front:
            seen |= front
            wet = {cell for cell in front if outline(cell).dwithin(part, TOUCHING)}
            found |= wet
            front = {near for cell in wet for near in h3.grid_disk(cell, 1)} - seen
    return frozenset(found)


@cache
def surroundings_touched(cell: int) -> frozenset[int]:
    """What the hexagon of a resolution-8 cell touches."""
    return touched(outline(cell))


@cache
def steps_from(cover: frozenset[int]) -> dict[int, int]:
    """The fewest steps from a cover to each cell within 20; the cover itself has 0."""
    steps = {}
    reached, front = set(cover), set(cover)
    for step in range(FURTHEST + 1):
        steps.update(dict.fromkeys(front, step))
        front = {near for cell in front for near in h3.grid_disk(cell, 1)} - reached
        reached |= front
    return steps


@cache
def steps_between(one: frozenset[int], other: frozenset[int]) -> int | None:
    """The ring distance of two covers (0: they share a cell); None when it is above 20."""
    from_one = steps_from(one)
    return min((from_one[cell] for cell in other if cell in from_one), default=None)
