"""Spatial cases as one draws them on squared paper.

>>> land = Grid('''
...     A A B
...     . a B
... ''')

Letters that are areas become one polygon of all their squares, a dot is nothing (the sea). The same letters read as
points stand in the middle of their square. Squares of one drawing share their corners exactly, and so do those of two
drawings of the same place and side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geoneighbour.ground.points import Point

METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Grid:
    """Rows of characters (north first) on squares of `side_m` metres; (lon, lat) is the south-western corner."""

    drawing: str
    lon: float = -2.0
    lat: float = 48.6
    side_m: float = 1000.0

    @property
    def rows(self) -> list[list[str]]:
        return [line.split() for line in self.drawing.strip().splitlines()]

    def areas(self) -> dict[str, shapely.MultiPolygon]:
        """Each letter as the union of its squares."""
        squares: dict[str, list[shapely.Polygon]] = {}
        for letter, column, row in self._marks():
            low, high = self.at(column, row), self.at(column + 1, row + 1)
            squares.setdefault(letter, []).append(shapely.box(low.lon, low.lat, high.lon, high.lat))
        return {letter: as_multipolygon(shapely.union_all(parts)) for letter, parts in squares.items()}

    def points(self) -> dict[str, Point]:
        """Each letter as the middle of its square (the last one, if it stands twice)."""
        return {letter: self.at(column + 0.5, row + 0.5) for letter, column, row in self._marks()}

    def between(self, one: str, other: str) -> Point:
        """A point on the border of two areas: the middle of what they share, or their common corner."""
        areas = self.areas()
        shared = areas[one].intersection(areas[other])
        lines = shapely.line_merge(shared) if shared.length else shared
        middle = lines.interpolate(0.5, normalized=True) if shared.length else shared.representative_point()
        return Point(middle.x, middle.y)

    def at(self, column: float, row: float) -> Point:
        """The point so many squares east and north of the south-western corner."""
        north = self.side_m / METRES_A_DEGREE
        east = north / math.cos(math.radians(self.lat))
        return Point(self.lon + column * east, self.lat + row * north)

    def _marks(self) -> list[tuple[str, int, int]]:
        return [
            (letter, column, row)
            for row, line in enumerate(reversed(self.rows))
            for column, letter in enumerate(line)
            if letter != "."
        ]


def as_multipolygon(shape: BaseGeometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(list(shapely.get_parts(shape)))


def geojson(shape: BaseGeometry) -> dict[str, object]:
    """A shape as people send it: lists of positions."""

    def ring(line: shapely.LinearRing) -> list[list[float]]:
        return [[x, y] for x, y in line.coords]

    polygons = [[ring(part.exterior), *map(ring, part.interiors)] for part in as_multipolygon(shape).geoms]
    return {"type": "MultiPolygon", "coordinates": polygons}
