"""Sentence 1: one home neighbourhood, the chosen open one or the surroundings; what others draw moves nobody."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Residence
from tests.grid import Grid
from tests.nearness.grid_steps import COARSE, cell_of, outline
from tests.nearness.town import Town

LEAST = 1e-7
SILLON = Grid("""
    S S .
    S S .
""")


def zone_of(session: Session, member: int) -> int:
    return session.get_one(Residence, member, populate_existing=True).zone


def open_sillon(town: Town) -> int:
    return town.open(SILLON.areas()["S"], town.crowd(SILLON.at(0.5, 0.5), 11))


def test_who_chose_nothing_lives_in_the_surroundings(town: Town) -> None:
    home = Point(-2.0, 48.6)
    assert zone_of(town.session, town.join(home)) == cell_of(home.lon, home.lat, COARSE)


def test_surroundings_go_by_the_stored_index_where_the_outline_says_otherwise(town: Town) -> None:
    hexagon = outline(cell_of(-2.0, 48.6, COARSE)).exterior
    near_edge = (hexagon.interpolate(n / 500, normalized=True) for n in range(500))
    # Points on its sides of which the planar outline of their own cell is not aware.
    homes = [Point(point.x, point.y) for point in near_edge]
    strays = [h for h in homes if not outline(cell_of(h.lon, h.lat, COARSE)).covers(h.shape)]
    assert len(strays) > 10
    for home in strays[:10]:
        assert zone_of(town.session, town.join(home)) == cell_of(home.lon, home.lat, COARSE)


def test_what_others_draw_moves_nobody(town: Town) -> None:
    inside = town.join(SILLON.at(1.5, 1.5))
    before = zone_of(town.session, inside)
    open_sillon(town)
    assert zone_of(town.session, inside) == before


@pytest.mark.parametrize(("column", "beside"), [(2, LEAST), (0, -LEAST)])
def test_one_chooses_what_covers_the_home_its_border_included(
    town: Town, column: float, beside: float
) -> None:
    sillon = open_sillon(town)
    border = SILLON.at(column, 1)
    on_it, outside = town.join(border), town.join(Point(border.lon + beside, border.lat))
    neighbourhoods.choose(town.session, on_it, sillon)
    assert zone_of(town.session, on_it) == sillon
    with pytest.raises(InvalidInput):
        neighbourhoods.choose(town.session, outside, sillon)


def test_a_proposed_neighbourhood_cannot_be_chosen(town: Town) -> None:
    member = town.join(SILLON.at(1, 1))
    proposed = town.propose(member, SILLON.areas()["S"])
    assert proposed is not None
    with pytest.raises(InvalidInput):
        neighbourhoods.choose(town.session, member, proposed)


def test_who_leaves_is_back_in_the_surroundings(town: Town) -> None:
    home = SILLON.at(1.2, 1.2)
    member = town.join(home)
    town.choose(member, open_sillon(town))
    neighbourhoods.leave(town.session, member)
    assert zone_of(town.session, member) == cell_of(home.lon, home.lat, COARSE)


def test_moving_house_inside_keeps_the_neighbourhood_and_moving_out_leaves_it(town: Town) -> None:
    member, sillon = town.join(SILLON.at(0.2, 0.2)), open_sillon(town)
    town.choose(member, sillon)
    neighbourhoods.settle(town.session, member, SILLON.at(1.9, 1.9))
    assert zone_of(town.session, member) == sillon
    away = SILLON.at(2.1, 1.9)
    neighbourhoods.settle(town.session, member, away)
    assert zone_of(town.session, member) == cell_of(away.lon, away.lat, COARSE)
    neighbourhoods.settle(town.session, member, SILLON.at(0.2, 0.2))
    assert zone_of(town.session, member) != sillon
