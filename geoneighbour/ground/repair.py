"""Mends self-crossing outlines, away from the database: one of 2,000 vertices has crashed PostgreSQL.

`repair(shapes)` asks a confined process; `python -m geoneighbour.ground.repair` is that process. Both speak in blocks: four
bytes of length, then WKB (no length: nothing left).
"""

from __future__ import annotations

import math
import signal
import struct
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

import shapely

from geoneighbour.ground.confined import confined, limit


@dataclass(frozen=True)
class Limits:
    """What repairs may take: each, and those of one call together."""

    seconds_each: int = 5
    seconds_in_all: int = 15
    megabytes: int = 512


def repair(shapes: Iterable[shapely.Geometry], limits: Limits = Limits()) -> list[shapely.Geometry | None]:
    """Valid shapes for invalid ones, aligned; None for one that would take more than the limits allow."""
    waiting = [shapely.to_wkb(shape) for shape in shapes]
    mended: list[shapely.Geometry | None] = []
    end = time.monotonic() + limits.seconds_in_all
    while len(mended) < len(waiting):
        left = end - time.monotonic()
        if left <= 0:
            return mended + [None] * (len(waiting) - len(mended))
        allowed = (math.ceil(left), limits.seconds_each, limits.megabytes)
        with confined(__name__, *map(str, allowed)) as process:
            try:
                process.question.write(b"".join(_block(wkb) for wkb in waiting[len(mended) :]))
                process.question.close()
            except BrokenPipeError:
                pass  # It died early: what it answered until then counts.
            while len(mended) < len(waiting) and (wkb := _next_block(process.answer)) is not None:
                mended.append(shapely.from_wkb(wkb) if wkb else None)
        if len(mended) < len(waiting):
            mended.append(None)  # The one it died of.
    return mended


def _block(wkb: bytes) -> bytes:
    return struct.pack("!I", len(wkb)) + wkb


def _next_block(stream: IO[bytes]) -> bytes | None:
    """The next block, whole; None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    length = struct.unpack("!I", head)[0]
    body = stream.read(length)
    return body if len(body) == length else None


def _main() -> None:
    seconds_in_all, seconds_each, megabytes = map(int, sys.argv[1:])
    limit(seconds_in_all, megabytes)
    # SIGALRM ends the process, also in the middle of a C function that no Python handler could leave.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # All questions before the first answer: else each side could wait for the other to read.
    for wkb in list(iter(lambda: _next_block(sys.stdin.buffer), None)):
        signal.setitimer(signal.ITIMER_REAL, seconds_each)
        try:
            mended = shapely.to_wkb(
                shapely.make_valid(shapely.from_wkb(wkb), method="structure", keep_collapsed=False)
            )
        except (shapely.GEOSException, MemoryError):
            mended = b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.buffer.write(_block(mended))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
