"""Rings and what bars them, against a walk that is too simple to be wrong; steps that lines meet, against all steps."""

from __future__ import annotations

import random

import h3.api.basic_int as h3
import pytest
import shapely

from geoneighbour.ground import cells, steps

PLACES = {"Saint-Malo": (48.65, -2.02), "Cayenne": (4.93, -52.33), "65° N": (65.01, 25.5)}
MOST = 6
Steps = set[tuple[int, int]]


def walked(cover: frozenset[int], most: int, barred: Steps) -> dict[int, int]:
    """One cell and one neighbour after the other, the nearest first."""
    steps, queue = dict.fromkeys(cover, 0), list(cover)
    for cell in queue:
        for near in h3.grid_ring(cell, 1):
            if (cell, near) not in barred and near not in steps and steps[cell] < most:
                steps[near] = steps[cell] + 1
                queue.append(near)
    return steps


def said(cover: frozenset[int], most: int) -> dict[int, int]:
    reached, steps = cells.rings_of(cover, most)
    assert len(set(reached.tolist())) == reached.size, "each cell once"
    return dict(zip(reached.tolist(), steps.tolist(), strict=True))


def covers(chance: random.Random, middle: int) -> list[frozenset[int]]:
    """A cell, a scatter, two islands, a blob deeper than the rings, a ring around a hole."""
    near = h3.grid_disk(middle, 12)
    apart = h3.grid_disk(chance.choice(near), 1) + h3.grid_disk(chance.choice(near), 2)
    hollow = set(h3.grid_disk(middle, MOST + 3)) - set(h3.grid_disk(middle, 2))
    deep = h3.grid_disk(middle, MOST + 3)
    return [frozenset(some) for some in ([middle], chance.sample(near, 9), apart, deep, hollow)]


@pytest.mark.parametrize("place", PLACES)
def test_rings_of_a_cover(place: str) -> None:
    chance, middle = random.Random(place), h3.latlng_to_cell(*PLACES[place], 9)
    for cover in covers(chance, middle):
        assert said(cover, MOST) == walked(cover, MOST, set())


def test_a_step_further_is_outside() -> None:
    middle = h3.latlng_to_cell(*PLACES["Saint-Malo"], 9)
    cover = frozenset(h3.grid_disk(middle, 1))
    found = said(cover, MOST)
    last, outside = h3.grid_ring(middle, MOST + 1), h3.grid_ring(middle, MOST + 2)
    assert {found[cell] for cell in last} == {MOST}
    assert found.keys().isdisjoint(outside)
    assert {said(cover, MOST + 1)[cell] for cell in outside} == {MOST + 1}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_rings_around_random_barriers(place: str, share: float) -> None:
    """Steps are barred at random, most both ways, some one way; of many some cells are walled in."""
    chance, middle = random.Random(f"{place} {share}"), h3.latlng_to_cell(*PLACES[place], 9)
    barred: Steps = set()
    for cell in h3.grid_disk(middle, MOST + 12):
        for near in h3.grid_ring(cell, 1):
            if chance.random() < share / 2:
                barred |= {(cell, near), (near, cell)} if chance.random() < 0.9 else {(cell, near)}
    by_cell: dict[int, set[int]] = {}
    for cell, near in barred:
        by_cell.setdefault(cell, set()).add(near)
    differ = 0
    for cover in covers(chance, middle):
        meant = walked(cover, MOST, barred)
        assert cells.rings_around(cover, MOST, by_cell) == meant
        differ += meant != said(cover, MOST)
    assert differ > 1, "the barriers bar something"


def test_just_outside_a_wall() -> None:
    """Walled in but for one step: everything goes out by it, and without it nothing does."""
    middle = h3.latlng_to_cell(*PLACES["Saint-Malo"], 9)
    inside, ring = set(h3.grid_disk(middle, 2)), h3.grid_ring(middle, 2)
    wall = {cell: {near for near in h3.grid_ring(cell, 1) if near not in inside} for cell in ring}
    wall |= {
        out: {near for near in h3.grid_ring(out, 1) if near in inside} for out in h3.grid_ring(middle, 3)
    }
    assert cells.rings_around([middle], MOST, wall).keys() == inside
    gate, beyond = ring[0], next(iter(wall[ring[0]]))
    wall[gate] = wall[gate] - {beyond}
    found = cells.rings_around([middle], MOST, wall)
    assert found[beyond] == 3
    assert [cell for cell in h3.grid_ring(middle, 3) if found.get(cell) == 3] == [beyond]
    assert gate not in cells.rings_around([beyond], MOST, wall), "it opens one way"


@pytest.mark.parametrize("place", PLACES)
def test_steps_that_lines_meet(place: str) -> None:
    """Of random lines, short and long: every step around is looked at. One that ends just before a step leaves it open."""
    chance, (lat, lon) = random.Random(place), PLACES[place]
    near = h3.grid_disk(h3.latlng_to_cell(lat, lon, 9), 14)
    middles = {cell: shapely.Point(cells.centre(cell).lon, cells.centre(cell).lat) for cell in near}
    ways = {
        (cell, other): shapely.LineString([middles[cell], middles[other]])
        for cell in near
        for other in h3.grid_ring(cell, 1)
        if cell < other and other in middles
    }
    lines = [
        shapely.LineString(
            [(lon + chance.uniform(-0.02, 0.02), lat + chance.uniform(-0.012, 0.012)) for _ in range(points)]
        )
        for points in (2, 2, 3, *[12] * 20)
    ]
    one, way = next(iter(ways.items()))
    (west, south), (east, north) = way.coords
    far, across, short = (
        (way.centroid.x - share * (north - south), way.centroid.y + share * (east - west))
        for share in (0.2, -1e-4, 1e-4)
    )
    lines += [shapely.LineString([far, across]), shapely.LineString([far, short])]
    found = steps.met(lines, steps.passed(lines))
    for line, pairs in zip(lines, found, strict=True):
        assert {(c, n) for c, n in pairs.tolist()} == {
            pair for pair, way in ways.items() if line.intersects(way)
        }
        assert len({(c, n) for c, n in pairs.tolist()}) == len(pairs)
    on, off = found[-2:]
    assert (list(one) in on.tolist(), list(one) in off.tolist()) == (True, False)
