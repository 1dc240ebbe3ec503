"""Who lives in the demonstration: the same people from the same seed, on land, enough of them everywhere."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations, islice

import pytest
import shapely

from geoneighbour.demo import people, territory, texts
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.metres import area_m2
from geoneighbour.posts.models import REACHES

SEEDS = [1, 2, 7]


@pytest.mark.parametrize("seed", SEEDS)
def test_homes_stand_on_land_where_they_say(seed):
    shapes = {one.name: one.shape for one in people.neighbourhood_shapes(seed)}
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
    shapes = people.neighbourhood_shapes(seed)
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
    shapes = people.neighbourhood_shapes(seed)
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
    assert people.neighbourhood_shapes(3) == people.neighbourhood_shapes(3)
    assert time.perf_counter() - started < 3
    assert people.population(3) != people.population(4)


def test_towns_are_denser_and_some_live_alone():
    homes = shapely.MultiPoint([home.point.shape for home in people.population(1)])
    per_km2 = {
        one.name: len(shapely.get_parts(one.shape & homes)) / (area_m2(one.shape) / 1e6)
        for one in territory.communes()
    }
    assert per_km2["Saint-Malo"] > 5 * per_km2["Languenan"]
    assert per_km2["Dinan"] > 5 * per_km2["Languenan"]


@pytest.mark.parametrize("members", [0, 100, 428])
def test_too_few_members_are_refused(members):
    with pytest.raises(InvalidInput, match="needs 429 members"):
        people.population(1, members)


@pytest.mark.parametrize("members", [429, 2000])
def test_fewer_or_more_members_are_that_many(members):
    assert len(people.population(1, members)) == members


def test_requests_are_sentences_with_a_known_reach():
    requests = texts.requests()
    assert len({request.text for request in requests}) == len(requests) == 150
    places = {one.place for one in people.neighbourhood_shapes(1)}
    for request in requests:
        assert request.reach in REACHES
        assert request.place is None or request.place in places
        assert 20 < len(request.text) < 200
    assert Counter(request.reach for request in requests).keys() == set(REACHES)
    assert sum(request.closed for request in requests) > 10
    assert sum(bool(request.replies) for request in requests) > 20


def test_names_do_not_come_twice():
    assert len(set(islice(texts.display_names(1), 2000))) == 2000
    assert list(islice(texts.display_names(1), 5)) == list(islice(texts.display_names(1), 5))


def _communes_well_inside(shape: shapely.Polygon) -> list[str]:
    """The communes that hold a twentieth of the shape or more."""
    return [one.name for one in territory.communes() if (one.shape & shape).area > shape.area / 20]
