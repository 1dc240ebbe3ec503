"""One alert to a crowd while its workers, and their database, are killed at seeded random moments."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, text

from geoneighbour.alerts import service
from geoneighbour.database.engine import transaction
from tests.drill.sink import Running

SECONDS = 1800
_LEDGER = text("""
    SELECT count(*) AS rows, count(DISTINCT (post_id, member_id, word_id, channel)) AS distinct_rows,
      count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state IN ('waiting', 'held')) AS waiting,
      extract(epoch FROM max(done_at) - min(done_at)) AS seconds
    FROM delivery WHERE post_id = :post
""")


@dataclass(frozen=True)
class Result:
    """What the ledger says, and what the sink has counted."""

    recipients: int
    rows: int
    duplicate_rows: int
    marked_sent: int
    arrived: int
    lost: int
    twice: int
    seconds: float


class Workers:
    """Sending processes, which may be killed and are then started again."""

    def __init__(
        self, url: str, port: int, lease_seconds: float, mail_port: int = 0, number: int = 2
    ) -> None:
        self._arguments = [url, str(port), str(lease_seconds), str(mail_port)]
        self.processes = [self._start() for _ in range(number)]
        for process in self.processes:
            assert process.stdout
            process.stdout.readline()

    def kill(self, chance: random.Random) -> None:
        number = chance.randrange(len(self.processes))
        self.processes[number].kill()
        self.processes[number].wait()
        self.processes[number] = self._start()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.drill.worker", *self._arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@contextmanager
def working(url: str, port: int, lease_seconds: float, mail_port: int = 0) -> Iterator[Workers]:
    """Two, until the end of the block."""
    workers = Workers(url, port, lease_seconds, mail_port)
    try:
        yield workers
    finally:
        workers.stop()


def write(engine: Engine, author: int, body: str) -> int:
    """An alert to the author's neighbours, committed; its post."""
    with transaction(engine) as session:
        return service.write(session, author, "danger", body, "neighbourhood").post_id


def survive(
    engine: Engine,
    workers: Workers,
    sink: Running,
    author: int,
    worker_kills: int,
    database_kills: int,
    kill_database: Callable[[], None],
    seed: int,
) -> Result:
    """Writes an alert, kills amid its sending, and waits until nothing waits any more."""
    chance = random.Random(seed)
    # Before the commit: some arrive within milliseconds of it.
    before = sink.counts()
    post = write(engine, author, "Une fuite de gaz, et tout tombe en panne")
    recipients = counted(engine, post).rows
    kills = [(chance.uniform(0, 0.97), "worker") for _ in range(worker_kills)]
    kills += [(chance.uniform(0.1, 0.9), "database") for _ in range(database_kills)]
    begun = time.monotonic()
    for share, what in sorted(kills):
        while sink.counts()["distinct"] - before["distinct"] < share * recipients:
            assert time.monotonic() - begun < SECONDS, "nothing arrives any more"
            time.sleep(0.02)
        workers.kill(chance) if what == "worker" else kill_database()
    while counted(engine, post).waiting:
        assert time.monotonic() - begun < SECONDS, "something waits for ever"
        time.sleep(0.2)
    seconds = time.monotonic() - begun
    after, ledger = sink.counts(), counted(engine, post)
    arrived = after["distinct"] - before["distinct"]
    return Result(
        recipients=recipients,
        rows=ledger.rows,
        duplicate_rows=ledger.rows - ledger.distinct_rows,
        marked_sent=ledger.sent,
        arrived=arrived,
        lost=recipients - arrived,
        twice=after["total"] - before["total"] - arrived,
        seconds=seconds,
    )


def counted(engine: Engine, post: int) -> Row[Any]:
    """The ledger of an alert."""
    with transaction(engine) as session:
        return session.execute(_LEDGER, {"post": post}).one()
