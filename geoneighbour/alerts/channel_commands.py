"""`geoneighbour alerts feeds …`, `sms-budget …` and `seal`."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.alerts import official, phones, pushes
from geoneighbour.alerts import sms_budget as budgets
from geoneighbour.communes import queries as communes
from geoneighbour.database.engine import database_url, make_engine, service_url, transaction
from geoneighbour.sealing import Sealer


@click.group()
def feeds() -> None:
    """Authorities whose CAP 1.2 messages are shown as official alerts."""


@feeds.command("add")
@click.argument("name")
@click.option("--speaker", required=True, help="E-mail of the agent or operator who answers for it.")
@click.option(
    "--url", help="Asked for each minute: CAP, Atom or RSS. Without it a key is made, to send with."
)
def add_feed(name: str, speaker: str, url: str | None) -> None:
    """Show the messages of an authority, under this NAME."""
    settings = environment.load()
    with transaction(make_engine(database_url(settings))) as session:
        _, key = official.add(session, name, speaker, url)
    if key:
        click.echo(f"POST /api/v1/cap with the header 'Authorization: Bearer {key}'. It is told only now.")


@feeds.command("list")
def list_feeds() -> None:
    """What is asked for or sent, when it last was, and what was wrong then."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        for feed in official.listed(session):
            asked = f"{feed.asked_at:%Y-%m-%d %H:%M}" if feed.asked_at else "-"
            click.echo(f"{feed.name}  {feed.url or 'sent here'}  {asked}  {feed.problem or ''}".rstrip())


@feeds.command("remove")
@click.argument("name")
def remove_feed(name: str) -> None:
    """Ask no more, and take its key back. What it brought stays."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        official.remove(session, name)


@feeds.command("poll")
def poll_feeds() -> None:
    """Ask all of them now, as the worker does each minute."""
    settings = environment.load()
    engine = make_engine(service_url(settings, database_url(settings)))
    for name, became in official.poll(engine, settings).items():
        click.echo(f"{name}: {', '.join(became) or 'nothing new'}")


@click.group("sms-budget")
def sms_budget() -> None:
    """What communes pay for by SMS each month; beyond it nothing leaves."""


@sms_budget.command("list")
def list_budgets() -> None:
    """Segments that left this month, and the sum."""
    settings = environment.load()
    with transaction(make_engine(database_url(settings))) as session:
        for country, code, name, most, spent in budgets.this_month(session):
            click.echo(f"{country} {code} {name}: {spent} of {settings.sms_budget if most is None else most}")


@sms_budget.command("set")
@click.argument("country")
@click.argument("code")
@click.argument("segments", type=click.IntRange(0, 10_000_000))
def set_budget(country: str, code: str, segments: int) -> None:
    """From this month on; this month no less than what has left."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        budgets.set_most(session, communes.by_code(session, code, country).id, segments)


@click.command()
def seal() -> None:
    """Seal every telephone and browser anew with the first of ADDRESS_KEYS; afterwards the other keys can go."""
    settings = environment.load()
    sealer = Sealer(settings)
    with transaction(make_engine(database_url(settings))) as session:
        told = phones.seal_anew(session, sealer), pushes.seal_anew(session, sealer)
    click.echo(f"{told[0]} telephones and {told[1]} browsers are sealed with the first key.")
