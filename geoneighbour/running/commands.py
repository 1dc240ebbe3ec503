"""`geoneighbour serve`, `geoneighbour worker` and `geoneighbour run`, which is both and their database; `geoneighbour retention`."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_in_use, make_engine, service_url
from geoneighbour.database.upgrade import require
from geoneighbour.live.server import serve as serve_live
from geoneighbour.running import ports
from geoneighbour.running.retention import run as run_all
from geoneighbour.running.together import beside, run_together
from geoneighbour.running.web_server import WebServer, require_public_url
from geoneighbour.running.worker import make_app


def chosen_port() -> int:
    try:
        port, remark = ports.choose(environment.load())
    except ports.PortTaken as error:
        click.echo(f"geoneighbour: {error.reason}", err=True)
        raise click.exceptions.Exit(1) from None
    if remark:
        click.echo(remark)
    return port


@click.command()
def serve() -> None:
    """Serve the pages and the API (HOST, PORT). The database must have been upgraded."""
    settings, port = environment.load(), chosen_port()
    with database_in_use(settings) as url:
        engine = make_engine(url)
        require(engine)
        require_public_url(settings, engine)
        click.echo(f"Serving on http://{settings.host}:{port}")
        WebServer(settings, port).run()


@click.command()
def live() -> None:
    """Hold open pages, so that alerts reach them at once (HOST, LIVE_PORT)."""
    settings = environment.load()
    if settings.live_port is None:
        raise click.UsageError("LIVE_PORT is not set: open pages ask from time to time.")
    with database_in_use(settings) as url:
        require(make_engine(url))
        serve_live(settings, service_url(settings, url), settings.live_port)


@click.command()
def worker() -> None:
    """Do what is due: mails, alerts, the weekly review (REVIEW_CRON), and each night what is kept no longer."""
    settings = environment.load()
    with database_in_use(settings) as url:
        require(make_engine(url))
        with beside("alerts send"):
            make_app(service_url(settings, url), settings).run_worker()


@click.command()
def run() -> None:
    """Database, demonstration (in an empty database), web service and worker, until Ctrl+C."""
    run_together(environment.load(), chosen_port())


@click.group("retention")
def retention() -> None:
    """What is kept no longer than docs/privacy.md says."""


@retention.command("run")
def run_retention() -> None:
    """Delete what is due now, as the worker does each night."""
    settings = environment.load()
    with database_in_use(settings) as url:
        require(make_engine(url))
        gone = run_all(make_engine(service_url(settings, url)), settings)
    for name, count in gone.items():
        click.echo(f"{count:6} {name}")
