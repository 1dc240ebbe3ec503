"""An analyst reads the schema gis, and can neither look nor write elsewhere."""

from __future__ import annotations

import psycopg
import pytest

from geoneighbour.database import analysts
from geoneighbour.settings import Settings

FORBIDDEN = [
    "SELECT * FROM private.home",
    "SELECT * FROM public.member",
    "SELECT * FROM public.account",
    "SELECT * FROM public.residence",
    "SELECT * FROM public.census",
    "SELECT * FROM jobs.procrastinate_jobs",
    "SELECT nearness.cell_text(1)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE TABLE public.mine (a int)",
    "CREATE VIEW gis.mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "UPDATE gis.communes SET name = ''",
    "SET ROLE geoneighbour_gis_owner",
]


@pytest.fixture
def login(database_url: str, settings: Settings) -> str:
    return analysts.url(database_url, settings)


def test_an_analyst_reads_every_view_of_gis(login: str) -> None:
    with psycopg.connect(login) as connection:
        views = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'gis'"
        )
        names = {name for (name,) in views}
        assert {"communes", "neighbourhoods", "member_cells", "request_cells"} <= names
        for name in names:
            connection.execute(f"SELECT * FROM gis.{name}")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_an_analyst_can_do_nothing_else(login: str, statement: str) -> None:
    with psycopg.connect(login, autocommit=True) as connection:
        # A session may undo its own habits: what is granted must hold without them.
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(
            (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
        ):
            connection.execute(statement)


def test_analysts_share_five_connections(login: str) -> None:
    held = [psycopg.connect(login) for _ in range(analysts.CONNECTIONS)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(login)
    finally:
        for connection in held:
            connection.close()


def test_the_url_is_the_same_when_asked_again(login: str, database_url: str, settings: Settings) -> None:
    assert analysts.url(database_url, settings) == login


def test_the_owner_of_the_views_cannot_log_in(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        roles = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'geoneighbour_gis%'"
        )
        assert sorted(roles) == [
            ("geoneighbour_gis_owner", False, False, False),
            ("geoneighbour_gis_reader", False, False, False),
        ]
