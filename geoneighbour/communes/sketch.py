"""The territory as a few SVG paths: a picture that comes with the page, before any map does."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.communes.extents import Box

MOST_COMMUNES = 300
"""Of more, the outlines would outweigh the page: the coarse land stands for them."""
KEPT_S = 3600.0
MOST_KEPT = 64
"""Sketches: of the whole territory, and of places that invitations lead to."""
LETTER, LINE = 17, 42
"""Width and height of a letter of the names (css/map.css), in units."""
_SKETCH = text("SELECT * FROM nearness.sketch(ST_MakeEnvelope(:west, :south, :east, :north, 4326), :most)")

_drawn: dict[tuple[Engine, Box], tuple[float, Sketch]] = {}
"""The last sketches: they are the same for everybody."""


@dataclass(frozen=True)
class Sketch:
    """Drawn in units: thousandths of the longer side of `bounds` in the web projection, from the upper left of a square around them."""

    bounds: Box
    """What a map would begin with, degrees."""
    view: Box
    """x, y, width, height of `bounds`, in units."""
    origin: tuple[float, float, float]
    """West, north and length of a unit in the web projection, on a sphere of radius 1."""
    shapes: list[tuple[str, int, str]]
    """Layer (commune, land, neighbourhood), id, SVG path."""
    names: list[tuple[str, int, int]]
    """Name, x, y."""


def sketch(session: Session, bounds: Box) -> Sketch:
    """Of `bounds` and what lies around, at most KEPT_S seconds old."""
    key = (session.get_bind().engine, bounds)
    when, drawn = _drawn.get(key, (0.0, None))
    if drawn is None or time.monotonic() - when > KEPT_S:
        drawn = _draw(session, bounds)
        if len(_drawn) >= MOST_KEPT:
            _drawn.clear()
        _drawn[key] = time.monotonic(), drawn
    return drawn


def _draw(session: Session, bounds: Box) -> Sketch:
    west, south, east, north = bounds
    rows = session.execute(
        _SKETCH, {"west": west, "south": south, "east": east, "north": north, "most": MOST_COMMUNES}
    ).all()
    return Sketch(
        bounds,
        *_frame(bounds),
        [(row.layer, row.id, row.path) for row in rows if row.path],
        _apart(
            (row.name, row.x, row.y)
            for row in sorted(rows, key=lambda row: (-row.lively, row.name or ""))
            if row.layer == "name"
        ),
    )


def _apart(names: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Those that do not lie over an earlier one."""
    kept: list[tuple[str, int, int]] = []
    for name, x, y in names:
        if all(
            abs(x - other_x) > LETTER * (len(name) + len(other)) / 2 or abs(y - other_y) > LINE
            for other, other_x, other_y in kept
        ):
            kept.append((name, x, y))
    return kept


def _frame(bounds: Box) -> tuple[Box, tuple[float, float, float]]:
    """View and origin, as sql/60_tiles.sql lays its units."""
    west, east = map(math.radians, (bounds[0], bounds[2]))
    south, north = (math.asinh(math.tan(math.radians(lat))) for lat in (bounds[1], bounds[3]))
    side = max(east - west, north - south)
    left, top, unit = (west + east - side) / 2, (south + north + side) / 2, side / 1000
    view = ((west - left) / unit, (top - north) / unit, (east - west) / unit, (north - south) / unit)
    return view, (left, top, unit)
