"""`geoneighbour roles ...`: roles by e-mail, which only this room knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour import settings
from geoneighbour.accounts.models import Account
from geoneighbour.accounts.service import by_email
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.roles import service
from geoneighbour.roles.models import ROLES, RoleGrant

in_commune = click.option("--commune", "code", metavar="CODE", help="The commune where it holds.")
in_country = click.option("--country", metavar="CC", help="Where several countries use the same code.")


@click.group()
def roles() -> None:
    """Grant and revoke roles."""


@roles.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@in_commune
@in_country
def grant(email: str, role: str, code: str | None, country: str | None) -> None:
    """Grant ROLE to the account with this EMAIL."""
    with _session() as session:
        account = by_email(session, email)
        click.echo(
            f"{account.email}: {_said(service.grant(session, account.member_id, role, code, country))}"
        )


@roles.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@in_commune
@in_country
def revoke(email: str, role: str, code: str | None, country: str | None) -> None:
    """Take ROLE back from the account with this EMAIL; without --commune in every commune."""
    with _session() as session:
        account = by_email(session, email)
        number = service.revoke(session, account.member_id, role, code, country)
        click.echo(f"{account.email}: {role} revoked ({number})")


@roles.command("list")
@click.argument("email", required=False)
def list_(email: str | None) -> None:
    """List who has which role now; with an EMAIL, that account's."""
    with _session() as session:
        if email:
            by_email(session, email)
        held = (
            select(Account.email, RoleGrant)
            .join(RoleGrant, RoleGrant.member_id == Account.member_id)
            .where(RoleGrant.revoked_at.is_(None))
            .order_by(RoleGrant.role, Account.email, RoleGrant.id)
        )
        if email:
            held = held.where(func.lower(Account.email) == email.lower())
        for holder, granted in session.execute(held):
            click.echo(f"{holder}: {_said(granted)}, since {granted.granted_at:%Y-%m-%d}")


@contextmanager
def _session() -> Iterator[Session]:
    with transaction(make_engine(database_url(settings.load()))) as session:
        yield session


def _said(granted: RoleGrant) -> str:
    return f"{granted.role} in {granted.country} {granted.code}" if granted.code else granted.role
