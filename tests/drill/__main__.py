"""The drill: `make drill`, or python -m tests.drill [--recipients 100000] [--workers-killed 40] [--database-killed 3] [--seed 1]
[--outage 600] [--faster 10]. Time is let pass faster for the mail server that is away alone (tests/drill/outage.py).

Works in the private cluster of STATE_DIR, in a database of its own, and kills that cluster.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import click
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from geoneighbour import settings as environment
from geoneighbour.alerts import sending
from geoneighbour.database import cluster, scratch, upgrade
from geoneighbour.database.engine import database_in_use, make_engine, transaction
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings
from tests.drill import ground, outage
from tests.drill.drill import counted, survive, working, write
from tests.drill.mail_server import WAYS, mail_server
from tests.drill.sink import sink

LEASE_SECONDS = 30.0
SMALL_ALERTS = 200
OUTAGE_ALERTS = 60
_FLOOR = text("""
    CREATE TABLE floor_recipient (LIKE alert_recipient INCLUDING ALL);
    CREATE TABLE floor_delivery (LIKE delivery INCLUDING ALL);
""")
_FILL = text("""
    WITH recipient AS (
      INSERT INTO floor_recipient SELECT * FROM alert_recipient WHERE post_id = :post ORDER BY member_id
    )
    INSERT INTO floor_delivery SELECT * FROM delivery WHERE post_id = :post ORDER BY member_id
""")


@click.command(help=__doc__)
@click.option("--recipients", default=100_000, show_default=True)
@click.option("--workers-killed", default=40, show_default=True)
@click.option("--database-killed", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--outage", "away", default=600.0, show_default=True, help="seconds without a mail server; 0: none"
)
@click.option("--faster", default=10.0, show_default=True, help="by how much those seconds pass faster")
@click.option(
    "--way", "some", multiple=True, type=click.Choice(WAYS), default=WAYS, help="how it is away; all"
)
def main(
    recipients: int,
    workers_killed: int,
    database_killed: int,
    seed: int,
    away: float,
    faster: float,
    some: tuple[str, ...],
) -> None:
    settings = environment.load()
    if settings.database_url:
        raise Unavailable("The drill kills its database: unset DATABASE_URL.")
    with database_in_use(settings) as server, scratch.database(server) as url:
        engine = make_engine(url)
        upgrade.upgrade(engine, settings)
        click.echo(f"making {recipients:,} members")
        author, hamlet = ground.people(engine, recipients)
        row("what", "figure", "goal")
        if away:
            without_mail(engine, url, settings, hamlet, away, faster, some)
        if not recipients:
            return
        expansion(engine, author)
        null_sink(engine, url, author, recipients)
        with sink() as counting, working(url, counting.port, LEASE_SECONDS) as workers:
            first_messages(engine, hamlet, counting.counts)
            result = survive(
                engine,
                workers,
                counting,
                author,
                workers_killed,
                database_killed,
                lambda: kill_database(settings),
                seed,
            )
        row(f"kill -9 of workers, of the database (seed {seed})", f"{workers_killed}, {database_killed}")
        row("ledger rows", f"{result.rows:,}", f"{recipients:,}")
        row("duplicate ledger rows", f"{result.duplicate_rows:,}", "0")
        row("lost, by what the sink counted", f"{result.lost:,}", "0")
        row("twice at the sink", f"{result.twice:,} ({result.twice / recipients:.2%})", "1 %")
        row("marked sent", f"{result.marked_sent:,}", f"{recipients:,}")
        row("until nothing waited", f"{result.seconds:.0f} s")
        engine.dispose()
        if result.lost or result.duplicate_rows or result.twice > recipients / 100:
            raise Unavailable("The drill has failed.")


def expansion(engine: Engine, author: int) -> None:
    """Recipients and ledger in the alert's transaction, beside the same rows inserted as they are, without rules or foreign keys."""
    begun = time.monotonic()
    post = write(engine, author, "Une fuite de gaz rue du Port")
    took = time.monotonic() - begun
    with transaction(engine) as session:
        session.execute(_FLOOR)
    begun = time.monotonic()
    with transaction(engine) as session:
        session.execute(_FILL, {"post": post})
    floor = time.monotonic() - begun
    row(
        f"expansion to {counted(engine, post).rows:,} (the plain insert alone)",
        f"{took:.1f} s ({floor:.1f} s)",
        "10 s",
    )


def null_sink(engine: Engine, url: str, author: int, recipients: int) -> None:
    """Two workers empty the ledger into nothing."""
    with working(url, 0, LEASE_SECONDS):
        while any(waiting(engine)):
            time.sleep(0.5)
    with transaction(engine) as session:
        seconds = session.scalar(text("SELECT extract(epoch FROM max(done_at) - min(done_at)) FROM delivery"))
    row("into a null sink, two workers", f"{recipients / float(seconds):,.0f} a second", "3,000")


def without_mail(
    engine: Engine,
    url: str,
    settings: Settings,
    hamlet: list[int],
    seconds: float,
    faster: float,
    some: tuple[str, ...],
) -> None:
    """The mail server is away: SMS and push go on, and mails come when it is back."""
    outage.reachable(engine, settings.state_dir, hamlet)
    with mail_server() as server, working(url, 0, sending.USUAL["email"].lease_seconds, server.port):
        for way in some:
            told = outage.suffer(engine, server, hamlet, [way], seconds, faster, OUTAGE_ALERTS)
            minutes = f"mail server {way} for {seconds / 60:g} min" + (
                f", {faster:g} times faster" * (faster > 1)
            )
            row(f"{minutes}: mails, most tries of one", f"{told.mails:,}, {told.tries}")
            row(
                "  p99 of SMS and push, before and then",
                f"{told.p99_before:.2f} s, {told.p99:.2f} s",
                "the same",
            )
            row("  mails lost, twice", f"{told.lost}, {told.twice}", "0")
            row("  all mails after its return", f"{told.back:.0f} s", "300 s")
            if (
                told.lost
                or told.others_open
                or told.back > 300
                or told.p99 > told.p99_before + 1
                or not told.turned_away
            ):
                raise Unavailable("The drill has failed.")


def first_messages(engine: Engine, hamlet: list[int], counts: Callable[[], dict]) -> None:
    """Small alerts, one after the other: from the commit to the first message at the sink."""
    committed = {}
    for number in range(SMALL_ALERTS):
        with transaction(engine) as session:
            # Three a day are enough for people.
            session.execute(text("UPDATE alert SET created_at = created_at - interval '1 day'"))
        post = write(engine, hamlet[number % len(hamlet)], f"Une petite alerte, la {number}e")
        committed[post] = time.time()
        time.sleep(0.05)
    while any(waiting(engine)):
        time.sleep(0.2)
    with transaction(engine) as session:
        words = dict(session.execute(text("SELECT post_id, id FROM alert_word")).all())
    first = counts()["first"]
    late = sorted(first[str(words[post])] - at for post, at in committed.items())
    row(f"first message after the commit, p99 of {len(late)}", f"{late[int(len(late) * 0.99)]:.2f} s", "2 s")


def waiting(engine: Engine) -> tuple[int]:
    with transaction(engine) as session:
        return (session.scalar(text("SELECT count(*) FROM delivery WHERE state = 'waiting'")) or 0,)


def kill_database(settings: Settings) -> None:
    """kill -9 of the server; it is started again at once and recovers."""
    server = cluster.running(settings)
    if server is None:
        raise Unavailable("The private database does not run.")
    os.kill(server.pid, signal.SIGKILL)
    while True:
        try:
            cluster.start(settings)
            return
        except (Unavailable, DBAPIError):
            time.sleep(0.2)


def row(what: str, figure: str, goal: str = "") -> None:
    click.echo(f"{what:60} {figure:>24} {goal:>12}")


if __name__ == "__main__":
    main()
