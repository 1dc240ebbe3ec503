"""One way to reach PostgreSQL: an engine and its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from geoneighbour.settings import Settings


def database_url(settings: Settings) -> str:
    """The libpq URL to use: DATABASE_URL, else that of the private cluster, started when it is not running."""
    if settings.database_url:
        return settings.database_url
    from geoneighbour.database import cluster

    return cluster.start(settings)


def make_engine(url: str) -> Engine:
    """An engine on a libpq URL (``postgresql://...``), driven by psycopg 3."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True, connect_args={"application_name": "geoneighbour"})


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session, one transaction: committed at the end, rolled back by any exception."""
    with Session(engine) as session, session.begin():
        yield session
