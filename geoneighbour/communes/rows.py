"""A table of a boundary file -> communes ready to store, or the reason why one cannot be. Runs in the confined reader."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoneighbour.communes.fields import Fields
from geoneighbour.ground.boundary_files import Table
from geoneighbour.ground.repair import repair

CODE = re.compile(r"[0-9A-Z]{1,12}")
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
FRENCH_DIGITS = 5


@dataclass
class Row:
    """A commune of the file, made of `parts` rows of which the first is at `position`; `refusal` excludes `ewkb`.

    `ewkb`: MultiPolygon in EPSG:4326, valid, in normal form, so that equal shapes are equal bytes.
    """

    position: int
    parts: int
    code: str | None
    name: str | None
    refusal: str | None = None
    repair: str | None = None
    ewkb: bytes | None = None


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
    mended = _repair(table.shapes, faults)
    found, shapes = _gathered(codes, names, faults, table.shapes)
    for row in found:
        row.repair = mended.get(row.position)
    good = [row for row in found if row.refusal is None]
    for row, ewkb in zip(good, _ewkb(shapes), strict=True):
        row.ewkb = ewkb
    return found


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
    codes: list[str | None], names: list[str | None], faults: list[str | None], shapes: NDArray[Any]
) -> tuple[list[Row], list[shapely.Geometry]]:
    """Rows of one code become one. A fault in a part is one of the whole: half a commune would be a wrong one."""
    parts: dict[str, list[int]] = defaultdict(list)
    for position, code in enumerate(codes):
        parts[code or f"row {position}"].append(position)
    found, whole = [], []
    for positions in parts.values():
        first = positions[0]
        row = Row(first, len(positions), codes[first], names[first])
        row.refusal = next((faults[p] for p in positions if faults[p] is not None), None)
        others = {names[p] for p in positions} - {row.name}
        if row.refusal is None and others:
            row.refusal = f"one code, several names: {row.name}, {', '.join(sorted(map(str, others)))}"
        found.append(row)
        if row.refusal is None:
            whole.append(shapes[first] if row.parts == 1 else shapely.union_all(shapes[positions]))
    return found, whole


def _ewkb(shapes: list[shapely.Geometry]) -> list[bytes]:
    """Valid polygons and multipolygons -> EWKB of multipolygons in EPSG:4326 and in normal form."""
    if not shapes:
        return []
    polygons, owners = shapely.get_parts(np.array(shapes, dtype=object), return_index=True)
    multipolygons = shapely.normalize(shapely.multipolygons(polygons, indices=owners))
    return list(shapely.to_wkb(shapely.set_srid(multipolygons, 4326), include_srid=True))


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
