"""Lengths and areas on the ellipsoid."""

from __future__ import annotations

import pytest
import shapely

from geoneighbour.ground.metres import area_m2, distance_m


def test_a_degree_is_longer_at_the_equator_than_towards_the_pole() -> None:
    # Known lengths of WGS 84: a degree of longitude at 0° and at 60°, of latitude at 0° and at 89°.
    assert distance_m(shapely.Point(0, 0), shapely.Point(1, 0)) == pytest.approx(111_319.491, abs=0.01)
    assert distance_m(shapely.Point(0, 60), shapely.Point(1, 60)) == pytest.approx(55_799.5, abs=2)
    assert distance_m(shapely.Point(0, 0), shapely.Point(0, 1)) == pytest.approx(110_574.4, abs=1)
    assert distance_m(shapely.Point(0, 89), shapely.Point(0, 90)) == pytest.approx(111_693.9, abs=1)


def test_distances_go_the_short_way_over_the_180th_meridian() -> None:
    assert distance_m(shapely.Point(179.9, -17), shapely.Point(-179.9, -17)) < 22_000


def test_a_square_degree_at_the_equator() -> None:
    assert area_m2(shapely.box(0, 0, 1, 1)) == pytest.approx(12_308_778_361, rel=1e-6)


def test_the_direction_of_the_rings_does_not_matter_and_holes_are_taken_off() -> None:
    outer, hole = shapely.box(-2, 48, -1, 49), shapely.box(-1.6, 48.4, -1.4, 48.6)
    ring, inner = list(outer.exterior.coords), list(hole.exterior.coords)
    for shell in (ring, ring[::-1]):
        for gap in (inner, inner[::-1]):
            assert area_m2(shapely.Polygon(shell, [gap])) == pytest.approx(area_m2(outer) - area_m2(hole))


def test_parts_add_up() -> None:
    one, other = shapely.box(-2, 48, -1.9, 48.1), shapely.box(5, -21, 5.1, -20.9)
    assert area_m2(shapely.MultiPolygon([one, other])) == pytest.approx(area_m2(one) + area_m2(other))
