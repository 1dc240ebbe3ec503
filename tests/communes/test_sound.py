"""What an operator is told of boundaries that do not fit together, and that a strict import refuses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, features, geojson, polygon, write
from tests.grid import Grid

LAND = Grid("""
    A B
    C D
""")
Stored = Callable[[], list[tuple[Any, ...]]]


def astray(folder: Path) -> Path:
    """The border of A and B is drawn twice: B's some 14 m too far west."""
    rows = features(LAND)
    west, south, east, north = rows[1].shape.bounds
    wide = polygon(
        (west - 0.0002, south), (east, south), (east, north), (west - 0.0002, north), (west - 0.0002, south)
    )
    others = [(str(row.columns["code"]), row.shape.__geo_interface__) for row in rows]
    others[1] = (others[1][0], wide)
    return geojson(folder / "astray.geojson", *others)


def test_an_overlap_is_told_and_goes_in(run: Run, tmp_path: Path) -> None:
    answer = run("communes", "import", astray(tmp_path), "--vintage", 2020)
    assert answer.code == 0
    assert "overlap: 35001, 35002: " in answer.out
    assert "near -1.98" in answer.out


def test_all_findings_stand_in_the_json(imported: Callable[..., Answer], tmp_path: Path) -> None:
    quality = imported(astray(tmp_path)).summary["quality"]
    assert quality["counts"]["overlap"] == 1
    assert quality["whole"] is True
    (overlap,) = (finding for finding in quality["findings"] if finding["kind"] == "overlap")
    assert overlap["codes"] == ["35001", "35002"]
    assert overlap["square_metres"] == pytest.approx(14.7 * 1000, rel=0.02)


def test_strict_refuses_it_and_nothing_changes(run: Run, stored: Stored, tmp_path: Path) -> None:
    before = stored()
    answer = run("communes", "import", astray(tmp_path), "--vintage", 2020, "--strict")
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "not sound (1 overlap" in answer.err
    assert stored() == before


@pytest.mark.parametrize("fault", ["repaired", "rejected"])
def test_strict_refuses_what_was_mended_or_left_out(fault: str, run: Run, tmp_path: Path) -> None:
    bow_tie = polygon((0, 45), (1, 46), (1, 45), (0, 46), (0, 45))
    bad = bow_tie if fault == "repaired" else None
    path = geojson(
        tmp_path / "c.geojson", ("35009", polygon((5, 45), (6, 45), (6, 46), (5, 45))), ("35010", bad)
    )
    assert f"not sound (1 {fault})" in run("communes", "import", path, "--vintage", 2020, "--strict").err
    assert run("communes", "import", path, "--vintage", 2020).code == 0


def test_strict_takes_sound_ones_lakes_included(run: Run, tmp_path: Path) -> None:
    ring = Grid("A B C\nD . F\nG H I")
    rows: list[Feature] = features(ring)
    answer = run("communes", "import", write(tmp_path / "c.gpkg", rows), "--vintage", 2020, "--strict")
    assert answer.code == 0
    assert "hole: 35001, 35002, 35003" in answer.out
