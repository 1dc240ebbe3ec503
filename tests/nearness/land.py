"""Random communes: squares that meet in corners, holes, islands and overlaps; or irregular cells with a coast."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geoneighbour.ground.points import Point
from tests.grid import METRES_A_DEGREE

CommuneFacts = tuple[str, str, BaseGeometry]

WIDTH_M, HEIGHT_M = 15_000.0, 12_000.0


@dataclass(frozen=True)
class Place:
    """Somewhere on Earth, as a plane of metres around a point."""

    name: str
    lon: float
    lat: float

    def at(self, east_m: float, north_m: float) -> Point:
        lat = self.lat + north_m / METRES_A_DEGREE
        lon = self.lon + east_m / METRES_A_DEGREE / math.cos(math.radians(self.lat))
        return Point(lon, lat)


PLACES = [
    Place("Saint-Malo", -2.0, 48.63),
    Place("Brussels", 4.35, 50.85),
    Place("Saint-Denis", 55.45, -20.9),
    Place("Cayenne", -52.33, 4.93),
    Place("Rovaniemi", 25.7, 66.5),
    # A pentagon of the grid: five neighbours instead of six, distorted cells around.
    Place("pentagon", 10.536199, 64.7),
]


def communes(place: Place, rnd: random.Random) -> list[CommuneFacts]:
    """A few dozen communes around a place; some of the ground is nobody's (sea, lakes)."""
    shapes = _squares(place, rnd) if rnd.random() < 0.5 else _irregular(place, rnd)
    border = rnd.uniform(-WIDTH_M, WIDTH_M)
    return [
        (country, code, shape)
        for (country, code), shape in zip(_codes(shapes, place.at(border, 0).lon, rnd), shapes, strict=True)
    ]


def _codes(shapes: list[BaseGeometry], border: float, rnd: random.Random) -> list[tuple[str, str]]:
    """France west of a meridian, Belgium east of it; the two use the same codes, some with a letter, some short."""
    stock = [
        *(f"{number}" for number in range(35001, 35040)),
        *(f"2A{n:03}" for n in range(20)),
        "9",
        "35",
        "Z",
    ]
    codes = {country: rnd.sample(stock, len(stock)) for country in ("FR", "BE")}
    countries = ["FR" if shape.representative_point().x < border else "BE" for shape in shapes]
    return [(country, codes[country].pop()) for country in countries]


def _squares(place: Place, rnd: random.Random) -> list[BaseGeometry]:
    """Squares of a board, some of them joined, some lost to the sea; enclaves and exclaves; two files that overlap."""
    columns, rows = rnd.choice([(5, 4), (6, 5)])
    owner = {(column, row): (column, row) for column in range(columns) for row in range(rows)}
    for square in rnd.sample(sorted(owner), 6):
        column, row = square
        # Joined with a neighbouring square, or with one far away.
        heir = rnd.choice([(column + 1, row), (column, row - 1), rnd.choice(sorted(owner))])
        if heir in owner:
            owner[square] = owner[heir]
    for square in rnd.sample(sorted(owner), 4):
        del owner[square]

    def corner(column: float, row: float) -> tuple[float, float]:
        point = place.at((column / columns - 0.5) * WIDTH_M, (row / rows - 0.5) * HEIGHT_M)
        return point.lon, point.lat

    def box(column: float, row: float, side: float = 1) -> shapely.Polygon:
        return shapely.box(*corner(column, row), *corner(column + side, row + side))

    parts = defaultdict(list)
    for square, heir in owner.items():
        parts[heir].append(box(*square))
    shapes = [shapely.union_all(squares) for _, squares in sorted(parts.items())]
    ringed, greedy = rnd.sample(range(len(shapes)), 2)
    column, row = rnd.choice(sorted(owner))
    enclave = box(column + 0.25, row + 0.25, 0.5)
    shapes = [shape.difference(enclave) if shape.covers(enclave) else shape for shape in shapes]
    # One commune also claims a strip of its neighbours, as two countries' files do.
    column, row = rnd.choice(sorted(owner))
    shapes[greedy] = shapely.union(shapes[greedy], box(column + 0.5, row + 0.5))
    shapes[ringed] = shapely.union(shapes[ringed], enclave) if rnd.random() < 0.3 else shapes[ringed]
    return [shape for shape in [*shapes, enclave] if not shape.is_empty]


def _irregular(place: Place, rnd: random.Random) -> list[BaseGeometry]:
    """Voronoi cells inside a wobbly coast. Lines are noded first: communes share their vertices, as real files do."""
    seeds = [
        place.at(rnd.uniform(-0.5, 0.5) * WIDTH_M, rnd.uniform(-0.5, 0.5) * HEIGHT_M).shape
        for _ in range(rnd.randint(14, 34))
    ]
    turns = 24
    coast = shapely.Polygon(
        [
            place.at(
                rnd.uniform(0.35, 0.55) * WIDTH_M * math.cos(angle),
                rnd.uniform(0.35, 0.55) * HEIGHT_M * math.sin(angle),
            ).shape
            for angle in (2 * math.pi * turn / turns for turn in range(turns))
        ]
    )
    borders = shapely.voronoi_polygons(shapely.MultiPoint(seeds), only_edges=True)
    lines = shapely.union(borders, coast.boundary, grid_size=1e-7)
    parts = defaultdict(list)
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))):
        inside = face.representative_point()
        if coast.covers(inside):
            parts[min(range(len(seeds)), key=lambda n: inside.distance(seeds[n]))].append(face)
    lakes = rnd.sample(sorted(parts), min(3, len(parts) - 1))
    return [shapely.union_all(faces) for key, faces in sorted(parts.items()) if key not in lakes]
