"""Boundary files -> columns and shapes in EPSG:4326. The only home of pyogrio; nothing here knows what a commune is.

Files come from strangers: call this in a confined process (``ground.confined``) only.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles import shapefile
from geoneighbour.geofiles.files import FORMATS, BoundaryFile
from geoneighbour.geofiles.frames import plain
from geoneighbour.ground.points import FURTHEST_EAST, FURTHEST_NORTH

EPSG_4326 = pyproj.CRS.from_epsg(4326)
ONE_LAYER = ("GeoJSON", "GeoJSON lines")
HEAD = 16_384


@dataclass(frozen=True)
class Table:
    """One layer. `columns` by lower-case field name and `shapes` are aligned; a shape is None where the row has no usable one.

    `faults` says why, row by row (None: nothing wrong so far). Shapes are two-dimensional, in `crs` (None: unknown).
    """

    columns: dict[str, NDArray[Any]]
    shapes: NDArray[np.object_]
    faults: list[str | None]
    crs: pyproj.CRS | None


@dataclass(frozen=True)
class Layer:
    """A layer that may hold what is looked for: its attributes, aligned by row, and its shapes where they had to be read along."""

    file: BoundaryFile
    name: str | None
    format: str
    columns: dict[str, NDArray[Any]]
    crs: pyproj.CRS | None
    whole: Table | None = None

    def __str__(self) -> str:
        return (
            self.file.shown if self.title == Path(self.file.shown).stem else f"{self.file.shown} {self.title}"
        )

    @property
    def title(self) -> str:
        return self.name or Path(self.file.shown).stem

    @property
    def rows(self) -> int:
        return len(self.whole.shapes) if self.whole else len(next(iter(self.columns.values()), ()))

    def table(self) -> Table:
        """With its shapes, read now where they were not."""
        return self.whole or _read(self.file, self.name, self.format)


def layers(file: BoundaryFile, of: tuple[str, ...] = ("Polygon",)) -> Iterator[Layer]:
    """What a file holds, one layer after the other; none where no layer can hold polygons, or other shapes by the words of GDAL.

    GeoJSON has one layer, which cannot be looked at without reading all of it: it comes whole.
    """
    path = Path(file.path)
    said = _format(path)
    if said in ONE_LAYER:
        table = _read(file, None, said)
        yield Layer(file, None, said, table.columns, table.crs, table)
        return
    if said == "Shapefile":
        shapefile.require_whole(path)
    with _complaints(file):
        names = [
            str(name)
            for name, kind in pyogrio.list_layers(path)
            if kind is not None
            and (any(word in kind for word in of) or kind.startswith(("Unknown", "Geometry")))
        ]
    for name in names:
        with _complaints(file):
            meta, _, _, columns = pyogrio.raw.read(
                path, layer=name, read_geometry=False, encoding=_encoding(path, said)
            )
            layer = Layer(file, name, said, _by_name(meta, columns), _crs_of(meta))
        yield layer


def _read(file: BoundaryFile, layer: str | None, said: str) -> Table:
    path = Path(file.path)
    with _complaints(file):
        meta, _, wkb, columns = pyogrio.raw.read(
            path, layer=layer, force_2d=True, encoding=_encoding(path, said)
        )
    if said == "GeoJSON lines":
        _require_all_lines(file, len(wkb) if wkb is not None else 0)
    if wkb is None or len(wkb) == 0:
        raise UnusableFile(f"{file.shown}: holds no shapes")
    missing = np.array([shape is None for shape in wkb], dtype=bool)
    with np.errstate(invalid="ignore"):
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    faults: list[str | None] = [None] * len(wkb)
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        faults[row] = (
            "a ring is not closed, or has too few points"
            if shapes[row] is None and not missing[row]
            else "no shape"
        )
        shapes[row] = None
    return Table(_by_name(meta, columns), shapes, faults, _crs_of(meta))


def _by_name(meta: dict[str, Any], columns: list[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return dict(zip((str(field).lower() for field in meta["fields"]), columns, strict=True))


def _crs_of(meta: dict[str, Any]) -> pyproj.CRS | None:
    return pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None


def may_hold_boundaries(file: BoundaryFile) -> bool:
    """False for a .json without a word of GeoJSON or TopoJSON in its first and last kilobytes: such files lie everywhere."""
    path = Path(file.path)
    return path.suffix.lower() != ".json" or bool(
        re.search(rb'"(Feature|FeatureCollection|Topology)"', _ends(path))
    )


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        ends = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - HEAD))
        return ends + file.read()


def _format(path: Path) -> str:
    """By its suffix; of JSON by how it begins and ends, since all kinds of it are called .json."""
    said = FORMATS.get(path.suffix.lower(), path.suffix)
    if not said.startswith(("GeoJSON", "TopoJSON")):
        return said
    ends = _ends(path)
    if b'"Topology"' in ends:
        return "TopoJSON"
    first, _, _ = ends[:HEAD].lstrip(b"\x1e\r\n\t ").partition(b"\n")
    lines = said == "GeoJSON lines" or (
        # A feature begins, and no collection holds it.
        re.search(rb'"type"\s*:\s*"Feature"', first) and b'"FeatureCollection"' not in ends
    )
    return "GeoJSON lines" if lines else "GeoJSON"


def _require_all_lines(file: BoundaryFile, rows: int) -> None:
    """GDAL stops at a broken line without a word. Records stand on a line each, or behind a record separator each."""
    with Path(file.path).open("rb") as content:
        start = content.read(1)
        content.seek(0)
        if start == b"\x1e":
            records = sum(chunk.count(b"\x1e") for chunk in iter(lambda: content.read(1 << 20), b""))
        else:
            records = sum(1 for line in content if line.strip())
    if rows < records:
        raise UnusableFile(f"{file.shown}: is cut short or broken: {rows} of {records} lines can be read")


def _encoding(path: Path, said: str) -> str | None:
    return shapefile.encoding(path) if said == "Shapefile" else None


def to_lon_lat(table: Table, srid: int | None, name: str) -> str:
    """Brings the shapes to EPSG:4326, in place; those with a position that is no number or out of range become faults.

    `srid` says the file's own, whatever it declares. Returns what it was called. UnusableFile when nothing tells it, or when not one shape fits.
    """
    crs = _crs(srid) if srid else table.crs
    positions, rows = shapely.get_coordinates(table.shapes, return_index=True)
    if crs is None:
        if not _in_range(positions).all():
            raise UnusableFile(f"{name}: does not say its coordinate system; give it with --srid")
    elif crs != EPSG_4326:
        change = pyproj.Transformer.from_crs(crs, EPSG_4326, always_xy=True)
        positions = np.column_stack(change.transform(positions[:, 0], positions[:, 1]))
        table.shapes[:] = shapely.set_coordinates(table.shapes, positions)
    wrong = np.unique(rows[~_in_range(positions)])
    if len(wrong) and len(wrong) == len(np.unique(rows)):
        said = crs.to_string() if crs else "EPSG:4326"
        raise UnusableFile(f"{name}: no position fits {said[:40]}; give the right system with --srid")
    for row in wrong:
        table.faults[row] = "a position is not a number, or outside longitude 180 and latitude 90"
        table.shapes[row] = None
    for row in np.unique(rows[_beyond_the_map(positions)]):
        if table.shapes[row] is not None:
            table.faults[row] = (
                f"touches the edge of the map: nothing goes beyond longitude {FURTHEST_EAST:.0f} or latitude {FURTHEST_NORTH:.0f}"
            )
            table.shapes[row] = None
    return _called(crs)


def _called(crs: pyproj.CRS | None) -> str:
    """EPSG:4326, also for files that leave it unsaid; EPSG:2154 also for files that write it out."""
    if crs is None or crs == EPSG_4326:
        return "EPSG:4326"
    epsg = crs.to_epsg(min_confidence=60)
    return f"EPSG:{epsg}" if epsg else plain(crs.name, 40)


def _in_range(positions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n, 2) degrees -> (n,); a NaN is nowhere."""
    return np.all(np.abs(positions) <= (180.0, 90.0), axis=1)


def _beyond_the_map(positions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n, 2) degrees -> (n,): where homes and neighbourhoods end too."""
    return np.any(np.abs(positions) > (FURTHEST_EAST, FURTHEST_NORTH), axis=1)


def _crs(srid: int) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_epsg(srid)
    except pyproj.exceptions.CRSError as error:
        raise UnusableFile(f"--srid {srid} is no coordinate system of the EPSG register") from error


@contextmanager
def _complaints(file: BoundaryFile) -> Iterator[None]:
    """GDAL's errors -> one UnusableFile that names the file. Its warnings are not the operator's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            yield
        except (
            DataSourceError,
            DataLayerError,
            FeatureError,
            GeometryError,
            pyproj.exceptions.CRSError,
            UnicodeDecodeError,
            # What pyogrio makes of a file whose head promises more than there is.
            IndexError,
            ValueError,
        ) as error:
            # GDAL adds hints after a semicolon, about drivers that an operator cannot choose here.
            reason = str(error).replace(file.path, file.shown).replace(f"{Path(file.path).parent}/", "")
            reason = reason.split("; It might help")[0]
            raise UnusableFile(f"{file.shown}: {' '.join(reason.split())[:200]}") from error
