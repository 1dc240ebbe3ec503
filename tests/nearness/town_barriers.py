"""Barriers in a town: through files and the import, and into the oracle's world."""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

import shapely
from shapely.affinity import translate
from sqlalchemy import select

from geoneighbour.barriers import service
from geoneighbour.barriers.service import Summary
from geoneighbour.boundaries.reader import Request
from geoneighbour.neighbourhoods.models import ZoneCell
from tests.nearness.grid_steps import Shape
from tests.nearness.town import Town


class Silent:
    def to_read(self, count: int) -> None: ...

    def has_read(self, count: int) -> None: ...

    def stage(self, doing: str) -> None: ...


def written(folder: Path, name: str, rows: Iterable[tuple[Shape, str | None]]) -> Path:
    """A GeoJSON file of shapes and names."""
    path = folder / f"{name}.geojson"
    features = [
        {"type": "Feature", "properties": {"name": called}, "geometry": json.loads(shapely.to_geojson(shape))}
        for shape, called in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def bring(
    town: Town,
    source: str,
    lines: Iterable[Shape],
    crossings: Iterable[shapely.Point] = (),
    dry_run: bool = False,
) -> Summary:
    lines, crossings = list(lines), list(crossings)
    with tempfile.TemporaryDirectory() as folder:
        path = written(
            Path(folder), source, [(shape, f"n{at}") for at, shape in enumerate([*lines, *crossings])]
        )
        summary = service.import_barriers(
            town.session,
            Request((str(path),), lines=True),
            source,
            "river",
            dry_run=dry_run,
            progress=Silent(),
        )
    if not dry_run:
        town.world.barriers.bring(source, lines, crossings)
    town.session.expire_all()
    return summary


def take_away(town: Town, source: str) -> None:
    service.remove(town.session, source)
    town.world.barriers.take_away(source)


def line(rnd: random.Random, lon: float, lat: float) -> Shape:
    """A winding line of 2 to 20 km that passes within a few hundred metres of a place."""
    turn, steps = rnd.uniform(0, 2 * math.pi), rnd.choice([8, 30, 80])
    at = lon + rnd.gauss(0, 0.004), lat + rnd.gauss(0, 0.003)
    positions = [at]
    for _ in range(steps):
        turn += rnd.gauss(0, 0.3)
        at = at[0] + 0.0033 * math.cos(turn), at[1] + 0.0022 * math.sin(turn)
        positions.append(at)
    middle = positions[steps // 2]
    return translate(shapely.LineString(positions), positions[0][0] - middle[0], positions[0][1] - middle[1])


def bridges(rnd: random.Random, lines: list[Shape]) -> list[shapely.Point]:
    """On some of the lines, one or two each."""
    return [
        one.interpolate(rnd.random(), normalized=True) for one in lines for _ in range(rnd.choice([0, 1, 2]))
    ]


def starts(town: Town) -> dict[int, frozenset[int]]:
    """The cells where each zone's rings start, as they are stored."""
    found: dict[int, set[int]] = {zone: set() for zone in town.world.zones}
    for cell, zone in town.session.execute(select(ZoneCell.cell, ZoneCell.zone)):
        found[zone].add(cell)
    return {zone: frozenset(cells) for zone, cells in found.items()}
