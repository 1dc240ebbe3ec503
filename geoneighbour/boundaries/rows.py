"""A table of a boundary file -> communes ready to store, or the reason why one cannot be. Runs in the confined reader."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoneighbour.boundaries.fields import Fields
from geoneighbour.boundaries.layers import Table
from geoneighbour.ground.repair import repair

CODE = re.compile(r"[0-9A-Z]{1,12}")
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
FRENCH_DIGITS = 5


@dataclass
class Row:
    """A boundary of the file, made of `parts` rows of which the first is at `position`: a valid `shape`, or a `refusal`.

    `kind` is commune, or arrondissement, associated, delegated `within` the commune of that code; `names` by language.
    """

    position: int
    parts: int
    code: str | None
    name: str | None
    shape: shapely.Geometry | None = None
    refusal: str | None = None
    repair: str | None = None
    kind: str = "commune"
    within: str | None = None
    names: dict[str, str] = field(default_factory=dict)


def rows(table: Table, fields: Fields, country: str) -> list[Row]:
    """One row a commune, in the order of the file. `table.shapes` are in EPSG:4326 and are used up."""
    codes = [_code(value, country) for value in table.columns[fields.code]]
    names = _names(table, fields)
    faults = table.faults
    for position, kind in enumerate(shapely.get_type_id(table.shapes)):
        if faults[position] is None and kind not in POLYGONS:
            faults[position] = f"a {table.shapes[position].geom_type}, no polygon"
        elif codes[position] is None:
            faults[position] = "no code"
        elif not CODE.fullmatch(codes[position] or ""):
            faults[position] = "the code is not made of 1 to 12 letters and digits"
        elif names[position] is None:
            faults[position] = "no name"
    repairs = _repair(table.shapes, faults)
    parts: dict[str, list[int]] = defaultdict(list)
    for position, code in enumerate(codes):
        parts[code or f"row {position}"].append(position)
    return [
        _gathered(
            positions, codes[positions[0]], [names[p] for p in positions], faults, repairs, table.shapes
        )
        for positions in parts.values()
    ]


def encoded(found: list[Row]) -> list[bytes | None]:
    """EWKB of MultiPolygons in EPSG:4326 and in normal form, so that equal shapes are equal bytes; None for the refused."""
    good = [row.shape for row in found if row.shape is not None]
    if not good:
        return [None] * len(found)
    polygons, owners = shapely.get_parts(np.array(good, dtype=object), return_index=True)
    shapes = shapely.set_srid(shapely.normalize(shapely.multipolygons(polygons, indices=owners)), 4326)
    ewkb: Iterator[bytes] = iter(np.asarray(shapely.to_wkb(shapes, include_srid=True)).tolist())
    return [None if row.shape is None else next(ewkb) for row in found]


def _repair(shapes: NDArray[Any], faults: list[str | None]) -> dict[int, str]:
    """Mends what is invalid, in place; what cannot be mended becomes a fault. Returns what was wrong, by position."""
    sound = np.array([fault is None for fault in faults], dtype=bool)
    invalid = np.flatnonzero(sound & ~shapely.is_valid(shapes)).tolist()
    reasons = dict(zip(invalid, shapely.is_valid_reason(shapes[invalid]), strict=True))
    for position, mended in zip(invalid, repair(shapes[invalid]), strict=True):
        pieces = [
            piece
            for piece in shapely.get_parts(mended)
            if piece.geom_type == "Polygon" and not piece.is_empty
        ]
        if pieces:
            shapes[position] = shapely.MultiPolygon(pieces)
        elif mended is None:
            faults[position] = f"too tangled to be repaired: {reasons[position]}"
        else:
            faults[position] = f"encloses no ground: {reasons[position]}"
    return reasons


def _gathered(
    positions: list[int],
    code: str | None,
    names: list[str | None],
    faults: list[str | None],
    repairs: dict[int, str],
    shapes: NDArray[Any],
) -> Row:
    """The rows of one code as one. A fault in a part is one of the whole: half a commune would be a wrong one."""
    row = Row(positions[0], len(positions), code, names[0])
    row.refusal = next((faults[p] for p in positions if faults[p] is not None), None)
    if row.refusal is None and len(set(names)) > 1:
        row.refusal = f"one code, several names: {', '.join(sorted(map(str, set(names))))}"
    if row.refusal is None:
        row.shape = shapes[positions[0]] if row.parts == 1 else shapely.union_all(shapes[positions])
        row.repair = next((repairs[p] for p in positions if p in repairs), None)
    return row


def _code(value: Any, country: str) -> str | None:
    """The code as text. Numbers have lost their leading noughts: in France they are put back."""
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    number = isinstance(value, (int, float, np.integer, np.floating))
    code = f"{value:.0f}" if number else unicodedata.normalize("NFC", str(value)).strip().upper()
    if country == "FR" and (number or re.fullmatch(r"\d{4}", code)):
        code = code.zfill(FRENCH_DIGITS)
    return code or None


def _names(table: Table, fields: Fields) -> list[str | None]:
    """The first of the name columns that says something, in composed letters and with plain spaces."""
    columns = [table.columns[name] for name in fields.names]
    return [
        next((name for value in values if (name := _name(value)) is not None), None)
        for values in zip(*columns, strict=True)
    ]


def _name(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(unicodedata.normalize("NFC", value).split()) or None
