"""Hostile outlines by the million: `python -m tests.fuzz.shapes [HOW_MANY]`, or `make fuzz`.

Each is a drawing of tests/ground/hostile.py or a made-up one, changed at random, given to what reads outlines as text from a
request: JSON, the parser of shapes, and for what it takes the cells and the anchor that the database is handed. The
processes may have 256 MB beyond what they begin with; none may take over a second for an input, or end in anything but a
shape or a refusal. Ctrl+C ends the run and tells what was found so far.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from geoneighbour.errors import InvalidShape
from geoneighbour.ground import cells, shapes
from tests.ground.hostile import REFUSED, SQUARE, TAKEN, crossing_star, regular

LARGEST_KM2 = 25.0
MOST_SECONDS, MOST_MB = 1.0, 256
BATCH = 250
MOST_SENT = 256 * 1024
"""Bytes: larger bodies are refused before anybody reads them (MAX_CONTENT_LENGTH)."""

NUMBERS: list[Any] = [
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    -1e-308,
    500,
    91,
    -91,
    180,
    -180,
    179.9999999,
    90,
    0,
    -0.0,
    10**400,
    "48.6",
    None,
    True,
    [],
    {},
    1e-7,
    2**63,
]
TYPES = [
    "Polygon",
    "MultiPolygon",
    "CURVEPOLYGON",
    "CurvePolygon",
    "GeometryCollection",
    "Point",
    "Feature",
    "polygon",
    "",
    None,
    7,
    ["Polygon"],
    "P" * 1000,
]
CORPUS = [*REFUSED.values(), *TAKEN.values()]


def drawn(rnd: random.Random) -> Any:
    """A drawing to begin with."""
    kind = rnd.randrange(9)
    if kind < 4:
        return rnd.choice(CORPUS)
    if kind == 4:
        return {"type": "Polygon", "coordinates": [regular(rnd.randint(3, 600), 10 ** rnd.uniform(-5, 2))]}
    if kind == 5:
        return {"type": "Polygon", "coordinates": [crossing_star(rnd.randint(5, 600))]}
    if kind == 6:
        west, south = rnd.uniform(-180, 180), rnd.uniform(-90, 90)
        wide, high = 10 ** rnd.uniform(-6, 2.5), 10 ** rnd.uniform(-6, 2.2)
        ring = [
            [west, south],
            [west + wide, south],
            [west + wide, south + high],
            [west, south + high],
            [west, south],
        ]
        return {"type": "Polygon", "coordinates": [ring]}
    if kind == 7:
        ring = [[-2 + rnd.gauss(0, 0.02), 48.6 + rnd.gauss(0, 0.015)] for _ in range(rnd.randint(3, 120))]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    nested: Any = 0
    for _ in range(rnd.choice([3, 8, 60, 400, 900, 3000])):
        nested = [nested]
    return {"type": rnd.choice(TYPES[:2]), "coordinates": nested}


def changed(rnd: random.Random, value: Any, depth: int = 0) -> Any:
    """The same with something else in one place: somewhere down, a part doubled, dropped, moved or put in for another."""
    if depth > 40:
        return value
    if isinstance(value, dict) and value:
        key = rnd.choice([*value])
        new = (
            rnd.choice(TYPES) if key == "type" and rnd.random() < 0.7 else changed(rnd, value[key], depth + 1)
        )
        return {**value, key: new}
    if isinstance(value, list) and value:
        at, act = rnd.randrange(len(value)), rnd.randrange(8)
        if act == 0:
            return value[:at] + value[at + 1 :]
        if act == 1:
            return [*value, value[at]] if len(value) > 1000 else value * rnd.choice([2, 3])
        if act == 2:
            return value[::-1]
        if act == 3:
            return [*value[:at], [value[at]], *value[at + 1 :]]
        return [*value[:at], changed(rnd, value[at], depth + 1), *value[at + 1 :]]
    if isinstance(value, float) and rnd.random() < 0.6:
        return value + rnd.choice([1e-9, 1e-7, 1e-4, 0.01, 1, 90, 180, 360, -360]) * rnd.choice([-1, 1])
    return rnd.choice([*NUMBERS, rnd.choice(SQUARE), "x" * rnd.choice([1, 1000, 70_000])])


def made(rnd: random.Random) -> str:
    """An outline as a request brings it: text."""
    value = drawn(rnd)
    for _ in range(rnd.choice([0, 1, 1, 2, 3, 6])):
        value = changed(rnd, value)
    try:
        return json.dumps(value)
    except RecursionError:
        # Python writes as deep as it reads; what others send may be deeper.
        deep = rnd.choice([1000, 5000, 50_000])
        return '{"type": "Polygon", "coordinates": ' + "[" * deep + "]" * deep + "}"


def read(body: str, parse: Callable[[Any, float], Any]) -> str:
    """What becomes of it: taken, refused, too long or too deep to be read; anything else is the name of an error."""
    if len(body) > MOST_SENT:
        return "not read"
    try:
        value = json.loads(body)
    except (RecursionError, ValueError):
        # web/sent.py refuses these.
        return "not read"
    try:
        shape = parse(value, LARGEST_KM2)
        cells.anchor(shape)
        if len(cells.cover(shape)) > cells.MOST_CELLS:
            return "too many cells"
    except InvalidShape:
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {body[:200]}"
    return "taken"


@dataclass
class Found:
    """Of many inputs: how they ended, the slowest, and how much memory the process took at most beyond its own."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""
    memory_mb: float = 0.0

    def add(self, other: Found) -> None:
        self.ends += other.ends
        if other.slowest_s > self.slowest_s:
            self.slowest_s, self.slowest = other.slowest_s, other.slowest
        self.memory_mb = max(self.memory_mb, other.memory_mb)

    @property
    def wrong(self) -> dict[str, int]:
        return {end: many for end, many in self.ends.items() if end not in ("taken", "refused", "not read")}

    def __str__(self) -> str:
        return (
            f"{self.ends.total():,} outlines: {self.ends['taken']:,} taken, {self.ends['refused']:,} refused, {self.ends['not read']:,} not read,"
            f" {sum(self.wrong.values())} errors; the slowest {self.slowest_s * 1000:.0f} ms, {self.memory_mb:.0f} MB at most"
        )


def batch(
    seed: int, many: int = BATCH, parse: Callable[[Any, float], Any] = shapes.neighbourhood_shape
) -> Found:
    """So many inputs, the same ones for each seed. Processor time counts: others may use the machine."""
    rnd, found, before = random.Random(seed), Found(), _peak_mb()
    for _ in range(many):
        body = made(rnd)
        begun = time.process_time()
        found.ends[read(body, parse)] += 1
        took = time.process_time() - begun
        if took > found.slowest_s:
            found.slowest_s, found.slowest = took, body[:300]
    found.memory_mb = _peak_mb() - before
    return found


def confine(megabytes: int = MOST_MB) -> None:
    """No more address space than the process has now and so much."""
    with open("/proc/self/statm") as statm:
        has = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + (megabytes << 20),) * 2)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ignore_interrupt() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(Exception):
        # What the process takes with it, before it is confined.
        batch(0, 50)
    confine()


def run(many: int, seed: int = 0) -> Found:
    """In as many processes as there are processors."""
    found, batches = Found(), range(seed, seed + math.ceil(many / BATCH))
    with (
        multiprocessing.Pool(initializer=_ignore_interrupt) as pool,
        tqdm(total=many, unit=" outlines", unit_scale=True) as bar,
    ):
        try:
            for part in pool.imap_unordered(batch, batches):
                found.add(part)
                bar.update(BATCH)
        except KeyboardInterrupt:
            pool.terminate()
    return found


def main(arguments: list[str]) -> Iterator[str]:
    found = run(int(arguments[0]) if arguments else 1_000_000)
    yield str(found)
    yield from (f"  {many} times {end}" for end, many in list(found.wrong.items())[:20])
    if found.slowest_s > MOST_SECONDS:
        yield f"  too slow: {found.slowest}"
    if found.wrong or found.slowest_s > MOST_SECONDS or found.memory_mb > MOST_MB:
        sys.exit("Not all went well.")


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        print(line)  # noqa: T201
