"""A place on the ground, as people send it: finite, in range, to the centimetre."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point

ANYTHING = st.floats(allow_nan=True, allow_infinity=True)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_within_range_it_is_rounded_to_1e_7(lon: float, lat: float) -> None:
    point = Point(lon, lat)
    assert abs(point.lon - lon) <= 0.5001e-7
    assert abs(point.lat - lat) <= 0.5001e-7
    assert Point(point.lon, point.lat) == point


@given(ANYTHING, ANYTHING)
def test_anything_else_is_refused(lon: float, lat: float) -> None:
    if math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90:
        Point(lon, lat)
    else:
        with pytest.raises(InvalidInput):
            Point(lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [
        (180.0000001, 0, "lon"),
        (-180.1, 0, "lon"),
        (500, 91, "lon"),
        (0, 90.0000001, "lat"),
        (0, 1000, "lat"),
        (math.nan, 0, "lon"),
        (0, math.nan, "lat"),
        (math.inf, 0, "lon"),
        (0, -math.inf, "lat"),
        (float("1e400"), 0, "lon"),
    ],
)
def test_the_traps_of_other_readers(lon: float, lat: float, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Point(lon, lat)
    assert refusal.value.field == field


def test_the_edges_of_the_map_are_on_it() -> None:
    assert Point(180, 90) == Point(180.0, 90.0)
    assert Point(-180, -90).wkt == "POINT(-180.0000000 -90.0000000)"


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_its_text_holds_it_exactly(lon: float, lat: float) -> None:
    point = Point(lon, lat)
    x, y = point.wkt.removeprefix("POINT(").removesuffix(")").split()
    assert (float(x), float(y)) == (point.lon, point.lat)


@pytest.mark.parametrize(
    ("lon", "lat", "field"), [(179.1, 0, "lon"), (-180, 0, "lon"), (0, 85.1, "lat"), (0, -90, "lat")]
)
def test_nobody_settles_at_the_edge_of_the_map(lon: float, lat: float, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Point(lon, lat).require_habitable()
    assert refusal.value.field == field
    inside = Point(max(-179, min(179, lon)), max(-85, min(85, lat)))
    assert inside.require_habitable() == inside


@pytest.mark.parametrize(("lat", "radius_m"), [(0, 50_000), (-17, 500), (65, 50_000), (85, 50_000)])
def test_a_circle_ends_before_the_180th_meridian(lat: float, radius_m: int) -> None:
    bearings = np.linspace(0, 180, 1801)
    spread = np.full_like(bearings, 1.0)
    lon, _, _ = pyproj.Geod(ellps="WGS84").fwd(0 * spread, lat * spread, bearings, radius_m * spread)
    for side in (1, -1):
        Point(side * (180 - max(lon) * 1.015), lat).require_room(radius_m)
        with pytest.raises(InvalidInput, match="bord de la carte") as refusal:
            Point(side * (180 - max(lon)), lat).require_room(radius_m)
        assert refusal.value.field == "radius_m"
