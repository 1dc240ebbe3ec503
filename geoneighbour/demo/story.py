"""When the demonstration's residents came and what they wrote since: pure functions of a seed.

Who does what never depends on the hour of loading; only the moments count back from it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from geoneighbour.demo import territory
from geoneighbour.demo.people import Home
from geoneighbour.demo.places import Neighbourhood
from geoneighbour.demo.texts import Sentence, sentences

MONTHS, FOUNDERS, POSTS = 200.0, 70.0, 60.0
"""Days: how long ago the first came, by when every neighbourhood had opened, since when people write."""
VERIFIED_AFTER = 2.0
"""Days from somebody's coming to the verification."""
LOCAL = timezone(timedelta(hours=1))
"""Near enough to know when people sleep."""


@dataclass(frozen=True)
class Reply:
    """Member (by index) and words of a private answer."""

    member: int
    at: datetime
    text: str


@dataclass(frozen=True)
class Written:
    """A post, by whom (an index) and when; closed since, or open."""

    sentence: Sentence
    author: int
    at: datetime
    closed_at: datetime | None
    replies: tuple[Reply, ...]


def arrivals(seed: int, homes: list[Home], founders: int) -> list[float]:
    """How many days ago each member came. The first `founders` of each neighbourhood came before anyone wrote anything."""
    rng = random.Random(f"{seed} arrivals")  # noqa: S311 (invented people)
    seen: Counter[str | None] = Counter()
    ages = []
    for home in homes:
        seen[home.neighbourhood] += 1
        early = home.neighbourhood is not None and seen[home.neighbourhood] <= founders
        ages.append(rng.uniform(FOUNDERS if early else 5, MONTHS))
    return ages


def moment(now: datetime, age: float) -> datetime:
    """So many days before now, or the afternoon or evening before that when it was night."""
    then = now - timedelta(days=age)
    return then - timedelta(hours=9) if then.astimezone(LOCAL).hour < 7 else then


def written(
    seed: int, homes: list[Home], arrived: list[float], drawn: list[Neighbourhood], now: datetime
) -> list[Written]:
    """Every sentence of posts.toml once, oldest first, each by another member who lived there by then.

    Those who answer live in the author's neighbourhood and commune. The first home is that of the demonstration's login.
    """
    rng = random.Random(f"{seed} posts")  # noqa: S311 (invented people)
    places: dict[str | None, str] = {one.name: one.place for one in drawn}
    ages = sorted((POSTS * rng.random() ** 1.8 + 0.01 for _ in sentences()), reverse=True)
    free = set(range(1, len(homes)))
    mates = _mates(homes)
    told = []
    for age, sentence in zip(ages, rng.sample(sentences(), len(ages)), strict=True):
        if sentence.mine:
            author = 0
        else:
            fit = [
                member
                for member in sorted(free)
                if arrived[member] > age + VERIFIED_AFTER + 1
                and sentence.place in (None, places.get(homes[member].neighbourhood, "country"))
                and (
                    homes[member].neighbourhood or not (sentence.replies or sentence.reach == "neighbourhood")
                )
                and len(mates[member]) > len(sentence.replies)
            ]
            # Around the login's home there is something to see.
            near = [3 if homes[member].neighbourhood == homes[0].neighbourhood else 1 for member in fit]
            author = rng.choices(fit, near)[0]
        free.discard(author)
        told.append(_told(rng, sentence, author, moment(now, age), mates[author], now))
    return sorted(told, key=lambda one: one.at)


def _told(
    rng: random.Random, sentence: Sentence, author: int, at: datetime, mates: list[int], now: datetime
) -> Written:
    # Time flies slower for what was written a moment ago: answers lie between the post and now.
    until = min(now, at + timedelta(days=3))
    others = [mate for mate in mates if mate != author]
    # Whoever tries the demonstration has conversations of both kinds.
    who = rng.sample(others, len(sentence.replies))
    if 0 in others and 0 not in who and who:
        who[0] = 0
    soon = at + (until - at) * 0.8
    moments = sorted(_woken(at + (until - at) * rng.uniform(0.1, 0.7), soon) for _ in sentence.replies)
    replies = tuple(map(Reply, who, moments, sentence.replies))
    closed_at = at + (until - at) * rng.uniform(0.85, 0.97) if sentence.closed else None
    return Written(sentence, author, at, closed_at, replies)


def _woken(then: datetime, latest: datetime) -> datetime:
    """The moment, or the morning after when it was night and the morning has come."""
    morning = then + timedelta(hours=7)
    return morning if then.astimezone(LOCAL).hour < 7 and morning < latest else then


def _mates(homes: list[Home]) -> list[list[int]]:
    """For each home who lives in the same neighbourhood and commune, itself included: whatever a reach, it comes to them."""
    together: dict[tuple[str | None, str | None], list[int]] = {}
    for member, home in enumerate(homes):
        together.setdefault(_where(home), []).append(member)
    return [together[_where(home)] for home in homes]


def _where(home: Home) -> tuple[str | None, str | None]:
    covering = (one.code for one in territory.communes() if one.shape.covers(home.point.shape))
    return home.neighbourhood, next(covering, None)
