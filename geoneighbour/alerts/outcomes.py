"""What became of deliveries, written into the ledger: kept and tried again while the database is away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from geoneighbour.channels import Outcome
from geoneighbour.database.engine import transaction

_RECORD = text(
    "SELECT nearness.record_outcomes(:channel, :worker, :posts, CAST(:members AS integer[]), :words, :written, :states, :waits, :problems, :tried)"
)
_HOLD = text("SELECT nearness.hold_channel(:channel)")
_RELEASE = text("SELECT nearness.release_channel(:channel)")
RANK = (Outcome.SENT, Outcome.UNKNOWN, Outcome.AGAIN, Outcome.AWAY, Outcome.NEVER, Outcome.GONE)
PAUSE_SECONDS = 0.2
RELEASE_SECONDS = 5.0


@dataclass(frozen=True)
class Settled:
    """A row of the ledger and its new state; `wait`: seconds until it is due again."""

    row: Row[Any]
    state: str
    wait: float = 0.0
    problem: str | None = None
    tried: bool = True


class Ledger:
    """The rows that one worker holds."""

    def __init__(self, engine: Engine, channel: str, worker: int) -> None:
        self._engine, self._channel, self._worker = engine, channel, worker
        self._released = -RELEASE_SECONDS

    def write(self, settled: Sequence[Settled], deadline: float) -> None:
        """Until it is written, or `deadline` (monotonic) ends the lease: then another worker sends these again."""
        if not settled:
            return
        values = {
            "channel": self._channel,
            "worker": self._worker,
            "posts": [one.row.post_id for one in settled],
            "members": [one.row.member_id for one in settled],
            "words": [one.row.word_id for one in settled],
            "written": [one.row.created_at for one in settled],
            "states": [one.state for one in settled],
            "waits": [one.wait for one in settled],
            "problems": [one.problem or None for one in settled],
            "tried": [one.tried for one in settled],
        }
        while True:
            try:
                with transaction(self._engine) as session:
                    session.execute(_RECORD, values)
                return
            except DBAPIError as error:
                if not away(error) or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)

    def hold(self) -> None:
        """The server was away: no worker asks it for a while."""
        self._released = -RELEASE_SECONDS
        with transaction(self._engine) as session:
            session.execute(_HOLD, {"channel": self._channel})

    def release(self) -> None:
        """The server answers: said every few seconds, whoever has held the channel."""
        if time.monotonic() - self._released < RELEASE_SECONDS:
            return
        self._released = time.monotonic()
        with transaction(self._engine) as session:
            session.execute(_RELEASE, {"channel": self._channel})


def best(known: Sequence[tuple[Outcome, str]]) -> tuple[Outcome, str]:
    """Of several messages for one row: one that was sent will do."""
    return min(known, key=lambda one: RANK.index(one[0]))


def away(error: DBAPIError) -> bool:
    """Whether it is the database that is away or busy (deadlocks among them), rather than a mistake."""
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
