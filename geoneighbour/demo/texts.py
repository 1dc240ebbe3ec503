"""What the demonstration's residents are called, say of themselves and write: names.toml, profiles.toml, posts.toml."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ABOUT, CAN_HELP = 0.5, 0.65
"""So many residents say who they are, what they can do."""


@dataclass(frozen=True)
class Sentence:
    """What a post says, and its reach; `place` is where its author must live (None: anywhere), `mine` that the demo login wrote it."""

    reach: str
    text: str
    kind: str = "request"
    place: str | None = None
    replies: tuple[str, ...] = ()
    closed: bool = False
    mine: bool = False


@cache
def sentences() -> tuple[Sentence, ...]:
    return tuple(
        Sentence(**row | {"replies": tuple(row.get("replies", ()))}) for row in read("posts")["posts"]
    )


@dataclass(frozen=True)
class Profile:
    """What a resident says of themselves; either may be empty."""

    about: str = ""
    can_help: str = ""


def profiles(seed: int, places: Sequence[str | None]) -> list[Profile]:
    """One for each resident, the login first; those of one place say different things, and some say nothing."""
    rng = random.Random(f"{seed} profiles")  # noqa: S311 (invented people)
    rows = read("profiles")
    said: dict[tuple[str, str | None], Iterator[str]] = {}

    def words(what: str, place: str | None, share: float) -> str:
        if (what, place) not in said:
            said[what, place] = itertools.cycle(rng.sample(rows[what], len(rows[what])))
        return next(said[what, place]) if rng.random() < share else ""

    others = [
        Profile(words("about", place, ABOUT), words("can_help", place, CAN_HELP)) for place in places[1:]
    ]
    return [Profile(**rows["login"]), *others]


def display_names(seed: int) -> Iterator[str]:
    """Names as neighbours read them ("Maëlle R."), without end; the same one again only when all have been used."""
    rows = read("names")
    names = [f"{first} {initial}." for first in rows["first_names"] for initial in rows["initials"]]
    random.Random(f"{seed} names").shuffle(names)  # noqa: S311 (invented people)
    return itertools.cycle(names)


def read(name: str) -> dict[str, Any]:
    """One of the tables beside this file, by name."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
