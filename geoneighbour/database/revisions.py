"""Writing migrations: Alembic compares the models with a scratch database that the present migrations made.

Migrations go forward only; the way back is a backup.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command

from geoneighbour.database import schema, scratch
from geoneighbour.database.engine import make_engine
from geoneighbour.database.upgrade import prepare

VERSIONS = schema.MIGRATIONS / "versions"


def add(server: str, message: str) -> Path | None:
    """A new migration after the present ones; None when nothing differs."""
    number = len(list(VERSIONS.glob("[0-9]*.py"))) + 1
    with scratch.database(server) as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            prepare(connection)
            config = schema.alembic_config(connection)
            command.upgrade(config, "head")
            if not schema.drift(connection):
                return None
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    path = next(VERSIONS.glob(f"{number:04}_*.py"))
    lines = [line for line in path.read_text().splitlines() if not line.strip().startswith("# ###")]
    path.write_text("\n".join(lines).strip() + "\n")
    return path


def initial(server: str) -> Path | None:
    """While nothing is released there is one migration, and it is written anew from the models."""
    for path in VERSIONS.glob("[0-9]*.py"):
        path.unlink()
    return add(server, "initial")
