"""Sentence 6: two neighbourhoods are in each other's wider area within the larger of their spreads, in rings."""

from __future__ import annotations

import h3.api.basic_int as h3
import pytest
from sqlalchemy import select

from geoneighbour.nearness.models import Spread, WiderArea
from tests.grid import Grid
from tests.nearness.answers import tier
from tests.nearness.grid_steps import COARSE, cell_of, steps_between, surroundings_touched
from tests.nearness.town import Town

HERE = cell_of(-2.0, 48.6, COARSE)


def at_rings(rings: int | None) -> int:
    """A resolution-8 cell so many rings from here; None: just out of the 20 that are looked at."""
    found = [
        cell
        for cell in h3.grid_disk(HERE, 14)
        if steps_between(surroundings_touched(HERE), surroundings_touched(cell)) == rings and cell != HERE
    ]
    return min(found, key=lambda cell: (h3.grid_distance(HERE, cell), cell))


def rings_of(town: Town, one: int, other: int) -> int | None:
    """The rings by which two zones are in each other's wider area; fails unless it is so in both directions."""
    town.session.flush()
    both = {
        town.session.scalar(select(WiderArea.rings).where(WiderArea.zone == a, WiderArea.other == b))
        for a, b in ((one, other), (other, one))
    }
    assert len(both) == 1
    return both.pop()


def spread_of(town: Town, cell: int) -> int:
    return town.session.scalars(select(Spread.rings).where(Spread.cell == cell)).one()


@pytest.mark.parametrize("rings", [0, 1, 19, 20])
def test_in_the_country_it_reaches_20_rings(town: Town, rings: int) -> None:
    there = at_rings(rings)
    one, other = town.crowd_in(HERE, 1)[0], town.crowd_in(there, 1)[0]
    assert rings_of(town, HERE, there) == rings
    assert tier(town.session, one, other) == "wider"


def test_and_no_further(town: Town) -> None:
    there = at_rings(None)
    one, other = town.crowd_in(HERE, 1)[0], town.crowd_in(there, 1)[0]
    assert rings_of(town, HERE, there) is None
    assert tier(town.session, one, other) == "beyond"


def test_in_a_dense_town_it_stays_small(town: Town) -> None:
    near, far = at_rings(1), at_rings(2)
    for cell in (HERE, near, far):
        town.crowd_in(cell, 56)
    town.review()
    assert {spread_of(town, cell) for cell in (HERE, near, far)} == {1}
    assert rings_of(town, HERE, near) == 1
    assert rings_of(town, HERE, far) is None


def test_the_larger_of_the_two_spreads_decides_for_both(town: Town) -> None:
    dense, dense_too, lonely = HERE, at_rings(5), at_rings(13)
    town.crowd_in(dense, 56)
    town.crowd_in(dense_too, 56)
    town.crowd_in(lonely, 1)
    town.review()
    assert [spread_of(town, cell) for cell in (dense, dense_too, lonely)] == [1, 1, 13]
    assert rings_of(town, dense, dense_too) is None
    assert rings_of(town, dense, lonely) == 13


def test_it_shrinks_and_grows_with_the_review(town: Town) -> None:
    there = at_rings(5)
    town.crowd_in(HERE, 1)
    town.crowd_in(there, 1)
    assert rings_of(town, HERE, there) == 5
    crowd = [*town.crowd_in(HERE, 55), *town.crowd_in(there, 55)]
    assert rings_of(town, HERE, there) == 5
    town.review()
    assert rings_of(town, HERE, there) is None
    for member in crowd:
        town.delete(member)
    town.review()
    assert rings_of(town, HERE, there) == 5


def test_it_goes_over_commune_borders(town: Town) -> None:
    town.found_french(Grid("A B").areas())
    homes = Grid("a b").points()
    assert tier(town.session, town.join(homes["a"]), town.join(homes["b"])) == "wider"


def test_overlapping_neighbourhoods_are_0_rings_apart(town: Town) -> None:
    one = Grid("N N .").areas()["N"]
    other = Grid(". N N").areas()["N"]
    west, east = (Grid("w . e").points()[letter] for letter in "we")
    first, second = town.open(one, town.crowd(west, 11)), town.open(other, town.crowd(east, 11))
    assert rings_of(town, first, second) == 0


def test_a_neighbourhood_goes_by_the_spread_at_its_anchor_and_by_its_whole_cover(town: Town) -> None:
    # A strip 6 km long: its eastern end is near those whom its middle is far from.
    strip = Grid("N N N N N N . .").areas()["N"]
    homes = Grid("n . . . . . . e").points()
    neighbourhood = town.open(strip, town.crowd(homes["n"], 11))
    east = town.join(homes["e"])
    zone = town.world.people[east].zone
    rings = steps_between(town.world.cover(neighbourhood), surroundings_touched(zone))
    assert rings is not None
    assert rings <= 4
    assert rings_of(town, neighbourhood, zone) == rings
