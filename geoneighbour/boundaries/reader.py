"""Reads boundary files through a confined process; hands on bytes for COPY, and never meets a geometry itself.

The process (``boundaries.confined_reader``) answers in frames: a letter, four bytes of length, a body.
"""

from __future__ import annotations

import json
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Protocol

from geoneighbour.boundaries.quality import Quality
from geoneighbour.errors import UnusableFile
from geoneighbour.ground.confined import Confined, confined

SIZE, COUNTRY, ROWS, DONE, REFUSAL, END, QUALITY = b"s", b"c", b"r", b"d", b"x", b".", b"q"
FRAME_HEAD = struct.Struct("!cI")


@dataclass(frozen=True)
class Request:
    """What to read and how, as the operator said it; None: found by itself."""

    paths: tuple[str, ...]
    layer: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    srid: int | None = None
    country: str | None = None


class Progress(Protocol):
    """Told how an import gets on."""

    def to_read(self, count: int) -> None:
        """Bytes of all files."""

    def has_read(self, count: int) -> None:
        """Bytes read since it was last told."""

    def stage(self, doing: str) -> None:
        """What goes on from now."""


class Reading:
    """Files being read. First all `rows`, then, when the rows are all there, their `quality`."""

    def __init__(self, reader: Confined, progress: Progress, found: Callable[[str], None]) -> None:
        self._reader, self._progress, self._found = reader, progress, found
        self._quality: Quality | None = None

    def rows(self) -> Iterator[bytes]:
        """Chunks of PostgreSQL's binary COPY format: kind, file, position, parts, code, name, names, within, refusal, repair,
        geom (EWKB).

        `found` is told the country before the first row. UnusableFile when a file cannot serve.
        """
        for letter, body in self._frames():
            if letter == ROWS:
                yield body
            elif letter == SIZE:
                self._progress.to_read(int(body))
            elif letter == DONE:
                self._progress.has_read(int(body))
            elif letter == COUNTRY:
                self._found(body.decode())
            elif letter == REFUSAL:
                raise UnusableFile(body.decode())
            elif letter == END:
                return
        ended, complaint = self._reader.end()
        if ended in (-signal.SIGXCPU, -signal.SIGKILL):
            raise UnusableFile("the file takes too long to read for its size")
        # C++ aborts where memory is refused.
        if ended == -signal.SIGABRT:
            raise UnusableFile("the file needs too much memory for its size")
        raise UnusableFile(f"the file cannot be read: its reader crashed ({complaint or -ended})")

    def quality(self) -> Quality:
        """How the boundaries fit together. It is looked at while the caller does other things; this waits for it.

        Where the limits end the look early, nothing is known: the rows themselves are all there.
        """
        if self._quality is None:
            frame = next(self._frames(), None)
            known = frame is not None and frame[0] == QUALITY
            self._quality = (
                Quality.from_json(frame[1].decode()) if frame and known else Quality((), whole=False)
            )
        return self._quality

    def _frames(self) -> Iterator[tuple[bytes, bytes]]:
        answer = self._reader.answer
        while len(frame := answer.read(FRAME_HEAD.size)) == FRAME_HEAD.size:
            letter, length = FRAME_HEAD.unpack(frame)
            yield letter, answer.read(length)


@contextmanager
def reading(request: Request, progress: Progress, found: Callable[[str], None]) -> Iterator[Reading]:
    """Reads the files in a confined process, which ends with the block at the latest."""
    with confined("geoneighbour.boundaries.confined_reader", json.dumps(asdict(request))) as reader:
        yield Reading(reader, progress, found)
