"""Metres are of the ellipsoid, wherever on Earth: no projection for one country, no length counted in degrees.

That they come out right overseas and far north is shown by tests/nearness/test_abroad.py; this keeps it so.
"""

from __future__ import annotations

import re
from pathlib import Path

from geoneighbour.settings import ROOT

PROJECTED = {
    "geoneighbour/boundaries/country.py": "which systems files of a country come in",
    "geoneighbour/geofiles/layers.py": "how a file's system is called",
}
DRAWN = {
    "sql/53_offer_tiles.sql": "tiles are drawn in EPSG:3857",
    "sql/60_tiles.sql": "tiles and sketches are drawn in EPSG:3857",
    "sql/46_changes_shown.sql": "slivers of what changed are not drawn",
}
IN_DEGREES = {
    "sql/14_commune_pieces.sql": "pieces within 1e-9 degrees are candidates; whole polygons decide (docs/decisions/027)"
}
METRIC = re.compile(r"ST_(DWithin|Distance|Length|Perimeter|Buffer|Transform)\(.*")


def code(*patterns: str) -> list[tuple[str, str]]:
    """Each line of the product that is no comment, with its file."""
    files = [path for pattern in patterns for path in ROOT.glob(pattern) if "translations" not in path.parts]
    assert len(files) > 20
    return [(name(path), line) for path in files for line in path.read_text("utf-8").splitlines()]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_projection_of_one_country() -> None:
    lines = code(
        "geoneighbour/**/*.py", "geoneighbour/web/static/js/*.js", "sql/*.sql", "geoneighbour/**/*.sql"
    )
    assert {
        file for file, line in lines if re.search(r"\b(2154|27572|394[2-9]|3950)\b", line)
    } == PROJECTED.keys()


def test_lengths_in_sql_are_geodesic() -> None:
    """On `geography`, where a file does more than draw, or says why it counts degrees."""
    lines = [(file, found[0]) for file, line in code("sql/*.sql") if (found := METRIC.search(line))]
    assert len(lines) > 5
    allowed = DRAWN.keys() | IN_DEGREES.keys()
    assert [(file, call) for file, call in lines if file not in allowed and "::geography" not in call] == []
