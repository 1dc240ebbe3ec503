"""Moving house: once in 30 days, verified anew, and no way to find others by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from geoneighbour.members.models import Member
from tests.world import box, communes, opened, settled

OLD, NEW = (-2.05, 48.55), (-2.02, 48.55)


@pytest.fixture
def anne(world, logged_in):
    """A member of Le Sillon, and her id."""
    communes(world, ["A"])
    people = [settled(world, f"P{n}", *OLD) for n in range(11)]
    opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), people)
    world.commit()
    return logged_in(people[0]), people[0]


def days_pass(world, member: int, days: float) -> None:
    moved = update(Member).where(Member.id == member)
    world.execute(moved.values(moved_at=Member.moved_at - timedelta(days=days)))
    world.commit()


def move(client, home=NEW, **more):
    return client.put("/api/v1/me/home", json={"lon": home[0], "lat": home[1], **more})


def test_once_in_thirty_days_and_verified_anew(anne, world):
    client, me = anne
    days_pass(world, me, 29.9)
    early = move(client)
    assert (early.status_code, early.json["field"]) == (409, "home")
    assert client.get("/api/v1/me").json["verified"]
    days_pass(world, me, 0.2)
    assert move(client, address="3 rue du Port, 35400 Saint-Malo").status_code == 204
    now = client.get("/api/v1/me").json
    assert (now["verified"], now["home"]) == (False, {"lon": NEW[0], "lat": NEW[1]})
    assert now["home_neighbourhood"]["kind"] == "surroundings"
    assert move(client, OLD).status_code == 409
    refused = client.post(
        "/api/v1/posts", json={"kind": "request", "body": "Une échelle ?", "reach": "wider"}
    )
    assert refused.status_code == 403


def test_a_move_within_the_neighbourhood_keeps_it(anne, world):
    client, me = anne
    days_pass(world, me, 31)
    assert move(client, (-2.04, 48.55)).status_code == 204
    assert client.get("/api/v1/me").json["home_neighbourhood"]["name"] == "Le Sillon"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lon": 500, "lat": 48}, 422),
        ({"lon": "x", "lat": 48}, 422),
        ({"lon": 2}, 422),
        ({"lon": 2, "lat": 48, "address": "x" * 201}, 422),
        ({"lon": 2, "lat": 48, "more": 1}, 422),
    ],
)
def test_what_is_no_home_moves_nobody(anne, world, body, status):
    client, me = anne
    days_pass(world, me, 31)
    assert client.put("/api/v1/me/home", json=body).status_code == status
    assert client.get("/api/v1/me").json["home"] == {"lon": OLD[0], "lat": OLD[1]}


def test_the_words_of_the_address_are_sealed_and_exported(anne, world):
    client, me = anne
    days_pass(world, me, 31)
    move(client, address="3 rue du Port")
    assert "rue du Port" not in str(world.connection().exec_driver_sql("SELECT * FROM address").all())
    archive = client.get("/api/v1/me/export")
    assert archive.status_code == 200
