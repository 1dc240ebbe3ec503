"""Which files an import reads: those named, those in folders, those that archives were unpacked to. Nothing is opened here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from geoneighbour.errors import UnusableFile

FORMATS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".topojson": "TopoJSON",
    ".ndjson": "GeoJSON lines",
    ".jsonl": "GeoJSON lines",
    ".geojsonl": "GeoJSON lines",
    ".gpkg": "GeoPackage",
    ".fgb": "FlatGeobuf",
    ".shp": "Shapefile",
}
"""What a suffix promises; what ends in .json may hold any of the three JSON formats."""
BESIDE_SHAPES = (".dbf", ".shx", ".prj", ".cpg")
"""What a shapefile consists of besides."""
ARCHIVES = (".zip", ".7z", ".gz")


@dataclass(frozen=True)
class BoundaryFile:
    """A file to read; `shown` is what to call it: its name, with as many folders as tell it from others of that name."""

    path: str
    shown: str

    @property
    def size(self) -> int:
        """Bytes; those of a shapefile with its table."""
        path = Path(self.path)
        beside = (
            [path.with_suffix(suffix) for suffix in (".dbf", ".DBF")] if path.suffix.lower() == ".shp" else []
        )
        return path.stat().st_size + sum(other.stat().st_size for other in beside if other.is_file())


def files_in(paths: list[Path]) -> list[Path]:
    """The boundary files and archives that the paths name, folders looked through; UnusableFile when there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if is_useful(p.name) and p.is_file())
            if not inside:
                raise UnusableFile(
                    f"{path}: no boundary file in this folder ({', '.join((*FORMATS, *ARCHIVES))})"
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UnusableFile(f"{path}: no such file")
    return list(dict.fromkeys(found))


def is_hidden(path: Path) -> bool:
    """What other systems leave in folders and archives: beside each COMMUNE.shp a ._COMMUNE.shp that is none."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def is_useful(name: str) -> bool:
    """Whether a file of this name is a boundary file or may be an archive of some."""
    path = Path(name.lower())
    if is_hidden(Path(name)):
        return False
    return path.suffix in FORMATS or (
        path.suffix in ARCHIVES and (path.suffix != ".gz" or Path(path.stem).suffix in FORMATS)
    )


def is_archive(path: Path) -> bool:
    return path.suffix.lower() in ARCHIVES


def named(paths: list[Path]) -> list[BoundaryFile]:
    """Each with the shortest end of its path that no other has."""
    shown = {path: path.name for path in paths}
    for folders in range(2, 12):
        often = Counter(shown.values())
        for path in paths:
            if often[shown[path]] > 1:
                shown[path] = "/".join(path.parts[-folders:])
    return [BoundaryFile(str(path), name) for path, name in shown.items()]
