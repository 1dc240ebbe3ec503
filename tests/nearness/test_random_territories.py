"""The sentences of docs/nearness.md over random territories: the service and the oracle say the same, of everything.

GEONEIGHBOUR_PROVE=200 lives through more territories than the default run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized

from sqlalchemy import text

from tests.nearness.answers import differences
from tests.nearness.territory import Territory

Checked = Counter[str]


def agree(territory: Territory, checked: Checked, field: str, unit: str) -> None:
    for moment in territory.moments:
        said, meant = getattr(moment.said, field), getattr(moment.meant, field)
        assert differences(said, meant) == [], f"{field}, {moment.name}"
        checked[unit] += size(meant)


def size(answers: Sized) -> int:
    return len(answers)


def test_1_the_home_neighbourhood_is_the_chosen_one_or_the_surroundings(
    territory: Territory, checked: Checked
) -> None:
    agree(territory, checked, "zones", "homes")


def test_2_proposals_are_shown_to_those_whose_published_cell_they_touch(
    territory: Territory, checked: Checked
) -> None:
    agree(territory, checked, "proposals", "viewers of proposals")
    agree(territory, checked, "stages", "stages of proposals")


def test_3_who_is_left_outside_by_redraws(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "leaving", "members left outside")


def test_4_the_commune_of_a_home(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "communes", "communes of homes")


def test_4_the_commune_of_points_on_and_beside_borders(territory: Territory, checked: Checked) -> None:
    world = territory.town.world
    points = territory.points_near_borders()
    values = text(
        "SELECT nearness.commune_at(ST_SetSRID(ST_MakePoint(x, y), 4326)) FROM unnest(:x, :y) AS p (x, y)"
    )
    places = {"x": [point.lon for point in points], "y": [point.lat for point in points]}
    said = dict(zip(points, territory.town.session.scalars(values, places), strict=True))
    assert differences(said, {point: world.commune_at(point) for point in points}) == []
    checked["points around borders"] += len(points)


def test_4_adjacent_communes(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "adjacent", "adjacent communes")


def test_5_spreads(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "anchors", "anchors")
    agree(territory, checked, "spreads", "spreads")


def test_6_wider_areas(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "covers", "covers")
    agree(territory, checked, "wider", "wider pairs of zones")
    for moment in territory.moments:
        wider = moment.said.wider
        assert wider == {(other, one): rings for (one, other), rings in wider.items()}


def test_7_tiers_of_all_pairs(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "tiers", "ordered pairs of members")
    for moment in territory.moments:
        tiers = moment.said.tiers
        assert tiers == {(other, one): tier for (one, other), tier in tiers.items()}


def test_8_posts_go_on_where_their_neighbourhood_does(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "origins", "origins of posts")


def test_9_the_feed_is_the_audience(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "audience", "recipients of posts")
    agree(territory, checked, "watchers", "watchers of posts")
    agree(territory, checked, "feeds", "feeds")
    for moment in territory.moments:
        checked["posts x members"] += len(moment.meant.feeds) * len(territory.town.world.posts)


def test_11_published_cells(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "published", "published cells")
    agree(territory, checked, "placed", "members placed in a cell")


def test_12_the_roll(territory: Territory, checked: Checked) -> None:
    agree(territory, checked, "rolls", "rolls")
