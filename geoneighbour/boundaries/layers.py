"""Boundary files -> columns and shapes in EPSG:4326. The only home of pyogrio; nothing here knows what a commune is.

Files come from strangers: call this in a confined process (``ground.confined``) only.
"""

from __future__ import annotations

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
from pyogrio.errors import DataLayerError, DataSourceError

from geoneighbour.errors import UnusableFile

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip")
"""What is picked up from a folder. Several layers may stand in the files of `LAYERED` alone."""
LAYERED = (".gpkg", ".zip")

EPSG_4326 = pyproj.CRS.from_epsg(4326)


@dataclass(frozen=True)
class Table:
    """One layer. `columns` by lower-case field name and `shapes` are aligned; a shape is None where the row has no usable one.

    `faults` says why, row by row (None: nothing wrong so far). Shapes are two-dimensional, in `crs` (None: unknown).
    """

    columns: dict[str, NDArray[Any]]
    shapes: NDArray[np.object_]
    faults: list[str | None]
    crs: pyproj.CRS | None


def files_in(paths: list[Path]) -> list[Path]:
    """The boundary files that the paths name, folders looked through; UnusableFile when there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not inside:
                raise UnusableFile(f"{path}: no boundary file in this folder ({', '.join(SUFFIXES)})")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UnusableFile(f"{path}: no such file")
    return list(dict.fromkeys(found))


def layers(path: Path) -> dict[str | None, tuple[str, ...]]:
    """Layers that can hold polygons, with their lower-case fields. The only layer of a simple file is None: it is not opened."""
    if path.suffix.lower() not in LAYERED:
        return {None: ()}
    with _complaints(path):
        return {
            str(name): tuple(str(field).lower() for field in pyogrio.read_info(path, layer=name)["fields"])
            for name, kind in pyogrio.list_layers(path)
            if kind is not None and ("Polygon" in kind or kind.startswith(("Unknown", "Geometry")))
        }


def read(path: Path, layer: str | None = None) -> Table:
    """Reads a layer (None: the only one) whole."""
    _is_whole(path)
    with _complaints(path):
        meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, force_2d=True)
    if wkb is None or len(wkb) == 0:
        raise UnusableFile(f"{path.name}: holds no shapes")
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
    names = [str(field).lower() for field in meta["fields"]]
    crs = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    return Table(dict(zip(names, columns, strict=True)), shapes, faults, crs)


def to_lon_lat(table: Table, srid: int | None, name: str) -> None:
    """Brings the shapes to EPSG:4326, in place; those with a position that is no number or out of range become faults.

    `srid` says the file's own, whatever it declares. UnusableFile when nothing tells it, or when not one shape fits.
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


def _is_whole(path: Path) -> None:
    """GDAL reads half a shapefile without a word; its head says how long it should be, in units of two bytes."""
    if path.suffix.lower() == ".shp":
        with path.open("rb") as file:
            head = file.read(28)
        if len(head) < 28 or 2 * int.from_bytes(head[24:]) > path.stat().st_size:
            raise UnusableFile(f"{path.name}: is cut short")


def _in_range(positions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n, 2) degrees -> (n,); a NaN is nowhere."""
    return np.all(np.abs(positions) <= (180.0, 90.0), axis=1)


def _crs(srid: int) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_epsg(srid)
    except pyproj.exceptions.CRSError as error:
        raise UnusableFile(f"--srid {srid} is no coordinate system of the EPSG register") from error


@contextmanager
def _complaints(path: Path) -> Iterator[None]:
    """GDAL's errors -> one UnusableFile that names the file. Its warnings are not the operator's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            yield
        except (DataSourceError, DataLayerError, pyproj.exceptions.CRSError, UnicodeDecodeError) as error:
            # GDAL adds hints after a semicolon, about drivers that an operator cannot choose here.
            reason = str(error).replace(str(path), path.name).split("; It might help")[0]
            raise UnusableFile(f"{path.name}: {' '.join(reason.split())[:200]}") from error
