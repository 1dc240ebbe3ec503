"""Boundary files for tests, written as their sources write them: any format, coordinate system, fields."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely

from tests.grid import Grid

DRIVERS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".gpkg": "GPKG",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
}


@dataclass(frozen=True)
class Feature:
    """A row of a file: a shape in EPSG:4326 and its columns."""

    shape: shapely.Geometry
    columns: Mapping[str, Any]


def features(
    grid: Grid,
    names: Mapping[str, str] | None = None,
    code: str = "code",
    name: str = "nom",
    prefix: str = "350",
) -> list[Feature]:
    """The areas of a drawing; the code of A is 35001, of B 35002 ..., its name Commune A unless `names` says otherwise."""
    return [
        Feature(
            shape,
            {code: f"{prefix}{ord(letter) - 64:02}", name: (names or {}).get(letter, f"Commune {letter}")},
        )
        for letter, shape in sorted(grid.areas().items())
    ]


def write(
    path: Path, rows: Iterable[Feature], epsg: int = 4326, layer: str | None = None, encoding: str = "UTF-8"
) -> Path:
    """Writes the rows by GDAL, in another coordinate system if asked; a second layer is added to the file."""
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = np.array([row.shape for row in rows], dtype=object)
    if epsg != 4326:
        change = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
        shapes = shapely.transform(shapes, change.transform, interleaved=False)
    fields = list(rows[0].columns)
    values = [[row.columns[field] for row in rows] for field in fields]
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(shapes), dtype=object),
        [np.array(column, dtype=object if isinstance(column[0], str) else None) for column in values],
        np.array(fields),
        geometry_type="MultiPolygon" if path.suffix != ".shp" else "Polygon",
        crs=f"EPSG:{epsg}",
        driver=DRIVERS[path.suffix],
        layer=layer,
        encoding=encoding if path.suffix == ".shp" else None,
        append=path.exists(),
    )
    return path


def geojson(path: Path, *rows: tuple[str | int | None, Any], **members: Any) -> Path:
    """A GeoJSON file put together by hand: (code, geometry object) pairs, further members of the collection."""
    collection = {
        "type": "FeatureCollection",
        **members,
        "features": [
            {"type": "Feature", "properties": {"code": code, "nom": f"Commune {code}"}, "geometry": geometry}
            for code, geometry in rows
        ],
    }
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


def polygon(*positions: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(map(list, positions))]}


def square(west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    east, north = west + side, south + side
    return polygon((west, south), (east, south), (east, north), (west, north), (west, south))


def star(points: int, radius: float = 0.1, lat: float = 48.0) -> dict[str, Any]:
    """A ring that crosses itself at every turn: each corner is joined to the one nearly opposite."""
    step = next(k for k in range(points // 2 - 1, 0, -1) if math.gcd(k, points) == 1)
    turns = [2 * math.pi * corner * step / points for corner in range(points)]
    ring = [(radius * math.cos(turn), lat + radius * math.sin(turn)) for turn in turns]
    return polygon(*ring, ring[0])
