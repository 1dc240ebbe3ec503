"""What the rivals need beside the database as it stands: posts to read, ground as polygons, rings around zones."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import shapely
from psycopg import sql
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.offers import clusters

HERE = Path(__file__).parent
POSTS_A_MEMBER = 0.8
MADE_FROM = ("prepare.py", "posts.sql", "rivals.sql", "offers.sql")


def rivals(connection: psycopg.Connection[Any]) -> None:
    """Posts that reach very many (posts.sql) and the schema `bench` (rivals.sql), unless they stand as these files say."""
    wanted = sha256(b"".join((HERE / name).read_bytes() for name in MADE_FROM)).hexdigest()
    said = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'bench'"
    if connection.execute(said).fetchone() == (wanted,):
        return
    connection.execute((HERE / "posts.sql").read_text(encoding="utf-8"))
    connection.execute((HERE / "rivals.sql").read_text(encoding="utf-8"))
    _hexagons(connection)
    _offers(connection)
    rings(connection)
    # Hints and visibility are written now: who is asked first would do it else.
    connection.execute("VACUUM ANALYZE")
    connection.execute(sql.SQL("COMMENT ON SCHEMA bench IS {}").format(sql.Literal(wanted)))


def _offers(connection: psycopg.Connection[Any]) -> None:
    connection.execute((HERE / "offers.sql").read_text(encoding="utf-8"))
    with Session(
        create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    ) as session:
        clusters.count_anew(session)
        session.flush()
    placed = connection.execute(
        "SELECT id, ST_X(point), ST_Y(point) FROM nearness.offer_standing WHERE point IS NOT NULL"
    ).fetchall()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY bench.offer_cell (offer_id, cell) FROM STDIN") as copy,
    ):
        for offer, lon, lat in placed:
            copy.write_row((offer, cells.cell_at(Point(lon, lat), 3)))


def _hexagons(connection: psycopg.Connection[Any]) -> None:
    inhabited = connection.execute("SELECT id FROM zone WHERE nearness.is_surroundings(id)").fetchall()
    with connection.cursor() as cursor, cursor.copy("COPY bench.ground (zone, geom) FROM STDIN") as copy:
        for (zone,) in inhabited:
            outline = shapely.set_srid(cells.outline(zone), 4326)
            copy.write_row((zone, shapely.to_wkb(outline, hex=True, include_srid=True)))
    connection.execute("CREATE INDEX ON bench.ground USING gist (geom)")


def rings(connection: psycopg.Connection[Any]) -> None:
    """The cells around the zones of twenty viewers."""
    viewers = (
        "SELECT zone, cover FROM bench.viewer JOIN residence USING (member_id) JOIN neighbourhood ON id = zone"
        " WHERE n <= 20"
    )
    covers = dict(connection.execute(viewers).fetchall())
    with connection.cursor() as cursor, cursor.copy("COPY bench.rings (zone, cell, ring) FROM STDIN") as copy:
        for zone, cover in covers.items():
            for cell, ring in cells.rings_around(cover).items():
                copy.write_row((zone, cell, ring))
