"""The ground of the demonstration: communes and quartiers as data/communes/ has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import shapely

from geoneighbour.settings import data_folder


@dataclass(frozen=True)
class Ground:
    """A commune or quartier of the sketch; the shape is in EPSG:4326."""

    code: str
    name: str
    population: int
    shape: shapely.Polygon | shapely.MultiPolygon


def folder() -> Path:
    """Of the checkout, or of the installed package."""
    return data_folder() / "communes"


def communes_file() -> Path:
    return folder() / "communes.geojson"


@cache
def communes() -> tuple[Ground, ...]:
    return _read(communes_file())


@cache
def quartiers() -> tuple[Ground, ...]:
    return _read(folder() / "quartiers.geojson")


@cache
def land() -> shapely.Polygon | shapely.MultiPolygon:
    """All communes together: what is outside is sea, or another country as far as the demonstration goes."""
    ground = cast(
        shapely.Polygon | shapely.MultiPolygon,
        shapely.union_all([commune.shape for commune in communes()]),
    )
    shapely.prepare(ground)
    return ground


def _read(path: Path) -> tuple[Ground, ...]:
    features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return tuple(
        Ground(
            **feature["properties"],
            shape=cast(shapely.Polygon | shapely.MultiPolygon, shapely.geometry.shape(feature["geometry"])),
        )
        for feature in features
    )
