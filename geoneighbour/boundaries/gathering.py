"""One import on its way, in the confined reader: what holds communes is sent on, what does not is named."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO

import numpy as np
import shapely

from geoneighbour.boundaries import country
from geoneighbour.boundaries.cities import Cities
from geoneighbour.boundaries.copying import COPY_END, COPY_HEAD, copied
from geoneighbour.boundaries.detect import Candidate, best_of, judge, wanted
from geoneighbour.boundaries.fields import PARTS, Fields
from geoneighbour.boundaries.reader import Found, Request
from geoneighbour.boundaries.rows import Row, code_text, encoded, rows
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import layers
from geoneighbour.geofiles.files import BoundaryFile
from geoneighbour.geofiles.frames import DONE, FOUND, NOTE, ROWS, STAGE, plain, send
from geoneighbour.ground.repair import Limits

ROWS_AT_ONCE = 500
EACH_REPAIR, REPAIR_MEGABYTES = 3, 300
"""Seconds for one outline; what its process may have, beside the reader."""


class Import:
    """Layers that surely hold communes are sent at once, others wait whether something better comes."""

    def __init__(self, request: Request, out: IO[bytes], repair_seconds: int) -> None:
        self.communes: list[Row] = []
        self._request, self._out, self._repair_seconds = request, out, float(repair_seconds)
        self._held: list[Candidate] = []
        self._others: list[BoundaryFile] = []
        self._seen, self._cities = Seen(), Cities()
        self._country: str | None = None
        self._refusal: str | None = None
        self._served = 0

    def read(self, file: BoundaryFile) -> None:
        """UnusableFile when it cannot be read, or surely holds communes of which none can serve."""
        self._tell(STAGE, f"reading {file.shown}")
        size = file.size
        if not layers.may_hold_boundaries(file):
            self._others.append(file)
            return
        for layer in layers.layers(file):
            candidate = judge(layer, self._request)
            if candidate.sure and wanted(layer, self._request):
                size -= self._use(candidate, size)
            else:
                # What was read is not kept: there may be hundreds of files.
                self._held.append(replace(candidate, layer=replace(layer, whole=None)))
        send(self._out, DONE, str(size).encode())

    def finish(self) -> None:
        """Reads what waited if there was nothing better, and sets the cities right. UnusableFile when nothing can serve."""
        for other in self._others:
            if self._country is None and not self._held:
                raise UnusableFile(f"{other.shown}: is no GeoJSON and no TopoJSON")
            self._found(Found(other.shown, Path(other.shown).stem, "JSON", 0, ignored="no boundaries"))
        best = [] if self._country else best_of(self._held, self._request)
        for candidate in best:
            self._use(candidate, 0)
        for candidate in self._held:
            if candidate not in best:
                layer = candidate.layer
                self._found(
                    Found(layer.file.shown, layer.title, layer.format, layer.rows, ignored=candidate.what)
                )
        for file, found, note in self._cities.settled():
            if note:
                self._tell(NOTE, note)
            self._send_rows(file, found, 0)
        if not self._served:
            raise UnusableFile(plain(self._refusal or "no row can serve"))
        send(self._out, ROWS, COPY_END)

    def _use(self, candidate: Candidate, size: int) -> int:
        """Sends a layer's rows and says so of `size` bytes; returns that."""
        layer, fields = candidate.layer, candidate.fields
        assert fields is not None  # noqa: S101 (what is read has fields)
        file, table = str(layer), layer.table()
        crs = layers.to_lon_lat(table, self._request.srid, layer.file.shown)
        its_country = self._country_of(table, fields, crs, file)
        self._found(
            Found(
                layer.file.shown,
                layer.title,
                layer.format,
                len(table.shapes),
                candidate.holds,
                fields.code,
                fields.names,
                crs,
                its_country,
            )
        )
        if self._country is None:
            self._country = its_country
            send(self._out, ROWS, COPY_HEAD)
        elif its_country != self._country:
            raise UnusableFile(
                f"{file}: is of {its_country}, files before it of {self._country}; say --country"
            )
        began = time.monotonic()
        limits = Limits(EACH_REPAIR, max(0, round(self._repair_seconds)), REPAIR_MEGABYTES)
        found = rows(table, fields, its_country, candidate.kind_of_rows(), limits)
        self._repair_seconds -= time.monotonic() - began
        if candidate.holds != PARTS and all(row.refusal for row in found):
            why = f" ({found[0].refusal})" if found else ""
            raise UnusableFile(plain(f"{file}: holds no commune that can serve{why}"))
        self._send_rows(file, self._cities.passing(file, found), size)
        return size

    def _country_of(self, table: layers.Table, fields: Fields, crs: str, file: str) -> str:
        """As the operator, the source, the system, at last codes and place say. UnusableFile in doubt."""
        said = self._request.country or fields.country or country.of_system(table.crs)
        if said:
            return said
        bounds = shapely.bounds(table.shapes)
        codes = [code_text(value) for value in table.columns[fields.code]]
        places = (bounds[:, :2] + bounds[:, 2:]) / 2
        said = country.of_place(codes, places)
        if said is None:
            some = next((code for code in codes if code), "none")
            lon, lat = np.nanmean(places, axis=0)
            raise UnusableFile(
                plain(
                    f"{file}: cannot tell the country of codes such as {some} near {lon:.1f} {lat:.1f}; say --country"
                )
            )
        return said

    def _send_rows(self, file: str, found: list[Row], size: int) -> None:
        # Encoded a slice at a time: the database already takes in one while the next is made.
        told = 0
        for start in range(0, len(found), ROWS_AT_ONCE):
            some = found[start : start + ROWS_AT_ONCE]
            ewkb = self._seen.first(some, encoded(some), file)
            send(self._out, ROWS, copied(file, some, ewkb))
            done = size * (start + len(some)) // len(found)
            send(self._out, DONE, str(done - told).encode())
            told = done
        send(self._out, DONE, str(size - told).encode())
        self._served += sum(row.refusal is None for row in found)
        self._refusal = self._refusal or next((row.refusal for row in found if row.refusal), None)
        self.communes += [row for row in found if row.kind == "commune" and row.refusal is None]

    def _found(self, found: Found) -> None:
        send(self._out, FOUND, json.dumps(asdict(found)).encode())

    def _tell(self, letter: bytes, words: str) -> None:
        send(self._out, letter, plain(words).encode())


class Seen:
    """What earlier files of the same import held: a commune may stand in two of them only if it is the same in both."""

    def __init__(self) -> None:
        self._by_code: dict[tuple[str, str | None], tuple[str, int]] = {}

    def first(self, found: list[Row], ewkb: list[bytes | None], file: str) -> list[bytes | None]:
        """The same shapes without those of an earlier file, whose rows are refused. UnusableFile when the two differ."""
        kept: list[bytes | None] = []
        for row, shape in zip(found, ewkb, strict=True):
            this = hash((row.name, shape))
            before, that = (
                (file, this)
                if shape is None
                else self._by_code.setdefault((row.kind, row.code), (file, this))
            )
            if that != this:
                raise UnusableFile(
                    f"{row.code} stands in {before} and differently in {file}: import one of them"
                )
            if before != file:
                row.refusal = f"the same as in {before}"
            kept.append(shape if before == file else None)
        return kept
