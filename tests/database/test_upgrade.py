"""`db upgrade` makes what the models say, and can be repeated."""

from __future__ import annotations

from sqlalchemy import Engine

from geoneighbour.database import schema


def test_the_migrations_make_what_the_models_say(database: Engine) -> None:
    with database.connect() as connection:
        assert schema.drift(connection) == []
