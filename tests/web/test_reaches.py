"""Writing to every reach on the pages, the preview before, and the areas that one follows."""

from __future__ import annotations

import json
import random
from itertools import product

import pytest
from sqlalchemy import select, text

from geoneighbour.ground import cells
from geoneighbour.ground.metres import circle, distance_m
from geoneighbour.posts import preview
from geoneighbour.posts.models import Post, WatchArea
from geoneighbour.roles import service as roles
from tests.attacks.country import NEXT, PLAIN, SQUARE, Country
from tests.web.readable import readable
from tests.world import box, communes, settled

HERE = (-2.05, 48.55)


def shown(client, **asked):
    return client.post("/api/v1/reach", json=asked)


def test_the_preview_counts_what_a_post_comes_by(world, logged_in, monkeypatch):
    """A radius and an area: the very cells that the post then has, their people rounded, and what is a tier's of them."""
    country = Country(world).build()
    client = logged_in(country.townspeople[0])
    found = random.Random(6)
    middle = cells.centre(SQUARE)
    asked: list[dict[str, object]] = [{"reach": "radius", "radius_m": metres} for metres in (500, 50_000)]
    plain = cells.centre(PLAIN)
    beside = box(plain.lon + 0.002, plain.lat - 0.05, plain.lon + 0.1, plain.lat + 0.05)
    asked.append({"reach": "area", "area": beside})
    for _ in range(5):
        west, south = middle.lon + found.uniform(-0.3, 0.1), middle.lat + found.uniform(-0.2, 0)
        asked.append({"reach": "area", "area": box(west, south, west + 0.25, south + 0.15)})
        place = {"lon": west, "lat": south}
        asked.append({"reach": "radius", "radius_m": found.randrange(500, 30_000), "place": place})
    coming = text(
        "SELECT coalesce(sum(members), 0) FROM post_cell JOIN published_cell USING (cell)"
        " WHERE by = 'cell' AND post_id = :post"
    )
    told = set()
    for number, one in enumerate(asked):
        answer = shown(client, **one).json
        sent = client.post("/api/v1/posts", json={"kind": "news", "body": f"Essai {number}", **one})
        assert sent.status_code == 201, sent.text
        members = world.scalar(coming, {"post": sent.json["id"]})
        expected = {"about": round(members / 10) * 10} if members >= 11 else {"fewer_than": 11}
        assert answer["people"] == expected, one
        assert set(answer["by_tier"]) <= set(preview.TIERS)
        assert sum(tier.get("about", 0) for tier in answer["by_tier"].values()) <= members + 25
        told.add(str(expected))
        world.rollback()
    assert len(told) > 3, "cases that differ"
    own = " ".join(readable(client.get("/accueil").text))
    assert "Dans un rayon de 500 m autour de votre secteur" in own, "its author reads how far it comes"
    # Two cells of 24, all of the neighbours' surroundings or beside them; 28 more on the plain, in the commune.
    near, far = (shown(client, reach="radius", radius_m=metres).json for metres in (500, 50_000))
    assert near["people"] == {"about": 50}
    assert near["area"]["type"] == "Polygon"
    assert near["warning"] is None
    assert far["by_tier"]["commune"] == {"about": 30}
    assert far["by_tier"]["beyond"] == {"fewer_than": 11}
    # By ground alone: a circle about the middle of one's cell holds some of one's own surroundings, and nothing beyond the commune.
    assert "neighbour" in near["by_tier"]
    assert not {"adjacent_commune", "beyond"} & set(near["by_tier"])
    place = {"lon": plain.lon, "lat": plain.lat}
    away = shown(client, reach="radius", radius_m=500, place=place).json
    assert "neighbour" not in away["by_tier"]
    few = shown(logged_in(country.plainspeople[0]), reach="radius", radius_m=2_000).json
    assert few["people"] == {"about": 30}
    assert few["by_tier"]["neighbour"] == {"fewer_than": 11}, "too few to say, and said so"
    monkeypatch.setattr(preview, "TIMES_USUAL", 1)
    assert shown(client, reach="radius", radius_m=50_000).json["warning"] == {
        "kind": "many",
        "people": {"about": 80},
    }
    assert distance_m(cells.centre(NEXT).shape, middle.shape) < 500


@pytest.fixture
def anne(world) -> int:
    communes(world, ["AB"])
    member = settled(world, "Anne", *HERE)
    world.commit()
    return member


def test_what_is_no_reach_is_refused_before_it_is_written(logged_in, anne):
    client = logged_in(anne)
    street, commune = box(-2.05, 48.55, -2.049, 48.551), box(-2.09, 48.51, -2.01, 48.59)
    for status, field, asked in (
        (422, "radius_m", {"reach": "radius", "radius_m": 499, "place": {"lon": -2.0, "lat": 48.5}}),
        (422, "reach", {"reach": "radius", "radius_m": 3000}),
        (422, "area", {"reach": "area", "area": street}),
        (422, "radius_m", {"reach": "wider", "radius_m": 500}),
        (403, None, {"reach": "all"}),
        (403, None, {"reach": "area", "area": commune, "on_homes": True}),
    ):
        answer = shown(client, **asked)
        assert (answer.status_code, answer.json.get("field")) == (status, field), asked


def test_a_circle_is_drawn_in_geodesic_metres():
    middle = cells.centre(SQUARE).shape
    for metres, place in product((500, 50_000), (middle, middle.reverse())):
        corners = circle(place, metres).exterior.coords
        assert {round(distance_m(place, type(place)(corner))) for corner in corners} == {metres}


def test_the_form_without_a_script_and_what_it_refuses(logged_in, world, anne):
    client = logged_in(anne)

    def send(**fields):
        return client.post("/publications/nouvelle", data={"kind": "news", "body": "Bonjour !", **fields})

    page = client.get("/publications/nouvelle").text
    assert "3 km" in readable(page)
    assert 'value="all"' not in page
    assert 'name="on_homes"' not in page
    nowhere = send(reach="radius", radius_m="5000", around="place", lon="", lat="")
    assert nowhere.status_code == 422
    assert "touchez la carte" in " ".join(readable(nowhere.text))
    assert '<option value="5000" selected>' in nowhere.text, "what was chosen is kept"
    for area in ("", "{", json.dumps(box(-2.05, 48.55, -2.049, 48.551))):
        assert send(reach="area", area=area).status_code == 422
    assert send(reach="all").status_code == 403
    assert world.scalars(select(Post)).all() == []
    sent = send(reach="radius", radius_m="5000", around="place", lon="-2.05", lat="48.55")
    assert sent.location == "/accueil"
    post = world.scalars(select(Post)).one()
    assert (post.reach, post.radius_m) == ("radius", 5000)
    own = client.get(f"/publications/{post.id}").text
    for page in (own, client.get("/accueil").text):
        assert "Dans un rayon de 5 km autour du lieu que vous avez choisi" in " ".join(readable(page))
    assert 'id="ground"' in own
    roles.grant(world, anne, "operator")
    world.commit()
    loud = client.get("/publications/nouvelle").text
    assert 'value="all"' in loud
    assert 'name="on_homes"' in loud


def test_areas_are_followed_by_a_button_and_by_a_drawing(logged_in, world, anne):
    client = logged_in(anne)
    follow = lambda **fields: client.post("/compte/zones-suivies", data=fields)  # noqa: E731
    assert "Vous ne suivez rien encore" in readable(client.get("/compte/zones-suivies").text)
    assert "Suivre" in readable(client.get("/communes/35002").text)
    assert "Suivre" in readable(client.get("/compte/zones-suivies?nom=commune+b").text)
    assert follow(commune="35002", pays="FR").location == "/compte/zones-suivies"
    assert "Ne plus suivre" in readable(client.get("/communes/35002").text)
    assert follow(area="", name="Ici").status_code == 422
    for number in range(4):
        area = json.dumps(box(-2.05, 48.55 + number / 100, -2.03, 48.565 + number / 100))
        assert follow(area=area, name=f"Zone {number}").status_code == 302
    page = client.get("/compte/zones-suivies").text
    assert "Zone 3" in readable(page)
    assert "Vous suivez cinq zones" in page
    assert follow(commune="35001").status_code == 409
    watched = world.scalars(select(WatchArea.id).order_by(WatchArea.id)).first()
    client.post(f"/compte/zones-suivies/{watched}/retirer")
    assert "Commune B" not in readable(client.get("/compte/zones-suivies").text)
