"""Sentence 4: the commune of a home, and which communes are adjacent."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune, CommuneAdjacency
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Residence
from tests.grid import Grid
from tests.nearness.answers import tier
from tests.nearness.town import Town

LEAST = 1e-7


def commune_of(session: Session, member: int) -> int | None:
    return session.get_one(Residence, member, populate_existing=True).commune_id


def adjacent(session: Session) -> set[tuple[int, int]]:
    rows = session.execute(select(CommuneAdjacency.commune_id, CommuneAdjacency.other_id))
    return {(one, other) for one, other in rows}


def both_ways(*pairs: tuple[int, int]) -> set[tuple[int, int]]:
    return {*pairs, *((other, one) for one, other in pairs)}


def test_a_home_is_in_the_commune_that_covers_it(town: Town) -> None:
    ids = town.found_french(Grid("A A B").areas())
    homes = Grid("a . b").points()
    assert commune_of(town.session, town.join(homes["a"])) == ids["A"]
    assert commune_of(town.session, town.join(homes["b"])) == ids["B"]


def test_a_home_on_the_border_is_in_the_least_code(town: Town) -> None:
    land = Grid("B A")
    ids = town.found_french(land.areas())
    border = land.between("A", "B")
    outside = Point(border.lon - LEAST, border.lat)
    assert commune_of(town.session, town.join(border)) == ids["A"]
    assert commune_of(town.session, town.join(outside)) == ids["B"]


@pytest.mark.parametrize(
    ("least", "other"),
    [
        (("BE", "99999"), ("FR", "01001")),
        (("FR", "10"), ("FR", "9")),
        (("FR", "29001"), ("FR", "2A001")),
        (("FR", "2A001"), ("FR", "2B001")),
        (("BE", "35288"), ("FR", "35288")),
    ],
)
def test_the_least_country_and_code_in_byte_order(
    town: Town, least: tuple[str, str], other: tuple[str, str]
) -> None:
    land = Grid("X Y")
    areas = land.areas()
    _, wanted = town.found([(*other, areas["X"]), (*least, areas["Y"])])
    assert commune_of(town.session, town.join(land.between("X", "Y"))) == wanted


def test_a_home_at_sea_is_in_no_commune_and_shares_it_with_nobody(town: Town) -> None:
    # The two are 30 km apart: nothing but the commune could bring them together.
    town.found_french(Grid(". A .", side_m=10_000).areas())
    homes = Grid("a . b", side_m=10_000).points()
    one, other = town.join(homes["a"]), town.join(homes["b"])
    assert commune_of(town.session, one) is None
    assert tier(town.session, one, other) == "beyond"


def test_an_enclave_is_not_in_the_commune_around_it(town: Town) -> None:
    land = Grid("""
        A A A
        A B A
        A A A
    """)
    ids = town.found_french(land.areas())
    middle = land.points()["B"]
    assert commune_of(town.session, town.join(middle)) == ids["B"]
    assert adjacent(town.session) == both_ways((ids["A"], ids["B"]))


def test_a_closed_commune_covers_nobody(town: Town) -> None:
    land = Grid("A B")
    ids = town.found_french(land.areas())
    town.session.get_one(Commune, ids["A"]).valid_to = 2019
    town.session.flush()
    assert commune_of(town.session, town.join(land.points()["A"])) is None
    assert commune_of(town.session, town.join(land.between("A", "B"))) == ids["B"]


def test_communes_are_adjacent_by_a_border_not_by_a_corner(town: Town) -> None:
    ids = town.found_french(
        Grid("""
            A B .
            D . C
        """).areas()
    )
    assert adjacent(town.session) == both_ways((ids["A"], ids["B"]), (ids["A"], ids["D"]))


def test_a_shared_border_may_be_a_millimetre_but_not_nothing(town: Town) -> None:
    west = shapely.box(-2.0, 48.6, -1.9, 48.7)
    touching, just_apart = shapely.box(-1.9, 48.7 - LEAST, -1.8, 48.8), shapely.box(-1.9, 48.5, -1.8, 48.6)
    beside = shapely.box(-2.1 - LEAST, 48.6, -2.0 - LEAST, 48.7)
    ids = town.found([("FR", str(n), shape) for n, shape in enumerate([west, touching, just_apart, beside])])
    assert adjacent(town.session) == both_ways((ids[0], ids[1]))


def test_a_commune_of_two_parts_is_adjacent_around_both(town: Town) -> None:
    ids = town.found_french(Grid("A B . C A").areas())
    assert adjacent(town.session) == both_ways((ids["A"], ids["B"]), (ids["A"], ids["C"]))


def test_an_operator_joins_an_island_both_ways_and_takes_it_back(town: Town) -> None:
    ids = town.found_french(Grid("A . B").areas())
    assert adjacent(town.session) == set()
    town.link(ids["A"], ids["B"])
    assert adjacent(town.session) == both_ways((ids["A"], ids["B"]))
    town.session.execute(select(func.nearness.unlink_communes(ids["B"], ids["A"])))
    assert adjacent(town.session) == set()


def test_taking_an_entry_back_leaves_a_real_border(town: Town) -> None:
    ids = town.found_french(Grid("A B").areas())
    town.link(ids["A"], ids["B"])
    town.session.execute(select(func.nearness.unlink_communes(ids["A"], ids["B"])))
    assert adjacent(town.session) == both_ways((ids["A"], ids["B"]))
