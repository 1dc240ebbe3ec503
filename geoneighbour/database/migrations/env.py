"""Alembic's entry: always on a connection that `geoneighbour.database` opened."""

from __future__ import annotations

from alembic import context

from geoneighbour.database import schema

context.configure(connection=context.config.attributes["connection"], **schema.comparison())
with context.begin_transaction():
    context.run_migrations()
