"""The coach's every advice, each beside a shape just good enough to go without it."""

from __future__ import annotations

import json
from typing import Any

import h3
import pytest
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import shape
from sqlalchemy.orm import Session

from geoneighbour.barriers.models import Barrier, Crossing
from geoneighbour.errors import InvalidShape
from geoneighbour.ground import shapes
from geoneighbour.neighbourhoods import coach, service
from geoneighbour.neighbourhoods.coach import Advice
from tests.world import box, communes, opened, settled

WEST, SOUTH, EAST, NORTH = -2.05, 48.54, -2.03, 48.556
LE_SILLON = box(WEST, SOUTH, EAST, NORTH)
HERE = (-2.04, 48.548)


@pytest.fixture
def me(session: Session) -> int:
    """Somebody in the middle of Le Sillon, which is open, near the border of communes A and B (longitude -2.0)."""
    communes(session, ["AB"])
    people = [settled(session, f"P{n}", HERE[0] + n / 1e5, HERE[1]) for n in range(11)]
    opened(session, "Le Sillon", LE_SILLON, people)
    return settled(session, "Moi", *HERE)


def geojson(ground: shapely.Geometry) -> Any:
    return json.loads(shapely.to_geojson(ground))


def told(session: Session, member: int, geometry: Any) -> dict[str, Advice]:
    return {one.kind: one for one in coach.look(session, member, geometry)}


def test_what_cannot_be_sent_is_said_alone(session: Session, me: int) -> None:
    crossed = {
        "type": "Polygon",
        "coordinates": [[[-2.06, 48.54], [-2.03, 48.56], [-2.03, 48.54], [-2.06, 48.56], [-2.06, 48.54]]],
    }
    (stop,) = coach.look(session, me, crossed)
    assert (stop.kind, stop.level) == ("shape", "stop")
    with pytest.raises(InvalidShape) as refused:
        service.propose(session, me, "Le mien", "", crossed)
    assert stop.about["reason"] == refused.value.reason, "the server's own words"


@pytest.mark.parametrize(("east", "level"), [(-2.0399, "fine"), (-2.0401, "stop")])
def test_home_inside_or_just_outside(session: Session, me: int, east: float, level: str) -> None:
    assert told(session, me, box(-2.06, SOUTH, east, NORTH))["home"].level == level


def test_it_is_told_to_join_what_is_almost_the_same(session: Session, me: int) -> None:
    same = told(session, me, box(WEST + 0.001, SOUTH, EAST, NORTH))
    assert same["join_instead"].about["name"] == "Le Sillon"
    assert "overlap" not in same
    assert "join_instead" not in told(session, me, box(-2.048, SOUTH, -2.02, 48.545))


def test_a_proposed_one_is_to_be_supported(session: Session, me: int) -> None:
    drawn = box(-2.06, SOUTH, -2.036, NORTH)
    service.propose(session, settled(session, "Ami", -2.055, 48.548), "La Grève", "", drawn)
    same = told(session, me, drawn)
    assert same["support_instead"].about["name"] == "La Grève"
    # Who lives far away is not shown a proposal, by the coach neither.
    far = settled(session, "Loin", -1.5, 48.548)
    assert "support_instead" not in told(session, far, drawn)
    assert told(session, far, drawn)["overlap"].about == {"names": ["Le Sillon"]}, "open: for all to see"


@pytest.mark.parametrize(("west", "overlaps"), [(EAST - 0.002, True), (EAST, False)])
def test_an_overlap(session: Session, me: int, west: float, overlaps: bool) -> None:
    found = told(session, me, box(west, SOUTH, west + 0.02, NORTH))
    assert ("overlap" in found) == overlaps
    if overlaps:
        assert found["overlap"].about == {"names": ["Le Sillon"]}


@pytest.mark.parametrize(("gap_m", "strip"), [(0, False), (40, True), (80, False)])
def test_a_narrow_strip_beside_a_neighbour_can_be_closed(
    session: Session, me: int, gap_m: int, strip: bool
) -> None:
    west = EAST + gap_m / 73_600
    found = told(session, me, box(west, SOUTH, west + 0.02, NORTH))
    assert ("sliver" in found) == strip
    if strip:
        better = shape(found["sliver"].about["geometry"])
        sillon = shape(LE_SILLON)
        assert better.distance(sillon) < 1e-6
        assert better.intersection(sillon).area < 1e-9
        assert "sliver" not in told(session, me, geojson(better))


def test_two_pieces_and_a_ribbon(session: Session, me: int) -> None:
    a, b = shapely.box(-2.05, 48.54, -2.04, 48.545), shapely.box(-2.03, 48.55, -2.02, 48.555)
    assert told(session, me, geojson(shapely.MultiPolygon([a, b])))["pieces"].about == {"pieces": 2}
    assert "odd_shape" in told(session, me, box(-2.08, 48.5475, -2.0, 48.5495))
    assert "odd_shape" not in told(session, me, box(-2.05, 48.54, -2.03, 48.555))


def test_size_beside_those_that_work_here(session: Session, me: int) -> None:
    """Le Sillon has 2.6 km²: four times as much is still usual."""
    size = told(session, me, LE_SILLON)["size"]
    assert size.about["km2"] == pytest.approx(size.about["usual_km2"])
    assert "size" in told(session, me, box(-2.05, 48.54, -2.01, 48.571))
    assert "large" in told(session, me, box(-2.05, 48.54, -2.01, 48.574))
    assert "small" in told(session, me, box(-2.0435, 48.5455, -2.0365, 48.5505))


def test_communes_under_it_the_largest_share_first(session: Session, me: int) -> None:
    under = told(session, me, box(-2.005, 48.54, -1.985, 48.556))["communes"].about["communes"]
    assert [(c["name"], round(c["share"], 2)) for c in under] == [("Commune B", 0.75), ("Commune A", 0.25)]
    assert told(session, me, box(-2.6, 49.0, -2.58, 49.01))["communes"].about == {"communes": []}


def test_numbers_come_from_published_cells_alone(session: Session, me: int) -> None:
    """No review yet, so no cell: eleven people live inside, and the coach does not know."""
    assert told(session, me, LE_SILLON)["people"].about == {"people": None}


def test_what_stops_it_comes_first(session: Session, me: int) -> None:
    levels = [one.level for one in coach.look(session, me, box(EAST - 0.002, SOUTH, EAST + 0.01, NORTH))]
    assert levels[0] == "stop"
    assert levels == sorted(levels, key=("stop", "look", "fine").index)


def test_painted_cells_are_their_ground() -> None:
    cells = h3.grid_disk(h3.latlng_to_cell(48.548, -2.04, 10), 3)
    ground = shape(shapes.painted(list(cells)))
    assert ground.is_valid
    assert len(ground.geoms) == 1
    for cell in cells:
        outline = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
        assert ground.buffer(1e-9).covers(outline)
    ring = h3.grid_ring(h3.latlng_to_cell(48.548, -2.04, 10), 4)
    outside = [shapely.Point(*reversed(h3.cell_to_latlng(cell))) for cell in ring]
    assert not any(ground.covers(point) for point in outside)


@pytest.mark.parametrize(
    "cells", [[], ["zz"], ["8f1859c8d6d8a1e"], [h3.latlng_to_cell(48.5, -2.0, 9)], ["8" * 15], ["0" * 15]]
)
def test_what_is_no_painted_cell_is_refused(cells: list[str]) -> None:
    with pytest.raises(InvalidShape):
        shapes.painted(cells)


@pytest.mark.parametrize(
    ("east", "bridge", "told_so"), [(-2.02, False, True), (-2.029, False, False), (-2.02, True, False)]
)
def test_a_barrier(session: Session, me: int, east: float, bridge: bool, told_so: bool) -> None:
    """Said where ground lies beyond a river without a bridge; slivers of a border along the river are not."""
    river = shapely.MultiLineString([[(EAST, SOUTH - 0.1), (EAST, NORTH + 0.1)]])
    at = from_shape(river, srid=4326)
    session.add(Barrier(source="s", kind="river", name="La Rance", geom=at, regions=[]))
    if bridge:
        middle = shapely.Point(EAST, (SOUTH + NORTH) / 2)
        session.add(Crossing(source="s", geom=from_shape(middle, srid=4326), cell=0))
    session.flush()
    found = told(session, me, box(WEST, SOUTH, east, NORTH))
    if told_so:
        assert found["barrier"].about == {"barriers": [{"name": "La Rance", "kind": "river"}]}
    else:
        assert "barrier" not in found
