"""`geoneighbour barriers ...` as an operator meets it: files in, counts out, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine, text

from tests.communes.conftest import Run
from tests.nearness.town_barriers import written

RIVER = shapely.LineString([(-2.0, 48.5), (-2.0, 48.7)])
BRIDGE, FAR = shapely.Point(-2.0, 48.6), shapely.Point(-1.9, 48.6)


def stored(database: Engine) -> tuple[int, int, int]:
    with database.connect() as connection:
        counts = (
            "SELECT count(*) FROM barrier",
            "SELECT count(*) FROM crossing",
            "SELECT count(*) FROM cell_barrier",
        )
        return tuple(connection.scalar(text(query)) or 0 for query in counts)  # type: ignore[return-value]


def test_in_listed_and_gone(run: Run, database: Engine, tmp_path: Path) -> None:
    river = written(tmp_path, "rance", [(RIVER, "La Rance")])
    bridges = written(tmp_path, "ponts", [(BRIDGE, "Le pont"), (FAR, "Ailleurs")])
    asked = ("barriers", "import", river, "--crossings", bridges, "--kind", "river")
    dry = run(*asked, "--dry-run")
    assert (dry.code, stored(database)) == (0, (0, 0, 0))
    done = run(*asked)
    assert done.code == 0, done.err
    assert done.out.splitlines() == dry.out.splitlines()[1:] == [
        "rance.geojson rance: 1 rows, line, EPSG:4326",
        "ponts.geojson ponts: 2 rows, crossing, EPSG:4326",
        "rance: 3 read, 1 added, 2 crossings, 2 crossings added; the wider areas of 0 zones were found anew",
        "  ponts.geojson row 2: opens nothing: no barrier passes between its cell and the next ones",
    ]  # fmt: skip
    lines, crossings, steps = stored(database)
    assert (lines, crossings) == (1, 2)
    assert run("barriers", "list").out == (
        f"rance  river: 1 lines, 22.2 km, 2 crossings, {steps // 2:,} steps barred\n"
    )
    assert run("barriers", "remove", "rance").out.startswith("rance is gone")
    assert stored(database) == (0, 0, 0)
    nothing = run("barriers", "remove", "rance")
    assert (nothing.code, nothing.err) == (
        2,
        "geoneighbour: there are no barriers of rance: geoneighbour barriers list\n",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"type": "FeatureCollection", "features": [{"type": "Fea', "bad.geojson: "),
        ("", "bad.geojson: "),
        (None, "no row is a line that can serve as a barrier"),
    ],
)
def test_what_cannot_serve_leaves_all_as_it_was(
    run: Run, database: Engine, tmp_path: Path, content: str | None, said: str
) -> None:
    good = written(tmp_path, "good", [(RIVER, None)])
    bad = written(tmp_path, "bad", [(BRIDGE, None)])
    if content is not None:
        bad.write_text(content)
    refused = run("barriers", "import", *([good] if content is not None else []), bad, "--source", "rance")
    assert refused.code == 2
    assert refused.err.startswith(f"geoneighbour: {said}")
    assert refused.err.count("\n") == 1
    assert stored(database) == (0, 0, 0)
