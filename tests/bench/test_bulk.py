"""All of France is filled many rows at once: they are those that fill() makes, row by row as the services would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.bench import bulk, population
from tests.bench.lots import lots
from tests.world import communes

MEMBERS, POSTS = 10_000, 300
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = {
    "member": "id",
    "private.home": "member_id",
    "residence": "member_id",
    "neighbourhood": "id",
    "zone": "id",
    "zone_cell": "zone, cell",
    "spread": "cell",
    "wider_area": "zone, other",
    "census": "cell",
    "published_cell": "cell",
    "cell_outline": "cell",
    "post": "id",
    "post_cell": "by, cell, post_id",
}
EMPTY = "TRUNCATE member, neighbourhood, zone, spread, census, published_cell, cell_outline, review RESTART IDENTITY CASCADE"
INDEXES = (
    "SELECT schemaname, indexdef FROM pg_indexes WHERE schemaname IN ('public', 'private') ORDER BY indexdef"
)


def everything(session: Session) -> dict[str, Sequence[Any]]:
    """All of each table as text, but for when a neighbourhood was written; and the indexes."""
    found = {
        table: session.scalars(
            text(f"SELECT to_jsonb(told) - 'proposed_at' FROM {table} AS told ORDER BY {order}")
            if table == "neighbourhood"
            else text(f"SELECT told::text FROM {table} AS told ORDER BY {order}")
        ).all()
        for table, order in TABLES.items()
    }
    return found | {"indexes": session.execute(text(INDEXES)).all()}


def test_many_at_once_are_the_rows_that_are_made_one_by_one(
    database: Engine, database_url: str, tmp_path: Path
) -> None:
    with Session(database) as session:
        communes(session, ["AB", "C."])
        # The last one's ground lies on its neighbours' too: who lives in both belongs to the first by its code.
        session.execute(
            text(
                "UPDATE commune SET geom = ST_Multi(ST_Expand(geom, 0.002)) WHERE code = (SELECT max(code) FROM commune)"
            )
        )
        session.commit()
    population.fill(database, MEMBERS, seed=3, posts=POSTS, now=NOW)
    with Session(database) as session:
        expected = everything(session)
        session.execute(text(EMPTY))
        session.commit()
    bulk.fill(database_url, MEMBERS, tmp_path, seed=3, posts=POSTS, now=NOW)
    with Session(database) as session:
        made = everything(session)
    assert all(expected.values())
    for table, rows in expected.items():
        assert made[table] == rows, table


def test_lots_are_those_of_the_database(database: Engine) -> None:
    values = [0, 1, -1, 2**31, -(2**40), 2**63 - 1, 12345678901]
    with Session(database) as session:
        for seed in (0, 1, 7, 2**40):
            told = session.scalars(
                text(
                    "SELECT hashint8extended(value, :seed) FROM unnest(CAST(:values AS bigint[])) WITH ORDINALITY AS v (value, n) ORDER BY n"
                ),
                {"seed": seed, "values": values},
            ).all()
            assert lots(np.array(values), seed).tolist() == list(told)
