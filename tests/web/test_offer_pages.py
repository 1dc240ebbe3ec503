"""/offres: lists narrowed, one offer with its ground and linked data, offers side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from geoneighbour.offers import service
from tests.offers.made import feature, features
from tests.world import communes, settled

ANNE = (-2.0512345, 48.5567891)
NEVER = "2000 Jan 01 00:00-01:00"


@pytest.fixture
def offered(world: Session, app: Flask, visitor: FlaskClient) -> int:
    """Anne, in commune A: of five offers two serve her home; one of another partner."""
    communes(world, ["AB"])
    anne = settled(world, "Anne", *ANNE)
    keys = []
    for code, name in (("ferme", "La Ferme"), ("roule", "Ça roule")):
        service.add_partner(world, code, name, None)
        keys.append(
            service.add_feed(
                world, code, "all", "geojson", url=None, category="amap", mapping={}, every=timedelta(hours=1)
            )[1]
        )
    world.commit()
    mine = [
        feature(1, title="Panier A", serves_communes="35001", opening_hours="24/7", words="</script><b>"),
        feature(2, title="Tournée", serves_m=2000, opening_hours=NEVER, price_words="12 € le panier"),
        feature(3, title="Panier B", serves_communes="35002"),
    ]
    theirs = [
        feature(4, title="Citadine", category="car_sharing", opening_hours="24/7", conditions="Dès 21 ans"),
        feature(5, title="Fourgon", category="car_sharing"),
    ]
    for key, rows in zip(keys, (mine, theirs), strict=True):
        answer = visitor.post(
            "/api/v1/offers/push", data=features(rows), headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.get_json()["problem"] is None
    return anne


def titles(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/offres{query}")
    assert answer.status_code == 200, answer.text
    return [unescape(title) for title in re.findall(r'data-title="([^"]*)"', answer.text)]


def test_each_filter_narrows_the_list(
    offered: int, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    everything = ["Fourgon", "Citadine", "Panier B", "Tournée", "Panier A"]
    assert titles(visitor, "") == everything
    assert titles(visitor, "?pour=moi") == everything
    assert titles(visitor, "?categorie=car_sharing") == ["Fourgon", "Citadine"]
    assert titles(visitor, "?categorie=spaceships&partenaire=nobody") == everything
    assert titles(visitor, "?partenaire=roule&ouvert=1") == ["Citadine"]
    assert titles(visitor, "?mots=tournee") == ["Tournée"]
    assert titles(visitor, "?ouvert=1") == ["Citadine", "Panier A"]
    lon, lat = ANNE
    assert titles(visitor, f"?lon={lon}&lat={lat}") == ["Tournée", "Panier A"]
    anne = logged_in(offered)
    assert titles(anne, "?pour=moi") == ["Tournée", "Panier A"]
    assert titles(anne, "?pour=moi&ouvert=1") == ["Panier A"]
    assert visitor.get("/offres?avant=0").status_code == 302


def test_an_offer_says_where_it_is_good_and_that_it_serves_me(
    offered: int, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    listed = visitor.get("/api/v1/offers").get_json()["offers"]
    number = {one["title"]: one["id"] for one in listed}
    page = visitor.get(f"/offres/{number['Panier A']}").text
    assert "Commune A" in page
    assert "Votre commune est desservie" not in page
    anne = logged_in(offered)
    assert "Votre commune est desservie" in anne.get(f"/offres/{number['Panier A']}").text
    assert "desservie" not in anne.get(f"/offres/{number['Panier B']}").text
    assert "À 2 km au plus" in visitor.get(f"/offres/{number['Tournée']}").text
    assert visitor.get("/offres/999999").status_code == 404


def test_machines_read_an_offer(offered: int, visitor: FlaskClient) -> None:
    number = {one["title"]: one["id"] for one in visitor.get("/api/v1/offers").get_json()["offers"]}
    page = visitor.get(f"/offres/{number['Panier A']}").text
    # What a partner wrote ends no script.
    [told] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    linked = json.loads(told)
    assert (linked["@type"], linked["name"], linked["seller"]["name"]) == ("Offer", "Panier A", "La Ferme")
    assert linked["description"] == "</script><b>"
    assert [area["name"] for area in linked["areaServed"]] == ["Commune A"]
    assert linked["availableAtOrFrom"]["geo"]["longitude"] == pytest.approx(-2.04999)
    assert linked["url"].endswith(f"/offres/{number['Panier A']}")


def test_offers_of_a_category_stand_side_by_side(
    offered: int, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    page = visitor.get("/offres/comparer?categorie=car_sharing").text
    assert re.findall(r'<th scope="row"><a[^>]*>([^<]*)', page) == ["Citadine", "Fourgon"]
    assert "Dès 21 ans" in page
    assert "Toujours ouvert" in page
    assert "Panier" not in page
    anne = logged_in(offered)
    baskets = "/offres/comparer?categorie=amap"
    assert "Panier B" not in anne.get(baskets).text
    assert "Panier A" in anne.get(baskets).text
    assert "Panier B" in anne.get(f"{baskets}&pour=tous").text
    assert "Choisissez une sorte" in visitor.get("/offres/comparer").text
