"""`geoneighbour members ...`"""

from __future__ import annotations

import click

from geoneighbour import settings
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.verification import service


@click.group()
def members() -> None:
    """Decide about members."""


@members.command()
@click.argument("email")
def verify(email: str) -> None:
    """Mark the member with this EMAIL as verified: from now on counted, reached and able to write."""
    with transaction(make_engine(database_url(settings.load()))) as session:
        member = service.verify_account(session, email)
        click.echo(f"{member.name} is verified.")
