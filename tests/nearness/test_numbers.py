"""Sentence 12 and decision 005: every number but one's own roll comes from published cells, to the nearest ten."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import func, select

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.nearness import service
from geoneighbour.neighbourhoods import queries
from tests.grid import Grid
from tests.nearness.grid_steps import outline
from tests.nearness.oracle_numbers import Numbers
from tests.nearness.town import Town

SILLON = Grid("S S .")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, None),
        (10, None),
        (10.99, None),
        (11, 10),
        (14, 10),
        (15, 20),
        (24.9, 20),
        (25, 20),
        (26, 30),
        (104, 100),
    ],
)
def test_rounded_to_ten_and_nothing_below_k(town: Town, number: float, told: int | None) -> None:
    assert town.session.scalar(select(func.nearness.rounded(number))) == told
    assert Numbers(town.world).told(number) == told


def test_each_published_cell_counts_for_its_share_of_the_ground(town: Town) -> None:
    # Two crowds in cells of their own; a box over one of them and half of the other.
    one = cells.cell_at(Point(-2.0, 48.6), 9)
    other = max(cells.rings_around([one], 5).items(), key=lambda found: (found[1], found[0]))[0]
    town.crowd_in(one, 64)
    town.crowd_in(other, 30)
    town.review()
    assert set(town.world.standing.published.values()) == {64, 30}
    whole, half = outline(other), outline(one)
    west, south, _, north = half.bounds
    western_half = shapely.box(west - 1, south - 1, half.centroid.x, north + 1).intersection(half)
    area = shapely.union_all([whole, western_half])
    about = town.session.scalar(select(func.nearness.people_in(func.ST_GeomFromText(area.wkt, 4326))))
    assert about == pytest.approx(30 + 64 * western_half.area / half.area)
    assert service.cells_in(town.session, shapely.box(3, 3, 4, 4)) == []


def test_an_open_neighbourhood_is_told_as_k_at_least(town: Town) -> None:
    sillon = town.open(SILLON.areas()["S"], town.crowd(SILLON.at(0.5, 0.5), 11))
    assert [row.people for row in queries.named(town.session, "", 10) if row.id == sillon] == [10]


def test_the_roll_is_for_the_verified_members_of_an_open_neighbourhood(town: Town) -> None:
    home = SILLON.at(0.5, 0.5)
    members = town.crowd(home, 11)
    neighbour_of_the_surroundings, visitor = town.join(home), town.join(home, verified=False)
    assert service.roll(town.session, members[0]) is None
    sillon = town.open(SILLON.areas()["S"], members)
    town.choose(visitor, sillon)
    assert roll(town, members[0]) == set(members[1:])
    assert service.roll(town.session, neighbour_of_the_surroundings) is None
    assert service.roll(town.session, visitor) is None


def test_the_roll_leaves_out_the_paused_and_the_blocked_and_the_paused_have_none(town: Town) -> None:
    anne, bob, carl, *others = town.crowd(SILLON.at(0.5, 0.5), 11)
    town.open(SILLON.areas()["S"], [anne, bob, carl, *others])
    town.block(bob, anne)
    town.pause(carl)
    assert roll(town, anne) == set(others)
    assert service.roll(town.session, carl) is None


def test_who_is_not_listed_is_neither_named_nor_counted_and_reads_no_roll(town: Town) -> None:
    anne, bob, *others = town.crowd(SILLON.at(0.5, 0.5), 11)
    town.open(SILLON.areas()["S"], [anne, bob, *others])
    town.list(bob, listed=False)
    assert roll(town, anne) == set(others) == town.world.roll(anne)
    assert service.roll(town.session, bob) is None
    assert not met(town, anne, bob)
    assert not met(town, bob, anne)
    town.list(bob)
    assert roll(town, bob) == {anne, *others}
    assert met(town, anne, bob)


def met(town: Town, viewer: int, other: int) -> bool:
    return bool(town.session.scalar(select(func.nearness.has_met(viewer, other))))


def roll(town: Town, member: int) -> set[int] | None:
    rows = service.roll(town.session, member)
    return None if rows is None else {row.id for row in rows}


def test_who_joins_is_in_no_number_before_the_review(town: Town) -> None:
    home = SILLON.at(0.5, 0.5)
    town.crowd(home, 24)
    town.review()
    assert people_around(town, home) == 20
    town.crowd(home, 6)
    assert people_around(town, home) == 20
    town.review()
    assert people_around(town, home) == 30


def people_around(town: Town, home: Point) -> int | None:
    """In the published cells that the surroundings of a home hold."""
    town.session.flush()
    return service.place(town.session, home).own.people


def test_inhabited_surroundings_are_not_listed_one_by_one(town: Town) -> None:
    homes = Grid("a . b").points()
    member = town.join(homes["a"])
    town.join(homes["b"])
    assert service.wider_neighbourhoods(town.session, member) == []
