"""`geoneighbour verifications ...`"""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_in_use, make_engine, transaction
from geoneighbour.sealing import Sealer
from geoneighbour.verification import documents, review


@click.group()
def verifications() -> None:
    """The reviewers' queue: documents, and letters to addresses that no geocoder knows."""


@verifications.command("list")
def list_() -> None:
    """What waits for a reviewer, the oldest first. Decisions are taken on the page /verifications."""
    with database_in_use(environment.load()) as url, transaction(make_engine(url)) as session:
        waiting = review.queue(session, None)
    for one in waiting:
        click.echo(f"{one.since:%Y-%m-%d}  {one.way:8}  {one.commune or 'no commune':30}  {one.name}")
    click.echo(f"{len(waiting)} waiting." if waiting else "Nothing waits.")


@verifications.command()
def seal() -> None:
    """Seal the documents that wait anew with the first of ADDRESS_KEYS."""
    settings = environment.load()
    with database_in_use(settings) as url, transaction(make_engine(url)) as session:
        click.echo(
            f"{documents.seal_anew(session, Sealer(settings))} documents are sealed with the first key."
        )
