"""`geoneighbour alerts`: the sending process, and what an operator does about single alerts."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

import click
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.alerts import service
from geoneighbour.alerts.channel_commands import feeds, seal, sms_budget
from geoneighbour.alerts.crew import Crew, channels
from geoneighbour.alerts.models import LANGUAGES, Alert, AlertKind
from geoneighbour.database.engine import database_in_use, make_engine, service_url, transaction
from geoneighbour.database.upgrade import require
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.posts.models import REACHES, Post
from geoneighbour.settings import ROOT

_COUNTS = text("SELECT * FROM nearness.delivery_counts(:post)")
_LATE = text(
    "SELECT channel, count(*) AS rows, now() - min(greatest(due_at, created_at)) AS late FROM delivery"
    " WHERE state = 'waiting' AND leased_by IS NULL AND due_at <= now() GROUP BY channel ORDER BY channel"
)
_HELD = text("SELECT channel, held_until FROM channel_pace WHERE held_until > now() ORDER BY channel")
LATELY = timedelta(days=7)
LONGEST_NAME = 34
"""Letters: the longest that comes with the service has 33 and takes three lines of a tile on a telephone."""
SPRITE = ROOT / "geoneighbour/web/static/icons/sprite.svg"


@click.group()
def alerts() -> None:
    """Alerts: sending them, and what became of them."""


for one in (feeds, sms_budget, seal):
    alerts.add_command(one)


@alerts.command()
def send() -> None:
    """Send what is due, by all channels that are set up, until Ctrl+C. As many processes and machines as you like."""
    settings = environment.load()
    with database_in_use(settings) as url:
        require(make_engine(url))
        service_login = service_url(settings, url)
        crew = Crew(make_engine(service_login, ping=False), settings, channels(settings), service_login)

        def end(number: int, frame: FrameType | None) -> None:
            # Not from within: a handler may meet a lock that the main thread holds.
            threading.Thread(target=crew.ring_off).start()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        click.echo("Sending alerts.")
        crew.run()


@alerts.command()
@click.argument("post_id", type=int, required=False)
def status(post_id: int | None) -> None:
    """What became of an alert's deliveries, or of the last week's alerts; what is late, and which channels are held back."""
    with _session() as session:
        asked = select(Alert, Post).join(Post, Post.id == Alert.post_id).order_by(Alert.post_id)
        if post_id is not None:
            asked = asked.where(Alert.post_id == _alert(session, post_id).post_id)
        else:
            asked = asked.where(Alert.created_at > func.now() - LATELY)
        found = session.execute(asked).all()
        for alert, post in found:
            click.echo(f"{alert.post_id}  {alert.kind}  {_state(alert)}  {post.body}")
            for row in session.execute(_COUNTS, {"post": alert.post_id}):
                last = f"  last {row.last_at:%Y-%m-%d %H:%M:%S}" if row.last_at else ""
                click.echo(f"  {row.channel:6} {row.state:8} {row.rows:8,}{last}")
        for row in session.execute(_LATE):
            seconds = row.late.total_seconds()
            click.echo(f"{row.channel}: {row.rows:,} due, the first since {seconds:,.0f} s")
        for row in session.execute(_HELD):
            click.echo(f"{row.channel}: held back until {row.held_until:%H:%M:%S}: its server was away")


@alerts.command()
@click.argument("post_id", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Of all alerts that go on.")
@click.option("--unknown", is_flag=True, help="SMS that may have left, too: some will come twice.")
def replay(post_id: int | None, everything: bool, unknown: bool) -> None:
    """Try again what was given up (dead), of an alert that has not ended."""
    if (post_id is None) != everything:
        raise InvalidInput("name one alert, or --all")
    with _session() as session:
        if post_id is not None:
            _alert(session, post_id)
        replayed = service.replay(session, post_id, ["dead", "unknown"] if unknown else ["dead"])
    click.echo(f"{_deliveries(replayed)} again to be sent.")


@alerts.command()
@click.argument("post_id", type=int)
@click.argument("words", default="Cette alerte est annulée.")
def cancel(post_id: int, words: str) -> None:
    """Cancel an alert: it ends, what waits never leaves, and whom it reached reads WORDS."""
    with _session() as session:
        _alert(session, post_id)
        service.add_word(session, None, post_id, "cancel", words)
    click.echo("Cancelled.")


@alerts.command()
@click.argument("post_id", type=int)
def stop(post_id: int) -> None:
    """The kill switch: nothing more of an alert leaves. It stays on the pages until it is cancelled or ends."""
    with _session() as session:
        ended = _alert(session, post_id).ended_at is not None
        stopped = service.stop(session, None, post_id)
    if ended and not stopped:
        click.echo(f"Alert {post_id} has ended: nothing was left to stop.")
    else:
        click.echo(f"Stopped: {_deliveries(stopped)} will not leave.")


@alerts.group()
def kinds() -> None:
    """What alerts are about."""


@kinds.command("list")
def list_kinds() -> None:
    """All kinds, in their order."""
    with _session() as session:
        for kind in session.scalars(select(AlertKind).order_by(AlertKind.position, AlertKind.code)):
            marks = f"{'  urgent' if kind.urgent else ''}{'  retired' if kind.retired_at else ''}"
            hours = kind.lasts.total_seconds() / 3600
            click.echo(
                f"{kind.code:14} {kind.position:4} {hours:4.0f} h  {kind.reach:16} {kind.names['fr']}{marks}"
            )


@kinds.command("set")
@click.argument("code")
@click.option("--fr", help="Its name in French; needed for a new one.")
@click.option("--nl")
@click.option("--en")
@click.option("--icon", help="A symbol of the sprite.")
@click.option("--colour", type=click.Choice(["sail", "sun", "moss", "sea", "slate"]))
@click.option("--reach", type=click.Choice(REACHES), help="The one that a form begins with.")
@click.option("--hours", type=click.IntRange(1, 720), help="How long it lasts.")
@click.option("--urgent/--not-urgent", default=None, help="Comes by SMS, and passes quiet hours.")
@click.option("--position", type=int)
def set_kind(
    code: str,
    icon: str | None,
    colour: str | None,
    reach: str | None,
    hours: int | None,
    urgent: bool | None,
    position: int | None,
    **names: str | None,
) -> None:
    """Add a kind, or change what is given of one; a retired one comes back."""
    if not re.fullmatch("[a-z][a-z_]{1,39}", code):
        raise InvalidInput("a code is 2 to 40 small letters (a to z) and _, and begins with a letter")
    if any(name and len(name) > LONGEST_NAME for name in names.values()):
        raise InvalidInput(f"a name has {LONGEST_NAME} letters at most")
    symbols = re.findall('id="([^"]+)"', SPRITE.read_text())
    if icon and icon not in symbols:
        raise InvalidInput(f"there is no symbol {icon}, only {', '.join(sorted(symbols))}")
    with _session() as session:
        kind = session.get(AlertKind, code)
        if kind is None:
            if not names["fr"]:
                raise InvalidInput("a new kind needs a name: --fr")
            defaults = {"icon": "danger", "colour": "slate", "reach": "wider", "lasts": timedelta(days=1)}
            kind = AlertKind(code=code, names={}, position=100, **defaults)
            session.add(kind)
        given = {language: names[language] for language in LANGUAGES if names[language]}
        kind.names = {**kind.names, **{language: str(name) for language, name in given.items()}}
        lasts = timedelta(hours=hours) if hours else None
        wanted = {"icon": icon, "colour": colour, "reach": reach, "lasts": lasts, "urgent": urgent}
        for name, value in (wanted | {"position": position}).items():
            if value is not None:
                setattr(kind, name, value)
        kind.retired_at = None
    click.echo("Done.")


@kinds.command("retire")
@click.argument("code")
def retire_kind(code: str) -> None:
    """Nobody chooses it any more; alerts of it go on."""
    with _session() as session:
        kind = session.get(AlertKind, code)
        if kind is None:
            raise NotFound(f"there is no kind {code}")
        kind.retired_at = func.now()
    click.echo("Done.")


def _alert(session: Session, post_id: int) -> Alert:
    """NotFound, in the same words for every command, also for what no number can be."""
    alert = session.get(Alert, post_id) if 0 < post_id < 2**63 else None
    if alert is None:
        raise NotFound(f"there is no alert {post_id}")
    return alert


def _deliveries(count: int) -> str:
    return "1 delivery" if count == 1 else f"{count:,} deliveries"


def _state(alert: Alert) -> str:
    if alert.ended_at:
        return f"{alert.outcome} {alert.ended_at:%Y-%m-%d %H:%M}"
    if alert.gone_out_at is None:
        return "waits for a second person"
    return f"{'stopped' if alert.stopped_at else 'runs'}, out {alert.gone_out_at:%Y-%m-%d %H:%M:%S}"


@contextmanager
def _session() -> Iterator[Session]:
    """One transaction on the database that the settings name."""
    with database_in_use(environment.load()) as url:
        engine = make_engine(url)
        require(engine)
        with transaction(engine) as session:
            yield session
