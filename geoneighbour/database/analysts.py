"""A login for analysts: it reads the schema gis, and nothing else."""

from __future__ import annotations

import psycopg
from psycopg import sql

from geoneighbour.database import cluster, state
from geoneighbour.database.urls import changed
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings

ROLE = "geoneighbour_analyst"
GROUP = "geoneighbour_gis_reader"
CONNECTIONS = 5
# A role can undo these for itself: its grants and CONNECTION LIMIT are the guard, these are a courtesy to others.
HABITS = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_read_only": "on",
    "search_path": "gis, public",
}


def url(owner: str, settings: Settings) -> str:
    """A libpq URL that lets an analyst in. Makes the login; its password stays in the state folder."""
    password = state.secret(settings, "analyst_password")
    login = changed(owner, user=ROLE, password=password)
    server = None if settings.database_url else cluster.running(settings)
    if server and server.tcp:
        login = changed(login, host="127.0.0.1", port=str(server.port))
    _make_role(owner, password)
    try:
        psycopg.connect(login).close()
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"The server does not let {ROLE} in (see its pg_hba.conf): {' '.join(str(error).split())}"
        ) from error
    return login


def _make_role(owner: str, password: str) -> None:
    role = sql.Identifier(ROLE)
    with psycopg.connect(owner) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [GROUP]).rowcount:
            raise Unavailable("The analysts' views are not there yet: run 'geoneighbour db upgrade' first.")
        # Hashed here: the server, and its log, never see the password itself.
        hashed = connection.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256")
        try:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
                    role, sql.Literal(CONNECTIONS), sql.Literal(hashed.decode())
                )
            )
            for name, value in HABITS.items():
                # A list of schemas is written as it is; a quoted one would be a single name.
                written = sql.SQL(", ").join(map(sql.Identifier, value.split(", ")))
                connection.execute(
                    sql.SQL("ALTER ROLE {} SET {} TO {}").format(role, sql.Identifier(name), written)
                )
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(GROUP), role))
        except psycopg.errors.InsufficientPrivilege as error:
            raise Unavailable(f"The user of DATABASE_URL may not make the role {ROLE}: {error}") from error
