"""Drawings that do harm elsewhere (or only look odd), by what is wrong with them."""

from __future__ import annotations

import json
import math
from typing import Any

HERE = (-2.0, 48.6)


def polygon(*ring: tuple[Any, ...]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(position) for position in ring]]}


def around(*offsets: tuple[float, float]) -> list[list[float]]:
    """A closed ring by offsets in thousandths of a degree."""
    ring = [[HERE[0] + x / 1000, HERE[1] + y / 1000] for x, y in offsets]
    return [*ring, ring[0]]


def regular(vertices: int, radius: float = 0.01) -> list[list[float]]:
    turns = [2 * math.pi * n / vertices for n in range(vertices)]
    ring = [[HERE[0] + radius * math.cos(turn), HERE[1] + radius * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def crossing_star(vertices: int) -> list[list[float]]:
    """Each corner joined with the one nearly opposite: as many crossings as can be."""
    ring = regular(vertices)[:-1]
    step = vertices // 2 - 1
    star = [ring[(n * step) % vertices] for n in range(vertices)]
    return [*star, star[0]]


SQUARE = around((0, 0), (10, 0), (10, 10), (0, 10))
HOLE = around((3, 3), (6, 3), (6, 6), (3, 6))

REFUSED: dict[str, Any] = {
    "nothing": None,
    "text": "POLYGON((0 0, 1 0, 1 1, 0 0))",
    "a list": [1, 2, 3],
    "a number": 7,
    "empty object": {},
    "a point": {"type": "Point", "coordinates": list(HERE)},
    "a line": {"type": "LineString", "coordinates": SQUARE},
    "a collection": {"type": "GeometryCollection", "geometries": []},
    "a curve": {"type": "CurvePolygon", "coordinates": [SQUARE]},
    "a feature": {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
    "type of a list": {"type": ["Polygon"], "coordinates": [SQUARE]},
    "no coordinates": {"type": "Polygon"},
    "null coordinates": {"type": "Polygon", "coordinates": None},
    "empty coordinates": {"type": "Polygon", "coordinates": []},
    "empty ring": {"type": "Polygon", "coordinates": [[]]},
    "empty multi": {"type": "MultiPolygon", "coordinates": []},
    "empty part": {"type": "MultiPolygon", "coordinates": [[]]},
    "an object for a ring": {"type": "Polygon", "coordinates": [{"0": 1}]},
    "a polygon called multi": {"type": "MultiPolygon", "coordinates": [SQUARE]},
    "a multi called polygon": {"type": "Polygon", "coordinates": [[SQUARE]]},
    "three positions": polygon((0, 0), (1, 1), (0, 0)),
    "open ring": {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
    "NaN": {"type": "Polygon", "coordinates": [[[math.nan, 48.6], *SQUARE[1:-1], [math.nan, 48.6]]]},
    "infinity": {"type": "Polygon", "coordinates": [[*SQUARE[:2], [math.inf, 48.6], *SQUARE[2:]]]},
    "1e400": {"type": "Polygon", "coordinates": json.loads("[[[0,0],[1e400,0],[1,1],[0,0]]]")},
    "a huge integer": {"type": "Polygon", "coordinates": [[*SQUARE[:2], [10**400, 48], *SQUARE[2:]]]},
    "longitude 500": polygon((500, 48), (501, 48), (501, 49), (500, 48)),
    "latitude 91": polygon((0, 90), (1, 90), (1, 91), (0, 90)),
    "latitude 1000": polygon((0, 1000), (1, 1000), (1, 1001), (0, 1000)),
    "text for a number": polygon(("0", "0"), ("1", "0"), ("1", "1"), ("0", "0")),
    "truth for a number": polygon((True, False), (0, 1), (1, 1), (True, False)),
    "null for a number": polygon((None, 48), (1, 48), (1, 49), (None, 48)),
    "one coordinate": polygon((0,), (1,), (2,), (0,)),
    "five coordinates": polygon((0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (1, 1, 0, 0, 0), (0, 0, 0, 0, 0)),
    "bow tie": {"type": "Polygon", "coordinates": [around((0, 0), (10, 10), (10, 0), (0, 10))]},
    "no area": {"type": "Polygon", "coordinates": [around((0, 0), (10, 0), (20, 0), (10, 0))]},
    "one point four times": {"type": "Polygon", "coordinates": [around((0, 0), (0, 0), (0, 0))]},
    "a spike": {
        "type": "Polygon",
        "coordinates": [around((0, 0), (10, 0), (10, 10), (10, 30), (10, 10), (0, 10))],
    },
    "a hole outside": {"type": "Polygon", "coordinates": [SQUARE, around((20, 20), (25, 20), (25, 25))]},
    "a hole across the edge": {"type": "Polygon", "coordinates": [SQUARE, around((5, 5), (15, 5), (15, 8))]},
    "nested holes": {"type": "Polygon", "coordinates": [SQUARE, HOLE, around((4, 4), (5, 4), (5, 5))]},
    "parts that overlap": {
        "type": "MultiPolygon",
        "coordinates": [[SQUARE], [around((5, 5), (15, 5), (15, 15), (5, 15))]],
    },
    "the same part twice": {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
    "across the 180th meridian": polygon((179, 0), (-179, 0), (-179, 0.1), (179, 0.1), (179, 0)),
    "next to the 180th meridian": polygon((179.98, 0), (180, 0), (180, 0.02), (179.98, 0.02), (179.98, 0)),
    "a line around the world": polygon((-89, 48), (89, 48), (89, 48.000001), (-89, 48.000001), (-89, 48)),
    "a street of 1,500 km": polygon((-10, 48), (10, 48), (10, 48.00001), (-10, 48.00001), (-10, 48)),
    "a part in another": {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]},
    "around a pole": polygon((34, -89.9999), (111, -89.9999), (111, -89.963), (34, -89.963), (34, -89.9999)),
    "the world": polygon((-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)),
    "26 km²": {"type": "Polygon", "coordinates": [around((0, 0), (68, 0), (68, 52), (0, 52))]},
    "a garden": {"type": "Polygon", "coordinates": [around((0, 0), (1, 0), (1, 1), (0, 1))]},
    "501 vertices": {"type": "Polygon", "coordinates": [regular(501)]},
    "a crossing star of 500": {"type": "Polygon", "coordinates": [crossing_star(500)]},
    "2,000 vertices that cross": {"type": "Polygon", "coordinates": [crossing_star(2000)]},
    "20,000 vertices": {"type": "Polygon", "coordinates": [regular(20_000)]},
    "100 KB of digits": polygon(*[(0.1, 0.1)] * 20_000),
    "10,000 parts": {"type": "MultiPolygon", "coordinates": [[SQUARE]] * 10_000},
    "a deep list": {"type": "Polygon", "coordinates": [[[[[[[0]]]]]]]},
}

TAKEN: dict[str, Any] = {
    "a square": {"type": "Polygon", "coordinates": [SQUARE]},
    "drawn clockwise": {"type": "Polygon", "coordinates": [SQUARE[::-1]]},
    "with a hole": {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
    "with a hole that touches the edge": {"type": "Polygon", "coordinates": [SQUARE, around((0, 5), (3, 4), (3, 6))]},
    "two parts": {"type": "MultiPolygon", "coordinates": [[SQUARE], [around((20, 0), (30, 0), (30, 10), (20, 10))]]},
    "parts that meet in a corner": {"type": "MultiPolygon", "coordinates": [[SQUARE], [around((10, 10), (20, 10), (20, 20), (10, 20))]]},
    "500 vertices": {"type": "Polygon", "coordinates": [regular(500)]},
    "whole numbers": polygon((0, 0), (0, 0.04), (0.04, 0.04), (0.04, 0), (0, 0)),
    "heights": {"type": "Polygon", "coordinates": [[[*position, 12.5] for position in SQUARE]]},
    "heights of infinity": polygon((0, 0, math.inf), (0.04, 0, 0), (0.04, 0.04, 0), (0, 0, math.inf)),
    "a corner twice": {"type": "Polygon", "coordinates": [around((0, 0), (10, 0), (10, 0), (10, 10), (0, 10))]},
    "foreign members": {"type": "Polygon", "coordinates": [SQUARE], "bbox": [0, 0, 0, 0], "crs": "EPSG:2154"},
}  # fmt: skip
