"""`geoneighbour db ...` on a database named by DATABASE_URL."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from geoneighbour import settings as environment
from geoneighbour.cli import cli
from geoneighbour.database import scratch, state
from geoneighbour.database.urls import changed, libpq_url
from tests.conftest import Template


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment, read anew by the command."""
    environment.load.cache_clear()
    yield monkeypatch
    environment.load.cache_clear()


def say(*arguments: str) -> str:
    answer = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_init_fills_an_empty_database(template: Template, use: pytest.MonkeyPatch) -> None:
    with scratch.database(template.server) as url:
        use.setenv("DATABASE_URL", url)
        assert "The database is empty" in say("db", "status")
        assert say("db", "init") == say("db", "status")
        assert "migrations: up to date\nsql: up to date (" in say("db", "status")
        assert "communes: 0\nmembers: 0, of them verified: 0\n" in say("db", "status")


def test_the_urls_let_their_roles_in(database_url: str, use: pytest.MonkeyPatch) -> None:
    use.setenv("DATABASE_URL", database_url)
    owner, analyst = say("db", "url").strip(), say("db", "url", "--role", "analyst").strip()
    for url, table in ((owner, "member"), (analyst, "gis.communes")):
        with psycopg.connect(url) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_nothing_private_is_made_with_database_url(
    database_url: str, use: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    use.setenv("DATABASE_URL", database_url)
    use.setenv("STATE_DIR", str(folder))
    say("db", "status")
    say("db", "upgrade")
    assert not (state.folder(environment.load()) / "cluster").exists()


def test_urls_hold_any_character() -> None:
    odd = "a b/c:d@e?f#g%h"
    url = libpq_url(user=odd, password=odd, dbname=odd, host="/a folder", port="1")
    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "user": odd,
        "password": odd,
        "dbname": odd,
        "host": "/a folder",
        "port": "1",
    }
    assert changed("postgresql://me@example.org:5433/one?sslmode=require", dbname="two", user="you") == (
        "postgresql://you@example.org:5433/two?sslmode=require"
    )
