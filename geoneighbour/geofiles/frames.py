"""How the confined processes answer: a letter, four bytes of length, a body."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

SIZE, STAGE, FOUND, NOTE, ROWS, DONE, REFUSAL, END, QUALITY = (
    b"s",
    b"t",
    b"f",
    b"n",
    b"r",
    b"d",
    b"x",
    b".",
    b"q",
)
_HEAD = struct.Struct("!cI")


def send(out: IO[bytes], letter: bytes, body: bytes = b"") -> None:
    out.write(_HEAD.pack(letter, len(body)) + body)
    out.flush()


def received(answer: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Whole frames until the end of the stream."""
    while len(head := answer.read(_HEAD.size)) == _HEAD.size:
        letter, length = _HEAD.unpack(head)
        body = answer.read(length)
        if len(body) < length:
            return
        yield letter, body


def plain(words: str, most: int = 600) -> str:
    """What a file says of itself, as one line that a terminal can show."""
    line = "".join(c if c.isprintable() else "?" for c in " ".join(words.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
