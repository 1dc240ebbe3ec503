"""Real boundaries, where the machine has them: a folder of GeoJSON files with `code` and `nom`, one a département.

It is named by GEONEIGHBOUR_COMMUNES, or found beside the checkout. Nothing of it is part of this project.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.communes import queries
from geoneighbour.settings import ROOT
from tests.communes.conftest import Answer

Imported = Callable[..., Answer]
FOLDER = Path(
    os.environ.get("GEONEIGHBOUR_COMMUNES") or ROOT.parent / "shared" / "data" / "communes-france-2018"
)
POINTS = 2000
EVERY = 1 if "GEONEIGHBOUR_PROVE" in os.environ else 4
"""Each fourth département, and all of France where more proof is asked for."""

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"no real boundaries: {FOLDER} is not there; name their folder by GEONEIGHBOUR_COMMUNES",
)


def shapes(*files: Path) -> dict[str, shapely.Geometry]:
    """The communes of some files by code, read by other means than the importer's, mended as PostGIS would."""
    found = {}
    for file in files:
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            found[feature["properties"]["code"]] = shape if shape.is_valid else shape.buffer(0)
    return found


def test_two_departements_against_plain_shapely(imported: Imported, session: Session, tmp_path: Path) -> None:
    """One after the other: places, ties and the borders between the two as the definition has them."""
    files = sorted(FOLDER.glob("*-22-*")) + sorted(FOLDER.glob("*-35-*"))
    for file in files:
        imported(file, 2018)
    known = shapes(*files)
    codes, tree = sorted(known), shapely.STRtree([known[code] for code in sorted(known)])

    touching = {
        (codes[a], codes[b])
        for a, b in zip(*tree.query(tree.geometries, predicate="intersects"), strict=True)
        if a != b and tree.geometries[a].boundary.intersection(tree.geometries[b].boundary).length > 0
    }
    pairs = session.execute(
        text("""
            SELECT a.code, b.code FROM commune_adjacency
            JOIN commune AS a ON a.id = commune_id
            JOIN commune AS b ON b.id = other_id
        """)
    )
    assert {tuple(pair) for pair in pairs} == touching
    assert any(a[:2] != b[:2] for a, b in touching)

    draw = random.Random(22035)
    west, south, east, north = shapely.total_bounds(tree.geometries)
    places = [(draw.uniform(west, east), draw.uniform(south, north)) for _ in range(POINTS)]
    places += [
        draw.choice(shapely.get_coordinates(known[draw.choice(codes)]).tolist()) for _ in range(POINTS)
    ]
    places = [(round(lon, 7), round(lat, 7)) for lon, lat in places]
    for lon, lat in places:
        covering = [codes[i] for i in tree.query(shapely.Point(lon, lat), predicate="covered_by")]
        found = queries.at(session, lon, lat)
        assert (found and found.code) == min(covering, default=None)


def test_much_of_france_goes_in_and_a_second_run_changes_nothing(imported: Imported, tmp_path: Path) -> None:
    files = sorted(FOLDER.glob("*.geojson"))[::EVERY]
    for file in files:
        (tmp_path / file.name).symlink_to(file)
    first = imported(tmp_path, 2018)
    total = sum(len(json.loads(file.read_text())["features"]) for file in files)
    assert first.summary["read"] == first.summary["added"] == total
    assert first.counts.keys() <= {"added", "repaired"}
    second = imported(tmp_path, 2018)
    assert second.summary["read"] == second.summary["unchanged"] == total
    assert second.counts.keys() <= {"unchanged", "repaired"}
