"""Broken and hostile files: one line, exit code 2, nothing changed; or the one bad commune left out, with its reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from tests.boundaries.hostile import HOSTILE
from tests.communes.conftest import Answer, Run
from tests.communes.files import geojson, polygon, square, star

Imported = Callable[..., Answer]
Stored = Callable[[], list[tuple[Any, ...]]]
GOOD = ("35001", square(-2, 48))
SECONDS = 20


UNUSABLE: dict[str, Callable[[Path], Path]] = {
    **{
        kind: HOSTILE[kind]
        for kind in ("text", "cut GeoPackage", "no .dbf", "out of range", "zip bomb, 10 GB in 10 MB")
    },
    "no file": lambda folder: folder / "missing.geojson",
    "an empty folder": lambda folder: (folder / "empty").mkdir() or folder / "empty",  # type: ignore[func-returns-value]
}
"""Some of each stage; all of the corpus is read, without a database, in tests/boundaries/test_hostile.py."""


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_serve(
    kind: str, run: Run, stored: Stored, imported: Imported, tmp_path: Path
) -> None:
    imported(geojson(tmp_path / "before.geojson", GOOD), 2019)
    before, began = stored(), time.monotonic()
    path = UNUSABLE[kind](tmp_path)
    answer = run("communes", "import", path, "--vintage", 2020, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("geoneighbour: ")
    assert str(path) not in answer.err or kind in ("no file", "an empty folder")
    assert time.monotonic() - began < SECONDS
    assert stored() == before


def test_one_broken_file_of_several_refuses_them_all(run: Run, stored: Stored, tmp_path: Path) -> None:
    before = stored()
    good = geojson(tmp_path / "a.geojson", GOOD)
    answer = run("communes", "import", good, HOSTILE["text"](tmp_path), "--vintage", 2020)
    assert answer.code == 2
    assert "c.geojson" in answer.err
    assert stored() == before


REJECTED = {
    "a position that is no number": (
        polygon((0, 0), (float("nan"), 0), (1, 1), (0, 0)),
        "a position is not a number",
    ),
    "out of range": (polygon((0, 0), (500, 0), (1, 91), (0, 0)), "outside longitude 180 and latitude 90"),
    "at the 180th meridian": (
        polygon((179.5, -17), (180, -17), (180, -16), (179.5, -16), (179.5, -17)),
        "touches the edge of the map: nothing goes beyond longitude 179",
    ),
    "across the 180th meridian": (
        polygon((178, -17), (-179.9, -17), (-179.9, -16), (178, -16), (178, -17)),
        "touches the edge of the map",
    ),
    "a ring that is not closed": (polygon((0, 0), (1, 0), (1, 1), (0, 1)), "a ring is not closed"),
    "two points": (polygon((0, 0), (1, 1), (0, 0)), "encloses no ground: Too few points"),
    "a point": ({"type": "Point", "coordinates": [0, 0]}, "a Point, no polygon"),
    "a line": ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "a LineString, no polygon"),
    "nothing": (None, "no shape"),
    "an empty polygon": ({"type": "Polygon", "coordinates": []}, "no shape"),
    "a line there and back": (polygon((0, 0), (1, 1), (2, 2), (0, 0)), "encloses no ground"),
    "a star of 2,000 corners": (star(2000), "too tangled to be repaired"),
}


@pytest.mark.parametrize("kind", REJECTED)
def test_one_bad_commune_is_left_out(kind: str, imported: Imported, session: Session, tmp_path: Path) -> None:
    shape, reason = REJECTED[kind]
    began = time.monotonic()
    answer = imported(geojson(tmp_path / "c.geojson", GOOD, ("35002", shape), ("35003", square(-1, 48))))
    assert time.monotonic() - began < SECONDS
    assert answer.summary["read"] == 3
    assert answer.counts == {"added": 2, "rejected": 1}
    assert answer.reasons.keys() == {"35002"}
    assert answer.reasons["35002"].startswith("rejected: ")
    assert reason in answer.reasons["35002"]
    assert answer.reasons["35002"].endswith("(c.geojson, row 2)")
    assert set(session.scalars(select(Commune.code))) == {"35001", "35003"}


def test_many_stars_do_not_take_many_times_as_long(imported: Imported, tmp_path: Path) -> None:
    stars = [(str(35010 + number), star(2000)) for number in range(12)]
    began = time.monotonic()
    assert imported(geojson(tmp_path / "c.geojson", GOOD, *stars)).counts == {"added": 1, "rejected": 12}
    assert time.monotonic() - began < 2 * SECONDS


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [
        ("35 001", "A", "the code is not made of"),
        ("", "A", "no code"),
        ("35001", "  ", "no name"),
        ("35001", None, "no name"),
    ],
)
def test_code_and_name_must_be_there(
    code: str, name: str | None, reason: str, imported: Imported, tmp_path: Path
) -> None:
    path = geojson(tmp_path / "c.geojson", ("35009", square(0, 48)), (code, square(1, 48)))
    path.write_text(path.read_text().replace(f'"Commune {code}"', "null" if name is None else f'"{name}"'))
    answer = imported(path)
    assert answer.counts == {"added": 1, "rejected": 1}
    assert reason in answer.reasons[code or None]


def test_one_code_of_two_communes_is_neither(imported: Imported, tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "c.geojson", ("35009", square(0, 48)), ("35001", square(1, 48)), ("35002", square(2, 48))
    )
    path.write_text(path.read_text().replace('"code": "35002"', '"code": "35001"'))
    answer = imported(path)
    assert answer.counts == {"added": 1, "rejected": 2}
    assert "one code, several names: Commune 35001, Commune 35002" in answer.reasons["35001"]


def test_a_bow_tie_is_repaired_and_so_told(imported: Imported, session: Session, tmp_path: Path) -> None:
    bow_tie = polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0))
    answer = imported(geojson(tmp_path / "c.geojson", GOOD, ("35002", bow_tie)))
    assert answer.counts == {"added": 2, "repaired": 1}
    assert answer.reasons == {"35002": "repaired: Self-intersection[0.5 0.5]"}
    shape = shapely.from_wkb(
        bytes(session.scalar(text("SELECT ST_AsEWKB(geom) FROM commune WHERE code = '35002'")))
    )
    assert shape.is_valid
    assert shape.area == pytest.approx(0.5)
