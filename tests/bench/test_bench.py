"""The measuring program itself: every way it times answers the same, and the hot queries read by index."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.bench import __main__ as program
from tests.bench import plans, population, prepare
from tests.world import communes

MEMBERS = 2_500


@pytest.fixture
def spare() -> dict[str, int]:
    """None: a database that other tests emptied has the sizes of what they wrote, and other plans for so few rows."""
    return {}


@pytest.fixture
def populated(database: Engine, database_url: str) -> str:
    """The URL of a database with six square communes, made members and the rivals' tables."""
    with Session(database) as session:
        communes(session, ["ABC", "DEF"])
        session.commit()
    population.fill(database, MEMBERS, posts=2_000, neighbourhoods=40)
    with psycopg.connect(database_url, autocommit=True) as connection:
        prepare.rivals(connection)
    return database_url


def test_every_way_answers_the_same_and_reads_by_index(
    populated: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A way that differs is named, and makes the exit code 1; a plan that walks through a table is named."""
    options = program._options(["--quick", "--out", str(tmp_path)])
    assert program.bench({MEMBERS: populated}, options) == 0, capsys.readouterr().out
    with psycopg.connect(populated, autocommit=True) as connection:
        # So few rows are sooner walked through: with these costs only what finds no index is.
        connection.execute("SET seq_page_cost = 20")
        # Everybody is one branch of the audience's plan, and so few members are sooner walked through.
        told = [what for what in plans.complaints(connection) if not what.startswith("the audience")]
        assert told == []
        # The same check must notice what is wrong: a table without its index, a rival who answers something else.
        connection.execute("RESET seq_page_cost")
        connection.execute("DROP INDEX ix_residence_zone")
        assert any("all of residence" in what for what in plans.complaints(connection))
        connection.execute("DELETE FROM bench.person WHERE member_id % 5 = 0")
    assert program.bench({MEMBERS: populated}, program._options(["--quick", "--only", "q2_n"])) == 1
