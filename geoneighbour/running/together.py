"""`geoneighbour run`: all that one machine needs, started in order and stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from sqlalchemy import Engine, select

from geoneighbour.accounts.models import Account
from geoneighbour.communes.models import Commune
from geoneighbour.database import cluster, state
from geoneighbour.database.engine import database_in_use, make_engine, transaction
from geoneighbour.database.upgrade import upgrade
from geoneighbour.demo import AGENT_EMAIL, EMAIL, NEIGHBOURS, NEIGHBOURS_IN, OPERATOR_EMAIL, PASSWORD
from geoneighbour.errors import Unavailable
from geoneighbour.members import addresses
from geoneighbour.running import ports
from geoneighbour.running.web_server import is_loopback, require_public_url
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

START_SECONDS = 60
STOP_SECONDS = 20
SHORT_SECONDS, SHORT_LIVES = 10, 3
"""A process that ends this soon after its start, so many times in a row, would end again."""


class Child:
    """A `geoneighbour` command in a process of its own, which does not outlive this one."""

    def __init__(self, command: str, **environment: str) -> None:
        self.command, self.environment, self.short_lives = command, environment, 0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        # A session of its own: Ctrl+C reaches this process alone, which then stops the others in order.
        self.process = subprocess.Popen(  # noqa: S603
            _command(*self.command.split()),
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def check(self) -> None:
        """Start it again if it has ended; Unavailable if it always ends at once."""
        status = self.process.poll()
        if status is None:
            return
        short = time.monotonic() - self.started < SHORT_SECONDS
        self.short_lives = self.short_lives + 1 if short else 0
        said = f"'geoneighbour {self.command}' ended with status {status}"
        if self.short_lives == SHORT_LIVES:
            raise Unavailable(f"{said}, {SHORT_LIVES} times in a row.")
        click.echo(f"{said}; starting it again.", err=True)
        time.sleep(1)
        self.start()

    def stop(self) -> None:
        """Ask it to stop, and see that it does."""
        self.process.terminate()
        self.wait()

    def wait(self) -> None:
        """Until it has stopped, as it was asked to; then make it."""
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_together(settings: Settings, port: int) -> None:
    """Returns after Ctrl+C or SIGTERM, when all that was started here has stopped."""
    children: list[Child] = []
    with _until_interrupted(), database_in_use(settings) as url:
        try:
            click.echo(f"Database: {'that of DATABASE_URL' if settings.database_url else 'private, running'}")
            engine = make_engine(url)
            upgrade(engine, settings)
            with transaction(engine) as session:
                addresses.seal_missing(session, Sealer(settings))
            _load_demonstration(engine)
            require_public_url(settings, engine)
            live = {"LIVE_PORT": str(settings.live_port or ports.next_free(settings.host, port))}
            children += [Child("serve", PORT=str(port), **live), Child("live", **live)]
            children.append(Child("worker", **_links(settings, port)))
            _wait_for_web(settings.host, port, children[0])
            _tell(settings, port, engine)
            while True:
                time.sleep(0.5)
                if not settings.database_url and not cluster.running(settings):
                    click.echo("The private database has stopped; starting it again.", err=True)
                    cluster.start(settings)
                for child in children:
                    child.check()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            click.echo("\nStopping.")
            for child in children:
                child.process.terminate()
            for child in children:
                child.wait()


@contextmanager
def _until_interrupted() -> Iterator[None]:
    """SIGTERM is like Ctrl+C, and both are a normal end (also in the background of a script, which ignores Ctrl+C)."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped.")


@contextmanager
def beside(command: str) -> Iterator[None]:
    """A `geoneighbour` command in a process of its own meanwhile; where it always ends at once this one ends too."""
    child, over = Child(command), threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            try:
                child.check()
            except Unavailable as error:
                click.echo(f"geoneighbour: {error.reason}", err=True)
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        child.stop()


def _load_demonstration(engine: Engine) -> None:
    with transaction(engine) as session:
        if session.scalar(select(Commune.id).limit(1)) is not None:
            return
    click.echo("The database is empty: loading the demonstration.")
    loading = subprocess.run(_command("demo", "load"), check=False)  # noqa: S603
    if loading.returncode:
        raise Unavailable("The demonstration could not be loaded.")


def _wait_for_web(host: str, port: int, web: Child) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        web.check()
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Unavailable(f"The web service did not open port {port}.")


def _links(settings: Settings, port: int) -> dict[str, str]:
    """For mails of the worker, which no request tells the address: this machine's own, where nobody else is let in."""
    if settings.public_url is not None or not is_loopback(settings.host):
        return {}
    return {"PUBLIC_URL": f"http://localhost:{port}"}


def _tell(settings: Settings, port: int, engine: Engine) -> None:
    click.echo(f"\ngeoneighbour is ready: http://localhost:{port}")
    with transaction(engine) as session:
        # A demonstration that an earlier version made has fewer people.
        there = set(session.scalars(select(Account.email).where(Account.email.in_([EMAIL, *NEIGHBOURS]))))
        if EMAIL in there:
            click.echo(f"  demonstration login  {EMAIL}, password {PASSWORD}")
        if there.issuperset(NEIGHBOURS):
            click.echo(f"  two neighbours       {', '.join(NEIGHBOURS)} ({NEIGHBOURS_IN}), same password")
            click.echo(
                f"  who moderates        {OPERATOR_EMAIL} (operator), {AGENT_EMAIL} (commune), same password"
            )
    click.echo(f"  mail goes to         {settings.smtp_host or state.folder(settings) / 'mail'}")
    click.echo("  Ctrl+C stops it.")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "geoneighbour", *arguments]


def _die_with_parent() -> None:
    """Linux sends SIGTERM to the child when this process is killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
