"""What a transaction leaves behind when Ctrl+C strikes where no library expects it."""

from __future__ import annotations

import logging
import os
import socket

import psycopg
import pytest
from sqlalchemy import Engine, text

from geoneighbour.database.engine import copying, transaction


def test_ctrl_c_between_a_copy_and_its_answer(
    database: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def struck(cursor: psycopg.Cursor, statement: str) -> None:
        cursor.connection.pgconn.send_query(statement.encode())
        raise KeyboardInterrupt

    monkeypatch.setattr(psycopg.Cursor, "copy", struck)
    with caplog.at_level(logging.ERROR), pytest.raises(KeyboardInterrupt):
        copy_zones(database)
    # The pool would say so: another command is already in progress.
    assert not caplog.records
    with transaction(database) as session:
        assert session.scalar(text("SELECT count(*) FROM zone WHERE id = 7")) == 0


def copy_zones(database: Engine) -> None:
    with transaction(database) as session:
        session.execute(text("INSERT INTO zone (id, anchor) VALUES (7, 7)"))
        with copying(session, "COPY zone (id, anchor) FROM STDIN"):
            pass


def test_a_process_that_is_killed_holds_no_lock_for_long(database: Engine, database_url: str) -> None:
    """As the kernel leaves it: its side of the connection is closed while the server works."""
    with database.connect() as connection, psycopg.connect(database_url, autocommit=True) as other:
        held = connection.connection.driver_connection
        held.execute("SELECT pg_advisory_lock(1)")
        held.pgconn.send_query(b"SELECT pg_sleep(60)")
        held.pgconn.flush()
        socket.socket(fileno=os.dup(held.pgconn.socket)).shutdown(socket.SHUT_RDWR)
        other.execute("SET lock_timeout = '20s'")
        other.execute("SELECT pg_advisory_lock(1)")
        connection.invalidate()
