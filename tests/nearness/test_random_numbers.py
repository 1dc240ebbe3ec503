"""Sentence 12 over random territories: every number is the oracle's, by published cells; what the oracle may not tell
is not told."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
import shapely
from sqlalchemy import func, text

from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.nearness import service
from geoneighbour.neighbourhoods import queries
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts import queries as posts
from geoneighbour.posts.models import KINDS
from tests.nearness.grid_steps import outline
from tests.nearness.oracle_numbers import Counted, Numbers
from tests.nearness.territory import Territory

Checked = Counter[str]
TIERS = (None, "self", "neighbour", "wider", "commune", "adjacent_commune")
SAME_GROUND = 1e-6
NEARLY_SAME_GROUND = 0.03


@pytest.fixture
def numbers(territory: Territory) -> Numbers:
    return Numbers(territory.town.world)


def same_ground(one: Any, other: Any, share: float = SAME_GROUND) -> bool:
    return bool(one.symmetric_difference(other).area <= share * other.area)


def some(territory: Territory, most: int = 6) -> list[int]:
    people = territory.people
    return people[:: max(1, len(people) // most)]


def test_12_previews(territory: Territory, numbers: Numbers, checked: Checked) -> None:
    session, world = territory.town.session, territory.town.world
    for member in some(territory):
        zone = world.people[member].zone
        wider = numbers.wider(zone, exactly=world.people[member].verified)
        for reach, meant in (("neighbourhood", numbers.own(zone)), ("wider", wider)):
            assert_told(service.preview(session, member, reach), meant)
            checked["numbers"] += 1
        if world.commune_of(member) is not None:
            for reach in ("commune", "commune_adjacent"):
                area = service.preview(session, member, reach)
                assert same_ground(area.shape, numbers.communes(member, reach), NEARLY_SAME_GROUND)
                assert area.people in numbers.counted(area.shape).allowed
                checked["numbers"] += 1


def assert_told(area: service.Area, meant: Counted) -> None:
    assert same_ground(area.shape, meant.shape)
    assert area.people in meant.allowed


def test_12_what_is_said_of_a_place(territory: Territory, numbers: Numbers, checked: Checked) -> None:
    session, world = territory.town.session, territory.town.world
    homes = [world.people[member].home for member in some(territory, 4)]
    for point in [*homes, *(Point(centre.lon + 0.02, centre.lat) for centre in territory.centres)]:
        place, zone = service.place(session, point), numbers.zone_at(point)
        assert (place.commune and place.commune.id) == world.commune_at(point)
        assert_told(place.own, numbers.own(zone))
        assert_told(place.wider, numbers.wider(zone, exactly=False))
        checked["numbers"] += 2


def test_12_open_neighbourhoods(territory: Territory, numbers: Numbers, checked: Checked) -> None:
    session, world = territory.town.session, territory.town.world
    meant = {key: numbers.neighbourhood(key) for key, drawn in world.neighbourhoods.items() if drawn.open}
    viewer = next(member for member in territory.people if world.people[member].verified)
    home = world.people[viewer].zone
    around = {
        k for k in meant if world.covers_home(k, viewer) or k == home or world.wider(home, k) is not None
    }
    seen = queries.around(session, viewer)
    seen_open = [row for row in seen if row.state == "open"]
    views = session.execute(text("SELECT id, people FROM gis.neighbourhoods")).all()
    for rows, keys in (
        (queries.named(session, "", 10_000), set(meant)),
        (views, set(meant)),
        (seen_open, around),
    ):
        assert {row.id for row in rows} == keys
        for row in rows:
            assert row.people in meant[row.id].allowed
            checked["numbers"] += 1
    assert {row.people for row in seen if row.state != "open"} <= {None}
    for member in some(territory):
        if not world.people[member].verified:
            continue
        zone = world.people[member].zone
        listed = service.wider_neighbourhoods(session, member)
        assert {row.id: row.rings for row in listed} == {
            key: rings for key in meant if (rings := world.wider(zone, key)) is not None
        }
        assert all(row.people in meant[row.id].allowed for row in listed)


def test_12_published_cells(territory: Territory, numbers: Numbers, checked: Checked) -> None:
    session, published = territory.town.session, territory.town.world.standing.published
    everywhere = shapely.union_all([outline(cell) for cell in published] or [shapely.box(0, 0, 1, 1)]).buffer(
        1
    )
    meant = {f"{cell:x}": numbers.told(members) for cell, members in published.items()}
    rows = service.cells_in(session, everywhere)
    assert {row.cell: row.people for row in rows} == meant
    view = session.execute(text("SELECT cell, people FROM gis.member_cells"))
    assert {row.cell: row.people for row in view} == meant
    requests = session.execute(text("SELECT requests, closed_requests FROM gis.request_cells")).all()
    told = [number for row in requests for number in row if number is not None]
    assert all(number % 10 == 0 for number in told)
    checked["numbers"] += 2 * len(meant)


def test_12_a_move_within_a_published_cell_changes_no_number(territory: Territory, checked: Checked) -> None:
    session, world = territory.town.session, territory.town.world
    before = all_numbers(territory)
    placed = {
        member: world.published_cell(member) for member in territory.people if world.people[member].verified
    }
    for member, cell in list(placed.items())[::5]:
        if cell is not None:
            centre = outline(cell).centroid
            with session.begin_nested() as only_tried:
                neighbourhoods.settle(session, member, Point(centre.x, centre.y))
                newcomer = members.create(session, "Camille")
                newcomer.verified_at = func.now()
                neighbourhoods.settle(session, newcomer.id, Point(centre.x, centre.y))
                assert all_numbers(territory) == before
                only_tried.rollback()
            session.expire_all()
            checked["moves that change no number"] += 1


def all_numbers(territory: Territory) -> list[Any]:
    """Of all cells and neighbourhoods, and around all clumps."""
    session = territory.town.session
    session.flush()
    places = [service.place(session, centre) for centre in territory.centres]
    return [
        sorted((row.id, row.people) for row in queries.named(session, "", 10_000)),
        sorted(session.execute(text("SELECT cell, people FROM gis.member_cells")).all()),
        [(place.own.people, place.wider.people, place.requests) for place in places],
    ]


def test_9_the_feed_of_the_service_is_that_of_the_rule(territory: Territory, checked: Checked) -> None:
    session, last = territory.town.session, territory.moments[-1].meant
    for member in some(territory):
        rows = posts.feed(session, member, most=10_000)
        assert [row.id for row in rows] == last.feeds[member]
        tiers = {
            post: last.audience[post, member][0] if (post, member) in last.audience else "self"
            for post in last.feeds[member]
        }
        assert {row.id: row.tier for row in rows} == tiers
        for tier, kind in product(TIERS, (None, *KINDS)):
            told = posts.feed(session, member, most=10_000, tier=tier, kind=kind)
            assert [row.id for row in told] == [
                post
                for post in last.feeds[member]
                if tier in (None, tiers[post]) and kind in (None, territory.town.world.posts[post].kind)
            ]
            checked["feeds under a switch"] += 1
        for post in territory.town.world.posts:
            if post not in last.feeds[member] and not territory.town.world.posts[post].closed:
                with pytest.raises(NotFound):
                    posts.shown(session, member, post)
        checked["feeds as shown"] += 1
