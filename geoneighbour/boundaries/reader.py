"""Reads boundary files through a confined process; hands on bytes for COPY, and never meets a geometry itself.

Archives are unpacked before, by a confined process of their own (``geofiles.unpack``).
"""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from geoneighbour.boundaries.quality import Quality
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import files
from geoneighbour.geofiles.frames import (
    DONE,
    END,
    FOUND,
    NOTE,
    QUALITY,
    REFUSAL,
    ROWS,
    SIZE,
    STAGE,
    received,
)
from geoneighbour.ground.confined import Confined, confined


@dataclass(frozen=True)
class Request:
    """What to read and how, as the operator said it; None: found by itself."""

    paths: tuple[str, ...]
    layer: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    srid: int | None = None
    country: str | None = None
    scheme: str | None = None
    """Set: read official quarters of that scheme instead of communes, in `communes` (none: in all), up to `largest_km2`."""
    communes: tuple[str, ...] = ()
    largest_km2: float = 0
    lines: bool = False
    """Set: read barriers and crossings instead, points also from `crossings`, there of `crossings_layer`."""
    crossings: tuple[str, ...] = ()
    crossings_layer: str | None = None


@dataclass(frozen=True)
class Found:
    """A layer of a file: what it holds, and, if it is read, by which fields, in which system, of which country.

    `ignored` says what it holds instead, where something better was there.
    """

    file: str
    layer: str
    format: str
    rows: int
    holds: str | None = None
    code: str | None = None
    names: tuple[str, ...] = ()
    crs: str | None = None
    country: str | None = None
    ignored: str | None = None


class Progress(Protocol):
    """Told how an import gets on."""

    def to_read(self, count: int) -> None:
        """Bytes of all files."""

    def has_read(self, count: int) -> None:
        """Bytes read since it was last told."""

    def stage(self, doing: str) -> None:
        """What goes on from now."""


class Reading:
    """Files being read. First all `rows`, then, when the rows are all there, their `quality`.

    `layers` and `country` are known with the first row of each layer, `notes` at the end of the rows.
    """

    def __init__(self, reader: Confined, progress: Progress) -> None:
        self._reader, self._progress = reader, progress
        self._quality: Quality | None = None
        self.layers: list[Found] = []
        self.notes: list[str] = []

    @property
    def country(self) -> str:
        return next(layer.country for layer in self.layers if layer.country)

    def rows(self) -> Iterator[bytes]:
        """Chunks of PostgreSQL's binary COPY format: kind, file, position, parts, code, name, names, within, refusal, repair,
        geom (EWKB).

        UnusableFile when a file cannot serve.
        """
        for letter, body in received(self._reader.answer):
            if letter == ROWS:
                yield body
            elif letter == FOUND:
                found = json.loads(body)
                self.layers.append(Found(**{**found, "names": tuple(found["names"])}))
            elif letter == NOTE:
                self.notes.append(body.decode())
            elif letter == END:
                return
            else:
                _tell(self._progress, letter, body)
        raise _ended(self._reader)

    def quality(self) -> Quality:
        """How the boundaries fit together. It is looked at while the caller does other things; this waits for it.

        Where the limits end the look early, nothing is known: the rows themselves are all there.
        """
        if self._quality is None:
            frame = next(received(self._reader.answer), None)
            known = frame is not None and frame[0] == QUALITY
            self._quality = (
                Quality.from_json(frame[1].decode()) if frame and known else Quality((), whole=False)
            )
        return self._quality


@contextmanager
def reading(request: Request, progress: Progress) -> Iterator[Reading]:
    """Reads the files in a confined process, which ends with the block at the latest, as does what was unpacked for it."""
    paths = files.files_in([Path(path) for path in (*request.paths, *request.crossings)])
    packed = any(files.is_archive(path) for path in paths)
    with tempfile.TemporaryDirectory(prefix="geoneighbour-") if packed else nullcontext("") as folder:
        to_read = files.named(unpacked(paths, Path(folder), progress) if packed else paths)
        order = json.dumps({"request": asdict(request), "files": [asdict(file) for file in to_read]})
        with confined("geoneighbour.boundaries.confined_reader") as reader:
            reader.give(order.encode())
            yield Reading(reader, progress)


def unpacked(paths: list[Path], folder: Path, progress: Progress) -> list[Path]:
    """The same paths, with what was in the archives in their places."""
    archives = [path for path in paths if files.is_archive(path)]
    with confined("geoneighbour.geofiles.unpack", str(folder), *map(str, archives)) as process:
        for letter, body in received(process.answer):
            if letter == END:
                break
            _tell(progress, letter, body)
        else:
            raise _ended(process)
    inside = {archive: files.files_in([folder / str(number)]) for number, archive in enumerate(archives)}
    return [found for path in paths for found in inside.get(path, [path])]


def _tell(progress: Progress, letter: bytes, body: bytes) -> None:
    if letter == SIZE:
        progress.to_read(int(body))
    elif letter == DONE:
        progress.has_read(int(body))
    elif letter == STAGE:
        progress.stage(body.decode())
    elif letter == REFUSAL:
        raise UnusableFile(body.decode())


def _ended(process: Confined) -> UnusableFile:
    """Why a confined process stopped in the middle."""
    code, complaint = process.end()
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return UnusableFile("the file takes too long to read for its size")
    # C++ aborts where memory is refused; C does not always look.
    if code in (-signal.SIGABRT, -signal.SIGSEGV):
        return UnusableFile(
            "the file needs too much memory for its size, or is broken so that it crashes its reader"
        )
    return UnusableFile(f"the file cannot be read: its reader crashed ({complaint or -code})")
