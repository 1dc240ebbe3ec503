"""Sentence 4: a border of positive length, or an operator's entry; both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, features, write
from tests.grid import Grid

Imported = Callable[..., Answer]


def pairs(session: Session) -> set[str]:
    """Adjacent communes by their letters, in alphabetical order; fails where one direction is missing."""
    session.rollback()
    rows = session.execute(
        text("""
            SELECT a.code, b.code FROM commune_adjacency
            JOIN commune AS a ON a.id = commune_id AND a.valid_to IS NULL
            JOIN commune AS b ON b.id = other_id AND b.valid_to IS NULL
        """)
    ).all()
    directed = {tuple(chr(64 + int(code[-1])) for code in row) for row in rows}
    assert directed == {(b, a) for a, b in directed}
    assert len(rows) == session.scalar(text("SELECT count(*) FROM commune_adjacency")), (
        "a closed row is adjacent"
    )
    return {a + b for a, b in directed if a < b}


@pytest.mark.parametrize(
    ("drawing", "adjacent"),
    [
        ("A B C", {"AB", "BC"}),
        ("A .\n. B", set()),
        ("A B\nC D", {"AB", "AC", "BD", "CD"}),
        ("A . B", set()),
        ("A A A\nA B A\nA A A", {"AB"}),
        ("A B B\nA . C\nD D C", {"AB", "AD", "BC", "CD"}),
        ("A A B\nC D B\nC E E", {"AB", "AC", "AD", "BD", "BE", "CD", "CE", "DE"}),
    ],
    ids=["in a row", "by a corner", "four at a corner", "apart", "an enclave", "round a gap", "T-junctions"],
)
def test_who_is_adjacent(
    drawing: str, adjacent: set[str], imported: Imported, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "c.gpkg", features(Grid(drawing))))
    assert pairs(session) == adjacent


def test_outlines_that_overlap(imported: Imported, session: Session, tmp_path: Path) -> None:
    """A and B overlap and have a line of border in common; C crosses B's border in two points and shares no length."""
    boxes = {"A": (0, 0, 2, 2), "B": (1, 0, 3, 2), "C": (2.5, 0.5, 4, 1.5)}
    rows = [
        Feature(shapely.box(*box), {"code": f"350{ord(letter) - 64:02}", "nom": letter})
        for letter, box in boxes.items()
    ]
    imported(write(tmp_path / "c.gpkg", rows), 2020, "--country", "FR")
    assert pairs(session) == {"AB"}


def test_an_import_beside_what_is_there_finds_the_pairs_between(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    grid = Grid("A B\nC D")
    rows = {row.columns["code"][-1]: row for row in features(grid)}
    imported(write(tmp_path / "a.gpkg", [rows["1"], rows["3"]]))
    imported(write(tmp_path / "b.gpkg", [rows["2"], rows["4"]]))
    assert pairs(session) == {"AB", "AC", "BD", "CD"}


def test_a_moved_border_changes_who_is_adjacent(imported: Imported, session: Session, tmp_path: Path) -> None:
    imported(write(tmp_path / "a.gpkg", features(Grid("A A B\nC D D"))), 2020)
    assert pairs(session) == {"AB", "AC", "AD", "BD", "CD"}
    imported(write(tmp_path / "b.gpkg", features(Grid("A B B\nC D D"))), 2021)
    assert pairs(session) == {"AB", "AC", "BD", "CD"}


def test_an_operators_link_lasts(imported: Imported, run: Run, session: Session, tmp_path: Path) -> None:
    """The island E is linked to A; both get new rows, then A goes into B."""
    imported(write(tmp_path / "a.gpkg", features(Grid("A B . E"))), 2020)
    assert pairs(session) == {"AB"}
    answer = run("communes", "link", "35001", "35005")
    assert answer.out == "35001 Commune A and 35005 Commune E are linked.\n"
    assert pairs(session) == {"AB", "AE"}
    imported(write(tmp_path / "b.gpkg", features(Grid("A B . E"), {"A": "Port", "E": "Île"})), 2021)
    assert pairs(session) == {"AB", "AE"}
    imported(write(tmp_path / "c.gpkg", features(Grid("B B . E"), {"E": "Île"})), 2022)
    assert pairs(session) == {"BE"}
    assert run("communes", "neighbours", "35002").out == "35005 Île  (linked by an operator)\n"


def test_a_link_passes_to_the_chief_part_of_what_was_split(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.gpkg", features(Grid("A A A . E"))), 2020)
    run("communes", "link", "35001", "35005")
    imported(write(tmp_path / "b.gpkg", features(Grid("A F F . E"))), 2021)
    assert pairs(session) == {"AF", "EF"}


def test_a_link_between_two_that_become_one_ends(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.gpkg", features(Grid("A . B"))), 2020)
    run("communes", "link", "35001", "35002")
    one = replace(features(Grid("A A A"))[0])
    imported(write(tmp_path / "b.gpkg", [one]), 2021)
    assert pairs(session) == set()


def test_a_link_taken_back_leaves_the_border(
    imported: Imported, run: Run, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.gpkg", features(Grid("A B . E"))))
    for other in ("35002", "35005"):
        run("communes", "link", "35001", other)
    assert pairs(session) == {"AB", "AE"}
    for other in ("35002", "35005"):
        assert run("communes", "link", "35001", other, "--remove").code == 0
    assert pairs(session) == {"AB"}


@pytest.mark.parametrize("codes", [("35001", "35001"), ("35001", "99999")])
def test_a_link_needs_two_communes(
    codes: tuple[str, str], imported: Imported, run: Run, tmp_path: Path
) -> None:
    imported(write(tmp_path / "a.gpkg", features(Grid("A B"))))
    answer = run("communes", "link", *codes)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
