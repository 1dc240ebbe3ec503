"""Offers over the API: lists, what serves me, what serves a place, and partners who send theirs with a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoneighbour.offers import service
from tests.offers.made import feature, features, feed
from tests.world import communes, settled

FORM = "application/x-www-form-urlencoded"
"""What curl says of whatever it sends."""
ANNE = (-2.0512345, 48.5567891)


def pushed(world: Session) -> str:
    """The key of a feed that is sent here."""
    service.add_partner(world, "ferme", "La Ferme", "https://example.org")
    _, key = service.add_feed(
        world, "ferme", "all", "geojson", url=None, category="amap", mapping={}, every=timedelta(hours=1)
    )
    world.commit()
    return str(key)


def send(client: FlaskClient, key: str, content: bytes) -> tuple[int, dict[str, object]]:
    answer = client.post(
        "/api/v1/offers/push", data=content, headers={"Authorization": f"Bearer {key}"}, content_type=FORM
    )
    return answer.status_code, answer.get_json()


def test_what_serves_me_is_mine_alone_and_tells_no_distance(
    world: Session, app: Flask, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    communes(world, ["AB"])
    anne, carole = settled(world, "Anne", *ANNE), settled(world, "Carole", -1.95, 48.55)
    key = pushed(world)
    rows = [
        feature(1, serves_communes="35001", opening_hours="24/7"),
        feature(2, serves_m=2000, category="shop"),
        feature(3, photo_url="https://example.org/photo.jpg"),
        feature(4, serves_communes="35002"),
    ]
    status, report = send(visitor, key, features(rows))
    assert (status, report["added"], report["problem"]) == (200, 4, None)
    app.config["WTF_CSRF_ENABLED"] = False

    shown = visitor.get("/api/v1/offers").get_json()["offers"]
    assert [one["title"] for one in shown] == ["Panier 4", "Panier 3", "Panier 2", "Panier 1"]
    assert shown[3]["open_now"] is True
    assert not any("photo_url" in one or "by" in one for one in shown)
    assert [one["title"] for one in visitor.get("/api/v1/offers?category=shop").get_json()["offers"]] == [
        "Panier 2"
    ]
    page = visitor.get(f"/api/v1/offers?limit=2&before={shown[1]['id']}").get_json()["offers"]
    assert page == shown[2:]
    assert visitor.get("/api/v1/offers?bbox=-2.06,48.54,-2.049985,48.56").get_json()["offers"] == shown[3:]
    assert visitor.get("/api/v1/offers?bbox=1,2,3").status_code == 422
    assert visitor.get(f"/api/v1/offers/{shown[0]['id']}").get_json() == shown[0]

    assert visitor.get("/api/v1/offers/serving-me").status_code == 401
    hers = logged_in(anne).get("/api/v1/offers/serving-me")
    assert {one["title"]: one["by"] for one in hers.get_json()["offers"]} == {
        "Panier 1": ["commune"],
        "Panier 2": ["radius"],
    }
    assert not any(part in hers.text for part in ("distance", "metres", str(ANNE[0]), str(ANNE[1])))
    other = logged_in(carole).get(f"/api/v1/offers/serving-me?member={anne}&lon={ANNE[0]}&lat={ANNE[1]}")
    assert [one["title"] for one in other.get_json()["offers"]] == ["Panier 4"]
    there = visitor.get(f"/api/v1/offers/serving?lon={ANNE[0]}&lat={ANNE[1]}").get_json()["offers"]
    assert [one["title"] for one in there] == ["Panier 2", "Panier 1"]


def test_a_key_opens_its_own_feed_and_no_other_does(
    world: Session, database: Engine, visitor: FlaskClient
) -> None:
    key = pushed(world)
    feed(database, name="other")
    for wrong in ("", "nonsense", key[:-1]):
        assert send(visitor, wrong, features([feature(1)]))[0] == 401
    assert send(visitor, key, features([feature(1), feature(2)]))[1]["added"] == 2
    status, report = send(visitor, key, features([feature(1)])[:-20])
    assert status == 200
    assert "ends too early" in str(report["problem"])
    assert [one["stale"] for one in visitor.get("/api/v1/offers").get_json()["offers"]] == [True, True]
    # Members' forms stay small; what partners send may be larger.
    assert send(visitor, key, b" " * 300_000 + features([feature(1), feature(2)]))[1]["unchanged"] == 2
    assert send(visitor, key, b" " * (17 << 20))[0] == 413
    newer = service.new_key(world, "ferme", "all")
    world.commit()
    assert send(visitor, key, b"")[0] == 401
    assert send(visitor, newer, features([feature(1), feature(2)]))[1]["unchanged"] == 2
    offer = visitor.get("/api/v1/offers").get_json()["offers"][0]["id"]
    service.pause(world, "ferme")
    world.commit()
    assert visitor.get("/api/v1/offers").get_json()["offers"] == []
    assert visitor.get(f"/api/v1/offers/{offer}").status_code == 404
