"""Attack c: accounts along the border of a cell, each verified at an address there, that watch tiers, rings and rolls.

Tiers go by zone, and the zone of who chose none is the H3 cell of resolution 8 that its home falls into, by sentence 1. The
levels of the grid do not nest exactly: a cell of resolution 9 can reach over the edge of the cell of resolution 8 that holds
its middle. Readers near by learn on which side the home stands; how small that side can be is a figure here.
"""

from __future__ import annotations

import random

import h3.api.basic_int as h3
import pytest
import shapely

from geoneighbour.ground import cells
from geoneighbour.ground.metres import area_m2, distance_m
from geoneighbour.ground.points import Point
from tests.attacks.country import NEXT, SQUARE, places, span_m, within

EDGE = h3.grid_ring(SQUARE, 1)[2]
"""A cell on the edge of its cell of resolution 8."""


def along_the_border(cell: int) -> list[Point]:
    """Just inside and just outside each corner."""
    middle = cells.centre(cell)
    corners = cells.outline(cell).exterior.coords[:-1]
    return [
        Point(middle.lon + by * (lon - middle.lon), middle.lat + by * (lat - middle.lat))
        for lon, lat in corners[::2]
        for by in (0.97, 1.03)
    ]


def watched(country, logged_in, cell: int):
    """What accounts along the border read of the target, who writes to all reaches."""
    country.put(country.target, cells.centre(cell))
    border = along_the_border(cell)
    # So many others in each cell that the attacker's accounts keep none from being published.
    for other in {cell, *(cells.cell_at(at, 9) for at in border)} - {SQUARE, NEXT}:
        for number in range(22):
            country.settle(within(other, number))
    probers = [country.settle((at.lon, at.lat), "Sonde") for at in border]
    country.session.commit()
    victim, *clients = map(logged_in, [country.target, *probers])
    for reach in ("neighbourhood", "wider", "commune"):
        post = {"kind": "request", "body": f"Une échelle ? ({reach})", "reach": reach}
        assert victim.post("/api/v1/posts", json=post).status_code == 201
    paths = ("/api/v1/feed", f"/api/v1/members/{country.target}", "/api/v1/contacts")
    return lambda: [[client.get(path).json for path in paths] for client in clients]


def test_along_the_border_of_a_cell(country, logged_in, figure):
    left = country.posterior(places(SQUARE), watched(country, logged_in, SQUARE))
    assert country.published() == SQUARE
    figure(f"grid edges: {len(left)} of 7 places of the published cell are left, {span_m(left):.0f} m across")
    assert left == places(SQUARE)


@pytest.mark.thorough
def test_along_the_edge_of_surroundings(country, logged_in, figure):
    """The posterior set is the part of the published cell in the target's zone: no less, but less than the cell."""
    homes = places(EDGE)
    left = country.posterior(homes, watched(country, logged_in, EDGE))
    assert country.published() == EDGE
    zone = cells.cell_at(homes[0], 8)
    same = [home for home in homes if cells.cell_at(home, 8) == zone]
    assert left == same
    assert len(same) < len(homes)
    figure(
        f"  on an edge of surroundings: {len(left)} of 7 places, those in the same zone, {span_m(left):.0f} m across"
    )


def test_how_small_a_part_of_a_published_cell_can_be(figure):
    """Over homes drawn at random: how often home and published cell lie in different cells of resolution 8, and the smallest part."""
    rnd, parts, over = random.Random(5), {}, 0
    for _ in range(4000):
        home = Point(rnd.uniform(-4, 7), rnd.uniform(43, 50))
        cell, zone = cells.cell_at(home, 9), cells.cell_at(home, 8)
        if h3.cell_to_parent(cell, 8) != zone:
            over += 1
            parts[cell, zone] = cells.outline(cell).intersection(cells.outline(zone))
    smallest = min(parts.values(), key=area_m2)
    corners = [shapely.Point(at) for at in smallest.exterior.coords]
    across = max(distance_m(one, other) for one in corners for other in corners)
    least, usual = area_m2(smallest), sorted(map(area_m2, parts.values()))[len(parts) // 2]
    figure(
        f"  of 4,000 homes {over / 40:.0f} % stand over an edge; their part of the cell has {usual / 1e4:.1f} ha,"
        f" {least / 1e4:.1f} ha at least ({across:.0f} m across), of some 10 ha"
    )
    assert least > 5_000
    assert across > 100


def test_control_tiers_by_distance(country):
    """Were tiers to go by metres between homes, accounts along the border would tell the corner."""
    probers = along_the_border(SQUARE)
    left = [
        home
        for home in places(SQUARE)
        if all(
            (distance_m(home.shape, at.shape) < 200) == (distance_m(places(SQUARE)[1].shape, at.shape) < 200)
            for at in probers
        )
    ]
    assert len(left) == 1
