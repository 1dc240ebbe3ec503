"""The mail server is away for ten minutes while alerts go out by mail, SMS and push.

Time may pass faster: every due time of mails, and the time until which the channel is held back, is moved towards now in the
database, as if the minutes had passed. What a worker holds is not touched: its conversation with the server takes as long as ever.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, text

from geoneighbour import settings as environment
from geoneighbour.alerts.channel_models import Phone, PushSubscription
from geoneighbour.channels import Channel, NullSink
from geoneighbour.channels.email import Email
from geoneighbour.database.engine import transaction
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from tests.drill.drill import write
from tests.drill.mail_server import MailServer

STEP = 0.1
_PASS = text("""
    WITH channel AS (
      UPDATE channel_pace SET held_until = held_until - make_interval(secs => :seconds) WHERE channel = 'email'
    )
    UPDATE delivery SET due_at = due_at - make_interval(secs => :seconds)
    FROM (
      SELECT post_id, member_id, word_id, created_at FROM delivery
      WHERE channel = 'email' AND state = 'waiting' AND leased_by IS NULL FOR UPDATE SKIP LOCKED
    ) AS waiting
    WHERE delivery.channel = 'email' AND delivery.post_id = waiting.post_id AND delivery.member_id = waiting.member_id
      AND delivery.word_id = waiting.word_id AND delivery.created_at = waiting.created_at
""")
_OTHERS = text("""
    SELECT count(*) AS number, count(*) FILTER (WHERE state <> 'sent') AS open,
      percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - created_at)) AS p99
    FROM delivery WHERE channel <> 'email' AND post_id = ANY (:posts)
""")
_MAILS = text("""
    SELECT count(*) AS number, count(*) FILTER (WHERE state = 'waiting') AS waiting, max(tries) AS tries
    FROM delivery WHERE channel = 'email' AND post_id = ANY (:posts)
""")


@dataclass(frozen=True)
class Outage:
    """`p99`: seconds from the word to SMS and push, `before` with the server there; `turned_away`: mails and conversations; `back`:
    seconds from the server's return to the last mail."""

    others: int
    others_open: int
    p99_before: float
    p99: float
    mails: int
    tries: int
    turned_away: int
    lost: int
    twice: int
    back: float


def settings_for(port: int) -> Settings:
    """Of the environment, with this mail server and no end of SMS."""
    chosen = {"smtp_host": "127.0.0.1", "smtp_port": port, "sms_per_second": None, "sms_budget": 10**6}
    return environment.load().model_copy(update=chosen)


def ways(settings: Settings, mail_seconds: float) -> list[Channel]:
    return [Email(settings, mail_seconds), NullSink("sms"), NullSink("push")]


def reachable(engine: Engine, state_dir: Path, members: list[int]) -> None:
    """A telephone and a browser for each."""
    sealer = Sealer(Settings(state_dir=state_dir))
    with transaction(engine) as session:
        for member in members:
            digest = hashlib.sha256(str(member).encode()).digest()
            phone = sealer.seal({"number": f"+336{member:08}"})
            browser = sealer.seal({"endpoint": f"https://push.example/{member}", "p256dh": "p", "auth": "a"})
            session.add(Phone(member_id=member, box=phone, digest=digest, confirmed_at=text("now()")))
            session.add(PushSubscription(member_id=member, endpoint_hash=digest, box=browser))


def suffer(
    engine: Engine,
    server: MailServer,
    authors: list[int],
    some: Sequence[str],
    seconds: float,
    faster: float,
    alerts: int,
) -> Outage:
    """A third of so many alerts with the server there, then all over `seconds` while it is away in some ways by turns; waits for
    the last mail."""
    before = _spread(engine, server, authors, [None], seconds / faster / 3, alerts // 3, 1)
    _until_none_waits(engine, before, 1)
    turned_away = server.turned_away
    posts = _spread(engine, server, authors, some, seconds / faster, alerts, faster)
    turned_away, tries = server.turned_away - turned_away, _mails(engine, posts).tries
    server.way = None
    back = _until_none_waits(engine, posts, faster)
    with transaction(engine) as session:
        first = session.execute(_OTHERS, {"posts": before}).one()
        then = session.execute(_OTHERS, {"posts": posts}).one()
        keys = session.scalars(
            text(
                "SELECT format('alert-word-%s-%s-email', word_id, member_id) FROM delivery"
                " WHERE channel = 'email' AND post_id = ANY (:posts)"
            ),
            {"posts": posts},
        ).all()
    return Outage(
        others=then.number,
        others_open=then.open,
        p99_before=float(first.p99),
        p99=float(then.p99),
        mails=len(keys),
        tries=tries,
        turned_away=turned_away,
        lost=sum(key not in server.came for key in keys),
        twice=sum(server.came[key] > 1 for key in keys),
        back=back,
    )


def _spread(
    engine: Engine,
    server: MailServer,
    authors: list[int],
    some: Sequence[str | None],
    seconds: float,
    alerts: int,
    faster: float,
) -> list[int]:
    """Alerts at even times over `seconds` of the clock on the wall; the server takes turns."""
    posts, begun = list[int](), time.monotonic()
    passed = begun
    while (now := time.monotonic()) < begun + seconds:
        server.way = some[int((now - begun) / seconds * len(some))]
        passed = _pass(engine, passed, now, faster)
        if now - begun >= seconds * len(posts) / alerts:
            with transaction(engine) as session:
                # Three a day are enough for people.
                session.execute(text("UPDATE alert SET created_at = created_at - interval '1 day'"))
            author = authors[len(posts) % len(authors)]
            posts.append(write(engine, author, f"Une alerte pendant la panne, à {now:.3f}"))
        time.sleep(STEP / 2)
    return posts


def _until_none_waits(engine: Engine, posts: list[int], faster: float) -> float:
    """In how many seconds, as the alerts count them."""
    begun = passed = time.monotonic()
    while _mails(engine, posts).waiting:
        assert (time.monotonic() - begun) * faster < 1800, "mails wait for ever"
        time.sleep(STEP)
        passed = _pass(engine, passed, time.monotonic(), faster)
    return (time.monotonic() - begun) * faster


def _pass(engine: Engine, before: float, now: float, faster: float) -> float:
    if faster == 1 or now - before < STEP:
        return before if faster > 1 else now
    with transaction(engine) as session:
        session.execute(_PASS, {"seconds": (now - before) * (faster - 1)})
    return now


def _mails(engine: Engine, posts: list[int]) -> Row[Any]:
    with transaction(engine) as session:
        return session.execute(_MAILS, {"posts": posts}).one()
