"""What a drawing can begin with: the walk, and the free ground around a home."""

from __future__ import annotations

import h3
from sqlalchemy.orm import Session

from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.suggestions import suggestions
from tests.world import box, communes, opened, settled

HOME = (-2.04, 48.548)


def cell(lon: float, lat: float) -> str:
    return h3.latlng_to_cell(lat, lon, 10)


def offered(session: Session, member: int) -> dict[str, set[str]]:
    return {one.kind: set(one.cells) for one in suggestions(session, member, Point(*HOME))}


def neighbourhood(session: Session, name: str, west: float, east: float) -> None:
    people = [settled(session, f"P{n}", (west + east) / 2, 48.548) for n in range(11)]
    opened(session, name, box(west, 48.53, east, 48.566), people)


def test_ten_minutes_on_foot_are_six_rings(session: Session) -> None:
    assert offered(session, settled(session, "Moi", *HOME)) == {"walk": set(h3.grid_disk(cell(*HOME), 6))}


def test_the_gap_is_the_free_ground_one_can_walk_to(session: Session) -> None:
    """Between two open neighbourhoods; what is free beyond them is another gap."""
    communes(session, ["AB"])
    neighbourhood(session, "Ouest", -2.056, -2.046)
    neighbourhood(session, "Est", -2.034, -2.024)
    gap = offered(session, settled(session, "Moi", *HOME))["gap"]
    assert cell(*HOME) in gap
    for one in gap:
        lat, lon = h3.cell_to_latlng(one)
        assert not -2.056 <= lon <= -2.046 or not 48.53 <= lat <= 48.566
        assert not -2.034 <= lon <= -2.024 or not 48.53 <= lat <= 48.566
    assert cell(-2.0403, 48.555) in gap
    assert cell(-2.0205, 48.548) not in gap, "free, but behind Est, and further than one walks around"


def test_no_gap_where_home_is_in_a_neighbourhood(session: Session) -> None:
    communes(session, ["AB"])
    neighbourhood(session, "Ici", -2.05, -2.03)
    assert offered(session, settled(session, "Moi", *HOME)).keys() == {"walk"}
