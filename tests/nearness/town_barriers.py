"""Barriers in a town: through files and the import, and into the oracle's world."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import shapely
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


def starts(town: Town) -> dict[int, frozenset[int]]:
    """The cells where each zone's rings start, as they are stored."""
    found: dict[int, set[int]] = {zone: set() for zone in town.world.zones}
    for cell, zone in town.session.execute(select(ZoneCell.cell, ZoneCell.zone)):
        found[zone].add(cell)
    return {zone: frozenset(cells) for zone, cells in found.items()}
