"""Sentence 11 and decision 002: the one cell in which others may place a member; k = 11, split at 22."""

from __future__ import annotations

import h3.api.basic_int as h3
import pytest
from sqlalchemy import func, select

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.nearness.models import PublishedCell
from geoneighbour.neighbourhoods.models import Residence
from tests.grid import Grid
from tests.nearness.town import Town

COARSEST = cells.cell_at(Point(-2.0, 48.6), 5)


def published(town: Town) -> dict[int, int]:
    return {row.cell: row.members for row in town.session.scalars(select(PublishedCell))}


def placed(town: Town, member: int) -> int | None:
    home = town.session.get_one(Residence, member, populate_existing=True).home_cell
    return town.session.scalar(select(func.nearness.published_cell(home)))


def fine(cell: int, branch: int = 0) -> int:
    """A resolution-9 cell inside a coarser one; different branches part right below it."""
    child = sorted(h3.cell_to_children(cell))[branch]
    return h3.cell_to_center_child(child, 9)


@pytest.mark.parametrize(("people", "shown"), [(21, False), (22, True)])
def test_first_published_at_2_k(town: Town, people: int, shown: bool) -> None:
    # Two branches of one and of the others: nothing can be split off.
    town.crowd_in(fine(COARSEST, 0), 1)
    town.crowd_in(fine(COARSEST, 1), people - 1)
    town.review()
    assert published(town) == ({COARSEST: people} if shown else {})


def test_withdrawn_under_k(town: Town) -> None:
    members = [*town.crowd_in(fine(COARSEST, 0), 1), *town.crowd_in(fine(COARSEST, 1), 21)]
    town.review()
    for member in members[11:]:
        town.delete(member)
    town.review()
    assert published(town) == {COARSEST: 11}
    town.delete(members[0])
    town.review()
    assert published(town) == {}


def test_the_example_of_decision_002(town: Town) -> None:
    """A resolution-8 cell with children of 22 and 30 is split; of 22 and 12 stays so; one in a third child merges it."""
    cell = cells.cell_at(Point(-2.0, 48.6), 8)
    one, other, empty, *_ = sorted(h3.cell_to_children(cell))
    town.crowd_in(one, 22)
    leaving = town.crowd_in(other, 30)
    town.review()
    assert published(town) == {one: 22, other: 30}
    for member in leaving[12:]:
        town.delete(member)
    town.review()
    assert published(town) == {one: 22, other: 12}
    first = town.crowd_in(empty, 1)[0]
    assert published(town) == {one: 22, other: 12}
    assert placed(town, first) is None
    town.review()
    assert published(town) == {cell: 35}
    assert placed(town, first) == cell


def test_not_split_anew_before_every_child_holds_2_k(town: Town) -> None:
    cell = cells.cell_at(Point(-2.0, 48.6), 8)
    one, other, *_ = sorted(h3.cell_to_children(cell))
    town.crowd_in(one, 22)
    town.crowd_in(other, 21)
    town.review()
    assert published(town) == {cell: 43}
    town.crowd_in(other, 1)
    town.review()
    assert published(town) == {one: 22, other: 22}


def test_a_lonely_member_keeps_the_others_together(town: Town) -> None:
    # A crowd and, 3 km away, one more: what is told of the crowd must not tell of the one.
    homes = Grid("c . . l").points()
    town.crowd(homes["c"], 60)
    lonely = town.join(homes["l"])
    town.review()
    assert placed(town, lonely) == placed(town, lonely - 1)
    assert list(published(town).values()) == [61]
    town.delete(lonely)
    town.review()
    assert [h3.get_resolution(next(iter(published(town)))), *published(town).values()] == [cells.COVER, 60]


def test_who_arrives_between_reviews_is_placed_by_what_stands(town: Town) -> None:
    town.crowd_in(fine(COARSEST, 0), 1)
    town.crowd_in(fine(COARSEST, 1), 30)
    town.review()
    newcomer, elsewhere = town.crowd_in(fine(COARSEST, 2), 1)[0], town.join(Point(0.0, 45.0))
    assert placed(town, newcomer) == COARSEST
    assert placed(town, elsewhere) is None


def test_visitors_do_not_count(town: Town) -> None:
    town.crowd_in(fine(COARSEST, 1), 21)
    centre = cells.outline(fine(COARSEST, 1)).centroid
    visitor = town.join(Point(centre.x, centre.y), verified=False)
    town.review()
    assert published(town) == {}
    town.verify(visitor)
    town.review()
    assert sum(published(town).values()) == 22
