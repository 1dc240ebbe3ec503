"""`geoneighbour partners account | terms | secret | statement | reverse`, beside those of the offers."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.affiliation import service
from geoneighbour.affiliation.account_commands import account
from geoneighbour.affiliation.statement import csv_of, month_of
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.offers import service as offers
from geoneighbour.offers.commands import partners
from geoneighbour.sealing import Sealer

__all__ = ["partners"]


@partners.command()
@click.argument("code")
@click.option("--click-cents", type=click.IntRange(0, 10_000), required=True)
@click.option("--conversion-permille", type=click.IntRange(0, 1000), required=True)
def terms(code: str, click_cents: int, conversion_permille: int) -> None:
    """What a partner pays from now on; what is in the ledger stays."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.set_terms(session, offers.partner(session, code).id, click_cents, conversion_permille)


@partners.command()
@click.argument("code")
def secret(code: str) -> None:
    """Make the word with which a partner signs conversions; the former signs nothing any more."""
    settings = environment.load()
    with transaction(make_engine(database_url(settings))) as session:
        word = service.new_secret(session, Sealer(settings), offers.partner(session, code).id)
    click.echo(f"{word}\nIt is told only now (docs/affiliation.md).")


@partners.command()
@click.argument("code")
@click.argument("month")
def statement(code: str, month: str) -> None:
    """A MONTH (2026-11) of a partner as CSV."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        click.echo(csv_of(session, offers.partner(session, code).id, month_of(month)), nl=False)


@partners.command()
@click.argument("entry", type=int)
@click.argument("note")
def reverse(entry: int, note: str) -> None:
    """Take an ENTRY of the ledger back, once, and say why."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        made = service.reverse(session, entry, note)
        click.echo(f"entry {made.id}: {made.cents} cents")


partners.add_command(account)
