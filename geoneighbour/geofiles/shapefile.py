"""What GDAL does not say of a shapefile: that half of it is missing, and which letters its table is written in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from geoneighbour.errors import UnusableFile

# The byte by which a table names its code page; most write none, or one that says "that of this computer".
_LANGUAGE_BYTE = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x0D: "cp437",
    0x0E: "cp850",
    0x57: "cp1252",
    0x58: "cp1252",
}
AT_ONCE = 1 << 20


def require_whole(path: Path) -> None:
    """UnusableFile when the outlines or the table are cut short: GDAL would read the rest without a word."""
    with path.open("rb") as file:
        head = file.read(28)
    # In units of two bytes.
    if len(head) < 28 or 2 * int.from_bytes(head[24:]) > path.stat().st_size:
        raise UnusableFile(f"{path.name}: is cut short")
    table = _beside(path, ".dbf")
    if table is None:
        raise UnusableFile(f"{path.name}: its shapes have no code and no name (a shapefile needs its .dbf)")
    rows, start, width = _measures(table)
    if start + rows * width > table.stat().st_size:
        raise UnusableFile(f"{table.name}: is cut short")


def encoding(path: Path) -> str:
    """How the letters of its table are written: what is UTF-8 says so itself, else .cpg and table are asked, else Windows-1252."""
    table, said = _beside(path, ".dbf"), _beside(path, ".cpg")
    assert table is not None  # noqa: S101 (require_whole comes first)
    if _decodes(table, "utf-8"):
        return "utf-8"
    with table.open("rb") as file:
        language = file.read(32)[29]
    guesses = [
        _known(said.read_bytes()[:40].decode("ascii", "replace")) if said else None,
        _LANGUAGE_BYTE.get(language),
    ]
    return next((guess for guess in (*guesses, "cp1252") if guess and _decodes(table, guess)), "latin-1")


def _beside(path: Path, suffix: str) -> Path | None:
    return next(
        (p for p in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if p.is_file()), None
    )


def _measures(table: Path) -> tuple[int, int, int]:
    """Rows, where the first begins, and bytes of each."""
    with table.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        raise UnusableFile(f"{table.name}: is cut short")
    return (
        int.from_bytes(head[4:8], "little"),
        int.from_bytes(head[8:10], "little"),
        int.from_bytes(head[10:12], "little"),
    )


def _known(name: str) -> str | None:
    """Python's name of an encoding: 1252 and ANSI 1252 are cp1252."""
    name = name.strip().removeprefix("ANSI ").removeprefix("OEM ")
    try:
        return codecs.lookup(f"cp{name}" if name.isdigit() else name).name
    except LookupError:
        return None


def _decodes(table: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in _rows(table):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _rows(table: Path) -> Iterator[bytes]:
    _, start, _ = _measures(table)
    with table.open("rb") as file:
        file.seek(start)
        yield from iter(lambda: file.read(AT_ONCE), b"")
