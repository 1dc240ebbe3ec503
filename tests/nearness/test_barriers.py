"""Rings walk around barriers (decision 021): on squared paper, then over random lines against the oracle."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import select

from geoneighbour.nearness.models import WiderArea
from tests.grid import Grid
from tests.nearness.answers import differences, tier
from tests.nearness.test_wider_area import rings_of
from tests.nearness.town import Town
from tests.nearness.town_barriers import bring, starts

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
