"""Sentence 3: a redraw counts at the review, twice in a month, and leaves people outside who are asked (decision 011)."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, InvalidShape
from geoneighbour.neighbourhoods import changes, queries
from geoneighbour.neighbourhoods.models import Change, Leaving, Neighbourhood
from tests.grid import Grid, geojson
from tests.nearness import town_changes
from tests.nearness.sillon import LEFT, WHOLE, A, B, D, redraw, told
from tests.nearness.test_homes import zone_of
from tests.nearness.town import Town

Sillon = tuple[int, int, int, int]


def leaves(town: Town, member: int) -> bool:
    return town.session.get(Leaving, member, populate_existing=True) is not None


def test_a_redraw_is_discussed_accepted_by_another_and_counts_at_the_review(
    small_town: Town, sillon: Sillon
) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    change = redraw(town, bruno, home)
    assert [told(town, member) for member in (anne, bruno, chloe)] == [
        ["change_proposed"],
        [],
        ["change_proposed"],
    ]
    changes.remark(town.session, chloe, change.id, "Et moi ?")
    with pytest.raises(Conflict, match="trois jours"):
        changes.accept(town.session, anne, change.id)
    town.days_pass(3)
    with pytest.raises(Forbidden, match="modérateur"):
        changes.accept(town.session, bruno, change.id)
    changes.accept(town.session, anne, change.id)
    before = queries.one(town.session, home).geometry
    town.review()
    assert queries.one(town.session, home).geometry == geojson(LEFT) != before
    assert [row.version for row in queries.outlines(town.session, home)] == [1]
    assert town.session.get_one(Change, change.id, populate_existing=True).state == "done"
    assert told(town, bruno) == ["redrawn"]
    assert told(town, anne) == ["change_proposed", "redrawn"]


def test_who_is_left_outside_is_asked_privately_and_stays_until_the_lot_comes(
    small_town: Town, sillon: Sillon
) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    town_changes.redraw(town, anne, home, LEFT)
    town.review()
    assert told(town, chloe) == ["change_proposed", "left_outside"]
    assert (leaves(town, chloe), leaves(town, bruno), zone_of(town.session, chloe)) == (True, False, home)
    assert {row.id for row in _roll(town, anne)} == {bruno, chloe}
    town.days_pass(13.9)
    town.review()
    assert zone_of(town.session, chloe) == home
    town.days_pass(28.2)
    town.review()
    assert (zone_of(town.session, chloe), leaves(town, chloe)) == (
        town.world.people[chloe].surroundings,
        False,
    )
    assert "left_outside" not in told(town, anne) + told(town, bruno)


def test_a_home_on_the_new_border_stays_and_one_beside_it_is_asked(small_town: Town) -> None:
    town = small_town
    on_it, beside = Grid("a a . .").at(2, 0.5), Grid("a a . .").at(2.0002, 0.5)
    people = [town.join(home) for home in (A, on_it, beside)]
    sillon = town.open(WHOLE, people)
    town_changes.redraw(town, people[0], sillon, LEFT)
    town.review()
    assert [leaves(town, member) for member in people] == [False, False, True]


@pytest.mark.parametrize("how", ["leaves", "joins another", "moves in again", "is taken in again"])
def test_being_left_outside_ends(small_town: Town, sillon: Sillon, how: str) -> None:
    town, (home, anne, _, chloe) = small_town, sillon
    other = town.open(Grid(". . P P").areas()["P"], [town.join(D) for _ in range(3)])
    town_changes.redraw(town, anne, home, LEFT)
    town.review()
    assert leaves(town, chloe)
    match how:
        case "leaves":
            town.leave(chloe)
        case "joins another":
            town.choose(chloe, other)
        case "moves in again":
            town.move(chloe, B)
        case "is taken in again":
            town_changes.redraw(town, anne, home, WHOLE)
            town.review()
    home = {"leaves": town.world.people[chloe].surroundings, "joins another": other}.get(how, home)
    assert (leaves(town, chloe), zone_of(town.session, chloe)) == (False, home)
    town.days_pass(50)
    town.review()
    assert zone_of(town.session, chloe) == home


def test_twice_in_31_days_and_the_third_waits(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, *_) = small_town, sillon

    def version() -> int:
        return town.session.get_one(Neighbourhood, home, populate_existing=True).version

    seen = []
    for shape in (LEFT, WHOLE, LEFT):
        town_changes.redraw(town, anne, home, shape)
        town.days_pass(7)
        town.review()
        seen.append(version())
    assert seen == [2, 3, 3]
    # The first took effect 14 days before the last review: 31 are over after 17 more.
    town.days_pass(16.9)
    town.review()
    assert version() == 3
    town.days_pass(0.2)
    town.review()
    assert version() == 4


def test_what_a_redraw_must_keep(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    with pytest.raises(InvalidShape, match="aujourd'hui"):
        redraw(town, bruno, home, WHOLE)
    with pytest.raises(InvalidShape, match="moitié"):
        redraw(town, anne, home, Grid("P . . .").areas()["P"])
    with pytest.raises(InvalidShape, match="domicile"):
        redraw(town, anne, home, Grid(". P P .").areas()["P"])
    with pytest.raises(InvalidInput, match="pourquoi"):
        changes.redraw(town.session, anne, home, geojson(LEFT), " x ")
    redraw(town, bruno, home)
    with pytest.raises(Conflict, match="déjà proposé"):
        redraw(town, anne, home)


def test_gained_and_lost_ground(small_town: Town, sillon: Sillon) -> None:
    town, (home, _, bruno, _) = small_town, sillon
    shape = Grid("P . . .\nP P . .").areas()["P"]
    row = queries.change(town.session, redraw(town, bruno, home, shape).id, bruno)
    # Squares of 1 km on a sphere, measured on the ellipsoid.
    assert row.gained_km2 == pytest.approx(1, rel=0.01)
    assert row.lost_km2 == pytest.approx(1, rel=0.01)


def _roll(town: Town, member: int):
    return town.session.execute(text("SELECT * FROM nearness.roll(:member)"), {"member": member}).all()
