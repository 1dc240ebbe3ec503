"""Where an answer points to: whatever in it may be read as longitude and latitude, in text, JSON and vector tiles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

Position = tuple[float, float]

NUMBER = re.compile(r"-?\d{1,3}\.\d{3,}")
NEAR_LAT = 0.00045
"""50 m, in degrees of latitude."""


def in_text(text: str) -> Iterator[Position]:
    """Any two decimals of three places or more that stand one after the other, in both orders."""
    numbers = [float(found) for found in NUMBER.findall(text)]
    for one, other in pairwise(numbers):
        yield one, other
        yield other, one


def in_json(value: Any) -> Iterator[Position]:
    """Numbers that stand together in one list or object, and whatever texts say."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    numbers = [number for number in inner if isinstance(number, float)]
    for one, other in pairwise(numbers):
        yield one, other
        yield other, one
    for part in inner:
        if isinstance(part, dict | list):
            yield from in_json(part)
        elif isinstance(part, str):
            yield from in_text(part)


def near(positions: Iterable[Position], homes: Iterable[Position]) -> Iterator[tuple[Position, Position]]:
    """Those within some 50 m of a home, with the home."""
    cells: dict[tuple[int, int], list[Position]] = {}
    for home in homes:
        cells.setdefault(_square(home), []).append(home)
    for lon, lat in positions:
        if abs(lat) > 85:
            continue
        column, row = _square((lon, lat))
        for beside in range(9):
            for home in cells.get((column + beside % 3 - 1, row + beside // 3 - 1), ()):
                east = (lon - home[0]) * math.cos(math.radians(home[1]))
                if math.hypot(east, lat - home[1]) < NEAR_LAT:
                    yield (lon, lat), home


def _square(at: Position) -> tuple[int, int]:
    return int(at[0] // 0.001), int(at[1] // 0.001)


def tile_at(home: Position, zoom: int) -> tuple[int, int]:
    lon, lat = home
    x = (lon + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int(x * 2**zoom), int(y * 2**zoom)


def in_tile(body: bytes, zoom: int, column: int, row: int) -> Iterator[Position]:
    """Each vertex of a Mapbox vector tile, but where its frame (64 units around it too) cuts a shape."""
    for kind, layer in _fields(body):
        if kind != 3 or not isinstance(layer, bytes):
            continue
        for kind, feature in _fields(layer):
            if kind != 2 or not isinstance(feature, bytes):
                continue
            for kind, geometry in _fields(feature):
                if kind == 4 and isinstance(geometry, bytes):
                    for x, y in _vertices(geometry):
                        if {x, y}.isdisjoint({-256, -64, 0, 4096, 4160, 4352}):
                            yield _degrees(column + x / 4096, row + y / 4096, zoom)


def _fields(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: varints, and bytes of those that have a length."""
    at = 0
    while at < len(body):
        key, at = _varint(body, at)
        if key & 7 == 0:
            value, at = _varint(body, at)
            yield key >> 3, value
        elif key & 7 == 2:
            length, at = _varint(body, at)
            yield key >> 3, body[at : at + length]
            at += length
        else:
            at += 8 if key & 7 == 1 else 4


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _vertices(geometry: bytes) -> Iterator[tuple[int, int]]:
    """Commands MoveTo (1) and LineTo (2) with zigzag steps; ClosePath (7) has none."""
    at = x = y = 0
    while at < len(geometry):
        command, at = _varint(geometry, at)
        for _ in range(command >> 3 if command & 7 in (1, 2) else 0):
            dx, at = _varint(geometry, at)
            dy, at = _varint(geometry, at)
            x, y = x + ((dx >> 1) ^ -(dx & 1)), y + ((dy >> 1) ^ -(dy & 1))
            yield x, y


def _degrees(x: float, y: float, zoom: int) -> Position:
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**zoom))))
    return x / 2**zoom * 360 - 180, lat
