"""Whether the boundaries of one import fit together: overlaps, gaps, tiny parts. Runs in the confined reader; decides nothing."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoneighbour.ground.metres import area_m2, perimeter_m

TINY_M2 = 100.0
"""A part of a commune below this is no ground anyone lives on: a remnant of drawing."""
NARROW_M, SMALL_M2 = 50.0, 10_000.0
"""An enclosed space narrower or smaller than this is a gap between borders, a larger one a hole: a lake, or a missing commune."""

KINDS = ("overlap", "gap", "hole", "unmatched", "tiny part")
HARMLESS = ("hole",)
"""What a sound file of boundaries may have."""


@dataclass(frozen=True)
class Finding:
    """Something odd about some boundaries (`codes`, in order), about which place (degrees), over how much ground."""

    kind: str
    codes: tuple[str, ...]
    square_metres: float
    lon: float
    lat: float

    def __str__(self) -> str:
        if self.kind == "unmatched":
            ground = "borders do not share their points"
        else:
            ground = f"{self.square_metres:,.0f} m²" if self.square_metres >= 1 else "less than 1 m²"
        some = ", ".join(self.codes[:6]) + (f" and {len(self.codes) - 6} more" if len(self.codes) > 6 else "")
        return f"{self.kind}: {some}: {ground} near {self.lon:.5f} {self.lat:.5f}"


@dataclass(frozen=True)
class Quality:
    """What was found; not `whole` when there was no time to look everywhere."""

    findings: tuple[Finding, ...]
    whole: bool

    @classmethod
    def from_json(cls, text: str) -> Quality:
        content = json.loads(text)
        return cls(
            tuple(Finding(**{**f, "codes": tuple(f["codes"])}) for f in content["findings"]), content["whole"]
        )

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def counts(self) -> dict[str, int]:
        """How many of each kind, in the order of `KINDS`; kinds without any are left out."""
        count = Counter(finding.kind for finding in self.findings)
        return {kind: count[kind] for kind in KINDS if count[kind]}


def look(codes: Sequence[str], shapes: NDArray[Any], seconds: float) -> Quality:
    """At valid polygons in EPSG:4326, one a code, for so long at most (give or take one step)."""
    clock = _Clock(time.monotonic() + seconds)
    # GEOS compares edge by edge: where this is silent, neighbours share each point of their border.
    astray = shapely.coverage_invalid_edges(shapes)
    suspects = np.flatnonzero(~(shapely.is_missing(astray) | shapely.is_empty(astray))).tolist()
    found = list(_overlaps(codes, shapes, suspects, clock))
    found += _gaps(codes, shapes, _ground(codes, shapes, not suspects, clock))
    if not clock.ran_out:
        told = {code for finding in found for code in finding.codes}
        found += [_finding("unmatched", [codes[i]], astray[i], 0.0) for i in suspects if codes[i] not in told]
    found += _tiny_parts(codes, shapes)
    found.sort(key=lambda finding: (KINDS.index(finding.kind), -finding.square_metres, finding.codes))
    return Quality(tuple(found), not clock.ran_out)


@dataclass
class _Clock:
    end: float
    ran_out: bool = False

    def in_time(self) -> bool:
        self.ran_out = self.ran_out or time.monotonic() > self.end
        return not self.ran_out


def _overlaps(
    codes: Sequence[str], shapes: NDArray[Any], suspects: list[int], clock: _Clock
) -> Iterator[Finding]:
    some = shapes[suspects]
    one, other = shapely.STRtree(some).query(some, predicate="intersects")
    for a, b in zip(one[one < other], other[one < other], strict=True):
        if not clock.in_time():
            return
        shared = shapely.intersection(some[a], some[b])
        if shared.area > 0:
            pair = sorted((codes[suspects[a]], codes[suspects[b]]))
            yield _finding("overlap", pair, shared, _planar_m2(shared))


def _ground(codes: Sequence[str], shapes: NDArray[Any], sound: bool, clock: _Clock) -> Any:
    """All of it as one, to see what it encloses; nothing when time runs out."""
    if sound:
        return shapely.coverage_union_all(shapes)
    groups: dict[str, list[Any]] = defaultdict(list)
    for code, shape in zip(codes, shapes, strict=True):
        groups[code[:2]].append(shape)
    joined = [shapely.union_all(group) for group in groups.values() if clock.in_time()]
    return shapely.union_all(joined) if clock.in_time() else shapely.Polygon()


def _gaps(codes: Sequence[str], shapes: NDArray[Any], ground: Any) -> Iterator[Finding]:
    rings = [ring for part in shapely.get_parts(shapely.get_parts(ground)) for ring in part.interiors]
    if not rings:
        return
    tree = shapely.STRtree(shapes)
    for space in shapely.polygons(rings):
        around = sorted({codes[i] for i in tree.query(space, predicate="intersects")})
        area = _planar_m2(space)
        narrow = 2 * area < NARROW_M * perimeter_m(space) or area < SMALL_M2
        yield _finding("gap" if narrow else "hole", around, space, area)


def _tiny_parts(codes: Sequence[str], shapes: NDArray[Any]) -> Iterator[Finding]:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    # Square degrees near the equator are the largest in square metres: this finds candidates, metres decide.
    for part in np.flatnonzero(shapely.area(parts) < 100 * TINY_M2 / 111_000.0**2):
        if (area := _planar_m2(parts[part])) < TINY_M2:
            yield _finding("tiny part", [codes[owners[part]]], parts[part], area)


def _planar_m2(shape: Any) -> float:
    """Square metres of a shape whose edges are straight in degrees. Along a sliver, geodesic ones would enclose more than it does."""
    place = shape.centroid
    around = shapely.box(place.x - 1e-3, place.y - 1e-3, place.x + 1e-3, place.y + 1e-3)
    return float(shape.area * area_m2(around) / around.area)


def _finding(kind: str, codes: Sequence[str], where: Any, square_metres: float) -> Finding:
    place = where.representative_point()
    return Finding(kind, tuple(codes), square_metres, place.x, place.y)
