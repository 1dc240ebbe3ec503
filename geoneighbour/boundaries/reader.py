"""Reads boundary files through a confined process; hands on bytes for COPY, and never meets a geometry itself.

The process (``boundaries.confined_reader``) answers in frames: a letter, four bytes of length, a body.
"""

from __future__ import annotations

import json
import signal
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Protocol

from geoneighbour.errors import UnusableFile
from geoneighbour.ground.confined import confined

SIZE, COUNTRY, ROWS, DONE, REFUSAL, END = b"s", b"c", b"r", b"d", b"x", b"."
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


def read(request: Request, progress: Progress, found: Callable[[str], None]) -> Iterator[bytes]:
    """Chunks of PostgreSQL's binary COPY format: kind, file, position, parts, code, name, names, within, refusal, repair,
    geom (EWKB).

    `found` is told the country before the first row. UnusableFile when a file cannot serve.
    """
    with confined("geoneighbour.boundaries.confined_reader", json.dumps(asdict(request))) as reader:
        answer = reader.answer
        while len(frame := answer.read(FRAME_HEAD.size)) == FRAME_HEAD.size:
            letter, length = FRAME_HEAD.unpack(frame)
            body = answer.read(length)
            if letter == ROWS:
                yield body
            elif letter == SIZE:
                progress.to_read(int(body))
            elif letter == DONE:
                progress.has_read(int(body))
            elif letter == COUNTRY:
                found(body.decode())
            elif letter == REFUSAL:
                raise UnusableFile(body.decode())
            elif letter == END:
                return
        ended, complaint = reader.end()
    if ended in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnusableFile("the file takes too long to read for its size")
    # C++ aborts where memory is refused.
    if ended == -signal.SIGABRT:
        raise UnusableFile("the file needs too much memory for its size")
    raise UnusableFile(f"the file cannot be read: its reader crashed ({complaint or -ended})")
