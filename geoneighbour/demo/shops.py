"""The demonstration's shops and their bons plans: shops.toml."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from geoneighbour.demo import places, territory
from geoneighbour.demo.texts import read
from geoneighbour.members.models import Member
from geoneighbour.shops import service
from geoneighbour.shops.service import About, Deal

SHOPS = 60
EACH = 3
"""A member keeps at most so many."""
PLAN = "vitrine"
REACHES: tuple[tuple[str, float | None], ...] = (
    ("radius", 2000),
    ("commune", None),
    ("radius", 800),
    ("commune_adjacent", None),
)


def load(session: Session, seed: int, keepers: Sequence[Member]) -> int:
    """So many shops, where most people live, each third on the free listing; the others with a bon plan. Returns how many."""
    rng = random.Random(f"{seed} shops")  # noqa: S311 (invented shops)
    service.set_plan(session, PLAN, "Vitrine", 1200, 20)
    grounds = territory.communes()
    people = [ground.population for ground in grounds]
    kinds = read("shops")["kinds"]
    reaches, today = itertools.cycle(REACHES), service.today()
    for number in range(SHOPS):
        kind = kinds[number % len(kinds)]
        ground = rng.choices(grounds, people)[0]
        keeper = keepers[number // EACH].id
        name = kind["names"][number // len(kinds) % len(kind["names"])]
        point = places.inside(rng, ground.shape)
        about = About(
            category="shop",
            name=f"{name}, {ground.name}",
            place=point,
            words=kind["words"],
            opening_hours=kind["hours"],
        )
        shop = service.register(session, keeper, about)
        if number % 3 == 0:
            continue
        service.subscribe(session, shop.id, PLAN)
        reach, radius_m = next(reaches)
        ends = today + timedelta(days=rng.randrange(7, 60))
        deal = Deal(
            rng.choice(kind["deals"]), "Sur présentation de cette page.", today, ends, reach, radius_m
        )
        service.publish(session, keeper, shop.id, deal)
    return SHOPS
