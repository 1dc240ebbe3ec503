"""Barriers and crossings out of files of lines and points (docs/decisions/021), with the steps that they bar. Runs in the confined reader."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoneighbour.boundaries.copying import COPY_END, COPY_HEAD, bigints, record, text
from geoneighbour.boundaries.reader import Found, Request
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import layers
from geoneighbour.geofiles.files import BoundaryFile
from geoneighbour.geofiles.frames import DONE, FOUND, ROWS, STAGE, plain, send
from geoneighbour.geofiles.layers import Layer, Table
from geoneighbour.ground import cells, steps

NAMES = ("name", "nom", "toponyme", "cpx_toponyme", "nom_c_eau", "label", "libelle", "ref", "numero")
MOST_POINTS = 50_000
LONGEST_DEGREES = 20
AT_ONCE_DEGREES = 40
"""Of lines: some 4,000 km, whose steps take 100 megabytes."""
LINE, CROSSING = "line", "crossing"


@dataclass
class Row:
    """A row of the file, or one point of several in it; `refusal` says why it cannot serve (then the shape is None)."""

    position: int
    kind: str
    name: str | None
    shape: Any
    refusal: str | None = None


class Lines:
    """One import on its way: lines become barriers, points crossings."""

    def __init__(self, request: Request, out: IO[bytes]) -> None:
        self._request, self._out = request, out
        self._begun = self._served = False

    def read(self, file: BoundaryFile) -> None:
        """UnusableFile when it cannot be read, or does not tell which layer is meant."""
        send(self._out, STAGE, plain(f"reading {file.shown}").encode())
        held = list(layers.layers(file, ("Line", "Point")))
        wanted = {self._request.layer, self._request.crossings_layer}
        if len(held) > 1 and self._request.layer:
            held = [layer for layer in held if layer.title in wanted]
        tables = [(layer, layer.table()) for layer in held]
        if not tables:
            raise UnusableFile(plain(f"{file.shown}: has no such layer of lines or points"))
        with_lines = self._chosen(file, tables, "LineString", "--layer", self._request.layer)
        with_points = self._chosen(file, tables, "Point", "--crossings-layer", self._request.crossings_layer)
        if with_lines and not self._request.crossings_layer:
            # Points beside rivers are towns until the operator says otherwise.
            with_points = [layer for layer in with_points if layer in with_lines]
        for layer, table in tables:
            kinds = [LINE] * (layer in with_lines) + [CROSSING] * (layer in with_points)
            self._use(layer, table, kinds)
        send(self._out, DONE, str(file.size).encode())

    def finish(self) -> None:
        """UnusableFile when there was nothing to read."""
        if not self._served:
            raise UnusableFile("no row is a line that can serve as a barrier")
        send(self._out, ROWS, COPY_END)

    def _chosen(
        self, file: BoundaryFile, tables: list[tuple[Layer, Table]], what: str, option: str, said: str | None
    ) -> list[Layer]:
        """The layer whose rows to take, the one that the operator names where a file has several; none where there is none."""
        found = [
            layer for layer, table in tables if any(what in one.geom_type for one in table.shapes if one)
        ]
        if len(tables) > 1 and said:
            return [layer for layer in found if layer.title == said]
        if len(found) > 1 and what == "LineString":
            names = ", ".join(layer.title for layer in found)
            raise UnusableFile(
                plain(f"{file.shown}: several layers hold lines; choose one with {option} among {names}")
            )
        return found

    def _use(self, layer: Layer, table: Table, kinds: list[str]) -> None:
        found = Found(layer.file.shown, layer.title, layer.format, len(table.shapes))
        if not kinds:
            self._found(found, ignored="points; --crossings-layer takes them as crossings")
            return
        crs = layers.to_lon_lat(table, self._request.srid, layer.file.shown)
        said = self._request.name_field
        name = said.lower() if said else next((one for one in NAMES if one in table.columns), None)
        if said and name not in table.columns:
            raise UnusableFile(plain(f"{layer}: has no field {said} (--name-field)"))
        self._found(found, holds=" and ".join(kinds), names=(name,) if name else (), crs=crs)
        if not self._begun:
            send(self._out, ROWS, COPY_HEAD)
            self._begun = True
        for some in _slices(_rows(table, name, kinds)):
            send(self._out, ROWS, _encoded(layer.file.shown, some))
            self._served |= any(row.kind == LINE and row.refusal is None for row in some)

    def _found(self, found: Found, **told: Any) -> None:
        send(self._out, FOUND, json.dumps({**asdict(found), **told}).encode())


def _rows(table: Table, name: str | None, kinds: list[str]) -> Iterator[Row]:
    names = table.columns[name] if name else [None] * len(table.shapes)
    for position, (shape, fault, said) in enumerate(zip(table.shapes, table.faults, names, strict=True)):
        called = plain(str(said), 120) or None if said is not None and said == said else None
        kind = CROSSING if shape is not None and "Point" in shape.geom_type else LINE
        refusal = fault or _fault(shape, kind, kinds)
        parts = shapely.get_parts(shape) if kind == CROSSING and refusal is None else [shape]
        for part in parts:
            yield Row(position, kind, called, None if refusal else part, refusal)


def _fault(shape: BaseGeometry, kind: str, kinds: list[str]) -> str | None:
    if shape.geom_type not in ("LineString", "MultiLineString", "Point", "MultiPoint") or kind not in kinds:
        return f"a {shape.geom_type}, no {' or '.join(kinds)}"
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        return f"has more than {MOST_POINTS:,} points"
    if shapely.length(shape) > LONGEST_DEGREES:
        return f"is longer than {LONGEST_DEGREES} degrees"
    if kind == LINE and shapely.length(shape) == 0:
        return "has no length"
    return None


def _slices(found: Iterator[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    degrees = 0.0
    for row in found:
        some.append(row)
        degrees += 0 if row.shape is None else shapely.length(row.shape)
        if degrees > AT_ONCE_DEGREES or len(some) == MOST_POINTS:
            yield some
            some, degrees = [], 0.0
    if some:
        yield some


def _encoded(file: str, some: list[Row]) -> bytes:
    """Columns of barrier_staged (sql/25_barriers.sql): file, position, kind, name, refusal, cells, others, regions, geom."""
    good = [row for row in some if row.shape is not None]
    shapes = [row.shape for row in good]
    passed = steps.passed(shapes)
    lines = [at for at, row in enumerate(good) if row.kind == LINE]
    met = dict(zip(lines, steps.met([shapes[at] for at in lines], [passed[at] for at in lines]), strict=True))
    told = {}
    for at, row in enumerate(good):
        if row.kind == LINE:
            ones, others = met[at][:, 0], met[at][:, 1]
            regions = cells.regions_of(passed[at].union(met[at].ravel().tolist()))
            shape = shapely.normalize(shapely.multilinestrings(shapely.get_parts(row.shape)))
        else:
            ones, others = np.array(sorted(passed[at])), np.array([], dtype=np.int64)
            regions, shape = cells.regions_of(passed[at]), row.shape
        ewkb = shapely.to_wkb(shapely.set_srid(shape, 4326), include_srid=True)
        told[id(row)] = bigints(ones), bigints(others), bigints(sorted(regions)), ewkb
    nothing = (None, None, None, None)
    return b"".join(
        record(
            file.encode(),
            struct.pack("!i", row.position),
            *map(text, (row.kind, row.name, row.refusal)),
            *told.get(id(row), nothing),
        )
        for row in some
    )
