"""`db upgrade`: migrations, the job queue's tables, then every file of sql/. All of it happens, or nothing."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import psycopg
from alembic import command
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, delete, inspect, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema, DropSchema

from geoneighbour.database import schema
from geoneighbour.database.models import AppliedSql
from geoneighbour.errors import Unavailable
from geoneighbour.settings import ROOT, Settings

JOBS = "jobs"
"""The PostgreSQL schema of the job queue, whose tables are not ours."""

MADE_ANEW = ["gis", "nearness"]
"""The schemas that hold nothing but what sql/ makes."""

SQL = "sql"
"""The origin of our own files among those applied; the job queue's is its schema."""

ONE_AT_A_TIME = 7_240_518_001
"""Key of the advisory lock that lets one process at a time upgrade a database."""


def upgrade(engine: Engine, settings: Settings) -> None:
    """Bring a database (an empty one too) to what this checkout needs; Unavailable tells what stands in the way."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(text("SET LOCAL search_path = public"))
        prepare(connection)
        if schema.pending(connection) or stale_sql(connection):
            _make_room(connection)
        command.upgrade(schema.alembic_config(connection), "head")
        _upgrade_job_queue(connection)
        for path in sql_files():
            apply_file(connection, path)
        connection.execute(delete(AppliedSql).where(AppliedSql.origin == SQL))
        _remember(connection, SQL, sql_files())
        _write_numbers(connection, settings)


def require(engine: Engine) -> None:
    """Unavailable when the database is not as this version needs it."""
    with engine.connect() as connection:
        if schema.pending(connection) or stale_sql(connection):
            raise Unavailable("The database is not up to date: run 'geoneighbour db upgrade' first.")


def prepare(connection: Connection) -> None:
    """What the tables stand on: PostGIS, the extensions of the search, and the schemas they are in."""
    for extension in ("postgis", "pg_trgm", "unaccent"):
        try:
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        except DBAPIError as error:
            name = "PostGIS" if extension == "postgis" else extension
            raise Unavailable(
                f"This database has no {name}, and its user may not bring it. As a superuser, in that database:"
                f" CREATE EXTENSION {extension}; ({_reason(error)})"
            ) from error
    for name in sorted({table.schema for table in schema.metadata().tables.values() if table.schema}):
        connection.execute(CreateSchema(name, if_not_exists=True))


def _make_room(connection: Connection) -> None:
    """Drop what sql/ made: a table that changes must not be held by a view, nor a function by its old signature."""
    query = (Path(__file__).parent / "foreign_dependents.sql").read_text()
    if foreign := connection.scalars(text(query), {"made_anew": MADE_ANEW}).all():
        raise Unavailable(
            f"These stand on views or functions that the upgrade makes anew: {', '.join(foreign)}."
            " Drop them, upgrade, and make them again."
        )
    for name in MADE_ANEW:
        connection.execute(DropSchema(name, cascade=True, if_exists=True))


def stale_sql(connection: Connection) -> list[str]:
    """Files of sql/ that are not what was last applied: changed, new or gone."""
    present = {path.name: digest(path) for path in sql_files()}
    applied: dict[str, str] = {}
    if inspect(connection).has_table(AppliedSql.__tablename__):
        ours = select(AppliedSql.name, AppliedSql.sha256).where(AppliedSql.origin == SQL)
        applied = dict(connection.execute(ours).all())
    return sorted(name for name in present | applied if present.get(name) != applied.get(name))


def sql_files() -> list[Path]:
    """sql/*.sql by name: of the checkout, or of the installed package."""
    checkout = ROOT / "sql"
    folder = checkout if checkout.is_dir() else Path(__file__).parent / "sql"
    return sorted(folder.glob("*.sql"))


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def apply_file(connection: Connection, path: Path) -> None:
    """Run a file of SQL as it is, in the connection's transaction; Unavailable names the line that failed."""
    content = path.read_text()
    try:
        connection.exec_driver_sql(content, execution_options={"no_parameters": True})
    except DBAPIError as error:
        raise Unavailable(f"{path.name}{_place(content, error)}: {_reason(error)}") from error


def _remember(connection: Connection, origin: str, paths: list[Path]) -> None:
    """Note that these files' content stands in the database."""
    if paths:
        rows = [{"origin": origin, "name": path.name, "sha256": digest(path)} for path in paths]
        connection.execute(insert(AppliedSql), rows)


def _place(content: str, error: DBAPIError) -> str:
    position = error.orig.diag.statement_position if isinstance(error.orig, psycopg.Error) else None
    return f", line {content.count(chr(10), 0, int(position)) + 1}" if position else ""


def _reason(error: DBAPIError) -> str:
    """What PostgreSQL says, in one line."""
    return " ".join(str(error.orig).split())


def _upgrade_job_queue(connection: Connection) -> None:
    """Procrastinate's tables: made whole the first time; later, those of its migrations that are new here."""
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    connection.execute(CreateSchema(JOBS, if_not_exists=True))
    connection.execute(text("SET LOCAL search_path = jobs, public"))
    if inspect(connection).has_table("procrastinate_jobs", schema=JOBS):
        known = set(connection.scalars(select(AppliedSql.name).where(AppliedSql.origin == JOBS)))
        steps = [step for step in steps if step.name not in known]
        for step in steps:
            apply_file(connection, step)
    else:
        apply_file(connection, Path(SchemaManager.get_migrations_path()).parent / "schema.sql")
    _remember(connection, JOBS, steps)
    connection.execute(text("SET LOCAL search_path = public"))


def _write_numbers(connection: Connection, settings: Settings) -> None:
    """The rule's numbers go where SQL reads them (the room `nearness` owns the table and its one row)."""
    if inspect(connection).has_table("nearness_setting"):
        numbers = settings.model_dump(
            include={"k", "spread_members", "largest_neighbourhood_km2", "vouches_most", "vouches_days"}
        )
        table = schema.metadata().tables["nearness_setting"]
        statement = insert(table).values(single=True, **numbers)
        connection.execute(statement.on_conflict_do_update(index_elements=["single"], set_=numbers))
