"""/offres: the list of a frame equals the map's tiles there; bands and tiers for one's own home; neighbours' own; empty lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geoneighbour.offers import searching
from geoneighbour.offers.models import Offer
from tests.offers.made import bring_file, feature, features, feed
from tests.offers.test_tiles import of_tile, read, tile
from tests.world import box, communes, opened, settled

WEST, SOUTH, EAST, NORTH = -2.06, 48.54, -2.04, 48.56
ZONE = f"{WEST},{SOUTH},{EAST},{NORTH}"
OUTSIDE = [(WEST - 1e-5, 48.55), (EAST + 1e-5, 48.55), (-2.05, SOUTH - 1e-5), (-2.05, NORTH + 1e-5)]
ON_IT = [(WEST, 48.55), (EAST, 48.55), (-2.05, SOUTH), (-2.05, NORTH), (WEST, SOUTH)]


def at(number: int, lon: float, lat: float, **told: object) -> dict[str, object]:
    return feature(number, geometry={"type": "Point", "coordinates": [lon, lat]}, **told)


def listed(client: FlaskClient, query: str) -> list[int]:
    """Numbers of the list, over all its pages."""
    found, address = list[int](), f"/offres?{query}"
    while address:
        page = client.get(address).text
        found += map(int, re.findall(r'data-offer="(\d+)"', page))
        further = re.search(r'rel="next" href="([^"]+)"', page)
        address = further[1].replace("&amp;", "&") if further else ""
    return found


def drawn(client: FlaskClient, query: str) -> list[dict[str, object]] | None:
    found = re.search(r'id="drawn">(.*?)</script>', client.get(f"/offres?{query}").text, re.S)
    assert found
    told: list[dict[str, object]] | None = json.loads(found[1])
    return told


def test_a_frame_holds_what_the_map_shows_there(
    database: Engine, tmp_path: Path, visitor: FlaskClient
) -> None:
    rows = [at(number, -2.0595 + number % 8 * 0.0025, 48.5405 + number // 8 * 0.0021) for number in range(70)]
    rows += [at(100 + number, lon, lat) for number, (lon, lat) in enumerate([*OUTSIDE, *ON_IT])]
    bring_file(database, tmp_path, feed(database, category="producer"), features(rows))
    with Session(database) as session:
        names = dict(session.execute(select(Offer.external_id, Offer.id)).all())
    outside = {names[f"n{100 + number}"] for number in range(len(OUTSIDE))}
    (left, top), (right, bottom) = (
        of_tile(WEST - 1e-4, NORTH + 1e-4, 13),
        of_tile(EAST + 1e-4, SOUTH - 1e-4, 13),
    )
    in_tiles = {
        one["title"]
        for x in range(left, right + 1)
        for y in range(top, bottom + 1)
        for one in read(tile(database, 13, x, y), tmp_path, 13, x, y).get("offers", [])
    }
    assert len(in_tiles) == len(rows)
    found = listed(visitor, f"zone={ZONE}")
    assert sorted(found, reverse=True) == found
    assert set(found) == set(names.values()) - outside
    page = visitor.get(f"/offres?zone={ZONE}&categorie=producer").text
    assert f"{len(found)} offres dans cette zone" in page
    assert f'data-zone="{ZONE}"' in page
    assert drawn(visitor, f"zone={ZONE}") is None
    assert "Aucune offre dans cette zone" in visitor.get("/offres?zone=1,1,2,2").text
    # What is no frame narrows nothing.
    for wrong in ("", "1,2,3", "a,b,c,d", "nan,1,2,3", "2,1,1,2", "1e400,1,2,3", "-200,1,2,3"):
        assert "zone choisie" not in visitor.get(f"/offres?zone={wrong}").text, wrong


def test_what_tiles_do_not_know_is_drawn_from_the_whole_list(
    database: Engine, tmp_path: Path, world: Session, visitor: FlaskClient
) -> None:
    communes(world, ["A"])
    world.commit()
    rows = [at(number, -2.05, 48.55, title=f"Fromage {number}") for number in range(35)]
    rows += [
        at(50, -2.05, 48.55, title="Oignons"),
        feature(51, geometry=None, title="Fromage", serves_communes="35001"),
    ]
    bring_file(database, tmp_path, feed(database), features(rows))
    query = "mots=fromage"
    points = drawn(visitor, query)
    assert points is not None
    found = listed(visitor, query)
    assert len(found) == 36
    # Each that has a place, on the first page or not; from the second page on the same.
    assert {one["id"] for one in points} == set(found) - {found[0]}
    assert drawn(visitor, f"{query}&avant={found[29]}") == points
    assert drawn(visitor, f"{query}&zone={ZONE}") == points
    assert drawn(visitor, f"{query}&zone=1,1,2,2") == []
    assert "plus récentes." not in visitor.get(f"/offres?{query}").text
    more = [at(number, -2.05, 48.55, title=f"Fromage {number}") for number in range(201)]
    with Session(database) as session:
        of = session.scalars(select(Offer.feed_id)).first()
    assert of
    bring_file(database, tmp_path, of, features(more), accept=True)
    assert "Les 200" not in visitor.get(f"/offres?{query}").text
    assert "La carte montre les 200 plus récentes." in visitor.get(f"/offres?{query}").text


def test_bands_and_tiers_are_of_ones_own_home_and_for_oneself(
    database: Engine,
    tmp_path: Path,
    world: Session,
    visitor: FlaskClient,
    logged_in: Callable[[int], FlaskClient],
) -> None:
    communes(world, ["AB"])
    anne, carole = settled(world, "Anne", -2.05, 48.55), settled(world, "Carole", -1.95, 48.55)
    people = [settled(world, f"N{number}", -2.05, 48.55) for number in range(10)]
    opened(world, "Le Centre", box(-2.06, 48.54, -2.04, 48.56), [anne, *people])
    world.commit()
    # 0.00677 degrees of longitude are 499.9 m there, 0.00678 are 500.6 m.
    rows = [at(1, -2.05 + 0.00677, 48.55, title="Près"), at(2, -2.05 + 0.00678, 48.55, title="Moins près")]
    rows += [at(3, -1.94, 48.55, title="Chez B")]
    bring_file(database, tmp_path, feed(database), features(rows))
    hers = logged_in(anne)

    def titles(query: str, client: FlaskClient = hers) -> list[str]:
        return re.findall(r'data-title="([^"]*)"', client.get(f"/offres{query}").text)

    assert titles("?a=500") == ["Près"]
    assert titles("?a=2000") == ["Moins près", "Près"]
    assert titles("?a=501") == titles("") == titles("?a=500", visitor) == ["Chez B", "Moins près", "Près"]
    assert titles("?a=500", logged_in(carole)) == []
    answer = hers.get("/offres")
    cards = re.findall(r'<article class="card offer".*?</article>', answer.text, re.S)
    said = [re.findall(r'data-tier="(\w+)"|À moins de ([^<]*)<', card) for card in cards]
    assert said == [
        [("adjacent_commune", ""), ("", "10 km")],
        [("neighbour", ""), ("", "2 km")],
        [("neighbour", ""), ("", "500 m")],
    ]
    assert "no-store" in answer.headers["Cache-Control"]
    assert "data-tier" not in visitor.get("/offres").text
    compared = hers.get("/offres/comparer?categorie=producer&pour=tous")
    assert re.findall(r'data-label="Distance">([^<]*)<', compared.text) == [
        "À moins de 10 km",
        "À moins de 2 km",
        "À moins de 500 m",
    ]
    assert "no-store" in compared.headers["Cache-Control"]
    assert "Distance" not in visitor.get("/offres/comparer?categorie=producer").text


def test_neighbours_own_offers_stand_beside_by_the_feeds_rule(
    world: Session, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    communes(world, ["AB"])
    anne, alan, carole = (
        settled(world, name, lon, 48.55)
        for name, lon in (("Anne", -2.05), ("Alan", -2.05), ("Carole", -1.95))
    )
    world.commit()
    his = logged_in(alan)
    for kind, words in (("offer", "Je donne des courges"), ("request", "Qui a une échelle ?")):
        sent = his.post("/api/v1/posts", json={"body": words, "kind": kind, "reach": "neighbourhood"})
        assert sent.status_code in (200, 201), sent.text
    hers = logged_in(anne)
    page = hers.get("/offres").text
    assert "Je donne des courges" in page
    assert "échelle" not in page
    for query in (
        "?categorie=amap",
        "?mots=courges",
        "?ouvert=1",
        "?zone=1,1,2,2",
        "?lon=1&lat=1",
        "?avant=9",
    ):
        assert "courges</a>" not in hers.get(f"/offres{query}").text, query
    for other in (visitor, logged_in(carole)):
        assert "courges" not in other.get("/offres").text
    assert "/connexion?next=" in visitor.get("/offres").text


def test_words_that_would_take_too_long_are_refused_kindly(
    database: Engine, tmp_path: Path, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [at(number, -2.05, 48.55, title=f"Fromage de chèvre {number}") for number in range(3000)]
    bring_file(database, tmp_path, feed(database), features(rows))
    assert "Fromage" in visitor.get("/offres?mots=fromgae").text
    monkeypatch.setattr(searching, "LONGEST_MS", 1)
    for query in ("mots=fromgae", f"mots=fromgae&zone={ZONE}"):
        page = visitor.get(f"/offres?{query}")
        assert page.status_code == 200
        assert "ressemblent à ces mots" in page.text
    answer = visitor.get("/api/v1/offers?q=fromgae")
    assert (answer.status_code, answer.get_json()["field"]) == (422, "q")
    # Without words nothing is bounded, nor the next request.
    assert "Fromage" in visitor.get("/offres").text


def test_an_empty_list_says_why_and_shows_the_way_out(
    database: Engine, tmp_path: Path, visitor: FlaskClient
) -> None:
    bring_file(database, tmp_path, feed(database), features([at(1, -2.05, 48.55)]))
    for query, words, way in (
        ("mots=zzzz&categorie=producer", "Aucune offre avec ces mots", "/offres?categorie=producer"),
        ("ouvert=1&partenaire=ferme", "Rien d’ouvert maintenant", "/offres?partenaire=ferme"),
        ("categorie=storage&partenaire=ferme", "Rien de ce partenaire ici", "/offres?categorie=storage"),
        ("categorie=storage", "En connaissez-vous ?", "/offres?"),
        ("lon=1&lat=1", "Aucune offre ne dessert ce lieu", "/offres?"),
        (f"zone={quote('1,1,2,2')}", "Aucune offre dans cette zone", "/offres?"),
    ):
        page = visitor.get(f"/offres?{query}").text
        assert words in page, query
        assert f'href="{way}"' in page, query
