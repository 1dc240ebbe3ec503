"""Sentences 5 and 11 over random censuses, review after review: fast, so many more cases than whole territories."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import h3.api.basic_int as h3
import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from geoneighbour.members.models import Member
from geoneighbour.nearness import review
from geoneighbour.nearness.models import NearnessSetting, PublishedCell, Spread
from geoneighbour.neighbourhoods import zones
from geoneighbour.neighbourhoods.models import Residence
from tests.nearness.answers import differences
from tests.nearness.conftest import TERRITORIES
from tests.nearness.grid_steps import steps_from, surroundings_touched
from tests.nearness.land import PLACES
from tests.nearness.oracle_review import COARSEST, Numbers, Standing

REVIEWS = 6


@pytest.mark.parametrize("seed", range(TERRITORIES))
def test_reviews_of_random_censuses(session: Session, seed: int, checked: Counter[str]) -> None:
    for number in range(2):
        with session.begin_nested() as life:
            live(session, random.Random(1000 * seed + number), checked)
            life.rollback()


def live(session: Session, rnd: random.Random, checked: Counter[str]) -> None:
    """One place, its people coming and going: after each review the spreads and published cells are the oracle's."""
    numbers = Numbers(k=rnd.choice([2, 3, 5, 11]), m=rnd.choice([4, 10, 28]))
    session.execute(update(NearnessSetting).values(k=numbers.k, spread_members=numbers.m))
    place = rnd.choice(PLACES)
    root = h3.latlng_to_cell(place.lat, place.lon, COARSEST)
    anchors = [descend(root, 8, rnd) for _ in range(2)]
    standing = Standing(numbers)
    for anchor in anchors:
        zones.ensure_surroundings(session, anchor)
        standing.first_spread(anchor)
    people = Counter[int]()
    for _ in range(REVIEWS):
        change(people, root, anchors, numbers.k, rnd)
        populate(session, people, anchors[0])
        review.run(session)
        standing.review(people.elements(), anchors)
        check(session, standing)
        checked["censuses"] += 1


def descend(cell: int, level: int, rnd: random.Random) -> int:
    """A cell inside; the same few branches are taken often, so that people gather."""
    for resolution in range(h3.get_resolution(cell) + 1, level + 1):
        cell = sorted(h3.cell_to_children(cell, resolution))[rnd.choice([0, 0, 0, 1, 1, 2])]
    return cell


def change(people: Counter[int], root: int, anchors: list[int], k: int, rnd: random.Random) -> None:
    """Some cells fill up to around k, 2 k or many; some empty."""
    around = sorted(steps_from(surroundings_touched(rnd.choice(anchors))))
    for _ in range(rnd.choice([1, 2, 6])):
        cell = rnd.choice(around) if rnd.random() < 0.25 else descend(root, 9, rnd)
        people[cell] = rnd.choice([1, k - 1, k, k, 2 * k - 1, 2 * k, 2 * k, 3 * k])
    for cell in rnd.sample(sorted(people), len(people) // 5):
        people[cell] = rnd.choice([0, 0, k - 1, k])
    for cell in [cell for cell, members in people.items() if not members]:
        del people[cell]


def populate(session: Session, people: Counter[int], zone: int) -> None:
    """Exactly these verified members; only their fine cells matter here, so they come without homes."""
    there = select(Residence.home_cell, Residence.member_id).order_by(Residence.member_id)
    living: defaultdict[int, list[int]] = defaultdict(list)
    for cell, member in session.execute(there):
        living[cell].append(member)
    gone = [member for cell, members in living.items() for member in members[people[cell] :]]
    session.execute(delete(Member).where(Member.id.in_(gone)))
    coming = [cell for cell in people for _ in range(people[cell] - len(living[cell]))]
    if coming:
        new = [{"name": "Camille", "verified_at": func.now()} for _ in coming]
        ids = session.scalars(insert(Member).values(new).returning(Member.id)).all()
        where = {"zone": zone, "surroundings": zone}
        rows = [{"member_id": id_, "home_cell": cell, **where} for id_, cell in zip(ids, coming, strict=True)]
        session.execute(insert(Residence), rows)
    session.expire_all()


def check(session: Session, standing: Standing) -> None:
    spreads = {row.cell: row.rings for row in session.scalars(select(Spread))}
    published = {row.cell: row.members for row in session.scalars(select(PublishedCell))}
    assert differences(spreads, standing.spreads) == []
    assert differences(published, standing.published) == []
    nothing_can_be_subtracted(published, standing)


def nothing_can_be_subtracted(published: dict[int, int], standing: Standing) -> None:
    """Whatever cells one adds or takes away, the rest holds nobody or at least k."""
    roots = {Standing.ancestor(cell, COARSEST) for cell in published}
    inside = Counter[int]()
    for cell, members in standing.census.items():
        holding = [
            Standing.ancestor(cell, level)
            for level in range(COARSEST, 10)
            if Standing.ancestor(cell, level) in published
        ]
        # No two published cells nest, and within a published tree nobody is left out.
        assert len(holding) == (Standing.ancestor(cell, COARSEST) in roots)
        inside.update(dict.fromkeys(holding, members))
    assert inside == Counter(published)
    assert min(published.values(), default=standing.numbers.k) >= standing.numbers.k
