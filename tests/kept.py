"""A made-up town that many tests begin with is made once in each process; its rows are copied back for the next test."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

T = TypeVar("T")

# As emptied.sql has it: what an upgrade wrote is there already.
TABLES = """
SELECT nspname, relname
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r'
  AND nspname IN ('public', 'private', 'ledger')
  AND relname NOT IN ('spatial_ref_sys', 'alembic_version', 'applied_sql', 'nearness_setting', 'alert_kind', 'offer_category')
  AND pg_relation_size(pg_class.oid) > 0
"""
SEQUENCES = """
SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid)
FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
NO_ROWS = 21
"""Bytes of a binary copy of nothing: its head and its end."""


@dataclass
class Kept:
    """Tables with their rows (binary copies), sequences with their last values, and what making them returned."""

    rows: list[tuple[sql.Composed, bytes]]
    sequences: list[tuple[str, int]]
    returned: Any


_KEPT: dict[Callable[[Session], Any], Kept] = {}


def kept(session: Session, make: Callable[[Session], T]) -> T:
    """What `make` does to an empty database, committed, and what it returns; makes it only the first time.

    `make` is a function of a module, sees nothing but the session and returns plain values. A database that holds rows
    already, or settings that `make` changed, are not for this: the copy meets the same ids, or lacks the settings.
    """
    known = _KEPT.get(make)
    if known is None:
        returned = make(session)
        session.commit()
        if _superuser(session):
            _KEPT[make] = _read(_connection(session), deepcopy(returned))
            session.rollback()
        return returned
    _write(_connection(session), known)
    session.commit()
    return deepcopy(known.returned)


def _connection(session: Session) -> psycopg.Connection:
    return session.connection().connection.driver_connection  # type: ignore[return-value]


def _superuser(session: Session) -> bool:
    """Only they leave triggers aside; where a database that was named is not theirs, each test makes its own town."""
    return _connection(session).info.parameter_status("is_superuser") == "on"


def _read(connection: psycopg.Connection, returned: Any) -> Kept:
    rows = []
    for place in connection.execute(TABLES).fetchall():
        table = sql.SQL("{}").format(sql.Identifier(*place))
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(table)) as copy:
            data = b"".join(bytes(part) for part in copy)
        if len(data) > NO_ROWS:
            rows.append((table, data))
    return Kept(rows, connection.execute(SEQUENCES).fetchall(), returned)


def _write(connection: psycopg.Connection, known: Kept) -> None:
    # Neither triggers nor foreign keys: what they did is among the rows.
    connection.execute("SET LOCAL session_replication_role = replica")
    for table, data in known.rows:
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)) as copy:
            copy.write(data)
    for name, last in known.sequences:
        connection.execute("SELECT setval(%s::regclass, %s)", [name, last])
