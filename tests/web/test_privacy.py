"""No home leaves the server but to its owner: every answer that another member or a visitor gets is searched."""

from __future__ import annotations

import json

import pytest

from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from geoneighbour.nearness import review
from tests.world import box, communes, opened, settled

NEAREST_M = 50


@pytest.fixture
def street(world):
    communes(world, ["AB"])
    homes = [(-2.0581234 + 0.00112 * i, 48.5451234 + 0.00061 * i) for i in range(24)]
    ids = [settled(world, f"Voisine {i}", *home) for i, home in enumerate(homes)]
    review.run(world)
    opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), ids[:11])
    world.commit()
    return ids, homes


def test_no_answer_to_others_holds_a_home(visitor, logged_in, street):
    ids, homes = street
    victim, reader = logged_in(ids[0]), logged_in(ids[1])
    for reach in ("neighbourhood", "wider", "commune"):
        victim.post("/api/v1/posts", json={"kind": "request", "body": "Qui a une échelle ?", "reach": reach})
    post = reader.get("/api/v1/feed").json["items"][0]["id"]
    paths = [
        "/api/v1/feed", f"/api/v1/posts/{post}", "/api/v1/contacts", f"/api/v1/members/{ids[0]}", "/api/v1/me/map",
        "/api/v1/neighbourhoods", "/api/v1/neighbourhoods/1", "/api/v1/communes?q=c",
        "/accueil", "/voisins", f"/voisins/{ids[0]}", "/quartiers", "/quartiers/1", f"/publications/{post}", "/messages", "/compte",
    ]  # fmt: skip
    answers = [client.get(path) for client in (reader, visitor) for path in paths]
    answers.append(reader.post("/api/v1/reach", json={"reach": "wider"}))
    answers.append(visitor.post("/api/v1/place", json={"lon": -2.045, "lat": 48.55}))
    searched = 0
    for answer in answers:
        for lon, lat in [homes[0], *homes[2:]]:
            # Outlines hold thousands of numbers: there, whole positions are compared below.
            digits = 6 if answer.is_json else 4
            assert f"{lon:.{digits}f}" not in answer.text
            assert f"{lat:.{digits}f}" not in answer.text
        if answer.is_json and answer.status_code == 200:
            for lon, lat in pairs(json.loads(answer.text)):
                for home in [homes[0], *homes[2:]]:
                    assert distance_m(
                        Point(lon, lat).shape, Point(*home).shape
                    ) > NEAREST_M or on_public_line(lon, lat)
            searched += 1
    assert searched > 10


def pairs(value):
    """Every [lon, lat] of a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from pairs(inner)
    elif isinstance(value, list):
        if len(value) == 2 and all(isinstance(n, float | int) for n in value):
            yield value
        else:
            for inner in value:
                yield from pairs(inner)


def on_public_line(lon, lat):
    """A vertex of a drawn neighbourhood, a commune or the H3 grid near a home by chance tells nothing of it."""
    from geoneighbour.ground import cells

    corners = {
        (round(x, 5), round(y, 5))
        for resolution in range(5, 10)
        for cell in cells.rings_around([cells.cell_at(Point(lon, lat), resolution)], 1)
        for x, y in cells.outline(cell).exterior.coords
    }
    return (round(lon, 5), round(lat, 5)) in corners


def test_a_home_is_in_the_answer_to_its_owner_alone(logged_in, street):
    ids, homes = street
    assert logged_in(ids[0]).get("/api/v1/me").json["home"] == {
        "lon": round(homes[0][0], 7),
        "lat": round(homes[0][1], 7),
    }
