"""Rows as PostgreSQL's binary COPY takes them: kind, file, position, parts, code, name, names, within, refusal, repair, geom."""

from __future__ import annotations

import json
import struct
from itertools import repeat

from geoneighbour.boundaries.rows import Row

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = struct.pack("!h", -1)


def copied(file: str, rows: list[Row], ewkb: list[bytes | None]) -> bytes:
    return b"".join(map(_copied, repeat(file), rows, ewkb))


def _copied(file: str, row: Row, ewkb: bytes | None) -> bytes:
    # A binary jsonb begins with its version.
    names = b"\x01" + json.dumps(row.names, ensure_ascii=False).encode()
    values = (
        row.kind.encode(),
        file.encode(),
        struct.pack("!i", row.position),
        struct.pack("!i", row.parts),
        _text(row.code),
        _text(row.name),
        names,
        *map(_text, (row.within, row.refusal, row.repair)),
        ewkb,
    )
    return struct.pack("!h", len(values)) + b"".join(
        struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value for value in values
    )


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()
