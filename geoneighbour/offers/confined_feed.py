"""The confined process behind ``offers.importing``: a stranger's feed on standard input, its rows on standard output.

The first line of the question is JSON: `format`, `mapping`, `category`; the feed follows. Each line of the answer is a row,
[number, field, reason, *STAGED]; the last one {"end": rows}, or {"broken": why}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any
from zoneinfo import ZoneInfo

from geoneighbour.errors import UnusableFile
from geoneighbour.ground.confined import answers, limit
from geoneighbour.offers.reading import rows
from geoneighbour.offers.rows import STAGED, Fault, Reading, sound, text

SECONDS, MEGABYTES = 240, 2500


def main() -> None:
    out = answers()
    limit(SECONDS, MEGABYTES)
    question = sys.stdin.buffer
    told = json.loads(question.readline())
    try:
        count = 0
        for line in answer(told, question.read()):
            _line(out, line)
            count += 1
        _line(out, {"end": count})
    except UnusableFile as error:
        _line(out, {"broken": error.reason})
    except MemoryError:
        _line(out, {"broken": "needs too much memory"})
    out.flush()


def answer(told: Mapping[str, Any], content: bytes) -> Iterator[list[Any]]:
    """A line for each row of a feed, as above. UnusableFile for what is no feed."""
    mapping = told["mapping"]
    zone = ZoneInfo(mapping.get("time_zone", "Europe/Paris"))
    reading = Reading(told["category"], mapping.get("categories", {}), zone)
    for number, given in enumerate(rows(content, told["format"], mapping), start=1):
        try:
            if given is None:
                raise Fault("row", "is no object")
            yield [number, None, None, *sound(given, reading)]
        except Fault as fault:
            yield [number, fault.field, fault.reason, _name(given or {}), *[None] * (len(STAGED) - 1)]


def _name(given: dict[str, object]) -> str | None:
    """Which offer a faulty row is about, if it says so."""
    try:
        return text(given, "external_id") or None
    except Fault:
        return None


def _line(out: IO[bytes], value: object) -> None:
    out.write(json.dumps(value).encode() + b"\n")


if __name__ == "__main__":
    main()
