"""`geoneighbour members ...`, `geoneighbour letters ...`"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_in_use, make_engine, transaction
from geoneighbour.sealing import Sealer
from geoneighbour.verification import batch, service
from geoneighbour.verification.codes import Keys
from geoneighbour.verification.letters import Post

in_commune = click.option("--commune", metavar="CODE", help="Only letters to homes in this commune.")


@click.group()
def members() -> None:
    """Decide about members."""


@members.command()
@click.argument("email")
def verify(email: str) -> None:
    """Mark the member with this EMAIL as verified: from now on counted, reached and able to write."""
    with _session() as session:
        member = service.verify_account(session, email)
        click.echo(f"{member.name} is verified.")


@click.group()
def letters() -> None:
    """Print the letters that prove addresses (docs/verification.md)."""


@letters.command("print")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: letters-<day>.pdf.")
@in_commune
@click.option("--limit", type=click.IntRange(1), help="At most so many, those asked for first.")
def print_(out: Path | None, commune: str | None, limit: int | None) -> None:
    """Print all letters that wait, or were printed and not sent, into one PDF.

    Each gets a new code: letters printed before and not marked as sent are void, throw them away. All of them are printed, or none.
    """
    settings = environment.load()
    out = out or Path(f"letters-{datetime.now(UTC):%Y-%m-%d}.pdf")
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with _session() as session:
            made = batch.print_waiting(
                session, Post(settings, Keys(settings), Sealer(settings)), commune, limit
            )
            # Before the commit: a disk that is full leaves the codes as they were. Addresses and codes are for their printer alone.
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(made.pdf)
                os.fsync(file.fileno())
        if made.printed:
            draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    if made.void:
        click.echo(f"{made.void} left out: their members wrote another address since.")
    click.echo(
        f"{made.printed} letters in {out}. Once posted: geoneighbour letters mark-sent"
        if made.printed
        else "No letter waits."
    )


@letters.command("mark-sent")
@in_commune
def mark_sent(commune: str | None) -> None:
    """Say that the letters that were printed are posted: their members read that they are on their way."""
    with _session() as session:
        click.echo(f"{batch.mark_sent(session, commune)} letters marked as sent.")


@letters.command("list")
def list_() -> None:
    """Count the letters by what has become of them."""
    with _session() as session:
        for state, number in batch.counts(session).items():
            click.echo(f"{state.replace('_', ' '):10} {number}")


@contextmanager
def _session() -> Iterator[Session]:
    with database_in_use(environment.load()) as url, transaction(make_engine(url)) as session:
        yield session
