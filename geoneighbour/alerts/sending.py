"""The workers: each claims what is due on its channel, sends it, and writes down what became of it (docs/alerts.md).

Any number of them, on any number of machines, share the ledger. What a worker holds when it ends leaves again once its lease is
over, with the same key; an SMS does not.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import DBAPIError

from geoneighbour.alerts.composing import Composer, Item
from geoneighbour.alerts.outcomes import Ledger, Settled, away, best
from geoneighbour.channels import Channel, Message, Outcome
from geoneighbour.database.engine import transaction

CHECK_SECONDS = 0.5
"""So often it is asked, while a batch is under way, whether it was stopped."""
POLL_SECONDS = 1.0
"""The doorbell may not be heard."""
WAITS = (10, 20, 40, 60, 120, *(180,) * 20, *(900,) * 8, *(3600,) * 24)
"""Seconds before the second try, the third, ...; a quarter more or less. A server that was away has all within five minutes."""
log = logging.getLogger(__name__)

_CLAIM = text("SELECT * FROM nearness.claim_deliveries(:channel, :worker, :most, :lease, :per_second)")
_DIGESTS = text("SELECT * FROM nearness.claim_digests(:worker, :most, :lease)")
_DOUBT = text("SELECT nearness.doubt_lapsed(:channel)")
_STOPPED = text("SELECT nearness.stopped_words(:words)")


@dataclass(frozen=True)
class Terms:
    """How a channel is worked. A lease outlasts the worst batch: `seconds`, and the longest that one message may take."""

    batch: int = 100
    seconds: float = 60.0
    lease_seconds: float = 300.0
    flush: int = 20
    """So many outcomes at most are lost, and sent again, where a worker is killed."""
    flush_seconds: float = 0.25
    per_second: float | None = None
    """Of all workers together; None: as fast as it goes."""
    once: bool = False
    """What may have left is not repeated."""


USUAL = {
    "email": Terms(),
    "push": Terms(),
    "sms": Terms(batch=10, flush=1, once=True),
}


class Hooks:
    """What else is to be done about single messages: before they leave, and once it is known what became of them."""

    def admit(self, item: Item) -> bool:
        """Whether the item may leave: an SMS somebody pays for."""
        return True

    def settled(self, item: Item, message: Message, outcome: Outcome) -> None:
        """Of each message."""

    def unsent(self, item: Item) -> None:
        """Of an item that was admitted and not tried."""


class Worker:
    """One way out, worked by one thread."""

    def __init__(
        self, engine: Engine, channel: Channel, composer: Composer, terms: Terms, hooks: Hooks | None = None
    ) -> None:
        # Each statement is a transaction: one round trip instead of three.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._channel, self._composer, self._terms = channel, composer, terms
        self._hooks = hooks or Hooks()
        self._me = secrets.randbits(62)
        self._ledger = Ledger(self._engine, channel.name, self._me)

    def run(self, stop: threading.Event, bell: threading.Event) -> None:
        """Until told to stop. A database that is away is asked again; a mistake in the code ends the process."""
        while not stop.is_set():
            try:
                if self.once():
                    continue
            except DBAPIError as error:
                if not away(error):
                    raise
                log.warning("alerts by %s: the database does not answer", self._channel.name)
                stop.wait(0.5)
            bell.wait(POLL_SECONDS)
            bell.clear()

    def once(self) -> int:
        """One batch; returns how many rows of the ledger it held."""
        digest, rows = self._claim()
        if not rows:
            return 0
        deadline = time.monotonic() + self._terms.lease_seconds
        with transaction(self._engine) as session:
            batch = self._composer.compose(session, self._channel.name, rows, digest)
        settled = [Settled(row, "stopped") for row in batch.stopped]
        settled += [Settled(row, "dead", problem="no address") for row in batch.unreachable]
        items = []
        for item in batch.items:
            if self._hooks.admit(item):
                items.append(item)
            else:
                settled += [Settled(row, "dead", problem="budget") for row in item.rows]
        self._ledger.write(settled, deadline)
        _Sending(self._channel, self._terms, self._hooks, self._ledger, deadline, digest).send(
            items, self._stopped
        )
        return len(rows)

    def _claim(self) -> tuple[bool, Sequence[Row[Any]]]:
        lease = timedelta(seconds=self._terms.lease_seconds)
        asked = {"worker": self._me, "most": self._terms.batch, "lease": lease}
        with transaction(self._engine) as session:
            if self._terms.once:
                session.execute(_DOUBT, {"channel": self._channel.name})
            due = session.execute(
                _CLAIM, asked | {"channel": self._channel.name, "per_second": self._terms.per_second}
            ).all()
            if due or self._channel.name != "email":
                return False, due
            return True, session.execute(_DIGESTS, asked).all()

    def _stopped(self, words: Iterable[int]) -> set[int]:
        try:
            with transaction(self._engine) as session:
                return set(session.scalars(_STOPPED, {"words": sorted(set(words))}))
        except DBAPIError:
            # Nothing is known; the outcomes, which cannot be written now either, hold up the batch.
            return set()


class _Sending:
    """One batch on its way."""

    def __init__(
        self, channel: Channel, terms: Terms, hooks: Hooks, ledger: Ledger, deadline: float, digest: bool
    ) -> None:
        self._channel, self._terms, self._hooks, self._ledger = channel, terms, hooks, ledger
        self._deadline, self._waits = deadline, "held" if digest else "waiting"
        self._settled: list[Settled] = []
        self._flushed = self._checked = time.monotonic()
        self._answered = self._away = False

    def send(self, items: list[Item], stopped: Callable[[Iterable[int]], set[int]]) -> None:
        of = {id(message): item for item in items for message in item.messages}
        open_items = {id(item): item for item in items}
        told: dict[int, list[tuple[Outcome, str]]] = {}
        ends = time.monotonic() + self._terms.seconds
        words: set[int] = set()
        sent = self._channel.send([message for item in items for message in item.messages])
        try:
            for message, outcome, problem in sent:
                item = of[id(message)]
                self._hooks.settled(item, message, outcome)
                known = told.setdefault(id(item), [])
                known.append((outcome, problem))
                if len(known) == len(item.messages):
                    del open_items[id(item)]
                    self._settle(item, *best(known))
                self._flush()
                if time.monotonic() - self._checked > CHECK_SECONDS:
                    self._checked = time.monotonic()
                    left = {row.word_id for item in open_items.values() for row in item.rows}
                    words = stopped(left)
                    if words and (not self._terms.once or words >= left):
                        break
                if time.monotonic() > ends and not self._terms.once:
                    break
        finally:
            if close := getattr(sent, "close", None):
                close()
        for item in open_items.values():
            self._hooks.unsent(item)
            self._settled += [
                Settled(row, "stopped" if row.word_id in words else self._waits, tried=False)
                for row in item.rows
            ]
        self._flush(last=True)

    def _settle(self, item: Item, outcome: Outcome, problem: str) -> None:
        for row in item.rows:
            match outcome:
                case Outcome.SENT | Outcome.UNKNOWN:
                    self._settled.append(Settled(row, outcome.value, problem=problem))
                    self._answered = self._answered or outcome is Outcome.SENT
                case Outcome.NEVER | Outcome.GONE:
                    self._settled.append(Settled(row, "dead", problem=problem or outcome.value))
                case Outcome.AWAY if self._away:
                    # It was the server, not this one: it stands first when the server is back.
                    self._settled.append(Settled(row, self._waits, problem=problem, tried=False))
                case _:
                    self._settled.append(Settled(row, *_again(row.tries, self._waits), problem=problem))
        if outcome is Outcome.AWAY and not self._away:
            self._away = True
            log.warning("alerts by %s: the server is away (%s)", self._channel.name, problem)

    def _flush(self, last: bool = False) -> None:
        now = time.monotonic()
        due = len(self._settled) >= self._terms.flush or now - self._flushed > self._terms.flush_seconds
        if last or due:
            settled, self._settled, self._flushed = self._settled, [], now
            self._ledger.write(settled, self._deadline)
        if last and self._away:
            self._ledger.hold()
        elif last and self._answered:
            self._ledger.release()


def _again(tries: int, waits: str) -> tuple[str, float]:
    if tries > len(WAITS):
        return "dead", 0.0
    return waits, WAITS[tries - 1] * random.uniform(0.75, 1.25)  # noqa: S311 (nobody is to guess it right)
