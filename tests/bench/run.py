"""One run: prepare, compare all answers, then time them in interleaved rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg

from geoneighbour.database.urls import with_option
from tests.bench import others, throughput
from tests.bench.measure import Times, timed
from tests.bench.questions import OURS, Answer, Case, Question, Way, for_psycopg, sql_way

Say = Callable[[str], None]
LONG_SECONDS = 2.0
"""A batch that takes longer is asked in the first three rounds only."""


@dataclass
class Asked:
    """A question on one database: its cases, the ways to answer, the times they took."""

    question: Question
    members: int
    cases: Sequence[Case]
    ways: Sequence[Way]
    times: Mapping[str, Times]
    rows: float = 0.0
    """In an answer, on average."""
    differs: list[str] = field(default_factory=list)


@contextmanager
def databases(urls: Mapping[int, str]) -> Iterator[dict[int, psycopg.Connection[Any]]]:
    """A connection for each number of members. Work that runs in parallel would hide from the clock: one process answers."""
    quiet = "-c max_parallel_workers_per_gather=0 -c jit=off"
    opened = {
        members: psycopg.connect(with_option(url, quiet), autocommit=True) for members, url in urls.items()
    }
    try:
        yield opened
    finally:
        for connection in opened.values():
            connection.close()


def asked(
    question: Question, members: int, connection: psycopg.Connection[Any], redis: others.Redis | None
) -> Asked:
    cursor = connection.execute(for_psycopg(question.cases), {"variant": question.variant})
    columns = [column.name for column in cursor.description or ()]
    cases = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    ways = [sql_way(name, connection, statement) for name, statement in question.ways.items()]
    ways += others.ways(question, members, connection, redis)
    return Asked(question, members, cases, ways, {way.name: Times() for way in ways})


def compare(asked: Asked) -> None:
    """Each way answers each case once; whose rows are not ours is named in `differs`, or counted where it is known to be inexact."""
    rows = 0
    for case in asked.cases:
        answers = {way.name: way.ask(case) for way in asked.ways}
        ours = _rows(answers[OURS])
        rows += len(ours)
        for way in asked.ways:
            wrong = len(ours ^ _rows(answers[way.name])) if way.equal else 0
            if way.inexact:
                way.wrong += wrong
            elif wrong and way.name not in asked.differs:
                asked.differs.append(way.name)
    asked.rows = rows / max(1, len(asked.cases))


def _rows(answer: Answer) -> set[tuple[Any, ...]]:
    return set(answer)


def rounds(everything: Sequence[Asked], number: int, say: Say) -> None:
    """Round by round every way of every question on every database, each round beginning with another way."""
    for turn in range(number):
        say(f"round {turn + 1} of {number}")
        for asked in everything:
            for at in range(len(asked.ways)):
                way = asked.ways[(at + turn) % len(asked.ways)]
                times = asked.times[way.name]
                if not asked.cases or (turn >= 3 and times.wall[0] * _operations(asked) > LONG_SECONDS):
                    continue
                batch = partial(_batch, way, asked.cases)
                wall, cpu = timed(way.pid, batch, _operations(asked))
                times.wall.append(wall)
                times.cpu.append(cpu)


def _batch(way: Way, cases: Sequence[Case]) -> None:
    for case in cases:
        way.ask(case)


def _operations(asked: Asked) -> int:
    return len(asked.cases) * asked.question.operations


def rates(urls: Mapping[int, str], number: int, seconds: float, say: Say) -> list[throughput.Rates]:
    """Questions a second with four clients, in interleaved rounds."""
    found = [throughput.Rates(members, url) for members, url in urls.items()]
    for turn in range(number):
        say(f"four clients, round {turn + 1} of {number}")
        for rate in found:
            rate.measure(seconds, turn)
    return found
