"""Sentence 5 and decisions 001, 002: how far one must look to find M = 28 people; a spread that stands is kept."""

from __future__ import annotations

from sqlalchemy import select

from geoneighbour.ground.points import Point
from geoneighbour.nearness.models import Spread
from tests.grid import Grid
from tests.nearness.grid_steps import COARSE, cell_of, outline, steps_from, surroundings_touched
from tests.nearness.town import Town

ANCHOR = cell_of(-2.0, 48.6, COARSE)
STEPS = steps_from(surroundings_touched(ANCHOR))


def live(town: Town, rings: dict[int, int]) -> list[int]:
    """So many new members in one cell of each ring around the anchor, none of them in the anchor itself."""
    outside = {cell: ring for cell, ring in STEPS.items() if surroundings_of(cell) != ANCHOR}
    first = {ring: min(cell for cell, step in outside.items() if step == ring) for ring in rings}
    return [member for ring, people in rings.items() for member in town.crowd_in(first[ring], people)]


def surroundings_of(cell: int) -> int:
    centre = outline(cell).centroid
    return cell_of(centre.x, centre.y, COARSE)


def settle(town: Town) -> int:
    """Somebody in the anchor: from now on it has a spread."""
    return town.crowd_in(ANCHOR, 1)[0]


def spread(town: Town) -> int:
    return town.session.scalars(select(Spread.rings).where(Spread.cell == ANCHOR)).one()


def test_the_example_of_decision_001(town: Town) -> None:
    # The cover is ring 0: 9 and 12 are too few, with 10 more in ring 2 there are 31.
    live(town, {0: 9, 1: 12, 2: 10})
    town.review()
    settle(town)
    assert spread(town) == 2


def test_a_new_place_takes_the_least_step_that_holds_m(town: Town) -> None:
    live(town, {1: 28})
    town.review()
    settle(town)
    assert spread(town) == 1


def test_one_too_few_within_one_ring(town: Town) -> None:
    live(town, {1: 27, 2: 1})
    town.review()
    settle(town)
    assert spread(town) == 2


def test_who_is_nearly_alone_looks_as_far_as_there_is(town: Town) -> None:
    settle(town)
    live(town, {0: 26})
    assert spread(town) == 20
    town.review()
    assert spread(town) == 20


def test_the_steps_are_1_2_3_5_8_13_20(town: Town) -> None:
    live(town, {4: 28})
    town.review()
    settle(town)
    assert spread(town) == 5


def test_one_that_stands_is_lowered_only_at_2_m(town: Town) -> None:
    settle(town)
    live(town, {1: 54})
    town.review()
    assert spread(town) == 20
    live(town, {1: 1})
    town.review()
    assert spread(town) == 1


def test_the_example_of_decision_002(town: Town) -> None:
    live(town, {1: 19, 3: 9})
    town.review()
    settle(town)
    assert spread(town) == 3
    # Rings 1: 20, 2: 40, 3: 70. Two rings hold M, not 2 M.
    live(town, {2: 20, 3: 21})
    town.review()
    assert spread(town) == 3
    # At 2: 57.
    live(town, {2: 17})
    town.review()
    assert spread(town) == 2


def test_one_that_stands_is_raised_under_m(town: Town) -> None:
    leaving = live(town, {1: 15, 3: 13, 5: 6})
    town.review()
    settle(town)
    assert spread(town) == 3
    for member in leaving[:1]:
        town.delete(member)
    town.review()
    assert spread(town) == 3, "14 + 13 + 1 are M"
    town.delete(leaving[1])
    town.review()
    assert spread(town) == 5, "27 in three rings, 33 in five"


def test_who_joins_changes_nothing_until_the_review(town: Town) -> None:
    settle(town)
    town.review()
    live(town, {0: 60})
    town.open(Grid("S S").areas()["S"], town.crowd(Grid("s .").points()["s"], 11))
    assert spread(town) == 20
    town.review()
    assert spread(town) == 1


def test_only_the_verified_count_paused_or_not(town: Town) -> None:
    settle(town)
    *_, paused, visitor = *live(town, {0: 54}), town.join(Point(-2.0, 48.6), verified=False)
    town.pause(paused)
    town.review()
    assert spread(town) == 20, "55 of them"
    town.verify(visitor)
    town.review()
    assert spread(town) == 1, "2 M"


def test_a_spread_does_not_depend_on_what_is_drawn(town: Town) -> None:
    here = Grid("S S .", side_m=500)
    members = [*town.crowd(here.at(0.5, 0.5), 15), *town.crowd(here.at(2.5, 0.5), 20)]
    town.review()
    before = {row.cell: row.rings for row in town.session.execute(select(Spread.cell, Spread.rings))}
    town.open(here.areas()["S"], members[:11])
    town.review()
    after = {row.cell: row.rings for row in town.session.execute(select(Spread.cell, Spread.rings))}
    assert {cell: after[cell] for cell in before} == before
