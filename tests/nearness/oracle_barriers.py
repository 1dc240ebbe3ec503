"""Rings around barriers by brute force (decision 021): every step looked at, against every line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import h3.api.basic_int as h3
import shapely

from tests.nearness.grid_steps import FINE, FURTHEST, Shape, cell_of

MARGIN = 0.0005
"""Degrees along the border of a place, in which a barrier may run without being drawn over."""


@cache
def centre(cell: int) -> tuple[float, float]:
    lat, lon = h3.cell_to_latlng(cell)
    return round(lon, 7), round(lat, 7)


@dataclass
class Barriers:
    """By source: lines, and the resolution-9 cells that hold a crossing."""

    lines: dict[str, Shape] = field(default_factory=dict)
    crossings: dict[str, set[int]] = field(default_factory=dict)
    _barred: dict[tuple[int, int], bool] = field(default_factory=dict)
    _steps: dict[frozenset[int], dict[int, int]] = field(default_factory=dict)
    _starts: dict[tuple[frozenset[int], bytes], frozenset[int]] = field(default_factory=dict)
    """Remembered until a line comes or goes."""

    def bring(self, source: str, lines: Iterable[Shape], crossings: Iterable[shapely.Point]) -> None:
        self.lines[source] = shapely.GeometryCollection(list(lines))
        self.crossings[source] = {cell_of(point.x, point.y, FINE) for point in crossings}
        self._forget()

    def take_away(self, source: str) -> None:
        del self.lines[source], self.crossings[source]
        self._forget()

    def _forget(self) -> None:
        for remembered in (self._barred, self._steps, self._starts):
            remembered.clear()

    def barred(self, one: int, other: int) -> bool:
        pair = min(one, other), max(one, other)
        if pair not in self._barred:
            self._barred[pair] = self._meets(shapely.LineString([centre(one), centre(other)]), {one, other})
        return self._barred[pair]

    def start(self, cover: frozenset[int], ground: Shape) -> frozenset[int]:
        """The cover without the cells that are cut off from the ground."""
        inner = ground.buffer(-MARGIN)
        ground = ground if inner.is_empty else inner
        key = cover, ground.wkb
        if key not in self._starts:
            self._starts[key] = frozenset(
                cell
                for cell in cover
                if not self._meets(shapely.shortest_line(shapely.Point(centre(cell)), ground), {cell})
            )
        return self._starts[key]

    def steps_from(self, start: frozenset[int]) -> dict[int, int]:
        """The fewest steps to each cell within 20."""
        if start not in self._steps:
            steps = dict.fromkeys(start, 0)
            front = list(steps)
            for step in range(1, FURTHEST + 1):
                reached = {
                    near for cell in front for near in h3.grid_disk(cell, 1) if not self.barred(cell, near)
                }
                front = list(reached - steps.keys())
                steps.update(dict.fromkeys(front, step))
            self._steps[start] = steps
        return self._steps[start]

    def _meets(self, way: Shape, cells: set[int]) -> bool:
        return any(
            lines.intersects(way) and not cells & self.crossings[source]
            for source, lines in self.lines.items()
        )
