"""What a second file makes of the first: nothing is deleted, what changes is closed and followed by its successor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from sqlalchemy.orm import Session

from geoneighbour.communes import queries
from geoneighbour.communes.models import DEMONSTRATION
from tests.communes.conftest import Answer, Run
from tests.communes.files import features, write
from tests.grid import Grid

BEFORE = Grid("""
    A A B B
    A A B B
    C C D D
""")
MERGED = Grid("""
    A A A A
    A A A A
    C C D D
""")
NOWHERE = shapely.box(500, 0, 501, 1)
Imported = Callable[..., Answer]
Stored = Callable[[], list[str]]


def lines(session: Session, code: str) -> list[tuple[int, int | None, int, str]]:
    """The history of a code: from, to, vintage that confirmed it, name."""
    return [(v.valid_from, v.valid_to, v.vintage, v.name) for v in queries.history(session, code)]


def test_the_second_run_of_a_file_changes_nothing(imported: Imported, stored: Stored, tmp_path: Path) -> None:
    path = write(tmp_path / "c.geojson", features(BEFORE))
    assert imported(path).counts == {"added": 4}
    before = stored()
    assert imported(path).counts == {"unchanged": 4}
    assert stored() == before


def test_another_format_and_the_other_way_round_change_nothing(imported: Imported, tmp_path: Path) -> None:
    imported(write(tmp_path / "c.gpkg", features(BEFORE)))
    assert imported(write(tmp_path / "c.shp", features(BEFORE))).counts == {"unchanged": 4}
    backwards = [replace(row, shape=shapely.reverse(row.shape)) for row in features(BEFORE)]
    assert imported(write(tmp_path / "backwards.gpkg", backwards)).counts == {"unchanged": 4}


def test_a_later_vintage_confirms_what_is_unchanged(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    path = write(tmp_path / "c.geojson", features(BEFORE))
    imported(path, 2020)
    assert imported(path, 2022).counts == {"unchanged": 4}
    assert lines(session, "35001") == [(2020, None, 2022, "Commune A")]


def test_a_rename_closes_the_row_and_opens_another(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.geojson", features(BEFORE)), 2020)
    answer = imported(write(tmp_path / "b.geojson", features(BEFORE, {"A": "Nouvelle"})), 2021)
    assert answer.counts == {"renamed": 1, "unchanged": 3}
    assert answer.reasons == {"35001": "renamed: was Commune A"}
    assert lines(session, "35001") == [(2020, 2021, 2020, "Commune A"), (2021, None, 2021, "Nouvelle")]
    old, new = queries.history(session, "35001")
    assert old.successor_id == new.id
    assert (old.source, new.source) == ("a.geojson", "b.geojson")


def test_a_merger_that_keeps_a_code_and_changes_its_name(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.geojson", features(BEFORE)), 2020)
    answer = imported(write(tmp_path / "b.geojson", features(MERGED, {"A": "Val d'A"})), 2021)
    assert answer.counts == {"reshaped": 1, "merged": 1, "unchanged": 2}
    assert answer.reasons == {
        "35001": "reshaped and renamed: was Commune A",
        "35002": "merged into 35001 (100 %)",
    }
    (gone,) = queries.history(session, "35002")
    assert gone.valid_to == 2021
    assert [heir.name for heir in queries.successors(session, gone)] == ["Val d'A"]
    heir = queries.by_code(session, "35001")
    assert {version.code for version in queries.predecessors(session, heir)} == {"35001", "35002"}


def test_the_successor_has_the_largest_part(imported: Imported, session: Session, tmp_path: Path) -> None:
    imported(write(tmp_path / "a.geojson", features(Grid("A A A B C"))), 2020)
    answer = imported(write(tmp_path / "b.geojson", features(Grid("B C C B C"))), 2021)
    assert answer.reasons["35001"] == "merged into 35003 (67 %), 35002 (33 %)"
    (gone,) = queries.history(session, "35001")
    assert [heir.code for heir in queries.successors(session, gone)] == ["35003"]


@pytest.mark.parametrize(
    ("file", "closed"),
    [
        (". . . . .\nB B B B B", False),
        ("E E . . .\nB B B B B", False),
        ("E E E . .\n. . . . .", True),
        ("E F G . .\n. . . . .", True),
        ("E E F F G\n. . . . .", True),
    ],
    ids=["the region beside it", "two fifths", "three fifths by one", "three fifths by three", "all of it"],
)
def test_what_is_absent_is_closed_only_where_the_file_covers_half_of_it(
    file: str, closed: bool, imported: Imported, session: Session, tmp_path: Path
) -> None:
    """A has the five squares of the upper row, and no file names it again."""
    imported(write(tmp_path / "a.geojson", features(Grid("A A A A A\n. . . . ."))), 2020)
    answer = imported(write(tmp_path / "b.geojson", features(Grid(file))), 2021)
    assert ("35001" in answer.reasons) == closed
    assert (queries.history(session, "35001")[0].valid_to is not None) == closed


def test_a_commune_whose_new_outline_is_refused_stays(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    """It is not absent: its row of the file cannot serve, though what covers its ground can."""
    imported(write(tmp_path / "a.geojson", features(BEFORE)), 2020)
    rows = [*features(MERGED), replace(features(Grid("B"))[0], shape=NOWHERE)]
    answer = imported(write(tmp_path / "b.geojson", rows), 2021)
    assert answer.counts == {"reshaped": 1, "unchanged": 2, "rejected": 1}
    assert queries.by_code(session, "35002").valid_from == 2020


def test_an_older_vintage_is_refused(imported: Imported, run: Run, stored: Stored, tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", features(BEFORE))
    imported(path, 2020)
    before = stored()
    answer = run("communes", "import", path, "--vintage", 2019)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "vintage 2019 is older than what is already there: 35001 is of 2020" in answer.err
    assert stored() == before
    # Another region may be of another year.
    assert imported(write(tmp_path / "b.geojson", features(Grid("F", lon=5.0))), 2019).counts == {"added": 1}


def test_a_dry_run_says_what_the_run_then_does(
    imported: Imported, run: Run, stored: Stored, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.geojson", features(BEFORE)), 2020)
    rows = features(MERGED, {"C": "Autre"}) + features(Grid("E", lon=5.0))
    rows.append(replace(features(Grid("F"))[0], shape=NOWHERE))
    path, before = write(tmp_path / "b.geojson", rows), stored()
    for options in ((), ("--json",)):
        dry = run("communes", "import", path, "--vintage", 2021, "--dry-run", *options)
        assert dry.code == 0
        assert stored() == before
    done = imported(path, 2021)
    assert dry.out == done.out
    assert done.counts == {
        "added": 1,
        "renamed": 1,
        "reshaped": 1,
        "merged": 1,
        "unchanged": 1,
        "rejected": 1,
    }
    assert stored() != before


def test_the_demonstration_makes_way_for_real_boundaries_and_does_not_come_back(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    """Whatever year it bears."""
    path = write(tmp_path / "a.geojson", features(BEFORE))
    imported(path, 2030, "--source", DEMONSTRATION)
    assert queries.is_demonstration(session)
    imported(write(tmp_path / "b.geojson", features(MERGED)), 2018)
    session.rollback()
    assert lines(session, "35002") == [(2030, 2030, 2030, "Commune B")]
    assert lines(session, "35003") == [(2018, None, 2018, "Commune C")]
    assert not queries.is_demonstration(session)
    refused = run("communes", "import", path, "--vintage", 2030, "--source", DEMONSTRATION)
    assert refused.code == 2
    assert "the demonstration would hide them" in refused.err


def test_codes_of_two_countries_do_not_meet(imported: Imported, run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", features(BEFORE))
    imported(path)
    assert imported(path, 2020, "--country", "be").counts == {"added": 4}
    assert "35001 is a code in BE and FR: say which country" in run("communes", "show", "35001").err
    assert run("communes", "show", "35001", "--country", "BE").out.startswith("35001 Commune A (BE)")
    assert run("communes", "import", path, "--vintage", 2020, "--country", "FRA").code == 2
