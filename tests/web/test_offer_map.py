"""How near offers are is told to the member who asks, of her own home; the map is the same for everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.offers.made import bring_file, feature, features, feed
from tests.world import communes, settled

ANNE = (-2.0512345, 48.5567891)


def test_only_a_member_is_told_how_near_and_only_to_her_own_home(
    database: Engine,
    tmp_path: Path,
    world: Session,
    visitor: FlaskClient,
    logged_in: Callable[[int], FlaskClient],
) -> None:
    communes(world, ["AB"])
    anne, carole = settled(world, "Anne", *ANNE), settled(world, "Carole", -1.95, 48.55)
    world.commit()
    place = {"type": "Point", "coordinates": [*ANNE]}
    bring_file(
        database, tmp_path, feed(database), features([feature(1, geometry=place, opening_hours="24/7")])
    )

    assert visitor.get("/api/v1/offers/near-me").status_code == 401
    hers, others = logged_in(anne), logged_in(carole)
    answer = hers.get("/api/v1/offers/near-me?within=500&open_now=true&q=paniers")
    [told] = answer.get_json()["offers"]
    assert (told["within_m"], told["tier"]) == (500, "neighbour")
    assert "no-store" in answer.headers["Cache-Control"]
    assert others.get(f"/api/v1/offers/near-me?within=500&member={anne}").get_json()["offers"] == []
    [told] = others.get("/api/v1/offers/near-me").get_json()["offers"]
    assert (told["within_m"], told["tier"]) == (10000, "adjacent_commune")
    assert hers.get("/api/v1/offers/near-me?within=501").status_code == 422
    assert "within_m" not in visitor.get("/api/v1/offers?q=panier").get_json()["offers"][0]

    tile = visitor.get("/tiles/offers/12/2024/1414.mvt")
    assert tile.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert b"Panier 1" in tile.data
    assert "max-age=300" in tile.headers["Cache-Control"]
    known = {"If-None-Match": tile.headers["ETag"]}
    assert visitor.get("/tiles/offers/12/2024/1414.mvt", headers=known).status_code == 304
    # The same for everybody: nothing about who asks.
    assert hers.get("/tiles/offers/12/2024/1414.mvt").data == tile.data
    assert visitor.get("/tiles/offers/12/2024/1414.mvt?category=storage").data == b""
    assert visitor.get("/tiles/offers/12/2024/1414.mvt?category=none").status_code == 404
    assert visitor.get("/tiles/offers/2/4/0.mvt").status_code == 404
    told = visitor.get("/tiles/offers.json?category=producer").get_json()
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == ["http://localhost/tiles/offers/{z}/{x}/{y}.mvt?category=producer"]
    assert {layer["id"] for layer in told["vector_layers"]} == {"clusters", "offers"}
