"""Behind the views a second line: their owner sees no row that they do not aggregate, and no words of anybody."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from geoneighbour.nearness import review
from geoneighbour.posts import service as posts
from tests.world import box, communes, opened, settled

LEAK = """
CREATE FUNCTION public.leak(seen text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
AS $$ BEGIN RAISE NOTICE '%', seen; RETURN true; END $$
"""


@pytest.fixture
def owner(database_url, session):
    """A connection with the rights of the views' owner, and what it was told by a function that gives away what it sees."""
    communes(session, ["A"])
    ids = [settled(session, f"Voisine {i}", -2.05, 48.55) for i in range(24)]
    review.run(session)
    opened(session, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), ids[:11])
    for kind, body in (("request", "Une échelle ?"), ("offer", "Un vélo.")):
        posts.write(session, ids[0], kind, body, "neighbourhood")
    session.commit()
    review.run(session)
    session.commit()
    posts.write(session, ids[1], "request", "Après la revue", "neighbourhood")
    opened(session, "Paramé", box(-2.06, 48.54, -2.03, 48.56), ids[:11])
    session.execute(
        text("UPDATE neighbourhood SET state = 'proposed', opened_at = NULL WHERE name = 'Paramé'")
    )
    session.execute(text(LEAK))
    session.commit()
    with psycopg.connect(database_url, autocommit=True) as connection:
        told: list[str] = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        connection.execute("SET ROLE geoneighbour_gis_owner")
        yield connection, told


def test_the_views_owner_sees_only_what_they_aggregate(owner):
    connection, _ = owner
    assert connection.execute("SELECT kind FROM post").fetchall() == [("request",)]
    assert connection.execute("SELECT name FROM neighbourhood").fetchall() == [("Le Sillon",)]


def test_a_function_that_gives_away_what_it_sees_sees_no_more(owner):
    connection, told = owner
    connection.execute("SELECT count(*) FROM post WHERE public.leak(kind || created_at)")
    connection.execute("SELECT count(*) FROM neighbourhood WHERE public.leak(name)")
    assert len(told) == 2
    assert told[1] == "Le Sillon"


def test_words_authors_and_persons_are_not_even_its_to_read(owner):
    connection, _ = owner
    columns = [f"{column} FROM post" for column in ("body", "author_id", "id", "*")]
    tables = ("member", "residence", "account", "address", "login_session", "private.home")
    for what in (*columns, *(f"* FROM {table}" for table in tables)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT {what}")


def test_the_service_reads_and_writes_all_of_it(owner, session):
    session.execute(text("SET ROLE geoneighbour_service"))
    assert session.scalar(text("SELECT count(*) FROM post")) == 3
    assert session.scalar(text("SELECT count(*) FROM neighbourhood")) == 2
    assert session.execute(text("UPDATE post SET body = body")).rowcount == 3
