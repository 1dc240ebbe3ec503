"""Official sources of boundaries: data/communes/sources.toml, and what an operator adds in a file like it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.settings import data_folder

SHIPPED = "communes/sources.toml"


@dataclass(frozen=True)
class Source:
    """One table of the file. `url` may hold {vintage} and {part}; `megabytes` is some size, to know beforehand.

    `vintage`: the year of the boundaries, unless --vintage says another; None: the address has whatever is current.
    `checked`: whether the address has been tried by the project. `sha256` is that of `vintage`'s file.
    `layer`, `code_field`, `name_field`, `srid` say what does not find itself.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    licence_url: str
    country: str
    vintage: int | None = None
    holds: Literal["communes", "quarters"] = "communes"
    checked: bool = False
    part: str | None = None
    file: str | None = None
    scheme: str | None = None
    layer: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    srid: int | None = None
    megabytes: int | None = None
    sha256: str | None = None

    def year(self, wanted: int | None) -> int:
        """The vintage to import it as. InvalidInput where it has another, or none is said."""
        if wanted is None and self.vintage is None:
            raise InvalidInput(
                f"{self.name} has whatever is current; say of which year that is with --vintage"
            )
        if wanted and self.vintage not in (None, wanted) and "{vintage}" not in self.url:
            raise InvalidInput(f"{self.name} is of {self.vintage}: its address has no other vintage")
        year = wanted or self.vintage
        assert year is not None  # noqa: S101 (one of the two is said)
        return year

    def address(self, vintage: int, part: str | None = None) -> str:
        """The URL of a vintage and of a part. InvalidInput where it has no such part."""
        if part is not None and (self.part is None or not re.fullmatch(r"[0-9A-Za-z]{1,12}", part)):
            what = "letters and digits" if self.part else "not for this source"
            raise InvalidInput(f"--part {part[:40]}: {what}")
        return self.url.replace("{vintage}", str(vintage)).replace("{part}", part or self.part or "")

    def file_name(self, address: str) -> str:
        """What the file is called, in whose suffix its format stands."""
        named = self.file or unquote(urlsplit(address).path).rpartition("/")[2]
        return re.sub(r"[^\w.-]", "_", named).lstrip(".")[:120] or "boundaries"


def sources(own: Path | None = None) -> dict[str, Source]:
    """By name; those of the operator's `own` file come after, and replace one of the same name."""
    found = _read(data_folder() / SHIPPED)
    return {**found, **_read(own)} if own else found


def source(name: str, own: Path | None = None) -> Source:
    known = sources(own)
    if name not in known:
        raise NotFound(f"No source {name}; there are {', '.join(known)}")
    return known[name]


def _read(path: Path) -> dict[str, Source]:
    try:
        tables: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{path}: not TOML: {error}") from None
    return {name: _source(path, name, table) for name, table in tables.items()}


def _source(path: Path, name: str, table: Any) -> Source:
    if not isinstance(table, dict):
        raise InvalidInput(f"{path}: {name} is no table")
    kinds = {
        field.name: bool if "bool" in field.type else int if "int" in field.type else str
        for field in fields(Source)
    }
    for key, value in table.items():
        if key not in kinds or key == "name" or type(value) is not kinds[key]:
            raise InvalidInput(f"{path}: [{name}] {key} is not known, or not of the right kind")
    try:
        made = Source(name, **table)
    except TypeError as error:
        missing = str(error).partition("argument")[2].lstrip("s: ")
        raise InvalidInput(f"{path}: [{name}] lacks {missing}") from None
    if made.holds not in ("communes", "quarters") or (made.holds == "quarters") != bool(made.scheme):
        raise InvalidInput(
            f"{path}: [{name}] holds is communes, or quarters with a scheme, not {made.holds[:40]}"
        )
    return made
