"""`geoneighbour partners suggestions ...`: whom residents would see among the offers."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.offers import suggestions as service


@click.group()
def suggestions() -> None:
    """Whom residents would see among the offers; who suggested them is not told."""


@suggestions.command("list")
def list_() -> None:
    """Those that nobody has taken: number, day, category, name, place, words."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        for one in service.waiting(session):
            place = f"  {one.lat:.5f},{one.lon:.5f}" if one.lon is not None else ""
            words = " ".join(one.words.split())
            click.echo(f"{one.id:6}  {one.day}  {one.category}  {one.name}{place}{'  ' + words if words else ''}")  # fmt: skip


@suggestions.command()
@click.argument("number", type=int)
def take(number: int) -> None:
    """See to one: it leaves the list."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.take(session, number)


@suggestions.command()
@click.argument("number", type=int)
def drop(number: int) -> None:
    """Forget one."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.drop(session, number)
