"""Sentence 4: of the communes that cover a place, border included, the least (country, code) in byte order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.communes import queries
from geoneighbour.errors import InvalidInput
from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, features, write
from tests.grid import Grid

Imported = Callable[..., Answer]
JUST = 1e-7
"""Degrees, the finest a home is stored with."""


def code_at(session: Session, lon: float, lat: float) -> str | None:
    found = queries.at(session, lon, lat)
    return found and f"{found.country} {found.code}"


def named(shape: shapely.Geometry, code: str) -> Feature:
    return Feature(shape, {"code": code, "nom": f"Commune {code}"})


def test_the_border_belongs_to_it_and_a_centimetre_further_does_not(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    imported(write(tmp_path / "c.gpkg", [named(shapely.box(-2, 48, -1, 49), "35001")]))
    for lon, lat in ((-2, 48.5), (-1, 48.5), (-1.5, 48), (-1.5, 49), (-2, 48), (-1, 49)):
        assert code_at(session, lon, lat) == "FR 35001"
    for lon, lat in (
        (-2 - JUST, 48.5),
        (-1 + JUST, 48.5),
        (-1.5, 48 - JUST),
        (-1.5, 49 + JUST),
        (-2 - JUST, 48),
    ):
        assert code_at(session, lon, lat) is None


def test_a_hole_is_outside(imported: Imported, session: Session, tmp_path: Path) -> None:
    ring = shapely.box(0, 43, 3, 46) - shapely.box(1, 44, 2, 45)
    imported(write(tmp_path / "c.gpkg", [named(ring, "35001")]))
    assert code_at(session, 1.5, 44.5) is None
    assert code_at(session, 1, 44.5) == "FR 35001"


@pytest.mark.parametrize(
    ("west", "east", "wins"), [("2A004", "29001", "29001"), ("10000", "9", "10000"), ("A", "9", "9")]
)
def test_a_tie_goes_to_the_least_code_in_byte_order(
    west: str, east: str, wins: str, imported: Imported, session: Session, tmp_path: Path
) -> None:
    rows = [named(shapely.box(0, 0, 1, 1), west), named(shapely.box(1, 0, 2, 1), east)]
    imported(write(tmp_path / "c.gpkg", rows), 2020, "--country", "FR", "--code-field", "code")
    assert code_at(session, 1, 0.5) == f"FR {wins}"
    assert code_at(session, 1 - JUST, 0.5) == f"FR {west}"
    assert code_at(session, 1 + JUST, 0.5) == f"FR {east}"


def test_the_country_comes_before_the_code(imported: Imported, session: Session, tmp_path: Path) -> None:
    imported(write(tmp_path / "fr.gpkg", [named(shapely.box(0, 0, 1, 1), "11111")]), 2020, "--country", "FR")
    imported(write(tmp_path / "be.gpkg", [named(shapely.box(1, 0, 2, 1), "99999")]), 2020, "--country", "BE")
    assert code_at(session, 1, 0.5) == "BE 99999"


def test_closed_communes_cover_nothing(imported: Imported, session: Session, tmp_path: Path) -> None:
    """A, the least, goes into B."""
    imported(write(tmp_path / "a.gpkg", features(Grid("A B"))), 2020)
    imported(write(tmp_path / "b.gpkg", features(Grid("B B"))), 2021)
    home = Grid("A B").points()["A"]
    assert code_at(session, home.lon, home.lat) == "FR 35002"


def test_null_and_empty_are_nowhere(session: Session) -> None:
    statement = "SELECT nearness.commune_at(NULL), nearness.commune_at('SRID=4326;POINT EMPTY')"
    assert tuple(session.execute(text(statement)).one()) == (None, None)


def test_no_place_outside_the_world(session: Session) -> None:
    with pytest.raises(InvalidInput):
        queries.at(session, 181, 0)


def test_at_prints_code_and_name(imported: Imported, run: Run, tmp_path: Path) -> None:
    imported(write(tmp_path / "c.gpkg", [named(shapely.box(55, -22, 56, -21), "97401")]))
    answer = run("communes", "at", "55.5", "-21.5")
    assert (answer.code, answer.out, answer.err) == (0, "97401 Commune 97401\n", "")
    answer = run("communes", "at", "-1.5", "48")
    assert (answer.code, answer.out, answer.err) == (1, "No commune here.\n", "")


@pytest.mark.parametrize(
    "place", [("181", "0"), ("0", "-90.1"), ("nan", "0"), ("0", "inf"), ("-1e3", "0"), ("x", "0")]
)
def test_at_refuses_what_is_no_place(place: tuple[str, str], run: Run) -> None:
    answer = run("communes", "at", *place)
    assert (answer.code, answer.out) == (2, "")
    assert "must lie between" in answer.err or "not a valid float" in answer.err


def test_show_and_neighbours(imported: Imported, run: Run, tmp_path: Path) -> None:
    square = Grid("A B", side_m=2000)
    imported(write(tmp_path / "a.gpkg", features(square)), 2020)
    imported(write(tmp_path / "b.gpkg", features(square, {"A": "Ville-d'A"})), 2022)
    shown = run("communes", "show", "35001").out.splitlines()
    area = next(line for line in shown if line.startswith("area"))
    assert shown[0] == "35001 Ville-d'A (FR)"
    assert float(area.split()[1]) == pytest.approx(4.0, rel=0.005)
    assert "vintage     2022" in shown
    assert "neighbours  1" in shown
    assert shown[-2:] == ["  2020 to 2022  Commune A -> 35001 Ville-d'A", "  2022 to today  Ville-d'A"]
    assert run("communes", "neighbours", "35001").out == "35002 Commune B\n"
    assert run("communes", "show", "99999").err == "geoneighbour: no commune has the code 99999\n"


def test_search_by_the_beginning_of_a_word_or_code(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    names = {
        "A": "Saint-Malo",
        "B": "Saint-Malo-de-Phily",
        "C": "Malon",
        "D": "Haÿ-les-Roses",
        "E": "Œuilly",
        "F": "Le Rheu",
    }
    imported(write(tmp_path / "c.gpkg", features(Grid("A B C D E F"), names)))

    def found(typed: str, limit: int = 10) -> list[str]:
        return [version.name for version in queries.search(session, typed, limit)]

    assert found("saint malo") == found("St-Malo") == ["Saint-Malo", "Saint-Malo-de-Phily"]
    assert found("malo") == ["Malon", "Saint-Malo", "Saint-Malo-de-Phily"]
    assert found("l'haÿ") == found("hay") == ["Haÿ-les-Roses"]
    assert found("oeu") == ["Œuilly"]
    assert found("rheu") == found("le rheu") == ["Le Rheu"]
    assert found("35004") == ["Haÿ-les-Roses"]
    assert found("350", limit=2) == ["Haÿ-les-Roses", "Le Rheu"]
    assert found("alo") == found("%") == found("_") == found("") == found("  ") == []
