"""Databases beside the one in use, for a while: to write a migration against, and for tests."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from geoneighbour.database.urls import changed
from geoneighbour.errors import Unavailable

PREFIX = "geoneighbour_test_"


def create(server: str, name: str, template: str = "template1") -> str:
    """Make a database on the server of this URL, empty or as a template has it; returns its URL."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.info.server_version >= 150_000:
            # For some megabytes much quicker than the default, which writes each page to the log.
            statement += sql.SQL(" STRATEGY file_copy")
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Unavailable(
                f"The user of DATABASE_URL may not create databases beside it: {error}"
            ) from error
    return changed(server, dbname=name)


def drop(server: str, name: str) -> None:
    """Remove such a database, whoever is connected to it."""
    if not name.startswith(PREFIX):
        raise ValueError(f"{name} is not a scratch database")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of an empty database on the server of this URL, dropped at the end."""
    name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(4)}"
    url = create(server, name)
    try:
        yield url
    finally:
        drop(server, name)
