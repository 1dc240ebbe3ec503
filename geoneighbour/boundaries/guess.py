"""Columns of a source that nobody knows: which one looks like codes of communes, which one like their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geoneighbour.boundaries import country
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.frames import plain

UNIQUE = 0.8
"""The least share of rows with a code of their own: communes have islands, which may be rows."""
NAMED_CODE = re.compile(r"insee|nis|refnis|ags|istat|bfs|code|kode|codigo|codice|cod|gem_?nr", re.I)
NAMED_NAME = re.compile(
    r"nom|name|naam|nombre|nome|libelle|gen|descr|bezeichnung|municip|gemeente|gemeinde|commune|comune", re.I
)


def code_column(columns: Mapping[str, Any], file: str) -> str:
    """The one column of unique codes of one shape. UnusableFile when there is none, or when several look alike."""
    found = {name: text for name, values in columns.items() if (text := codes(values)) is not None}
    national = [name for name, text in found.items() if country.fits(text)]
    by_name = [name for name in national or found if NAMED_CODE.search(name)]
    return _only(by_name or national or list(found), "code", columns, file)


def name_column(columns: Mapping[str, Any], code: str, file: str) -> str:
    """The one column of names, of which nearly each code has its own."""
    found = [name for name, values in columns.items() if name != code and _names(values)]
    by_name = [name for name in found if NAMED_NAME.search(name)]
    return _only(by_name or found, "name", columns, file)


def codes(values: Any) -> list[str] | None:
    """The values as texts, if they are unique codes of one length, with a digit each; None else."""
    given = [str(value).strip().upper() for value in values if value is not None and value == value]
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        given = [text.removesuffix(".0") for text in given]
    if not given or len(set(given)) < UNIQUE * len(given):
        return None
    if not all(re.fullmatch(r"(?=.*\d)[0-9A-Z]{3,12}", text) for text in given):
        return None
    # Numbers have lost their noughts.
    lengths = {len(text) for text in given}
    return given if max(lengths) - min(lengths) <= (0 if isinstance(values[0], str) else 1) else None


def _names(values: Any) -> bool:
    given = [value for value in values if isinstance(value, str) and value.strip()]
    lettered = [value for value in given if re.search(r"[^\W\d_]{2}", value) and not re.search(r"\d", value)]
    return bool(given) and len(lettered) >= 0.9 * len(given) and len(set(given)) >= UNIQUE * len(given)


def _only(found: Sequence[str], what: str, columns: Mapping[str, Any], file: str) -> str:
    if len(found) == 1:
        return found[0]
    among = sorted(found or columns)
    listed = ", ".join(among[:30]) + (" …" if len(among) > 30 else "")
    why = "several fields look like" if found else "no field looks like"
    raise UnusableFile(
        plain(f"{file}: {why} a commune's {what}; choose it with --{what}-field among {listed}")
    )
