"""What analysts see, asked as an analyst: enough to map, nothing about a person."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from geoneighbour.nearness import review
from geoneighbour.posts import service as posts
from tests.world import box, communes, opened, settled

VIEWS = ("communes", "neighbourhoods", "member_cells", "request_cells")


@pytest.fixture
def analyst(database_url, session):
    """A connection that has the analysts' rights, on a town of 40 people and 30 requests."""
    communes(session, ["AB"])
    ids = [settled(session, f"Voisine {i}", -2.058 + 0.0007 * i, 48.545 + 0.0003 * i) for i in range(40)]
    review.run(session)
    opened(session, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), ids[:11])
    for member in ids[:30]:
        posts.write(session, member, "request", "Qui a une échelle ?", "commune")
    for member in ids[30:]:
        posts.write(session, member, "offer", "Je prête une échelle.", "commune")
    # The review comes in a later transaction: views tell what stood when it ran.
    session.commit()
    review.run(session)
    session.commit()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE geoneighbour_gis_reader")
        yield connection


def test_every_view_has_rows_with_unique_ids_and_typed_geometry(analyst):
    typed = "SELECT srid FROM geometry_columns WHERE f_table_schema = 'gis' AND f_table_name = %s AND type <> 'GEOMETRY'"
    for view in VIEWS:
        rows, ids = analyst.execute(f"SELECT count(*), count(DISTINCT id) FROM gis.{view}").fetchone()
        assert rows == ids > 0
        assert analyst.execute(typed, [view]).fetchone() == (4326,)


def test_every_view_and_column_is_explained(database):
    silent = text(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = 'gis'::regnamespace"
        " AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)"
    )
    with database.connect() as connection:
        assert connection.execute(silent).all() == []
        views = set(
            connection.scalars(text("SELECT relname FROM pg_class WHERE relnamespace = 'gis'::regnamespace"))
        )
    assert views == set(VIEWS)


def test_every_function_and_view_of_the_rule_is_explained(database):
    silent = text(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'nearness'::regnamespace AND obj_description(oid) IS NULL"
        " UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'nearness'::regnamespace AND relkind = 'v'"
        " AND obj_description(oid) IS NULL"
    )
    with database.connect() as connection:
        assert connection.scalars(silent).all() == []


def test_numbers_are_rounded_or_withheld(analyst):
    for view, column in (
        ("member_cells", "people"),
        ("neighbourhoods", "people"),
        ("request_cells", "requests"),
    ):
        numbers = [n for (n,) in analyst.execute(f"SELECT {column} FROM gis.{view}")]
        assert all(n is None or (n >= 10 and n % 10 == 0) for n in numbers)
    assert analyst.execute("SELECT sum(requests) FROM gis.request_cells").fetchone() == (30,)


TABLES = (
    "public.member", "public.residence", "public.census", "public.account", "public.post", "public.support",
    "public.zone", "public.wider_area", "public.message", "private.home", "nearness.reached", "nearness.person",
    "public.post_cell", "public.watch_area", "nearness.home_told", "nearness.member_key",
)  # fmt: skip
ATTEMPTS = (
    "CREATE FUNCTION pg_temp.leak(bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
    " $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE VIEW gis.mine AS SELECT 1",
    "SELECT nearness.tier(1, 2)",
    "SELECT nearness.home_in(1, ST_MakeEnvelope(-180, -90, 180, 90, 4326))",
    "UPDATE gis.neighbourhoods SET name = 'mine'",
)


def test_an_analyst_reads_no_table_and_makes_and_changes_nothing(analyst):
    for attempt in (*(f"SELECT * FROM {table}" for table in TABLES), *ATTEMPTS):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(attempt)


def test_the_views_keep_their_rows_from_functions_of_the_asker(database):
    plain = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'gis'::regnamespace"
        " AND NOT 'security_barrier=true' = ANY (coalesce(reloptions, '{}'))"
    )
    owners = text(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'gis'::regnamespace"
    )
    with database.connect() as connection:
        assert connection.scalars(plain).all() == []
        assert connection.scalars(owners).all() == ["geoneighbour_gis_owner"]


def test_a_proposed_neighbourhood_is_not_shown(analyst, session):
    session.execute(text("UPDATE neighbourhood SET state = 'proposed', opened_at = NULL"))
    session.commit()
    assert analyst.execute("SELECT count(*) FROM gis.neighbourhoods").fetchone() == (0,)
