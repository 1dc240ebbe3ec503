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

from geoneighbour.boundaries import kinds
from geoneighbour.boundaries.country import padded
from geoneighbour.boundaries.fields import CHIEF_TOWNS, Fields
from geoneighbour.geofiles.frames import plain
from geoneighbour.geofiles.layers import Table
from geoneighbour.ground.repair import Limits, repair

CODE = re.compile(r"[0-9A-Z]{1,12}")
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
FRENCH = re.compile(r"(?:\d\d|2[AB])\d{3}")
FRENCH_DIGITS = 5
VALID = "Valid Geometry"
MOST_POINTS = 500_000
"""Of one row: the longest coasts have some hundred thousand; each question about a place there would take seconds."""


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


def rows(table: Table, fields: Fields, country: str, kind: str, limits: Limits) -> list[Row]:
    """One row a commune or part, in the order of the file. `table.shapes` are in EPSG:4326 and are used up.

    `kind` is what rows are that do not say it themselves; `limits` are those of all repairs together.
    """
    codes = [_code(value, country) for value in table.columns[fields.code]]
    told = _told(table, fields)
    names = [next(iter(some.values()), None) for some in told]
    faults = table.faults
    for position in np.flatnonzero(shapely.get_num_coordinates(table.shapes) > MOST_POINTS).tolist():
        faults[position] = faults[position] or f"has more than {MOST_POINTS:,} points"
    for position, type_id in enumerate(shapely.get_type_id(table.shapes)):
        if faults[position] is None and type_id not in POLYGONS:
            faults[position] = f"a {table.shapes[position].geom_type}, no polygon"
        elif codes[position] is None:
            faults[position] = "no code"
        elif not CODE.fullmatch(codes[position] or ""):
            faults[position] = "the code is not made of 1 to 12 letters and digits"
        elif names[position] is None:
            faults[position] = "no name"
    repairs = _repair(table.shapes, faults, limits)
    belongs = _belonging(table, fields, codes, country, kind)
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, code in enumerate(codes):
        parts[belongs[position][0], code or f"row {position}"].append(position)
    found = []
    for (its_kind, _), positions in parts.items():
        row = _gathered(positions, codes[positions[0]], names, faults, repairs, table.shapes)
        row.kind, row.within = its_kind, belongs[positions[0]][1]
        if fields.languages:
            row.names = {language: name for language, name in told[positions[0]].items() if language}
        if row.refusal is None and its_kind != kinds.COMMUNE and row.within is None:
            row.refusal, row.shape = "does not say its commune", None
        found.append(row)
    return found


def _belonging(
    table: Table, fields: Fields, codes: list[str | None], country: str, kind: str
) -> list[tuple[str, str | None]]:
    """What each row is and which commune it is in. Only France's communes have such parts."""
    if country != "FR":
        return [(kind, None)] * len(codes)
    nothing = [None] * len(codes)
    within = table.columns[fields.within] if fields.within else nothing
    said = table.columns[fields.kind] if fields.kind else nothing
    names_it = fields.within not in CHIEF_TOWNS
    return [
        kinds.of_row(code or "", _name(word), _commune(around, country), kind, names_it)
        for code, word, around in zip(codes, said, within, strict=True)
    ]


def _commune(value: Any, country: str) -> str | None:
    """A code of a commune; None for what only shares its column's name."""
    code = _code(value, country)
    return code if code and FRENCH.fullmatch(code) else None


def encoded(found: list[Row]) -> list[bytes | None]:
    """EWKB of MultiPolygons in EPSG:4326 and in normal form, so that equal shapes are equal bytes; None for the refused."""
    good = [row.shape for row in found if row.shape is not None]
    if not good:
        return [None] * len(found)
    polygons, owners = shapely.get_parts(np.array(good, dtype=object), return_index=True)
    shapes = shapely.set_srid(shapely.normalize(shapely.multipolygons(polygons, indices=owners)), 4326)
    ewkb: Iterator[bytes] = iter(np.asarray(shapely.to_wkb(shapes, include_srid=True)).tolist())
    return [None if row.shape is None else next(ewkb) for row in found]


def _repair(shapes: NDArray[Any], faults: list[str | None], limits: Limits) -> dict[int, str]:
    """Mends what is invalid, in place; what cannot be mended becomes a fault. Returns what was wrong, by position."""
    sound = np.array([fault is None for fault in faults], dtype=bool)
    # Asked once: on a tangled ring the question itself takes seconds.
    asked = shapes.copy()
    asked[~sound] = None
    said = shapely.is_valid_reason(asked)
    reasons = {p: said[p] for p in np.flatnonzero(sound & (said != VALID)).tolist()}
    invalid = list(reasons)
    for position, mended in zip(invalid, repair(shapes[invalid], limits), strict=True):
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
    all_names: list[str | None],
    faults: list[str | None],
    repairs: dict[int, str],
    shapes: NDArray[Any],
) -> Row:
    """The rows of one code as one. A fault in a part is one of the whole: half a commune would be a wrong one."""
    names = [all_names[position] for position in positions]
    # Told on a terminal when it is refused.
    row = Row(positions[0], len(positions), code if code is None else plain(code, 40), names[0])
    row.refusal = next((faults[p] for p in positions if faults[p] is not None), None)
    if row.refusal is None and len(set(names)) > 1:
        row.refusal = plain(f"one code, several names: {', '.join(sorted(map(str, set(names))))}", 200)
    if row.refusal is None:
        row.shape = shapes[positions[0]] if row.parts == 1 else shapely.union_all(shapes[positions])
        row.repair = next((repairs[p] for p in positions if p in repairs), None)
    return row


def code_text(value: Any) -> str | None:
    """A code as text, as the file has it; None where there is none."""
    if value is None or (isinstance(value, (float, np.floating)) and not np.isfinite(value)):
        return None
    number = isinstance(value, (int, float, np.integer, np.floating))
    return (f"{value:.0f}" if number else unicodedata.normalize("NFC", str(value)).strip().upper()) or None


def _code(value: Any, country: str) -> str | None:
    """Numbers have lost their leading noughts: in France they are put back."""
    code = code_text(value)
    if code is None or country != "FR":
        return code
    return code.zfill(FRENCH_DIGITS) if not isinstance(value, str) else padded(code)


def _told(table: Table, fields: Fields) -> list[dict[str, str]]:
    """What the name columns say, by language (by column, where the source knows no languages); empty ones are left out."""
    keys = fields.languages or fields.names
    columns = [table.columns[name] for name in fields.names]
    return [
        {key: name for key, value in zip(keys, values, strict=True) if (name := _name(value)) is not None}
        for values in zip(*columns, strict=True)
    ]


def _name(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(unicodedata.normalize("NFC", value).replace("\0", " ").split()) or None
