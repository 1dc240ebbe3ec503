"""What `db status` tells."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

from sqlalchemy import Connection, func, inspect, select, text

from geoneighbour.database import schema, upgrade
from geoneighbour.database.models import AppliedSql


def report(connection: Connection) -> list[str]:
    """One line a fact: versions, migrations and SQL that an upgrade would bring, how many communes and members."""
    server = connection.scalar(text("SHOW server_version"))
    lacking = schema.pending(connection)
    lines = [
        f"geoneighbour {version('geoneighbour')}, PostgreSQL {server}",
        f"migrations: {', '.join(lacking)} to apply" if lacking else "migrations: up to date",
    ]
    if not inspect(connection).has_table(AppliedSql.__tablename__):
        return [*lines, "The database is empty: run 'geoneighbour db upgrade'."]
    changed = upgrade.stale_sql(connection)
    digests = "".join(upgrade.digest(path) for path in upgrade.sql_files())
    lines.append(
        f"sql: {', '.join(changed)} to apply"
        if changed
        else f"sql: up to date ({sha256(digests.encode()).hexdigest()[:12]})"
    )
    if not lacking and (differences := schema.drift(connection)):
        lines.append(
            f"tables: {len(differences)} differences from the models (made by an unreleased version?)"
        )
    tables = schema.metadata().tables
    commune, member = tables["commune"], tables["member"]
    communes = select(func.count()).select_from(commune).where(commune.c.valid_to.is_(None))
    verified = select(func.count(), func.count(member.c.verified_at)).select_from(member)
    lines.append(f"communes: {connection.scalar(communes)}")
    members, of_them = connection.execute(verified).one()
    lines.append(f"members: {members}, of them verified: {of_them}")
    return lines
