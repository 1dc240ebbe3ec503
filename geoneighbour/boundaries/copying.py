"""Rows as PostgreSQL's binary COPY takes them."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from geoneighbour.boundaries.rows import Row

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = struct.pack("!h", -1)


def copied(file: str, rows: list[Row], ewkb: list[bytes | None]) -> bytes:
    """Communes: kind, file, position, parts, code, name, names, within, refusal, repair, geom."""
    return b"".join(map(_copied, repeat(file), rows, ewkb))


def _copied(file: str, row: Row, ewkb: bytes | None) -> bytes:
    # A binary jsonb begins with its version.
    names = b"\x01" + json.dumps(row.names, ensure_ascii=False).encode()
    return record(
        row.kind.encode(),
        file.encode(),
        struct.pack("!i", row.position),
        struct.pack("!i", row.parts),
        text(row.code),
        text(row.name),
        names,
        *map(text, (row.within, row.refusal, row.repair)),
        ewkb,
    )


def record(*values: bytes | None) -> bytes:
    """One row of columns in their binary form; None: null."""
    return struct.pack("!h", len(values)) + b"".join(
        struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value for value in values
    )


def text(value: str | None) -> bytes | None:
    return None if value is None else value.replace("\0", " ").encode()


def bigints(values: Sequence[int] | NDArray[np.int64]) -> bytes:
    """A bigint[]: one dimension, no nulls, element type 20, then each with its length."""
    body = np.empty(len(values), dtype=[("length", ">i4"), ("value", ">i8")])
    body["length"], body["value"] = 8, values
    return struct.pack("!iiiii", 1, 0, 20, len(values), 1) + body.tobytes()
