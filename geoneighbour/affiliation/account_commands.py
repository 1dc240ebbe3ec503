"""`geoneighbour partners account add | remove | list`: whose logins open a partner's page."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.accounts.service import by_email
from geoneighbour.affiliation import accounts
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.offers import service as offers


@click.group()
def account() -> None:
    """Whose logins open a partner's page."""


@account.command()
@click.argument("code")
@click.argument("email")
def add(code: str, email: str) -> None:
    """Let the login of EMAIL open the partner's page."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        accounts.add(session, offers.partner(session, code).id, by_email(session, email).member_id)


@account.command()
@click.argument("code")
@click.argument("email")
def remove(code: str, email: str) -> None:
    """From now on the login of EMAIL no longer opens it."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        accounts.remove(session, offers.partner(session, code).id, by_email(session, email).member_id)


@account.command("list")
@click.argument("code")
def list_(code: str) -> None:
    """Who opens the page of a partner, since when."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        for since, email in accounts.emails_of(session, offers.partner(session, code).id):
            click.echo(f"{since:%Y-%m-%d}  {email}")
