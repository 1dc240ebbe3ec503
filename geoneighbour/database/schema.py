"""The tables as the models declare them, compared with a database: migrations and the no-drift check."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import Geometry
from sqlalchemy import Connection, MetaData

import geoneighbour
from geoneighbour.database.base import Base

MIGRATIONS = Path(__file__).parent / "migrations"
OF_EXTENSIONS = {"spatial_ref_sys"}
"""Tables in our schemas that PostGIS brings."""


def metadata() -> MetaData:
    """The tables of every room, found by its `models` and `…_models` modules."""
    for room in Path(geoneighbour.__file__).parent.iterdir():
        for module in room.glob("*models.py"):
            import_module(f"geoneighbour.{room.name}.{module.stem}")
    return Base.metadata


def comparison() -> dict[str, Any]:
    """Options of Alembic's context: our schemas alone, with types, defaults and geometry columns."""
    ours = {table.schema for table in metadata().tables.values()} | {None}

    def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        if kind == "schema":
            return name in ours
        return not (kind == "table" and name in OF_EXTENSIONS)

    return {
        "target_metadata": metadata(),
        "include_schemas": True,
        "include_name": include_name,
        "compare_type": True,
        "compare_server_default": True,
        "render_item": _render,
    }


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Geometry types in one line; their indexes are declared by the models, each with its purpose."""
    if kind == "type" and isinstance(item, Geometry):
        context.imports.add("from geoalchemy2 import Geometry")
        return f'Geometry("{item.geometry_type}", srid={item.srid}, spatial_index=False)'
    return False


def drift(connection: Connection) -> list[Any]:
    """What Alembic would have to change for the database to be as the models say; empty: nothing."""
    context = MigrationContext.configure(connection, opts=comparison())
    return list(compare_metadata(context, metadata()))


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic without an ini file, on a connection that is already open (and in its transaction)."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def pending(connection: Connection) -> list[str]:
    """The migrations that this database still lacks, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    current = MigrationContext.configure(connection).get_current_revision()
    return [revision.revision for revision in script.iterate_revisions("head", current or "base")][::-1]
