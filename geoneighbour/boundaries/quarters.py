"""Official quarters out of boundary files: their names and codes as they are, nothing joined to communes. Runs in the confined reader."""

from __future__ import annotations

import json
import struct
import time
from dataclasses import asdict, dataclass
from typing import IO, Any

import shapely

from geoneighbour.boundaries.copying import COPY_END, COPY_HEAD, bigints, record, text
from geoneighbour.boundaries.fields import Fields, listed
from geoneighbour.boundaries.reader import Found, Request
from geoneighbour.boundaries.rows import Row, code_text, encoded, rows
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import layers
from geoneighbour.geofiles.files import BoundaryFile
from geoneighbour.geofiles.frames import DONE, FOUND, ROWS, STAGE, plain, send
from geoneighbour.ground import cells, shapes
from geoneighbour.ground.repair import Limits

EACH_REPAIR = 4
"""Seconds."""
MOST_VERTICES = 5_000
GRID_DEGREES = 1e-7
LENGTHS = {"IRIS": 9}
"""Digits of codes that lose their noughts where they are kept as numbers."""


@dataclass(frozen=True)
class Scheme:
    """Lower-case columns, the first that is there is meant: code and name of the quarter, code and name of its commune, its type."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    within: tuple[str, ...]
    places: tuple[str, ...]
    types: tuple[str, ...] = ()


SCHEMES = {
    "IRIS": Scheme(
        ("code_iris", "dcomiris"),
        ("nom_iris",),
        ("insee_com", "depcom", "code_insee"),
        ("nom_com", "nom_commune"),
        ("typ_iris", "type_iris"),
    ),
    "QPV": Scheme(("code_qp",), ("lib_qp", "nom_qp"), ("insee_com",), ("lib_com", "nom_com")),
    "quartier": Scheme(
        ("code_quartier", "code_qu", "c_qu", "code", "cd_sector"),
        ("nom_quartier", "nom_qu", "l_qu", "nom", "name", "tx_sector_descr_fr", "tx_sector_descr_nl"),
        ("insee_com", "code_insee", "cd_munty_refnis"),
        ("nom_com", "nom_commune", "commune", "tx_munty_descr_fr", "tx_munty_descr_nl"),
    ),
}
WHOLE_COMMUNE = "Z"
LEFT_OUT = "a whole commune (IRIS of type Z)"


class Quarters:
    """One import on its way: each layer that has the scheme's columns is sent on."""

    def __init__(self, request: Request, out: IO[bytes], repair_seconds: int) -> None:
        assert request.scheme is not None  # noqa: S101 (it is what calls for this class)
        self._request, self._out, self._repair_seconds = request, out, float(repair_seconds)
        self._scheme = SCHEMES[request.scheme]
        self._seen: dict[str, str] = {}
        self._other: list[str] = []
        self._found = False

    def read(self, file: BoundaryFile) -> None:
        send(self._out, STAGE, plain(f"reading {file.shown}").encode())
        for layer in layers.layers(file):
            wanted = self._request.layer
            fields = None if wanted and layer.title.casefold() != wanted.casefold() else self._fields(layer)
            if fields is None:
                self._other.append(f"{layer} ({listed(layer.columns)})")
            else:
                self._use(layer, fields)
        send(self._out, DONE, str(file.size).encode())

    def finish(self) -> None:
        """UnusableFile when there was nothing to read."""
        if not self._found:
            raise UnusableFile(
                plain(
                    f"no layer has the fields of {self._request.scheme}; choose with --layer, --code-field, "
                    f"--name-field among {'; '.join(self._other) or 'nothing: no layer holds polygons'}"
                )
            )
        send(self._out, ROWS, COPY_END)

    def _fields(self, layer: layers.Layer) -> Fields | None:
        code = _chosen(self._request.code_field, self._scheme.codes, layer)
        name = _chosen(self._request.name_field, self._scheme.names, layer)
        return Fields(code, (name,), None) if code and name else None

    def _use(self, layer: layers.Layer, fields: Fields) -> None:
        table = layer.table()
        crs = layers.to_lon_lat(table, self._request.srid, layer.file.shown)
        self._tell(layer, fields, crs, len(table.shapes))
        within, places, types = (
            table.columns.get(next((n for n in names if n in table.columns), ""))
            for names in (self._scheme.within, self._scheme.places, self._scheme.types)
        )
        began = time.monotonic()
        limits = Limits(EACH_REPAIR, max(0, round(self._repair_seconds)))
        # Of no country: nothing is put into the form of a commune's code.
        found = rows(table, fields, "", "commune", limits)
        self._repair_seconds -= time.monotonic() - began
        kept: list[tuple[Row, str | None, str | None]] = []
        for row in found:
            commune = _communes(within, row.position)
            if self._request.communes and not commune & set(self._request.communes):
                continue
            row.code = _full_code(row.code, self._request.scheme)
            if types is not None and str(types[row.position]).strip().upper() == WHOLE_COMMUNE:
                row.kind, row.refusal = "whole_commune", row.refusal or LEFT_OUT
            place = None if places is None else code_and_name(places[row.position])
            kept.append((row, min(commune, default=None), place))
        self._check([row for row, _, _ in kept], str(layer))
        ewkb = encoded([row for row, _, _ in kept])
        covers = [_cells(row) for row, _, _ in kept]
        for (row, commune_code, place), shape, (anchor, cover) in zip(kept, ewkb, covers, strict=True):
            send(
                self._out,
                ROWS,
                record(
                    struct.pack("!i", row.position),
                    *map(text, (row.kind, row.code, row.name, commune_code, place, row.refusal, row.repair)),
                    None if anchor is None else struct.pack("!q", anchor),
                    None if anchor is None else bigints(cover),
                    shape,
                ),
            )

    def _check(self, found: list[Row], file: str) -> None:
        """Rounds the outlines, and refuses those that could not be drawn either; keeps the ground of the refused ones."""
        for row in found:
            if row.code is not None and row.refusal is None:
                before = self._seen.setdefault(row.code, file)
                if before != file:
                    row.refusal = f"stands in {before} already"
            if row.shape is None:
                continue
            if shapely.get_num_coordinates(row.shape) > MOST_VERTICES:
                row.refusal = row.refusal or f"has more than {MOST_VERTICES:,} points"
                row.shape = None
                continue
            rounded = shapely.set_precision(row.shape, GRID_DEGREES)
            row.shape = None if shapely.is_empty(rounded) else rounded
            if row.shape is None or not 2 <= len(row.name or "") <= 80:
                row.refusal = (
                    row.refusal or "encloses no ground, or has a name of less than 2 or more than 80 letters"
                )
            elif row.refusal is None:
                fault = shapes.fault_of_size(
                    shapely.MultiPolygon(shapely.get_parts(row.shape).tolist()), self._request.largest_km2
                )
                row.refusal = fault.in_english() if fault else None

    def _tell(self, layer: layers.Layer, fields: Fields, crs: str, count: int) -> None:
        found = Found(
            layer.file.shown, layer.title, layer.format, count, "quarters", fields.code, fields.names, crs
        )
        send(self._out, FOUND, json.dumps(asdict(found)).encode())
        if not self._found:
            send(self._out, ROWS, COPY_HEAD)
        self._found = True


def _chosen(said: str | None, known: tuple[str, ...], layer: layers.Layer) -> str | None:
    wanted = (said.lower(),) if said else known
    return next((name for name in wanted if name in layer.columns), None)


def _communes(within: Any, position: int) -> set[str]:
    """The codes that a row names; a priority quarter may lie in several communes."""
    said = None if within is None else code_text(within[position])
    return {part.zfill(5) for part in (said or "").replace(";", ",").replace(" ", ",").split(",") if part}


def code_and_name(value: Any) -> str | None:
    return plain(value, 60) if isinstance(value, str) and value.strip() else None


def _full_code(code: str | None, scheme: str | None) -> str | None:
    digits = LENGTHS.get(scheme or "")
    return code.zfill(digits) if code and digits and code.isdigit() else code


def _cells(row: Row) -> tuple[int | None, list[int]]:
    """Anchor and cover of what can serve."""
    if row.refusal is not None or not isinstance(row.shape, shapely.Polygon | shapely.MultiPolygon):
        return None, []
    return cells.anchor(row.shape), sorted(cells.cover(row.shape))
