"""Files that mean harm, or were harmed. `python -m tests.boundaries.hostile` imports each (dry run) and prints answer, time, memory.

All are made when they are needed. Memory is that of the command and all its processes together, looked at every few milliseconds.
"""

from __future__ import annotations

import gzip
import math
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import py7zr

from tests.communes.files import features, geojson, polygon, square, star, write
from tests.grid import Grid

GOOD = ("35001", square(-2, 48))
LAND = features(Grid("A B C D\nE F G H"))
SOME = 16 << 20
ZEROS = bytes(SOME)


def cut(path: Path, keep: float = 0.5) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    return path


def plain(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def without(suffix: str, path: Path) -> Path:
    path.with_suffix(suffix).unlink()
    return path


def ring(path: Path, corners: int, wild: bool = False) -> Path:
    """One commune, round or with a border that runs through itself everywhere."""
    step = 0.38197 if wild else 1 / corners
    turns = (2 * math.pi * step * corner for corner in range(corners))
    positions = [(round(0.1 * math.cos(turn), 6), round(48 + 0.1 * math.sin(turn), 6)) for turn in turns]
    return geojson(path, ("35001", polygon(*positions, positions[0])))


def zipped(path: Path, *files: Path, name: str | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, name or file.name)
    return path


def deflated_zeros(times: int) -> bytes:
    """A deflate stream of so many times SOME zeros: a flushed block stands for itself wherever it is."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * times + packer.flush()


def zip_bomb(path: Path, times: int, said: int) -> Path:
    """One member of `times` SOME zeros that says it had `said` bytes; put together by hand."""
    body, name = deflated_zeros(times), b"communes.geojson"
    sizes = struct.pack("<III", 0, len(body), min(said, 0xFFFFFFFE))
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\3\4" + common + name + body
    entry = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    path.write_bytes(local + entry + end)
    return path


def zips_in_zips(folder: Path, deep: int) -> Path:
    path = zipped(folder / "0.zip", geojson(folder / "c.geojson", GOOD))
    for level in range(1, deep):
        path = zipped(folder / f"{level}.zip", path)
    return path


def linked(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("communes.geojson")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    return path


def seven(path: Path, name: str, content: bytes) -> Path:
    filters = [{"id": py7zr.FILTER_DEFLATE}]
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        archive.writestr(content, name)
    return path


def climbing_7z(path: Path) -> Path:
    """The name is written in its header as it is, in two bytes a letter; one of the same length takes its place."""
    seven(path, "abcde.geojson", b"{}")
    with py7zr.SevenZipFile(
        path, "w", filters=[{"id": py7zr.FILTER_COPY}], header_encryption=False
    ) as archive:
        archive.set_encoded_header_mode(False)
        archive.writestr(b"{}", "abcde.geojson")
    content = path.read_bytes()
    start, length = struct.unpack("<QQ", content[12:28])
    header = content[32 + start : 32 + start + length]
    changed = header.replace("abcde.geojson".encode("utf-16-le"), "../de.geojson".encode("utf-16-le"))
    head = content[12:28] + struct.pack("<I", zlib.crc32(changed))
    path.write_bytes(
        content[:8] + struct.pack("<I", zlib.crc32(head)) + head + content[32 : 32 + start] + changed
    )
    return path


def endless_view(path: Path) -> Path:
    """A GeoPackage whose layer is a question without end."""
    write(path, LAND, layer="communes")
    with sqlite3.connect(path) as base:
        base.execute(
            """CREATE VIEW endless AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n)
            SELECT n.fid, c.geom, c.code, c.nom FROM n JOIN communes AS c ON c.fid = n.fid + 1000"""
        )
        base.execute("UPDATE gpkg_contents SET table_name = 'endless' WHERE table_name = 'communes'")
        base.execute("UPDATE gpkg_geometry_columns SET table_name = 'endless' WHERE table_name = 'communes'")
        base.execute("DELETE FROM gpkg_extensions")
    return path


def many_members(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.geojson", "")
    return path


def stars(folder: Path) -> Path:
    folder.mkdir()
    for number in range(1, 101):
        geojson(folder / f"{number}.geojson", (f"35{number:03}", star(2000)))
    return folder


def lines(path: Path) -> Path:
    return write(path, LAND)


def gz(path: Path) -> Path:
    target = path.with_name(f"{path.name}.gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


def with_escape(folder: Path) -> Path:
    path = geojson(folder / "c.geojson", ("x\x1b[2J\ny", square(0, 48)))
    return path


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "text": lambda f: plain(f / "c.geojson", "Communes of France"),
    "nothing": lambda f: plain(f / "c.geojson", ""),
    "text called .zip": lambda f: plain(f / "c.zip", "Communes"),
    "text called .7z": lambda f: plain(f / "c.7z", "Communes"),
    "points": lambda f: geojson(f / "c.geojson", ("1", {"type": "Point", "coordinates": [0, 0]})),
    "no position is a number": lambda f: geojson(f / "c.geojson", ("35001", polygon((0, 0), (math.nan, 0), (1, 1), (0, 0)))),
    "no features": lambda f: geojson(f / "c.geojson"),
    "only empty shapes": lambda f: geojson(f / "c.geojson", ("1", None), ("2", None)),
    "a file that points to another": lambda f: plain(
        f / "c.geojson",
        '<OGRVRTDataSource><OGRVRTLayer name="good"><SrcDataSource>'
        f"{geojson(f / 'good.json', GOOD)}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    ),
    "shapefile without its last byte": lambda f: cut(write(f / "c.shp", LAND), 0.9999),
    "1e400": lambda f: plain(f / "c.geojson", geojson(f / "x", GOOD).read_text().replace("48.1", "1e400")),
    "out of range": lambda f: geojson(f / "c.geojson", ("35001", square(500, 48))),
    "a ring of 1,000,000 points": lambda f: ring(f / "c.geojson", 1_000_000),
    "a star of 2,000 points": lambda f: geojson(f / "c.geojson", ("35001", star(2000))),
    "a wild ring of 100,000 points": lambda f: ring(f / "c.geojson", 100_000, wild=True),
    "100 stars in 100 files": lambda f: stars(f / "stars"),
    "brackets without end": lambda f: plain(f / "c.geojson", "[" * 20_000_000),
    "a question without end": lambda f: endless_view(f / "c.gpkg"),
    "cut GeoJSON": lambda f: cut(write(f / "c.geojson", LAND)),
    "cut lines": lambda f: cut(lines(f / "c.geojsonl")),
    "cut TopoJSON": lambda f: cut(plain(f / "c.topojson", '{"type":"Topology","objects":{"c":{"type":"Polygon","arcs":[[0]]}},"arcs":[[[0,48],[1,48]]]}')),
    "cut GeoPackage": lambda f: cut(write(f / "c.gpkg", LAND)),
    "cut FlatGeobuf": lambda f: cut(write(f / "c.fgb", LAND)),
    "FlatGeobuf without its end": lambda f: cut(write(f / "c.fgb", LAND), 0.97),
    "cut shapefile": lambda f: cut(write(f / "c.shp", LAND)),
    "cut .dbf": lambda f: cut(write(f / "c.shp", LAND).with_suffix(".dbf")).with_suffix(".shp"),
    "no .dbf": lambda f: without(".dbf", write(f / "c.shp", LAND)),
    "no .shx": lambda f: without(".shx", write(f / "c.shp", LAND)),
    "cut .zip": lambda f: cut(zipped(f / "c.zip", write(f / "c.geojson", LAND)), 0.9),
    "cut .7z": lambda f: cut(seven(f / "c.7z", "c.geojson", write(f / "c.geojson", LAND).read_bytes()), 0.9),
    "cut .gz": lambda f: cut(gz(write(f / "c.geojson", LAND)), 0.9),
    "zip bomb, 10 GB in 10 MB": lambda f: zip_bomb(f / "c.zip", 640, 640 * SOME),
    "zip bomb that lies": lambda f: zip_bomb(f / "c.zip", 640, 1 << 20),
    "gzip bomb, 10 GB in 10 MB": lambda f: repeated(f / "c.geojson.gz", gzip.compress(ZEROS), 640),
    "7z bomb": lambda f: seven(f / "c.7z", "c.geojson", bytes(300 << 20)),
    "7z bomb beside a good file": lambda f: seven(f / "c.7z", "c.txt", bytes(300 << 20)),
    "zips in zips in zips": lambda f: zips_in_zips(f, 4),
    "20,000 members": lambda f: many_members(f / "c.zip"),
    "a member that climbs out": lambda f: zipped(f / "c.zip", geojson(f / "c.geojson", GOOD), name="../../c.geojson"),
    "an absolute member": lambda f: zipped(f / "c.zip", geojson(f / "c.geojson", GOOD), name="x:/c.geojson"),
    "a climbing member of .7z": lambda f: climbing_7z(f / "c.7z"),
    "a member that is a link": lambda f: linked(f / "c.zip"),
    "a code that clears the screen": with_escape,
}  # fmt: skip


def repeated(path: Path, content: bytes, times: int) -> Path:
    path.write_bytes(content * times)
    return path


@dataclass
class Watch:
    """The memory (bytes, counted once where it is shared) of a process and all that it starts meanwhile, at its most."""

    process: int
    with_itself: bool
    most: int = 0
    _stop: bool = False

    def __enter__(self) -> Watch:
        # What runs already is not meant, nor what it starts: the browser of other tests.
        self._other = frozenset(family(self.process, with_itself=False))
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._thread.join()

    def _look(self) -> None:
        while not self._stop:
            meant = family(self.process, self.with_itself, self._other)
            if not self.with_itself:
                # One that was just forked still is this process, with all its memory, until it runs its own program.
                meant = [one for one in meant if command(one) != command(self.process)]
            self.most = max(self.most, sum(map(proportional, meant)))
            time.sleep(0.02)


def family(process: int, with_itself: bool = True, but: frozenset[int] = frozenset()) -> list[int]:
    """A process and its descendants, but for some of them and theirs."""
    found = [process] if with_itself else []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            if child not in but:
                found += family(child, but=but)
    return found


def command(process: int) -> bytes:
    """How a process was started; nothing of one that is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def proportional(process: int) -> int:
    """Bytes that it has in memory, its part of what is shared; 0 for one that is gone."""
    try:
        content = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in content.splitlines() if line.startswith("Pss:")), 0)


def main() -> None:
    print("| file | exit | answer | seconds | MB |\n|---|---|---|---|---|")  # noqa: T201
    command = [sys.executable, "-m", "geoneighbour", "communes", "import", "--vintage", "2020", "--dry-run"]
    for name, make in HOSTILE.items():
        folder = Path(tempfile.mkdtemp())
        path, began = make(folder), time.monotonic()
        piped = subprocess.Popen(
            [*command, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with piped as process, Watch(process.pid, True) as watch:
            out, err = process.communicate()
        took, answer = time.monotonic() - began, (out + err).strip().replace("\n", " / ")[:150]
        print(f"| {name} | {process.returncode} | {answer} | {took:.1f} | {watch.most >> 20} |", flush=True)  # noqa: T201
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
