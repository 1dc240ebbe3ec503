"""What becomes barrier and what crossing of the rows and layers of a file; without the confined process, which is quicker."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from geoneighbour.boundaries.lines import Lines
from geoneighbour.boundaries.reader import Request
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import files
from geoneighbour.geofiles.frames import FOUND, ROWS, received
from tests.nearness.grid_steps import Shape
from tests.nearness.oracle_barriers import Barriers
from tests.nearness.town_barriers import written

RIVER = shapely.LineString([(-2.0, 48.5), (-2.02, 48.55), (-2.0, 48.6)])
BRIDGE = shapely.Point(-2.02, 48.55)


def read(path: Path, **options: Any) -> tuple[list[tuple[bytes | None, ...]], list[dict[str, Any]]]:
    """The rows as they go to the database, and the layers that were found."""
    out = io.BytesIO()
    reader = Lines(Request((str(path),), lines=True, **options), out)
    for file in files.named(files.files_in([path])):
        reader.read(file)
    reader.finish()
    out.seek(0)
    frames = list(received(out))
    stream = io.BytesIO(b"".join(body for letter, body in frames if letter == ROWS)[19:])
    rows = []
    while (count := struct.unpack("!h", stream.read(2))[0]) != -1:
        lengths = (struct.unpack("!i", stream.read(4))[0] for _ in range(count))
        rows.append(tuple(None if length == -1 else stream.read(length) for length in lengths))
    return rows, [json.loads(body) for letter, body in frames if letter == FOUND]


def ints(array: bytes | None) -> list[int]:
    assert array is not None
    return [struct.unpack("!q", array[at + 4 : at + 12])[0] for at in range(20, len(array), 12)]


def package(path: Path, **held: list[Shape]) -> Path:
    """A GeoPackage in Lambert 93 of a layer each."""

    change = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)
    for name, shapes in held.items():
        moved = [
            shapely.transform(one, lambda at: np.column_stack(change.transform(*at.T))) for one in shapes
        ]
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array(moved, dtype=object)), [np.array([name] * len(shapes), dtype=object)],
            ["nom"], layer=name, driver="GPKG", geometry_type=shapes[0].geom_type, crs="EPSG:2154", append=path.exists(),
        )  # fmt: skip
    return path


def test_lines_and_points_of_one_layer(tmp_path: Path) -> None:
    path = written(
        tmp_path, "r", [(RIVER, "La Rance"), (BRIDGE, None), (shapely.MultiPoint([BRIDGE, (-2, 48.5)]), "x")]
    )
    rows, _ = read(path)
    assert [(kind, name, refusal) for _, _, kind, name, refusal, *_ in rows] == [
        (b"line", b"La Rance", None), (b"crossing", None, None), (b"crossing", b"x", None), (b"crossing", b"x", None),
    ]  # fmt: skip
    oracle = Barriers({"r": RIVER}, {"r": set()})
    met = {*zip(ints(rows[0][5]), ints(rows[0][6]), strict=True)}
    ground = {near for pair in met for cell in pair for near in h3.grid_disk(cell, 3)}
    every = {(min(a, b), max(a, b)) for a in ground for b in h3.grid_disk(a, 1) if a != b}
    assert len(met) > 60
    assert met == {pair for pair in every if oracle.barred(*pair)}


@pytest.mark.parametrize(
    ("shape", "refusal"),
    [
        (shapely.box(-2, 48, -1.9, 48.1), "a Polygon, no line or crossing"),
        (shapely.LineString([(-2, 48), (-2, 48)]), "has no length"),
        (shapely.LineString([(-20, 48), (0.1, 48)]), "is longer than 20 degrees"),
        (shapely.LineString([(178, 48), (179.5, 48)]), "touches the edge of the map"),
        (shapely.LineString(np.column_stack([np.linspace(-2, -1, 50_001), np.full(50_001, 48)])), "has more than 50,000"),
        (shapely.GeometryCollection([RIVER, BRIDGE]), "a GeometryCollection, no line or crossing"),
    ],
)  # fmt: skip
def test_rows_that_cannot_serve(tmp_path: Path, shape: Shape, refusal: str) -> None:
    rows, _ = read(written(tmp_path, "r", [(RIVER, None), (BRIDGE, None), (shape, None)]))
    assert rows[0][4] is rows[1][4] is None
    assert (rows[2][4] or b"").decode().startswith(refusal)
    assert rows[2][5:] == (None,) * 4


def test_layers(tmp_path: Path) -> None:
    towns = [shapely.Point(-2.1, 48.5)]
    path = package(tmp_path / "r.gpkg", rivers=[RIVER], towns=towns)
    rows, found = read(path)
    assert [row[2] for row in rows] == [b"line"], "towns are no bridges"
    assert [layer["ignored"] is None for layer in found] == [True, False]
    assert found[0]["crs"] == "EPSG:2154"
    assert [row[2] for row in read(path, crossings_layer="towns")[0]] == [b"line", b"crossing"]
    assert [row[2] for row in read(path, layer="rivers")[0]] == [b"line"]
    both = package(tmp_path / "two.gpkg", rivers=[RIVER], roads=[RIVER])
    with pytest.raises(
        UnusableFile, match="several layers hold lines; choose one with --layer among rivers, roads"
    ):
        read(both)
    assert [row[3] for row in read(both, layer="roads")[0]] == [b"roads"]
    for option in ({"layer": "lakes"}, {"name_field": "title", "layer": "roads"}):
        with pytest.raises(UnusableFile, match=r"no such layer|no field title"):
            read(both, **option)
