"""The web application and the workers read no home: what they may do, and which functions look at one for them."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from geoneighbour.database.engine import as_service, make_engine
from tests.world import communes, settled

LOOK_AT_HOMES = {
    ("home_in", "of_member bigint, area geometry", "boolean"),
    ("commune_of_home", "of_member bigint", "bigint"),
    ("homes_on", "ground geometry", "SETOF integer"),
    ("set_home", "of_member bigint, lon double precision, lat double precision", "void"),
    ("serving_home", "of_member bigint", "TABLE(offer_id bigint, by text[])"),
    # Bands, to the owner of the home alone (docs/decisions/033).
    (
        "offer_near",
        "of_member bigint, of_offers bigint[], cells bigint[]",
        "TABLE(offer_id bigint, within_m integer, tier text)",
    ),
    ("offers_within", "of_member bigint, band_m integer", "TABLE(offer_id bigint)"),
}
"""With the owner's rights. Whoever adds one says here what it gives back: never a point, a cell or a distance finer than a band."""
FORBIDDEN = [
    "SELECT * FROM private.home",
    "SELECT ST_AsText(geom) FROM private.home",
    "UPDATE private.home SET geom = geom",
    "DELETE FROM private.home",
    "COPY private.home TO STDOUT",
    "ALTER TABLE private.home OWNER TO geoneighbour_service",
    "CREATE TABLE public.mine (a int)",
    "CREATE FUNCTION nearness.leak() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "TRUNCATE member CASCADE",
    "DROP TABLE post",
    "UPDATE moderation_act SET why = 'nothing'",
    "DELETE FROM moderation_act",
    "UPDATE alembic_version SET version_num = '0001'",
    "SELECT * FROM nearness.follow_communes()",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_service_cannot(database_url: str, session: Session, statement: str) -> None:
    communes(session, ["A"])
    settled(session, "Anne", -2.05, 48.55)
    session.commit()
    with (
        make_engine(as_service(database_url)).connect() as connection,
        pytest.raises(ProgrammingError) as refused,
    ):
        connection.execute(text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_which_functions_look_at_homes_and_what_they_give_back(session: Session) -> None:
    """All with rights of their own are listed, and no other function can reach a home."""
    with_rights = session.execute(
        text("""
            SELECT proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid), prosrc, pg_get_functiondef(oid) AS all
            FROM pg_proc WHERE pronamespace = 'nearness'::regnamespace AND prosecdef
        """)
    ).all()
    looking = {(row[0], row[1], row[2]) for row in with_rights if "private" in row.all.lower()}
    assert looking == LOOK_AT_HOMES
    # PUBLIC may call none of them: the schema is closed, and so are they.
    public = session.scalars(
        text("""
            SELECT proname FROM pg_proc
            WHERE pronamespace = 'nearness'::regnamespace AND proname = ANY(:names)
              AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS may WHERE may.grantee = 0)
        """),
        {"names": [name for name, *_ in LOOK_AT_HOMES]},
    ).all()
    assert public == []


def test_what_the_service_asks_is_answered(database_url: str, session: Session) -> None:
    ids = communes(session, ["A"])
    anne = settled(session, "Anne", -2.05, 48.55)
    session.commit()
    with make_engine(as_service(database_url)).connect() as connection:
        box = "ST_MakeEnvelope(-2.06, 48.54, {east}, 48.56, 4326)"
        for east, inside in ((-2.04, True), (-2.05, True), (-2.0500001, False)):
            asked = text(f"SELECT nearness.home_in(:member, {box.format(east=east)})")
            assert connection.scalar(asked, {"member": anne}) is inside
        assert connection.scalar(text("SELECT nearness.commune_of_home(:m)"), {"m": anne}) == ids["A"]
