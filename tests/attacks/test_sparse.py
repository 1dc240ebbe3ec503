"""Attack d: sparse country, one home a cell. Who reads the target's posts, and anybody, knows the published cell at most."""

from __future__ import annotations

from sqlalchemy import text

from geoneighbour.ground import cells
from tests.attacks.country import HAMLET, PLAIN, SQUARE, places, span_m
from tests.attacks.test_visitors import asks, probes


def written(country, logged_in, cell: int):
    """The target writes to her commune; somebody in town, 11 km away, reads it, and anybody asks about places around her."""
    country.put(country.target, cells.centre(cell))
    reader = country.settle((cells.centre(SQUARE).lon, cells.centre(SQUARE).lat), "Lectrice")
    country.session.commit()
    victim, client = logged_in(country.target), logged_in(reader)
    post = {"kind": "request", "body": "Qui a une échelle ?", "reach": "commune"}
    assert victim.post("/api/v1/posts", json=post).status_code == 201
    assert client.get("/api/v1/feed").json["items"]
    points = probes(cell, 1)
    paths = ("/api/v1/feed", f"/api/v1/members/{country.target}", "/api/v1/contacts", "/api/v1/me/map")
    return lambda: (asks(client, points), [client.get(path).json for path in paths])


def test_one_home_a_cell(country, logged_in, figure):
    left = country.posterior(places(PLAIN), written(country, logged_in, PLAIN))
    assert country.published() == PLAIN
    figure(
        f"sparse country, 28 homes: {len(left)} of 7 places of the published cell are left, {span_m(left):.0f} m across"
    )
    assert left == places(PLAIN)


def test_nothing_published(country, logged_in, figure):
    left = country.posterior(places(HAMLET), written(country, logged_in, HAMLET))
    assert country.published() is None
    figure(
        f"a hamlet of 5, no cell: {len(left)} of 7 places of 250 km² are left, {span_m(left):.0f} m across"
    )
    assert left == places(HAMLET)


def test_control_a_cell_for_each_home(country):
    """Were the finest cell published whoever lives there, one would be left."""
    cell = text("SELECT home_cell FROM residence WHERE member_id = :m")

    def attack() -> object:
        return country.session.scalar(cell, {"m": country.target})

    assert len(country.posterior(places(PLAIN, corners=3), attack)) == 1
