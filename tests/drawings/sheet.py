"""A sheet of paper for a map of some kilometres, written as a small SVG in the colours of docs/design.md, by day and by night."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geoneighbour.ground.points import Point

INTO = Path("docs/img")
FINE = 0.7
"""Pixels: what is smaller than this is left out of an outline."""
STYLE = """
svg{--sea:#e3f0ec;--land:#f5eee0;--coast:#a9977a;--border:#c9b99d;--ink:#1e2a31;--soft:#55605f;--paper:#fffdf9;
--teal:#0b5c66;--sail:#a0432a;--sun:#f3cf95;font-family:system-ui,sans-serif}
@media (prefers-color-scheme:dark){svg{--sea:#183540;--land:#2c3a42;--coast:#7f8f92;--border:#55656c;--ink:#ece7dc;
--soft:#c2cbca;--paper:#17242a;--teal:#78cdc6;--sail:#f3a184;--sun:#b98a3e}}
.sea{fill:var(--sea)}.paper{fill:var(--paper)}.land{fill:var(--land);stroke:var(--border);stroke-width:.8}
.quarter{fill:none;stroke:var(--soft);stroke-width:1.1}.own{fill:none;stroke:var(--sail);stroke-width:2.6}
.cell{stroke:var(--paper);stroke-width:.7}.hex{fill:none;stroke:var(--soft);stroke-width:.7}
.teal{fill:var(--teal)}.sail{fill:var(--sail)}.sun{fill:var(--sun)}.none{fill:none}
.way{fill:none;stroke:var(--sail);stroke-width:3.2;stroke-linejoin:round;stroke-linecap:round}
.thread{stroke:var(--ink);stroke-width:1;stroke-dasharray:4 3}.frame{fill:none;stroke:var(--teal);stroke-width:2.2}
.dot{fill:var(--ink)}.hole{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
text{fill:var(--ink);stroke:var(--paper);stroke-width:3.2;stroke-linejoin:round;paint-order:stroke;font-size:13px;text-anchor:middle}
text.soft{fill:var(--soft);font-size:12px}text.title{font-weight:600;font-size:15px;text-anchor:start}
text.key{font-size:12.5px;text-anchor:start;stroke:none}text.strong{font-weight:600}
"""


class Sheet:
    """Marks on ground of some kilometres (EPSG:4326); (left, top) is where the ground begins on the sheet, in pixels."""

    def __init__(self, title: str, words: str, width: int, height: int) -> None:
        self._title, self._words = title, words
        self.width, self.height = width, height
        self._marks: list[str] = []
        self._clips = 0

    def panel(
        self, bounds: tuple[float, float, float, float], left: float = 0, top: float = 0, width: float = 0
    ) -> Panel:
        """A map of these degrees (west, south, east, north), `width` pixels wide; the ratio of the ground decides its height."""
        self._clips += 1
        return Panel(self, bounds, left, top, width or self.width, f"p{self._clips}")

    def mark(self, svg: str) -> None:
        self._marks.append(svg)

    def key(self, entries: list[tuple[str, float, str]], left: float, top: float) -> None:
        """A legend: (class, opacity, words), one below the other."""
        for row, (kind, opacity, words) in enumerate(entries):
            y = top + 21 * row
            self.mark(
                f'<rect x="{left:.0f}" y="{y:.0f}" width="20" height="14" rx="2" class="{kind}" fill-opacity="{opacity}"/>'
            )
            self.write(left + 28, y + 11.5, words, "key")

    def write(self, x: float, y: float, words: str, kind: str = "") -> None:
        self.mark(f'<text x="{x:.0f}" y="{y:.1f}"{_class(kind)}>{escape(words)}</text>')

    def save(self, name: str) -> Path:
        path = INTO / f"{name}.svg"
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height:.0f}" role="img"'
            f' aria-labelledby="t d"><title id="t">{escape(self._title)}</title><desc id="d">{escape(self._words)}</desc>'
            f'<style>{STYLE.strip()}</style><rect width="{self.width}" height="{self.height:.0f}" class="paper"/>\n'
            + "\n".join(self._marks)
            + "\n</svg>\n",
            encoding="utf-8",
        )
        return path


class Panel:
    """One map on a sheet."""

    def __init__(
        self,
        sheet: Sheet,
        bounds: tuple[float, float, float, float],
        left: float,
        top: float,
        width: float,
        name: str,
    ) -> None:
        self.west, self.south, self.east, self.north = bounds
        self._sheet, self._left, self._top, self._name = sheet, left, top, name
        self._narrow = math.cos(math.radians((self.south + self.north) / 2))
        self._scale = width / ((self.east - self.west) * self._narrow)
        self.height = (self.north - self.south) * self._scale
        box = f'x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{self.height:.0f}"'
        sheet.mark(f'<clipPath id="{name}"><rect {box}/></clipPath><rect {box} class="sea"/>')

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._left + (x - self.west) * self._narrow * self._scale,
            self._top + (self.north - y) * self._scale,
        )

    def area(self, shape: BaseGeometry, kind: str, opacity: float | None = None) -> None:
        """A polygon, or a line where its class has no fill."""
        flat = shapely.transform(
            shape.intersection(shapely.box(self.west, self.south, self.east, self.north).buffer(0.003)),
            lambda at: [self.at(x, y) for x, y in at],
        )
        flat = flat.simplify(FINE)
        steps = "".join(_path(part) for part in shapely.get_parts(flat) if not part.is_empty)
        seen = "" if opacity is None else f' fill-opacity="{opacity}"'
        if steps:
            self._sheet.mark(f'<path d="{steps}" clip-path="url(#{self._name})"{_class(kind)}{seen}/>')

    def dot(self, point: BaseGeometry | Point, kind: str = "dot", radius: float = 4) -> None:
        x, y = self._spot(point)
        self._sheet.mark(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}"/>')

    def label(self, point: BaseGeometry | Point, words: str, kind: str = "", down: float = 0) -> None:
        x, y = self._spot(point)
        self._sheet.write(x, y + down, words, kind)

    def _spot(self, point: BaseGeometry | Point) -> tuple[float, float]:
        shape = point.shape if isinstance(point, Point) else point
        return self.at(shape.x, shape.y)


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _path(part: BaseGeometry) -> str:
    if part.geom_type == "LineString":
        return _ring(part.coords[:])
    if part.geom_type != "Polygon":
        return ""
    return "".join(_ring(ring.coords[:-1]) + "Z" for ring in (part.exterior, *part.interiors))


def _ring(positions: list[tuple[float, ...]]) -> str:
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in positions)
