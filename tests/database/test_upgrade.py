"""`db upgrade` makes what the models say, all of it or nothing, and can be repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from geoneighbour.database import schema, scratch, status, upgrade
from geoneighbour.database.engine import make_engine
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings
from tests.conftest import Template

CONSTRAINTS = text("""
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace IN ('public'::regnamespace, 'private'::regnamespace)
      AND conrelid NOT IN ('spatial_ref_sys'::regclass, coalesce(to_regclass('alembic_version'), 0))
""")


def constraints(connection: Connection) -> set[tuple[str, ...]]:
    return {tuple(row) for row in connection.execute(CONSTRAINTS)}


def test_the_migrations_make_what_the_models_say(database: Engine) -> None:
    with database.connect() as connection:
        assert schema.drift(connection) == []
        assert schema.pending(connection) == []


def test_the_migrations_make_the_constraints_of_the_models(database: Engine, template: Template) -> None:
    """Alembic does not compare checks: here they are compared with tables made from the models alone."""
    with scratch.database(template.server) as url, make_engine(url).begin() as modelled:
        upgrade.prepare(modelled)
        schema.metadata().create_all(modelled)
        expected = constraints(modelled)
    with database.connect() as migrated:
        assert constraints(migrated) == expected


def test_an_upgrade_can_be_repeated(database: Engine, settings: Settings) -> None:
    with database.connect() as connection:
        before = status.report(connection)
    upgrade.upgrade(database, settings)
    upgrade.require(database)
    with database.connect() as connection:
        assert status.report(connection) == before


def test_the_numbers_of_the_rule_follow_the_settings(database: Engine) -> None:
    upgrade.upgrade(database, Settings(k=7, spread_members=30, largest_neighbourhood_km2=12.5))
    with database.connect() as connection:
        numbers = connection.execute(
            text("SELECT k, spread_members, largest_neighbourhood_km2 FROM nearness_setting")
        ).all()
    assert numbers == [(7, 30, 12.5)]


def test_a_file_that_fails_is_named_with_its_line_and_changes_nothing(
    database: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "99_broken.sql"
    broken.write_text("CREATE TABLE half ();\n\nSELECT 1,\n  FROM half;\n")
    files = [*upgrade.sql_files(), broken]
    monkeypatch.setattr(upgrade, "sql_files", lambda: files)
    with pytest.raises(Unavailable, match=r"99_broken\.sql, line 4: syntax error"):
        upgrade.upgrade(database, settings)
    with pytest.raises(Unavailable, match="db upgrade"):
        upgrade.require(database)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('half')")) is None
        assert connection.scalar(text("SELECT to_regclass('gis.communes')")) is not None


def test_a_view_that_changes_its_columns_is_made_anew(
    database: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = tmp_path / "99_view.sql"
    files = [*upgrade.sql_files(), view]
    monkeypatch.setattr(upgrade, "sql_files", lambda: files)
    for columns in ("1 AS first, 2 AS second", "2 AS second"):
        view.write_text(f"CREATE OR REPLACE VIEW gis.changing AS SELECT {columns};")
        upgrade.upgrade(database, settings)
    files.remove(view)
    upgrade.upgrade(database, settings)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('gis.changing')")) is None


def test_an_operators_view_is_not_dropped_unasked(
    database: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.begin() as connection:
        connection.execute(text("CREATE VIEW public.of_the_operator AS SELECT name FROM gis.communes"))
    more = tmp_path / "99_more.sql"
    more.write_text("SELECT 1;")
    files = [*upgrade.sql_files(), more]
    monkeypatch.setattr(upgrade, "sql_files", lambda: files)
    with pytest.raises(Unavailable, match="view of_the_operator"):
        upgrade.upgrade(database, settings)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM of_the_operator")) == 0


def test_databases_of_one_server_may_be_upgraded_at_once(template: Template) -> None:
    with scratch.database(template.server) as one, scratch.database(template.server) as two:
        upgrading = [
            subprocess.Popen(
                [sys.executable, "-m", "geoneighbour", "db", "upgrade"],
                env=os.environ | {"DATABASE_URL": url},
                stdout=subprocess.DEVNULL,
            )
            for url in (one, one, two)
        ]
        assert [process.wait(60) for process in upgrading] == [0, 0, 0]


def test_the_job_queue_lives_apart(database: Engine) -> None:
    with database.connect() as connection:
        tables = connection.scalars(
            text("SELECT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'")
        )
        assert set(tables) == {"jobs"}
