"""All workers of one process: some threads for each channel, so that a server that drips holds up no other; and one that listens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from geoneighbour.alerts import phone_codes, sms_budget
from geoneighbour.alerts.composing import Composer, Item
from geoneighbour.alerts.outcomes import away
from geoneighbour.alerts.pushes import forget
from geoneighbour.alerts.sending import POLL_SECONDS, USUAL, Hooks, Terms, Worker
from geoneighbour.channels import Channel, Message, Outcome
from geoneighbour.channels.email import Email
from geoneighbour.channels.push import Push
from geoneighbour.channels.segments import said, segments
from geoneighbour.channels.sms import Sms
from geoneighbour.database.engine import transaction
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification.codes import Keys

DOORBELL = "alerts"
"""fan_out rings it as it commits (NOTIFY)."""
TIDY_SECONDS = 1.0
_END = text("SELECT nearness.end_alerts()")
log = logging.getLogger(__name__)


def channels(settings: Settings) -> list[Channel]:
    """What this machine's settings can send by."""
    found: list[Channel] = [Email(settings), Push(settings)]
    return [*found, Sms(settings)] if settings.sms_url else found


def terms(settings: Settings, channel: str) -> Terms:
    rates = {
        "email": settings.email_per_second,
        "sms": settings.sms_per_second,
        "push": settings.push_per_second,
    }
    return replace(USUAL[channel], per_second=rates[channel])


def hooks(engine: Engine, settings: Settings, channel: str) -> Hooks:
    match channel:
        case "sms":
            return Paid(engine, settings)
        case "push":
            return Forgetting(engine, settings)
    return Hooks()


class Paid(Hooks):
    """SMS cost somebody: the commune that an alert is from."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._most = engine, settings.sms_budget

    def admit(self, item: Item) -> bool:
        if item.commune_id is None:
            return False
        with transaction(self._engine) as session:
            return sms_budget.take(session, item.commune_id, _segments(item), self._most)

    def settled(self, item: Item, message: Message, outcome: Outcome) -> None:
        if outcome in (Outcome.AGAIN, Outcome.AWAY, Outcome.NEVER, Outcome.GONE):
            self.unsent(item)

    def unsent(self, item: Item) -> None:
        if item.commune_id is not None:
            with transaction(self._engine) as session:
                sms_budget.give_back(session, item.commune_id, _segments(item))


class Forgetting(Hooks):
    """Browsers that their push service no longer knows."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._keys = engine, Keys(settings)

    def settled(self, item: Item, message: Message, outcome: Outcome) -> None:
        if outcome is Outcome.GONE:
            with transaction(self._engine) as session:
                forget(session, self._keys, message.to)


class Crew:
    """Threads for each of some channels, until `stop` is set."""

    def __init__(self, engine: Engine, settings: Settings, ways: Sequence[Channel], url: str) -> None:
        self._engine, self._url, self.stop = engine, url, threading.Event()
        self._sealer, self._bells = Sealer(settings), list[threading.Event]()
        self._threads = [
            threading.Thread(target=self._listen, name="doorbell"),
            threading.Thread(target=self._tidy, name="tidy"),
        ]
        if settings.sms_url:
            bell = threading.Event()
            self._bells.append(bell)
            codes = threading.Thread(
                target=self._send_codes, args=(Sms(settings), bell), name="codes", daemon=True
            )
            self._threads.append(codes)
        composer = Composer(settings, self._sealer)
        for way in ways:
            for number in range(settings.alert_threads):
                bell, name = threading.Event(), f"{way.name}-{number}"
                worker = Worker(
                    engine, way, composer, terms(settings, way.name), hooks(engine, settings, way.name)
                )
                self._bells.append(bell)
                self._threads.append(
                    threading.Thread(target=self._work, args=(worker, bell), name=name, daemon=True)
                )
        self._failed: BaseException | None = None

    def run(self) -> None:
        """Returns when `stop` is set and what was under way is written down; raises what broke a thread."""
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        if self._failed is not None:
            raise self._failed

    def _work(self, worker: Worker, bell: threading.Event) -> None:
        try:
            worker.run(self.stop, bell)
        except BaseException as error:
            # Not half a crew: whoever started the process starts it again.
            self._failed = error
            self.ring_off()
            raise

    def ring_off(self) -> None:
        """Let all end after what they have in hand."""
        self.stop.set()
        for bell in self._bells:
            bell.set()

    def _listen(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {DOORBELL}")
                    while not self.stop.is_set():
                        for _ in connection.notifies(timeout=0.5, stop_after=1):
                            for bell in self._bells:
                                bell.set()
            except psycopg.OperationalError:
                # Meanwhile the workers look by themselves.
                self.stop.wait(1)

    def _send_codes(self, sms: Sms, bell: threading.Event) -> None:
        """Codes for telephones, beside the alerts: somebody waits for theirs."""
        while not self.stop.is_set():
            try:
                phone_codes.send_due(self._engine, self._sealer, sms)
            except DBAPIError as error:
                if not away(error):
                    self._failed = error
                    self.ring_off()
                    raise
            bell.wait(POLL_SECONDS)
            bell.clear()

    def _tidy(self) -> None:
        """Alerts end when their time is over, and soon after moderation hid them."""
        while not self.stop.is_set():
            begun = time.monotonic()
            try:
                with transaction(self._engine) as session:
                    session.execute(_END)
            except DBAPIError as error:
                if not away(error):
                    self._failed = error
                    self.ring_off()
                    raise
            self.stop.wait(max(0.0, TIDY_SECONDS - (time.monotonic() - begun)))


def _segments(item: Item) -> int:
    return sum(segments(said(message.text)) for message in item.messages)
