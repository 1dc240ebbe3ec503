"""Random territories at length: every answer compared as in the tests, and posts enough for so many pairs with readers."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from sqlalchemy.orm import Session

from tests.nearness.answers import Answers, differences
from tests.nearness.territory import Territory
from tests.prove.points import Mismatch

UNITS = {
    "communes": "communes of homes",
    "adjacent": "adjacent communes",
    "zones": "home neighbourhoods",
    "covers": "covers of zones",
    "wider": "pairs of zones in a wider area",
    "published": "published cells",
    "tiers": "tiers of pairs of members",
    "audience": "recipients of posts",
    "watchers": "posts read by who watches an area",
    "feeds": "feeds",
}


def live(session: Session, seed: int, pairs: int, counts: Counter[str]) -> None:
    """Lives through a territory and writes on until posts and members make `pairs`; Mismatch at the first difference."""
    territory = Territory(session, seed)
    try:
        territory.live()
        territory.write_on(pairs)
    except AssertionError as error:
        # What the service refuses or allows against the oracle ends a territory's life.
        raise Mismatch("what happened", f"territory {seed}", error, "otherwise") from error
    for moment in territory.moments:
        for field in fields(Answers):
            said, meant = getattr(moment.said, field.name), getattr(moment.meant, field.name)
            for first in differences(said, meant)[:1]:
                place = f"{territory.place.name}, territory {seed}, {moment.name}"
                raise Mismatch(field.name, place, *first.split(": ", 1)[1].split(", the oracle ", 1))
            counts[UNITS.get(field.name, "other answers (spreads, stages, rolls ...)")] += len(meant)
    counts["pairs of post and viewer"] += len(territory.town.world.posts) * len(territory.people)
    counts["territories"] += 1
