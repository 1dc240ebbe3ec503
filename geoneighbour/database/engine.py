"""One way to reach PostgreSQL: an engine and its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Copy
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from geoneighbour.database.urls import with_option
from geoneighbour.settings import Settings

SERVICE = "geoneighbour_service"
"""The role of the web application and the workers: it reads no home (sql/00_roles.sql)."""

LET_GO = "-c client_connection_check_interval=2s"
"""The statement of a process that was killed, and its locks, end after so long: else only when the statement does."""


def database_url(settings: Settings) -> str:
    """The libpq URL to use: DATABASE_URL, else that of the private cluster, started when it is not running."""
    if settings.database_url:
        return settings.database_url
    from geoneighbour.database import cluster

    return cluster.start(settings)


def service_url(settings: Settings, url: str) -> str:
    """How the web application and the workers reach the database whose owner's URL is given."""
    return as_service(settings.service_database_url or url)


def as_service(url: str) -> str:
    """The same URL, with which one gives up all rights but the service's as one connects."""
    return with_option(url, f"-c role={SERVICE}")


@contextmanager
def database_in_use(settings: Settings) -> Iterator[str]:
    """The same URL, for a process that stays; the last one to leave stops the private cluster."""
    try:
        yield database_url(settings)
    finally:
        if not settings.database_url:
            from geoneighbour.database import cluster

            cluster.stop_if_last(settings)


def make_engine(url: str, kept: int = 5, *, ping: bool = True) -> Engine:
    """An engine on a libpq URL (``postgresql://...``), driven by psycopg 3. So many connections are kept; ten more may come and go.

    Without `ping`: for who tries again by itself.
    """
    # libpq reads the URL itself: it may name a service, several hosts or the folder of a socket.
    parameters = {**conninfo_to_dict(with_option(url, LET_GO)), "application_name": "geoneighbour"}
    # What goes into a statement is somebody's: neither logs nor errors repeat it.
    return create_engine(
        "postgresql+psycopg://",
        pool_size=kept,
        pool_pre_ping=ping,
        hide_parameters=True,
        connect_args=parameters,
    )


@contextmanager
def copying(session: Session, statement: str) -> Iterator[Copy]:
    """psycopg's COPY ... FROM STDIN within the session's transaction; the statement is one of our own."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 (a session that has just connected has one)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except KeyboardInterrupt:
        # Ctrl+C amid a message leaves a connection that refuses ROLLBACK; its end undoes as well.
        connection.invalidate()
        raise


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session, one transaction: committed at the end, rolled back by any exception."""
    with Session(engine) as session, session.begin():
        yield session
