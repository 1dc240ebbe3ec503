"""What the demonstration's residents are called and what they ask: requests.toml, names.toml."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """A sentence and its reach; `place` is where its author must live (None: anywhere), `mine` that the demo login wrote it."""

    reach: str
    text: str
    place: str | None = None
    replies: tuple[str, ...] = ()
    closed: bool = False
    mine: bool = False


@cache
def requests() -> tuple[Request, ...]:
    return tuple(
        Request(**row | {"replies": tuple(row.get("replies", ()))}) for row in read("requests")["requests"]
    )


def display_names(seed: int) -> Iterator[str]:
    """Names as neighbours read them ("Maëlle R."), without end; the same one again only when all have been used."""
    rows = read("names")
    names = [f"{first} {initial}." for first in rows["first_names"] for initial in rows["initials"]]
    random.Random(f"{seed} names").shuffle(names)  # noqa: S311 (invented people)
    return itertools.cycle(names)


def read(name: str) -> dict[str, Any]:
    """One of the tables beside this file, by name."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
