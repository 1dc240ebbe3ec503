"""facts.toml -> communes.geojson and quartiers.geojson: `python data/communes/make.py`.

Voronoi cells round the points of the table, with borders that wander a little, cut along the coast. All lines
are noded together on one grid before any polygon is made of them, so neighbours share every vertex of their border.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon

HERE = Path(__file__).resolve().parent
GRID = 1e-5
"""Degrees, about a metre: every coordinate written is a multiple of it."""
SQUEEZE = math.cos(math.radians(48.57))
"""Degrees of longitude are this much shorter than degrees of latitude here; Voronoi cells are made in squeezed ones."""

Position = tuple[float, float]


def wander(start: Position, end: Position, finest: float, swing: float) -> list[Position]:
    """From start (included) to end (left out), each half-way point moved aside; the same line seen from either end."""
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across * SQUEEZE, up)
    if length < finest:
        return [start]
    # Seeded by the two ends, in an order of their own: the line does not depend on who asks.
    low, high = sorted((start, end))
    aside = random.Random(f"{low} {high}").uniform(-swing, swing)  # noqa: S311 (a drawing, no secret)
    if start != low:
        aside = -aside
    middle = (
        round((start[0] + end[0]) / 2 - aside * up / SQUEEZE, 5),
        round((start[1] + end[1]) / 2 + aside * across * SQUEEZE, 5),
    )
    return wander(start, middle, finest, swing) + wander(middle, end, finest, swing)


def wandering_line(points: Iterable[Position], finest: float, swing: float) -> LineString:
    """A line through the points, wandering between them; `finest` in degrees of latitude, `swing` a share of the length."""
    stops = [(round(lon, 5), round(lat, 5)) for lon, lat in points]
    path = [step for start, end in itertools.pairwise(stops) for step in wander(start, end, finest, swing)]
    return LineString([*path, stops[-1]])


def borders(seeds: list[Position]) -> list[LineString]:
    """The wandering edges of the Voronoi diagram of the seeds, each edge once."""
    squeezed = MultiPoint([(lon * SQUEEZE, lat) for lon, lat in seeds])
    edges = shapely.voronoi_polygons(squeezed, only_edges=True, extend_to=squeezed.buffer(0.1))
    return [
        wandering_line([(x / SQUEEZE, y) for x, y in edge.coords], finest=0.004, swing=0.11)
        for edge in edges.geoms
        if edge.length > 0
    ]


def settle(faces: list[Polygon], seeds: list[Position]) -> list[list[Polygon]]:
    """The faces of each seed: the one it stands in, and those cut off it by water, given to whom they touch most."""
    owned: list[list[Polygon]] = [
        [face for face in faces if face.intersects(Point(seed))][:1] for seed in seeds
    ]
    alone = [place for place, own in zip(seeds, owned, strict=True) if not own]
    if alone:
        raise SystemExit(f"in the sea: {alone}")
    free = [face for face in faces if not any(face in own for own in owned)]
    while free:
        touch, face, seed = max(
            (shapely.length(face.boundary & part.boundary), -index, number)
            for index, face in enumerate(free)
            for number, own in enumerate(owned)
            for part in own
        )
        if touch == 0:
            raise SystemExit("a piece of land that touches nobody")
        owned[seed].append(free.pop(-face))
    return owned


def merge(parts: list[Polygon]) -> Polygon | MultiPolygon:
    """One normalised shape; the exterior runs counter-clockwise (RFC 7946)."""
    return shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(parts)))


def collection(rows: list[tuple[dict[str, Any], Polygon | MultiPolygon]]) -> str:
    """A GeoJSON text, one feature a line, so that a change of one shows as one line."""
    lines = []
    for properties, shape in rows:
        geometry = shapely.geometry.mapping(shape)
        rounded = json.loads(json.dumps(geometry), parse_float=lambda text: round(float(text), 5))
        feature = {"type": "Feature", "properties": properties, "geometry": rounded}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def build() -> dict[str, str]:
    """File name -> text, from the facts alone."""
    facts = tomllib.loads((HERE / "facts.toml").read_text(encoding="utf-8"))
    city, quartiers, communes = facts["city"], facts["quartiers"]["table"], facts["communes"]["table"]
    named = quartiers + communes
    seeds = [(lon, lat) for _, _, (lon, lat), _ in named]
    seeds += [(lon, lat) for lon, lat in facts["land"]["beyond"]]

    outline = facts["land"]["outline"]
    coast = wandering_line([*outline, outline[0]], finest=0.0015, swing=0.16)
    shores = [wandering_line([*shore, shore[0]], finest=0.001, swing=0.16) for shore in city["islands"]]

    lines = shapely.union_all([*borders(seeds), coast], grid_size=GRID)
    land = Polygon(coast)
    if not land.is_valid:
        raise SystemExit(f"the coast crosses itself: {shapely.is_valid_reason(land)}")
    faces = shapely.polygonize(list(lines.geoms)).geoms
    owned = settle([face for face in faces if land.contains(face.representative_point())], seeds)

    described = [
        ({"code": code, "name": name, "population": people}, merge(parts))
        for (code, name, _, people), parts in zip(named, owned, strict=False)  # the rest is beyond
    ]
    inside, around = described[: len(quartiers)], described[len(quartiers) :]
    whole = merge([shape for _, shape in inside] + [Polygon(shore) for shore in shores])
    around.append(({key: city[key] for key in ("code", "name", "population")}, whole))
    around.sort(key=lambda row: row[0]["code"])
    return {"communes.geojson": collection(around), "quartiers.geojson": collection(inside)}


if __name__ == "__main__":
    for name, text in build().items():
        (HERE / name).write_text(text, encoding="utf-8")
