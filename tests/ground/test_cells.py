"""Cells of the grid: what touches what, how many steps away, across pentagons, the 180th meridian and the poles."""

from __future__ import annotations

import random

import h3.api.basic_int as h3
import pytest
import shapely
from shapely.affinity import scale, translate

from geoneighbour.errors import InvalidShape
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from tests.grid import Grid, as_multipolygon
from tests.nearness.grid_steps import outline, steps_from, touched

SAINT_MALO = Point(-2.0, 48.63)
PENTAGON = min(h3.get_pentagons(8))
PLACES = [
    SAINT_MALO,
    Point(55.45, -20.9),
    Point(-52.33, 4.93),
    Point(25.7, 66.5),
    Point(179.9999, -16.8),
    Point(-179.99999, 66.0),
    Point(0, 89.99),
    Point(0, 0),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.wkt)
def test_a_home_lies_in_the_cover_of_its_surroundings(place: Point) -> None:
    rnd = random.Random(place.lon)
    for _ in range(300):
        home = Point(
            max(-180, min(180, place.lon + rnd.uniform(-0.05, 0.05))),
            max(-90, min(90, place.lat + rnd.uniform(-0.05, 0.05))),
        )
        surroundings = cells.cell_at(home, cells.SURROUNDINGS)
        assert cells.cell_at(home, cells.COVER) in cells.surroundings_cover(surroundings)


@pytest.mark.parametrize("place", PLACES[:4], ids=lambda place: place.wkt)
def test_surroundings_touch_19_cells(place: Point) -> None:
    middle = cells.cell_at(place, cells.SURROUNDINGS)
    for cell in h3.grid_disk(middle, 3):
        assert cells.surroundings_cover(cell) == touched(outline(cell))
        assert len(cells.surroundings_cover(cell)) == 19


def test_the_surroundings_at_a_pentagon_touch_16() -> None:
    assert len(cells.surroundings_cover(PENTAGON)) == 16
    assert cells.surroundings_cover(PENTAGON) == touched(outline(PENTAGON))


def test_a_cover_is_every_cell_that_the_shape_touches() -> None:
    rnd = random.Random(7)
    for place in PLACES[:4]:
        for _ in range(25):
            x, y = place.lon + rnd.uniform(-0.1, 0.1), place.lat + rnd.uniform(-0.1, 0.1)
            ring = shapely.Point(x, y).buffer(rnd.uniform(0.002, 0.02), quad_segs=rnd.randint(1, 4))
            hole = shapely.Point(x, y).buffer(rnd.uniform(0.0002, 0.0015), quad_segs=2)
            shape = as_multipolygon(ring.difference(hole))
            assert cells.cover(shape) == touched(shape)


@pytest.mark.parametrize("size", [0.2, 0.9, 0.97, 1.03, 3.3])
def test_a_hole_takes_away_only_the_cells_that_it_holds_whole(size: float) -> None:
    middle = cells.cell_at(SAINT_MALO, 9)
    hole = scale(outline(middle), size, size)
    shape = as_multipolygon(outline(middle).centroid.buffer(0.02).difference(hole))
    assert cells.cover(shape) == touched(shape)
    assert (middle in cells.cover(shape)) == (size < 1)


def test_a_sliver_inside_one_cell_touches_that_cell() -> None:
    centre = cells.outline(cells.cell_at(SAINT_MALO, 9)).centroid
    sliver = shapely.box(centre.x, centre.y, centre.x + 1e-5, centre.y + 1e-6)
    assert cells.cover(sliver) == {cells.cell_at(SAINT_MALO, 9)}


def test_the_cover_of_parts_is_that_of_each() -> None:
    areas = Grid("A . . A").areas()["A"]
    assert cells.cover(areas) == touched(areas) == cells.cover(areas.geoms[0]) | cells.cover(areas.geoms[1])


@pytest.mark.parametrize(
    "shape",
    [shapely.box(-179, -89, 179, 89), shapely.box(-10, 40, 10, 55), shapely.box(-89, 48, 89, 48.0000001)],
    ids=["the world", "France", "a line around the world"],
)
def test_what_is_too_large_is_refused_before_it_is_covered(shape: shapely.Polygon) -> None:
    with pytest.raises(InvalidShape):
        cells.cover(shape)


@pytest.mark.parametrize(
    "start", [cells.cell_at(SAINT_MALO, 9), min(h3.get_pentagons(9))], ids=["hexagon", "pentagon"]
)
def test_rings_are_steps_from_cell_to_neighbouring_cell(start: int) -> None:
    for cover in ([start], h3.grid_disk(start, 2), [start, max(h3.grid_disk(start, 9))]):
        assert cells.rings_around(cover) == steps_from(frozenset(cover))


def test_the_numbers_of_cells_in_rings() -> None:
    around = list(cells.rings_around([cells.cell_at(SAINT_MALO, 9)], 3).values())
    assert [around.count(ring) for ring in range(4)] == [1, 6, 12, 18]
    around = list(cells.rings_around([min(h3.get_pentagons(9))], 3).values())
    assert [around.count(ring) for ring in range(4)] == [1, 5, 10, 15]


@pytest.mark.parametrize("most", [-1, 25, 5000])
def test_more_rings_than_any_walk_takes_are_refused(most: int) -> None:
    with pytest.raises(ValueError, match="24"):
        cells.rings_around([cells.cell_at(SAINT_MALO, 9)], most)


def test_a_cell_is_a_bigint_and_a_text() -> None:
    for level in range(16):
        cell = cells.cell_at(SAINT_MALO, level)
        assert 2**58 < cell < 2**63
        assert int(cells.to_text(cell), 16) == cell


def test_the_union_of_cells_is_their_ground() -> None:
    disc = cells.rings_around([cells.cell_at(SAINT_MALO, 9)], 3)
    ring = [cell for cell, step in disc.items() if step in (1, 3)]
    union = cells.union(ring)
    wanted = shapely.union_all([outline(cell) for cell in ring])
    assert union.is_valid
    assert union.symmetric_difference(wanted).area < 1e-9 * wanted.area


def test_the_anchor_is_the_cell_of_a_point_of_the_shape_itself() -> None:
    horseshoe = Grid("""
        U U U
        U . U
        U . U
    """).areas()["U"]
    assert outline(cells.anchor(horseshoe)).intersects(horseshoe)


class TestRepainted:
    """A square of about 1.1 by 0.75 km, painted over."""

    square = shapely.MultiPolygon([shapely.box(-2.01, 48.63, -2.0, 48.64)])
    had = frozenset(h3.geo_to_cells(square, cells.PAINTED))
    west = Point(-2.01, 48.635).shape.buffer(0.003)

    def test_untouched_it_is_itself(self) -> None:
        assert cells.repainted(self.square, set(self.had)).equals(self.square)

    def test_where_nothing_is_painted_the_border_stays(self) -> None:
        erased = {cell for cell in self.had if self.west.covers(cells.centre(cell).shape)}
        added = set(h3.grid_disk(cells.cell_at(Point(-2.0, 48.6302), cells.PAINTED), 1)) - self.had
        now = cells.repainted(self.square, set(self.had) - erased | added)
        lost, gained = self.square.difference(now), now.difference(self.square)
        assert all(lost.buffer(1e-7).covers(cells.outline(cell) & self.square) for cell in erased)
        assert self.west.buffer(0.002).covers(lost)
        assert gained.symmetric_difference(cells.union(added).difference(self.square)).area < 1e-9
        untouched = shapely.box(-2.009, 48.6325, -1.99, 48.65) - self.west.buffer(0.002)
        assert now.intersection(untouched).equals(self.square.intersection(untouched)), "to the last digit"

    @pytest.mark.parametrize("shift", [0.0002 * n for n in range(8)])
    def test_no_crumbs_are_left_along_the_border(self, shift: float) -> None:
        square = translate(self.square, shift, 2 * shift)
        west = square.bounds[0]
        kept = {c for c in h3.geo_to_cells(square, cells.PAINTED) if cells.centre(c).lon > west + 0.006}
        now = cells.repainted(square, kept)
        assert len(now.geoms) == 1
        assert now.bounds[0] > west + 0.003


def test_the_quick_way_to_rings_says_the_same_where_a_pentagon_is_in_the_last_one() -> None:
    pentagon, found = h3.cell_to_center_child(PENTAGON, 9), 0
    for surroundings in h3.grid_ring(PENTAGON, 8):
        if h3.grid_distance(h3.cell_to_center_child(surroundings, 9), pentagon) == 22:
            disc, rings = cells.surroundings_rings(surroundings)
            walked = cells.rings_around(cells.surroundings_cover(surroundings))
            assert dict(zip(disc.tolist(), rings.tolist(), strict=True)) == walked
            found += 1
    assert found


@pytest.mark.parametrize("steps", [19, 20, 21])
def test_the_quick_way_from_any_cover_too(steps: int) -> None:
    pentagon = h3.cell_to_center_child(PENTAGON, 9)
    for cell in h3.grid_ring(pentagon, steps)[:6]:
        cover = frozenset([cell])
        disc, rings = cells.rings_of(cover, 20)
        assert dict(zip(disc.tolist(), rings.tolist(), strict=True)) == cells.rings_around(cover, 20)
