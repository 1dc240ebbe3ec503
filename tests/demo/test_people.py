"""Who lives in the demonstration: the same people from the same seed, on land, enough of them everywhere."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations, islice

import h3.api.basic_int as h3
import pytest
import shapely

from geoneighbour.demo import crowds, people, places, territory, texts
from geoneighbour.errors import InvalidInput
from geoneighbour.ground import cells
from geoneighbour.ground.metres import area_m2
from geoneighbour.members.models import LONGEST_ABOUT, LONGEST_CAN_HELP
from geoneighbour.posts.models import KINDS

SEEDS = [1, 2, 7]
NEAR = ("neighbourhood", "wider", "commune", "commune_adjacent")


@pytest.mark.parametrize("seed", SEEDS)
def test_homes_stand_on_land_where_they_say(seed):
    shapes = {one.name: one.shape for one in places.neighbourhood_shapes(seed)}
    homes = people.population(seed)
    assert len(homes) == 600
    assert all(territory.land().covers(home.point.shape) for home in homes)
    for home in homes:
        for name in filter(None, (home.neighbourhood, home.supports)):
            assert shapes[name].covers(home.point.shape)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_neighbourhood_opens_or_stays_proposed_as_meant(seed):
    homes = people.population(seed)
    members = Counter(home.neighbourhood for home in homes)
    supporters = Counter(home.supports for home in homes)
    shapes = places.neighbourhood_shapes(seed)
    assert Counter(one.supporters is None for one in shapes) == {True: 30, False: 2}
    for one in shapes:
        if one.supporters is None:
            assert members[one.name] >= 12
        else:
            assert 4 <= supporters[one.name] == one.supporters <= 8
            assert members[one.name] == 0
    assert members[None] > 80, "somebody lives in no neighbourhood"
    assert homes[0].neighbourhood == "Saint-Servan"


@pytest.mark.parametrize("seed", SEEDS)
def test_shapes_can_be_drawn(seed):
    shapes = places.neighbourhood_shapes(seed)
    assert len({one.name for one in shapes}) == len(shapes) == 32
    for one in shapes:
        assert one.shape.is_valid
        assert 0.12e6 < area_m2(one.shape) < 20e6
        assert 2 <= len(one.name) <= 80
        assert 10 < len(one.story) < 300
    crossing = [one for one in shapes if len(_communes_well_inside(one.shape)) > 1]
    assert len(crossing) >= 4
    for one, other in combinations([one for one in shapes if not one.supporters], 2):
        assert (one.shape & other.shape).area < 1e-9, f"{one.name} overlaps {other.name}"


def test_same_seed_same_people_and_soon():
    started = time.perf_counter()
    assert people.population(3) == people.population(3)
    assert places.neighbourhood_shapes(3) == places.neighbourhood_shapes(3)
    assert time.perf_counter() - started < 3
    assert people.population(3) != people.population(4)


def test_towns_are_denser_and_some_live_alone():
    points = [home.point.shape for home in people.population(1)]
    homes = shapely.MultiPoint(points)
    per_km2 = {
        one.name: len(shapely.get_parts(one.shape & homes)) / (area_m2(one.shape) / 1e6)
        for one in territory.communes()
    }
    assert per_km2["Saint-Malo"] > 3 * per_km2["Pleurtuit"] > 0
    assert per_km2["Dinan"] > 2 * per_km2["Pleurtuit"]
    nearest = [min(one.distance(other) for other in points if other is not one) for one in points]
    assert sum(apart > 0.005 for apart in nearest) > 10, "somebody has nobody within 400 m"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_map_has_something_to_show(seed):
    points = [home.point for home in people.population(seed)]
    leaves = crowds.leaves(points, 22)
    shown = Counter(crowds.leaf_of(point, leaves) for point in points)
    assert None not in shown
    assert min(shown.values()) >= 22
    by_resolution = Counter(cell >> 52 & 15 for cell in leaves)
    assert by_resolution[5] == 0
    assert by_resolution[6] > 8
    assert by_resolution[7] >= 5
    assert crowds.leaf_of(points[0], leaves) >> 52 & 15 == 7


def test_parents_are_those_of_the_grid():
    for home in people.population(1)[:50]:
        cell = cells.cell_at(home.point, 9)
        for resolution in range(10):
            assert crowds.parent(cell, resolution) == h3.cell_to_parent(cell, resolution)


@pytest.mark.parametrize("members", [0, 100, 371])
def test_too_few_members_are_refused(members):
    with pytest.raises(InvalidInput, match="needs 372 members"):
        people.population(1, members)


@pytest.mark.parametrize(("members", "k"), [(372, 11), (429, 11), (2000, 11), (600, 3), (900, 20)])
def test_fewer_or_more_members_are_that_many(members, k):
    homes = people.population(1, members, k)
    assert len(homes) == members
    settled = Counter(home.neighbourhood for home in homes)
    assert all(settled[one.name] > k for one in places.neighbourhood_shapes(1) if not one.supporters)


def test_posts_are_sentences_of_a_known_kind_and_reach():
    sentences = texts.sentences()
    assert len({one.text for one in sentences}) == len(sentences) == 170
    known = {one.place for one in places.neighbourhood_shapes(1)}
    for one in sentences:
        assert one.reach in NEAR
        assert one.place is None or one.place in known
        assert 20 < len(one.text) < 200
    assert Counter(one.reach for one in sentences).keys() == set(NEAR)
    assert min(Counter(one.kind for one in sentences)[kind] for kind in KINDS) > 15
    assert sum(one.closed for one in sentences) > 10
    assert sum(bool(one.replies) for one in sentences) > 20


def test_neighbours_do_not_say_the_same_of_themselves():
    homes = people.population(1)
    said = texts.profiles(1, [home.neighbourhood for home in homes])
    assert said == texts.profiles(1, [home.neighbourhood for home in homes])
    assert said[0].about
    for what, most in (("about", LONGEST_ABOUT), ("can_help", LONGEST_CAN_HELP)):
        words = [getattr(one, what) for one in said]
        assert 200 < sum(map(bool, words)) < 500
        assert max(map(len, words)) <= most
        by_place = Counter((home.neighbourhood, one) for home, one in zip(homes, words, strict=True) if one)
        assert max(times for (place, _), times in by_place.items() if place) <= 2


def test_names_do_not_come_twice():
    assert len(set(islice(texts.display_names(1), 2000))) == 2000
    assert list(islice(texts.display_names(1), 5)) == list(islice(texts.display_names(1), 5))


def _communes_well_inside(shape: shapely.Polygon) -> list[str]:
    """The communes that hold a twentieth of the shape or more."""
    return [one.name for one in territory.communes() if (one.shape & shape).area > shape.area / 20]
