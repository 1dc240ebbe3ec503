"""Archives of strangers are folders of files: unpacks what is useful of them into a folder that the caller made.

`python -m geoneighbour.geofiles.unpack FOLDER ARCHIVE...` is the confined process; it answers in frames (``geofiles.frames``).
An archive inside an archive is unpacked too, one inside that is not.
"""

from __future__ import annotations

import gzip
import os
import resource
import stat
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.files import ARCHIVES, BESIDE_SHAPES, FORMATS, is_archive, is_hidden
from geoneighbour.geofiles.frames import DONE, END, REFUSAL, SIZE, STAGE, plain, send
from geoneighbour.ground.confined import answers, limit

# What an archive may grow to. Boundaries shrink to a third or a fifth; a bomb to a thousandth.
AT_LEAST, TIMES = 24 << 20, 10
MOST_MEMBERS = 10_000
SECONDS, MEGABYTES = 6, 400
"""The least of processor time, and the memory without an archive's own need: its dictionary grows with it."""
AT_ONCE = 1 << 20


@dataclass
class Allowance:
    """What all archives of one import may still unpack to."""

    bytes_left: int
    members_left: int = MOST_MEMBERS

    def take(self, count: int, archive: str) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise UnusableFile(
                f"{archive}: unpacks to far more than boundaries do ({TIMES} times its size): refused"
            )

    def take_members(self, count: int, archive: str) -> None:
        self.members_left -= count
        if self.members_left < 0:
            raise UnusableFile(f"{archive}: holds more than {MOST_MEMBERS:,} files: refused")


@dataclass(frozen=True)
class Member:
    name: str
    size: int
    linked: bool = False


def unpack(archive: Path, into: Path, allowance: Allowance, out: IO[bytes], depth: int = 0) -> None:
    """Writes the useful members below `into`. UnusableFile when the archive is broken, too large or climbs out."""
    into.mkdir(parents=True)
    send(out, STAGE, plain(f"unpacking {archive.name}").encode())
    try:
        {".zip": _zip, ".7z": _7z, ".gz": _gz}[archive.suffix.lower()](archive, into, allowance, out)
    except (UnusableFile, MemoryError):
        raise
    # Readers of archives answer hostile bytes with errors of every class.
    except Exception as error:
        said = plain(str(error), 100) or type(error).__name__
        raise UnusableFile(f"{archive.name}: cannot be unpacked ({said})") from error
    inside = sorted(path for path in into.rglob("*") if path.is_file() and is_archive(path))
    for number, inner in enumerate(inside):
        if depth:
            raise UnusableFile(
                f"{archive.name}: {inner.name} is an archive in an archive in an archive; unpack it first"
            )
        unpack(inner, inner.parent / f"{number} {inner.stem}", allowance, out, depth + 1)
        inner.unlink()


def _zip(archive: Path, into: Path, allowance: Allowance, out: IO[bytes]) -> None:
    with zipfile.ZipFile(archive) as content:
        infos = [info for info in content.infolist() if not info.is_dir()]
        members = [Member(i.filename, i.file_size, stat.S_ISLNK(i.external_attr >> 16)) for i in infos]
        wanted = _checked(archive.name, members, allowance)
        _announce(members, wanted, out)
        for info in infos:
            if info.filename in wanted:
                with content.open(info) as source, _target(into, wanted[info.filename]) as target:
                    _copy(source, target, allowance, archive.name, out)


def _7z(archive: Path, into: Path, allowance: Allowance, out: IO[bytes]) -> None:
    # Imported where it is needed: it takes a while.
    import py7zr

    class Files(py7zr.io.WriterFactory):
        def create(self, filename: str) -> py7zr.io.Py7zIO:
            return _Written(Path(filename))

    class _Written(py7zr.io.Py7zIO):
        """Is told the path that py7zr would write to, inside `into`."""

        def __init__(self, path: Path) -> None:
            self._file = _target(into, path.relative_to(into).as_posix())

        def write(self, s: bytes | bytearray) -> int:
            allowance.take(len(s), archive.name)
            send(out, DONE, str(len(s)).encode())
            return self._file.write(s)

        def read(self, size: int | None = None) -> bytes:
            return self._file.read(-1 if size is None else size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return self._file.seek(offset, whence)

        def flush(self) -> None:
            self._file.flush()

        def size(self) -> int:
            return os.fstat(self._file.fileno()).st_size

    # Opened here, so that it reads on by itself instead of by threads.
    with archive.open("rb") as file, py7zr.SevenZipFile(file) as content:
        if content.needs_password():
            raise UnusableFile(f"{archive.name}: needs a password")
        infos = [info for info in content.list() if not info.is_directory]
        members = [Member(i.filename, i.uncompressed or 0, i.is_symlink) for i in infos]
        wanted = _checked(archive.name, members, allowance)
        _announce(members, wanted, out)
        content.extract(into, targets=list(wanted), factory=Files())


def _gz(archive: Path, into: Path, allowance: Allowance, out: IO[bytes]) -> None:
    if Path(archive.stem).suffix.lower() not in FORMATS:
        raise UnusableFile(
            f"{archive.name}: does not say what is packed in it; call it .geojson.gz or the like"
        )
    with archive.open("rb") as file:
        # A packer notes there what comes out; nothing but the bar relies on it.
        file.seek(-4, os.SEEK_END)
        send(out, SIZE, str(int.from_bytes(file.read(), "little")).encode())
    with gzip.open(archive) as source, _target(into, archive.stem) as target:
        _copy(source, target, allowance, archive.name, out)


def _checked(archive: str, members: list[Member], allowance: Allowance) -> dict[str, str]:
    """Of all members the useful ones: name -> path below the folder. What is declared is checked before anything is written."""
    allowance.take_members(len(members), archive)
    # A packer may lie: what is really written is counted once more, on its own.
    Allowance(allowance.bytes_left).take(sum(member.size for member in members), archive)
    wanted: dict[str, str] = {}
    for member in members:
        parts = member.name.replace("\\", "/").split("/")
        if parts[0] == "" or ":" in parts[0] or ".." in parts:
            raise UnusableFile(
                f"{archive}: {plain(member.name, 80)} would be written outside of its folder: refused"
            )
        path = Path(*parts)
        if is_hidden(path) or path.suffix.lower() not in (*FORMATS, *BESIDE_SHAPES, *ARCHIVES):
            continue
        if member.linked:
            raise UnusableFile(f"{archive}: {plain(member.name, 80)} is a link: refused")
        if member.name in wanted or path.as_posix() in wanted.values():
            raise UnusableFile(f"{archive}: holds {plain(member.name, 80)} twice")
        wanted[member.name] = path.as_posix()
    if not wanted:
        raise UnusableFile(f"{archive}: holds no boundary file ({', '.join(FORMATS)})")
    return wanted


def _announce(members: list[Member], wanted: dict[str, str], out: IO[bytes]) -> None:
    send(out, SIZE, str(sum(member.size for member in members if member.name in wanted)).encode())


def _target(into: Path, name: str) -> IO[bytes]:
    path = into / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb+")


def _copy(
    source: IO[bytes] | gzip.GzipFile, target: IO[bytes], allowance: Allowance, archive: str, out: IO[bytes]
) -> None:
    for chunk in _chunks(source):
        allowance.take(len(chunk), archive)
        target.write(chunk)
        send(out, DONE, str(len(chunk)).encode())


def _chunks(source: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    return iter(lambda: source.read(AT_ONCE), b"")


def unpack_all(archives: Iterable[Path], into: Path, out: IO[bytes]) -> None:
    """Each archive into a folder of its own, `into`/0, `into`/1 ... under limits that grow with the archives."""
    archives = list(archives)
    packed = sum(archive.stat().st_size for archive in archives)
    allowance = Allowance(AT_LEAST + TIMES * packed)
    limit(SECONDS + (packed >> 20), MEGABYTES + 4 * (packed >> 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowance.bytes_left, allowance.bytes_left))
    for number, archive in enumerate(archives):
        unpack(archive, into / str(number), allowance, out)


def main() -> None:
    out = answers()
    into, *archives = map(Path, sys.argv[1:])
    try:
        unpack_all(archives, into, out)
        send(out, END)
    except UnusableFile as error:
        send(out, REFUSAL, error.reason.encode())
    except MemoryError:
        send(out, REFUSAL, b"the archive needs too much memory for its size")


if __name__ == "__main__":
    main()
