"""Sentence 9: visitors read in their open neighbourhood for 48 hours, and are in no audience (decision 014)."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts import queries
from tests.grid import Grid
from tests.nearness.answers import readers
from tests.nearness.sillon import A, B, D
from tests.nearness.town import Town

Sillon = tuple[int, int, int, int]


def visitor(town: Town, home=B, joins: int | None = None) -> int:
    member = town.join(home, verified=False, name="Zoé")
    if joins:
        town.choose(member, joins)
    return member


def reads(town: Town, member: int) -> set[int]:
    town.session.flush()
    return {row.id for row in queries.feed(town.session, member)}


def test_for_48_hours_what_began_in_the_neighbourhood(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, *_) = small_town, sillon
    near, wide = town.write(anne, "neighbourhood"), town.write(anne, "wider")
    zoe = visitor(town, joins=home)
    assert near
    assert wide
    assert reads(town, zoe) == {near, wide}
    (row,) = [row for row in queries.feed(town.session, zoe) if row.id == near]
    assert (row.tier, row.rings) == ("neighbour", None)
    assert zoe not in readers(town.session, near)
    town.days_pass(47.9 / 24)
    assert reads(town, zoe) == {near, wide}
    town.days_pass(0.2 / 24)
    assert reads(town, zoe) == set()
    town.verify(zoe)
    assert reads(town, zoe) == {near, wide}


@pytest.mark.parametrize("reach", ["commune", "commune_adjacent"])
def test_not_what_the_commune_hears(small_town: Town, sillon: Sillon, reach: str) -> None:
    town, (home, *_) = small_town, sillon
    town.found_french(Grid("A A A A").areas())
    author = town.join(A)
    town.choose(author, home)
    assert town.write(author, reach)
    assert reads(town, visitor(town, joins=home)) == set()


def test_not_what_comes_from_next_door(small_town: Town, sillon: Sillon) -> None:
    town, (home, *_) = small_town, sillon
    beside = town.open(Grid(". . . Q").areas()["Q"], [town.join(D) for _ in range(3)])
    neighbour = next(key for key, person in town.world.people.items() if person.chosen == beside)
    post = town.write(neighbour, "wider")
    assert post
    assert readers(town.session, post) >= set(sillon[1:])
    assert reads(town, visitor(town, joins=home)) == set()


def test_nothing_in_surroundings(small_town: Town) -> None:
    town = small_town
    author = town.join(A)
    assert town.write(author, "neighbourhood")
    assert reads(town, visitor(town, A)) == set()


def test_neither_paused_nor_blocked_nor_of_the_paused(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    of_anne, of_bruno = town.write(anne, "neighbourhood"), town.write(bruno, "neighbourhood")
    zoe = visitor(town, joins=home)
    town.block(anne, zoe)
    assert reads(town, zoe) == {of_bruno}
    town.pause(bruno)
    assert reads(town, zoe) == set()
    town.pause(bruno, False)
    town.pause(zoe)
    assert reads(town, zoe) == set()
    assert of_anne


def test_counted_by_nobody_and_on_no_roll(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, *_) = small_town, sillon
    zoe = visitor(town, joins=home)
    roll = town.session.execute(text("SELECT id FROM nearness.roll(:m)"), {"m": anne}).scalars().all()
    assert zoe not in roll
    assert not town.session.execute(text("SELECT id FROM nearness.roll(:m)"), {"m": zoe}).all()
    assert not town.session.scalar(text("SELECT nearness.has_met(:zoe, :anne)"), {"zoe": zoe, "anne": anne})
    assert not town.session.scalar(text("SELECT nearness.lives_in(:zoe, :home)"), {"zoe": zoe, "home": home})


def test_moving_house_makes_a_visitor_again(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, *_) = small_town, sillon
    post = town.write(anne, "neighbourhood")
    zoe = visitor(town, joins=home)
    town.days_pass(3)
    assert reads(town, zoe) == set()
    town.session.execute(text("UPDATE member SET moved_at = now() WHERE id = :zoe"), {"zoe": zoe})
    assert reads(town, zoe) == {post}
    neighbourhoods.leave(town.session, zoe)
    assert reads(town, zoe) == set()
