"""Homes and posts go where the ground went, in the import's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.posts import service as posts
from tests.communes.conftest import Answer
from tests.communes.files import features, write
from tests.grid import Grid
from tests.world import settled

Imported = Callable[..., Answer]
BEFORE = Grid("""
    A A B . .
    . A B . C
""")


@pytest.fixture
def members(imported: Imported, session: Session, tmp_path: Path) -> dict[str, int]:
    """A member in the middle of each square of BEFORE, by column and row from the south-west."""
    imported(write(tmp_path / "before.gpkg", features(BEFORE)), 2020)
    found = {}
    for column, row in ((0, 1), (1, 1), (1, 0), (2, 1), (2, 0), (3, 1), (4, 0)):
        place = BEFORE.at(column + 0.5, row + 0.5)
        found[f"{column}{row}"] = settled(session, f"{column}{row}", place.lon, place.lat)
    session.commit()
    return found


def living(session: Session) -> dict[str, str | None]:
    """The letter of each member's commune; fails where it is a closed one."""
    session.rollback()
    rows = session.execute(
        text("""
            SELECT member.name, commune.code, commune.valid_to FROM member
            JOIN residence ON residence.member_id = member.id
            LEFT JOIN commune ON commune.id = residence.commune_id
        """)
    ).all()
    assert all(closed is None for _, _, closed in rows)
    return {name: code and chr(64 + int(code[-1])) for name, code, _ in rows}


def test_at_first(members: dict[str, int], session: Session) -> None:
    assert living(session) == {"01": "A", "11": "A", "10": "A", "21": "B", "20": "B", "31": None, "40": "C"}


def test_a_rename_a_moved_border_and_a_new_commune(
    members: dict[str, int], imported: Imported, session: Session, tmp_path: Path
) -> None:
    """A gives its eastern column to B, C is renamed, D appears where the sea was."""
    after = Grid("""
        A B B D .
        . B B . C
    """)
    imported(write(tmp_path / "after.gpkg", features(after, {"C": "Île"})), 2021)
    assert living(session) == {"01": "A", "11": "B", "10": "B", "21": "B", "20": "B", "31": "D", "40": "C"}


def test_a_split_divides_the_homes(
    members: dict[str, int], imported: Imported, session: Session, tmp_path: Path
) -> None:
    after = Grid("""
        E F B . .
        . F B . C
    """)
    imported(write(tmp_path / "after.gpkg", features(after)), 2021)
    assert living(session) == {"01": "E", "11": "F", "10": "F", "21": "B", "20": "B", "31": None, "40": "C"}


def test_a_home_left_outside_has_no_commune(
    members: dict[str, int], imported: Imported, session: Session, tmp_path: Path
) -> None:
    after = Grid("""
        . A B . .
        . A B . C
    """)
    imported(write(tmp_path / "after.gpkg", features(after)), 2021)
    assert living(session)["01"] is None
    assert living(session)["11"] == "A"


def test_a_new_commune_that_wins_the_tie_takes_over(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    """The home stands on the border; B, unchanged, held it until the lesser code came."""
    home = BEFORE.between("A", "B")
    imported(
        write(tmp_path / "b.gpkg", [row for row in features(BEFORE) if row.columns["code"] != "35001"]), 2020
    )
    settled(session, "tie", home.lon, home.lat)
    session.commit()
    assert living(session) == {"tie": "B"}
    imported(write(tmp_path / "a.gpkg", features(BEFORE)), 2020)
    assert living(session) == {"tie": "A"}


def test_who_has_none_is_asked_again(members: dict[str, int], session: Session) -> None:
    before = living(session)
    session.execute(text("UPDATE residence SET commune_id = NULL"))
    assert session.execute(text("SELECT moved, told FROM nearness.follow_communes()")).one() == (6, 6)
    session.commit()
    assert living(session) == before


def test_posts_go_on_in_the_successor(
    members: dict[str, int], imported: Imported, session: Session, tmp_path: Path
) -> None:
    session.execute(
        text("""
            INSERT INTO post (kind, author_id, body, reach, origin_zone, origin_surroundings, origin_commune_id)
            SELECT 'request', member_id, 'Une échelle ?', 'commune', zone, surroundings, commune_id FROM residence
        """)
    )
    session.commit()
    imported(write(tmp_path / "b.gpkg", features(Grid("A A A . .\n. A A . C"), {"A": "Grande"})), 2021)
    imported(write(tmp_path / "c.gpkg", features(Grid("A A A . .\n. A A . C"), {"A": "Plus grande"})), 2022)
    rows = session.execute(
        text("""
            SELECT member.name, commune.name, commune.valid_to FROM post
            JOIN member ON member.id = author_id
            LEFT JOIN commune ON commune.id = origin_commune_id
        """)
    )
    origins = {name: (commune, closed) for name, commune, closed in rows}
    assert origins["01"] == origins["20"] == ("Plus grande", None)
    assert origins["40"] == ("Commune C", None)
    assert origins["31"] == (None, None)


def test_a_dry_run_moves_nobody(
    members: dict[str, int], imported: Imported, session: Session, tmp_path: Path
) -> None:
    before = living(session)
    imported(write(tmp_path / "after.gpkg", features(Grid("B B B B .\n. B B . C"))), 2021, "--dry-run")
    assert living(session) == before


def test_an_import_waits_for_a_home_that_is_being_stored(database: Engine, session: Session) -> None:
    """Else it could close the commune that the other transaction has just looked up."""
    session.execute(text("SELECT nearness.hold_communes()"))
    with database.connect() as other:
        other.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(sqlalchemy.exc.OperationalError, match="lock timeout"):
            other.execute(text("SELECT nearness.follow_communes()"))
        other.rollback()
        session.commit()
        other.execute(text("SELECT nearness.follow_communes()"))


@pytest.mark.parametrize("what", ["a home", "a post"])
def test_what_is_stored_while_an_import_ends_waits_for_it(
    what: str, database: Engine, imported: Imported, session: Session, tmp_path: Path
) -> None:
    """Another session closes A and opens its successor; who settles or writes at that moment must not keep the closed row."""
    imported(write(tmp_path / "a.gpkg", features(BEFORE)), 2020)
    home = BEFORE.at(0.5, 1.5)
    member = settled(session, "Anne", home.lon, home.lat)
    session.commit()
    with Session(database) as importer, ThreadPoolExecutor() as pool:
        importer.execute(text("UPDATE commune SET valid_to = 2021 WHERE code = '35001'"))
        importer.execute(
            text("""
                INSERT INTO commune (country, code, name, vintage, valid_from, source, geom)
                SELECT country, code, 'Nouvelle', 2021, 2021, source, geom FROM commune WHERE code = '35001'
            """)
        )
        importer.execute(
            text("UPDATE commune SET successor_id = (SELECT max(id) FROM commune) WHERE valid_to IS NOT NULL")
        )
        importer.execute(text("SELECT nearness.follow_communes()"))

        def store() -> None:
            with Session(database) as other, other.begin():
                known = other.get(Residence, member)
                if what == "a home":
                    neighbourhoods.settle(other, member, BEFORE.at(0.6, 1.5))
                else:
                    posts.write(other, member, "request", "Une échelle ?", "commune")
                # A session forgets what nobody holds; a page may hold it.
                assert known is not None

        stored = pool.submit(store)
        # It has to wait; what does not is done in this time.
        wait([stored], timeout=1)
        importer.commit()
        stored.result(timeout=20)
    names = {
        "a home": "SELECT name FROM residence JOIN commune ON commune.id = commune_id",
        "a post": "SELECT name FROM post JOIN commune ON commune.id = origin_commune_id",
    }
    assert session.scalar(text(names[what])) == "Nouvelle"
