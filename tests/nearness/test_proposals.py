"""Sentence 2: proposed neighbourhoods have supporters, are shown near their ground, and open with all at once."""

from __future__ import annotations

import pytest

from geoneighbour.errors import Conflict, InvalidInput, NotVerified
from geoneighbour.neighbourhoods import queries
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import OPEN, PROPOSED, Neighbourhood
from tests.grid import Grid, geojson
from tests.nearness.test_homes import zone_of
from tests.nearness.town import Town

PARAME = Grid("P P .").areas()["P"]
INSIDE, ALSO_INSIDE, OUTSIDE = (Grid("i a o").points()[letter] for letter in "iao")


def state(town: Town, neighbourhood: int) -> str:
    return town.session.get_one(Neighbourhood, neighbourhood, populate_existing=True).state


def test_the_eleventh_supporter_opens_it_and_all_eleven_move_in_together(town: Town) -> None:
    supporters, bystander = town.crowd(INSIDE, 11), town.join(INSIDE)
    surroundings = zone_of(town.session, bystander)
    parame = town.open(PARAME, supporters[:10])
    assert state(town, parame) == PROPOSED
    assert {zone_of(town.session, member) for member in supporters} == {surroundings}
    town.support(supporters[10], parame)
    assert state(town, parame) == OPEN
    assert {zone_of(town.session, member) for member in supporters} == {parame}
    assert zone_of(town.session, bystander) == surroundings


def test_an_unverified_supporter_counts_once_verified(town: Town) -> None:
    supporters = [*town.crowd(INSIDE, 10), town.join(INSIDE, verified=False)]
    parame = town.open(PARAME, supporters)
    assert state(town, parame) == PROPOSED
    town.verify(supporters[-1])
    assert state(town, parame) == OPEN
    assert zone_of(town.session, supporters[-1]) == parame


def test_supporting_another_one_withdraws_from_the_first(town: Town) -> None:
    supporters = town.crowd(INSIDE, 11)
    first = town.open(PARAME, supporters[:10])
    town.propose(supporters[0], PARAME)
    town.support(supporters[10], first)
    assert state(town, first) == PROPOSED


def test_only_the_verified_draw_and_only_around_their_home(town: Town) -> None:
    with pytest.raises(NotVerified):
        neighbourhoods.propose(town.session, town.join(INSIDE, verified=False), "Paramé", "", geojson(PARAME))
    with pytest.raises(InvalidInput, match="domicile"):
        neighbourhoods.propose(town.session, town.join(OUTSIDE), "Paramé", "", geojson(PARAME))


def test_an_open_one_is_joined_not_supported(town: Town) -> None:
    parame, late = town.open(PARAME, town.crowd(INSIDE, 11)), town.join(ALSO_INSIDE)
    with pytest.raises(Conflict):
        neighbourhoods.support(town.session, late, parame)


@pytest.mark.parametrize(
    ("supporters", "stage"), [(1, "launched"), (5, "launched"), (6, "soon_open"), (10, "soon_open")]
)
def test_it_says_launched_or_soon_open_and_no_number(town: Town, supporters: int, stage: str) -> None:
    parame = town.open(PARAME, town.crowd(INSIDE, supporters))
    shown = queries.one(town.session, parame, town.join(INSIDE))
    assert (shown.stage, shown.people) == (stage, None)
    numbers = [value for name, value in shown._mapping.items() if type(value) is int and name != "id"]
    assert numbers == []


def test_it_is_shown_where_the_published_cell_touches_it(town: Town) -> None:
    # Two crowds 3 km apart: each has a published cell of its own, and the proposal lies around the first.
    here, there = Grid("h . . t").points()["h"], Grid("h . . t").points()["t"]
    near, far = town.crowd(here, 22)[0], town.crowd(there, 22)[0]
    newcomer = town.join(Grid("h . t .").points()["t"])
    town.review()
    town.move(newcomer, there)
    parame = town.propose(near, Grid("h . . t", side_m=800).areas()["h"])
    assert town.world.published_cell(near) != town.world.published_cell(far)
    shown = {member: town.world.shown_proposals(member) for member in (near, far)}
    assert shown == {near: {parame}, far: set()}
    for member, meant in shown.items():
        rows = queries.around(town.session, member)
        assert {row.id for row in rows if row.state == PROPOSED} == meant


def test_who_has_no_published_cell_looks_around_by_the_coarsest_one(town: Town) -> None:
    # Decision 003: 4 km away in the same cell of resolution 5 it is shown, and cannot be supported.
    parame = town.propose(town.join(INSIDE), PARAME)
    assert parame is not None
    lucie, abroad = town.join(Grid(". . . . l").points()["l"]), town.join(Grid("x", lon=-1.5).points()["x"])
    assert queries.one(town.session, parame, lucie).covers_home is False
    assert parame not in {row.id for row in queries.around(town.session, abroad)}
    with pytest.raises(InvalidInput):
        neighbourhoods.support(town.session, lucie, parame)
