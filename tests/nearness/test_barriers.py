"""Rings walk around barriers (decision 021): on squared paper, then over random lines against the oracle."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.nearness import service
from geoneighbour.nearness.models import WiderArea
from tests.grid import Grid
from tests.nearness.answers import differences, tier
from tests.nearness.conftest import TERRITORIES
from tests.nearness.land import PLACES
from tests.nearness.oracle_review import Numbers
from tests.nearness.test_wider_area import rings_of
from tests.nearness.town import Town
from tests.nearness.town_barriers import bridges, bring, line, starts, take_away

LAND = Grid("W W E E\nW W E E")
MIDDLE = LAND.at(2, 0).lon
RIVER = shapely.LineString([(MIDDLE, LAND.at(0, -12).lat), (MIDDLE + 1e-4, LAND.at(0, 14).lat)])
"""Flows between West and East, and 12 km further both ways."""


@pytest.fixture
def quarters(town: Town) -> tuple[int, int, int, int]:
    """West and East on the two banks, and a member of each."""
    areas = LAND.areas()
    west, east = town.crowd(LAND.at(1.5, 1), 11), town.crowd(LAND.at(2.5, 1), 11)
    return town.open(areas["W"], west), town.open(areas["E"], east), west[0], east[0]


def agrees(town: Town) -> int:
    """All pairs of zones as the oracle has them, and where rings start; returns how many pairs."""
    town.session.flush()
    stored = {
        (a, b): rings
        for a, b, rings in town.session.execute(select(WiderArea.zone, WiderArea.other, WiderArea.rings))
    }
    world = town.world
    meant = {
        (a, b): rings for a in world.zones for b in world.zones if (rings := world.wider(a, b)) is not None
    }
    assert differences(starts(town), {zone: world.start(zone) for zone in world.zones}) == []
    assert differences(stored, meant) == []
    return len(meant)


def test_a_river_parts_two_quarters_and_a_bridge_joins_them(
    town: Town, quarters: tuple[int, int, int, int]
) -> None:
    west, east, anne, bob = quarters
    assert rings_of(town, west, east) == 0
    bring(town, "river", [RIVER])
    assert rings_of(town, west, east) is None
    assert tier(town.session, anne, bob) == "beyond"
    # In a cell that West touches.
    bridge = RIVER.interpolate(0.5, normalized=True)
    bring(town, "river", [RIVER], [bridge])
    rings = rings_of(town, west, east)
    assert rings is not None
    assert rings <= 1
    agrees(town)


def test_a_line_that_ends_is_walked_around(town: Town, quarters: tuple[int, int, int, int]) -> None:
    """However it ends, the rings are counted on the way around it; a line that reaches far enough leaves none."""
    west, east, _, _ = quarters
    found = []
    for squares in (-6, 2.5, 3.5, 4.5, 8):
        bring(town, "river", [shapely.LineString([RIVER.coords[0], (MIDDLE, LAND.at(0, squares).lat)])])
        found.append(rings_of(town, west, east))
    # The quarters end at 2 km: 500 m, 1.5 and 2.5 km there and back again, in rings of some 310 m.
    assert found == [0, 4, 10, 16, None]


def test_a_bridge_of_the_river_does_not_open_the_motorway(
    town: Town, quarters: tuple[int, int, int, int]
) -> None:
    west, east, _, _ = quarters
    bridge = RIVER.interpolate(0.5, normalized=True)
    bring(town, "river", [RIVER], [bridge])
    bring(town, "motorway", [RIVER])
    assert rings_of(town, west, east) is None
    agrees(town)
    take_away(town, "river")
    assert rings_of(town, west, east) is None
    take_away(town, "motorway")
    assert rings_of(town, west, east) == 0
    agrees(town)
    with pytest.raises(NotFound):
        take_away(town, "motorway")


def test_a_bridge_just_out_of_reach_opens_nothing_here(
    town: Town, quarters: tuple[int, int, int, int]
) -> None:
    """Where one gets across is where the crossing's cell is: 12 km away it is too far to be walked to."""
    west, east, _, _ = quarters
    bring(town, "river", [RIVER], [RIVER.interpolate(0.02, normalized=True)])
    assert rings_of(town, west, east) is None
    agrees(town)


def test_a_quarter_on_both_banks_starts_on_both(town: Town) -> None:
    both, east = Grid("B B B .\nB B B .").areas()["B"], LAND.at(3.5, 1)
    members = town.crowd(LAND.at(0.5, 1), 11)
    quarter, beyond = town.open(both, members), town.world.people[town.join(east)].zone
    bring(town, "river", [RIVER])
    assert rings_of(town, quarter, beyond) == 0
    assert agrees(town)


def test_who_comes_later_meets_the_river_too(town: Town) -> None:
    bring(town, "river", [RIVER])
    areas = LAND.areas()
    west = town.open(areas["W"], town.crowd(LAND.at(1.5, 1), 11))
    east = town.open(areas["E"], town.crowd(LAND.at(2.5, 1), 11))
    assert rings_of(town, west, east) is None
    agrees(town)
    town.review()
    assert rings_of(town, west, east) is None
    agrees(town)


def test_an_import_of_the_same_source_replaces_it(town: Town, quarters: tuple[int, int, int, int]) -> None:
    other = shapely.LineString([(-2.2, 48.5), (-2.2, 48.6)])
    first = bring(town, "river", [RIVER, other], [RIVER.interpolate(0.5, normalized=True)])
    assert (first.added, first.changed, first.gone, first.crossings, first.zones) == (2, 0, 0, 1, 4)
    before = starts(town)
    dry = bring(town, "river", [RIVER], dry_run=True)
    assert (dry.unchanged, dry.gone, dry.crossings_gone) == (1, 1, 1)
    assert starts(town) == before
    moved = shapely.LineString([(-2.2, 48.5), (-2.2, 48.7)])
    again = bring(town, "river", [RIVER, moved])
    assert (again.added, again.changed, again.gone, again.unchanged, again.crossings) == (0, 1, 0, 1, 0)
    agrees(town)


def test_strangers_are_drawn_the_same_bank(town: Town, quarters: tuple[int, int, int, int]) -> None:
    place = LAND.at(1.5, 1)
    far = shapely.Point(*LAND.at(5, 1).shape.coords[0])
    assert service.place(town.session, place).wider.shape.covers(far)
    bring(town, "river", [RIVER])
    assert not service.place(town.session, place).wider.shape.covers(far)


@pytest.mark.parametrize("seed", range(max(1, TERRITORIES // 8)))
def test_random_lines(session: Session, seed: int, checked: Counter[str]) -> None:
    """Barriers and people come and go: after each, all pairs are the oracle's."""
    rnd, town = random.Random(seed), Town(session, Numbers(k=3, m=6))
    place = PLACES[seed % len(PLACES)]

    def home() -> Point:
        return place.at(rnd.gauss(0, 1500), rnd.gauss(0, 1500))

    people = [town.join(home()) for _ in range(16)]
    for _ in range(4):
        around = shapely.Point(home().shape).buffer(0.008)
        inside = [one for one in people if around.covers(town.world.people[one].home.shape)]
        if len(inside) >= 3:
            town.open(around, inside)
    for turn in range(3):
        source = rnd.choice(["river", "motorway"])
        drawn = [line(rnd, place.lon, place.lat) for _ in range(rnd.choice([1, 3]))]
        bring(town, source, drawn, bridges(rnd, drawn))
        checked["pairs around barriers"] += agrees(town)
        town.move(rnd.choice(people), home())
        town.join(home())
        if turn == 1:
            town.review()
        checked["pairs around barriers"] += agrees(town)
