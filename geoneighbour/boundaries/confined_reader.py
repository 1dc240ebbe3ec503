"""The confined process behind ``boundaries.reader``: `python -m geoneighbour.boundaries.confined_reader REQUEST` (JSON)."""

from __future__ import annotations

import gc
import json
import os
import resource
import struct
import sys
import time
from itertools import repeat
from pathlib import Path
from typing import IO

import numpy as np

from geoneighbour.boundaries import layers, quality
from geoneighbour.boundaries.fields import Fields, choose_layer, find_fields
from geoneighbour.boundaries.reader import (
    COUNTRY,
    DONE,
    END,
    FRAME_HEAD,
    QUALITY,
    REFUSAL,
    ROWS,
    SIZE,
    Request,
)
from geoneighbour.boundaries.rows import Row, encoded, rows
from geoneighbour.errors import UnusableFile
from geoneighbour.ground.confined import limit

# A small file gets the least of time and memory, so that a hostile one cannot have more; an honest large one its share.
SECONDS, MEGABYTES_A_SECOND = 20, 4
MEGABYTES, WITHOUT_FILE, PER_MEGABYTE = 512, 300, 8
ROWS_AT_ONCE = 500
LAST_STEP = 8
"""Seconds to keep: the look at the outlines cannot be stopped in the middle of a step."""

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = struct.pack("!h", -1)


def answer(request: Request, out: IO[bytes]) -> None:
    """Reads all files of the request and writes the frames. UnusableFile when one of them cannot serve."""
    paths = layers.files_in([Path(path) for path in request.paths])
    sizes = [path.stat().st_size for path in paths]
    limit(
        SECONDS + (sum(sizes) >> 20) // MEGABYTES_A_SECOND,
        max(MEGABYTES, WITHOUT_FILE + PER_MEGABYTE * (max(sizes) >> 20)),
    )
    _send(out, SIZE, str(sum(sizes)).encode())
    names = _short_names(paths)
    country, seen = None, Seen()
    communes: list[Row] = []
    for path, size in zip(paths, sizes, strict=True):
        table, fields = _table(path, request)
        its_country = request.country or fields.country
        if country is None:
            country = its_country
            _send(out, COUNTRY, country.encode())
            _send(out, ROWS, COPY_HEAD)
        elif its_country != country:
            raise UnusableFile(
                f"{names[path]}: is of {its_country}, files before it of {country}; say --country"
            )
        found = rows(table, fields, country)
        del table
        if all(row.refusal for row in found):
            why = f" ({found[0].refusal})" if found else ""
            raise UnusableFile(f"{names[path]}: holds no commune that can serve{why}")
        # Encoded a slice at a time: the database already takes in one while the next is made.
        for start in range(0, len(found), ROWS_AT_ONCE):
            some = found[start : start + ROWS_AT_ONCE]
            ewkb = seen.first(some, encoded(some), names[path])
            _send(out, ROWS, b"".join(map(_copy_row, repeat(names[path]), some, ewkb)))
        communes += [row for row in found if row.kind == "commune" and row.refusal is None]
        _send(out, DONE, str(size).encode())
    _send(out, ROWS, COPY_END)
    _send(out, END, b"")
    # From here on the database is at work, and this process looks how the outlines fit together.
    codes, shapes = (
        [str(row.code) for row in communes],
        np.array([row.shape for row in communes], dtype=object),
    )
    _send(out, QUALITY, quality.look(codes, shapes, _seconds_left() - LAST_STEP).as_json().encode())


def _seconds_left() -> float:
    return resource.getrlimit(resource.RLIMIT_CPU)[0] - time.process_time()


class Seen:
    """What earlier files of the same import held: a commune may stand in two of them only if it is the same in both."""

    def __init__(self) -> None:
        self._by_code: dict[str | None, tuple[str, int]] = {}

    def first(self, found: list[Row], ewkb: list[bytes | None], file: str) -> list[bytes | None]:
        """The same shapes without those of an earlier file, whose rows are refused. UnusableFile when the two differ."""
        kept: list[bytes | None] = []
        for row, shape in zip(found, ewkb, strict=True):
            this = hash((row.name, shape))
            before, that = (file, this) if shape is None else self._by_code.setdefault(row.code, (file, this))
            if that != this:
                raise UnusableFile(
                    f"{row.code} stands in {before} and differently in {file}: import one of them"
                )
            if before != file:
                row.refusal = f"the same as in {before}"
            kept.append(shape if before == file else None)
        return kept


def _table(path: Path, request: Request) -> tuple[layers.Table, Fields]:
    """The layer of communes with its shapes in EPSG:4326, and which columns to use."""
    layer = choose_layer(layers.layers(path), path.name, request.layer)
    table = layers.read(path, layer)
    fields = find_fields(table.columns, path.name, request.code_field, request.name_field)
    layers.to_lon_lat(table, request.srid, path.name)
    return table, fields


def _short_names(paths: list[Path]) -> dict[Path, str]:
    """What to call each file: its name; with the folder above where two have the same."""
    names = [path.name for path in paths]
    return {p: p.name if names.count(p.name) == 1 else f"{p.parent.name}/{p.name}" for p in paths}


def _copy_row(file: str, row: Row, ewkb: bytes | None) -> bytes:
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


def _send(out: IO[bytes], letter: bytes, body: bytes) -> None:
    out.write(FRAME_HEAD.pack(letter, len(body)) + body)
    out.flush()


def main() -> None:
    # Standard output is for frames alone: what libraries print there goes to standard error.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Nothing here goes in circles, and the process is short: no need to look for any among 35,000 shapes.
    gc.disable()
    try:
        answer(Request(**json.loads(sys.argv[1])), out)
    except UnusableFile as error:
        _send(out, REFUSAL, error.reason.encode())
    except MemoryError:
        _send(out, REFUSAL, b"the file needs too much memory for its size")


if __name__ == "__main__":
    main()
