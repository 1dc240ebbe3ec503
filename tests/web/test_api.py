"""The JSON API, end to end against PostGIS: what each answer says, and to whom."""

from __future__ import annotations

import h3
import pytest
from sqlalchemy import select

from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import words
from geoneighbour.neighbourhoods.coach import Advice
from geoneighbour.neighbourhoods.models import Residence
from tests.kept import kept
from tests.world import box, communes, opened, settled

SILLON = box(-2.06, 48.54, -2.03, 48.56)
HOME = (-2.045, 48.55)


def made(world):
    """Two communes side by side and one across the water; 24 people in a square, one far away in B, one in C."""
    communes(world, ["AAB.C"])
    inside = [settled(world, f"Voisine {i}", -2.058 + 0.001 * i, 48.545 + 0.0005 * i) for i in range(24)]
    far = settled(world, "Lointain", -1.85, 48.55)
    beyond = settled(world, "Ailleurs", -1.65, 48.55)
    review.run(world)
    return {"inside": inside, "far": far, "beyond": beyond}


@pytest.fixture
def town(world):
    return kept(world, made)


def test_place_answers_anyone_with_commune_and_rounded_numbers(visitor, town):
    answer = visitor.post("/api/v1/place", json={"lon": HOME[0], "lat": HOME[1]})
    assert answer.status_code == 200
    found = answer.json
    assert found["commune"] == {"code": "35001", "name": "Commune A"}
    assert found["neighbourhoods"] == []
    assert found["surroundings"]["geometry"]["type"] == "Polygon"
    for number in found["people"].values():
        assert number == {"fewer_than": 11} or number["about"] % 10 == 0


def test_place_at_sea_has_no_commune(visitor, town):
    assert visitor.post("/api/v1/place", json={"lon": -1.75, "lat": 48.55}).json["commune"] is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"lon": 500, "lat": 48}, "lon"),
        ({"lon": 2, "lat": 91}, "lat"),
        ({"lon": 180, "lat": -17.6}, "lon"),
        ({"lon": 0, "lat": -90}, "lat"),
        ({"lon": "est", "lat": 48}, "lon"),
        ({"lat": 48}, "lon"),
        ({"lon": 2, "lat": 48, "home": 1}, "home"),
    ],
)
def test_place_names_the_field_that_is_wrong(visitor, sent, field):
    answer = visitor.post("/api/v1/place", json=sent)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["field"] == field
    assert answer.json["detail"]


@pytest.mark.parametrize("body", ["{", "[]", '{"lon": NaN, "lat": 1}', '{"lon": 1e400, "lat": 1}', "null"])
def test_what_is_no_place_is_refused(visitor, body):
    answer = visitor.post("/api/v1/place", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"


def test_communes_are_found_by_name_and_code(visitor, town):
    assert [c["code"] for c in visitor.get("/api/v1/communes?q=commune b").json["communes"]] == ["35002"]
    one = visitor.get("/api/v1/communes/35002").json
    assert one["bbox"] == pytest.approx([-1.9, 48.5, -1.8, 48.6])
    assert [c["code"] for c in visitor.get("/api/v1/communes/35002/neighbours").json["communes"]] == ["35001"]
    assert visitor.get("/api/v1/communes/99999").status_code == 404


def test_a_drawing_becomes_a_neighbourhood_when_eleven_support_it(logged_in, town):
    clients = [logged_in(member) for member in town["inside"][:12]]
    drawn = clients[0].post("/api/v1/neighbourhoods", json={"name": "Le Sillon", "geometry": SILLON})
    assert drawn.status_code == 201
    assert (drawn.json["state"], drawn.json["stage"], drawn.json["supported"]) == (
        "proposed",
        "launched",
        True,
    )
    number = drawn.json["id"]
    for client in clients[1:10]:
        answer = client.post(f"/api/v1/neighbourhoods/{number}/support")
        assert answer.json["state"] == "proposed"
    assert answer.json["stage"] == "soon_open"
    assert clients[10].post(f"/api/v1/neighbourhoods/{number}/support").json["mine"] is True
    assert clients[0].get("/api/v1/me").json["home_neighbourhood"]["name"] == "Le Sillon"
    # The twelfth moved not: what others draw moves nobody. Picking it does.
    assert clients[11].get("/api/v1/me").json["home_neighbourhood"]["kind"] == "surroundings"
    assert clients[11].post(f"/api/v1/neighbourhoods/{number}/join").json["mine"] is True
    assert clients[11].get("/api/v1/contacts").json["count"] == 11
    assert clients[11].delete("/api/v1/me/neighbourhood").status_code == 204
    assert clients[11].get("/api/v1/contacts").json["count"] is None


def test_the_coach_speaks_while_one_draws(logged_in, town):
    client = logged_in(town["inside"][0])
    advice = client.post("/api/v1/neighbourhoods/coach", json={"geometry": SILLON}).json["advice"]
    assert {"kind": "home", "level": "fine", "text": "Votre domicile est dedans.", "about": {}} in advice
    assert all(one["text"] for one in advice)
    cell = h3.latlng_to_cell(48.55, -2.3, 10)
    painted = client.post("/api/v1/neighbourhoods/coach", json={"cells": [*h3.grid_disk(cell, 4)]}).json[
        "advice"
    ]
    assert painted[0]["text"].startswith("Votre domicile est dehors")
    for wrong in ({}, {"geometry": SILLON, "cells": [cell]}, {"cells": ["no"]}):
        assert client.post("/api/v1/neighbourhoods/coach", json=wrong).status_code == 422


@pytest.mark.parametrize(
    "kind",
    [
        "join_instead",
        "support_instead",
        "overlap",
        "sliver",
        "barrier",
        "pieces",
        "odd_shape",
        "large",
        "small",
    ],
)
def test_each_advice_has_words(app, kind):
    about = {
        "name": "Le Sillon",
        "names": ["Le Sillon", "Paramé"],
        "pieces": 2,
        "km2": 0.123,
        "usual_km2": 2.5,
        "barriers": [{"name": "La Rance", "kind": "river"}, {"name": None, "kind": "motorway"}],
    }
    with app.test_request_context():
        said = words.advice(Advice(kind, "look", about))
    assert len(said) > 20
    assert "%(" not in said


def test_only_who_lives_inside_supports_or_joins(logged_in, town, world):
    inside, outside = logged_in(town["inside"][0]), logged_in(town["far"])
    number = inside.post("/api/v1/neighbourhoods", json={"name": "Le Sillon", "geometry": SILLON}).json["id"]
    assert outside.post(f"/api/v1/neighbourhoods/{number}/support").status_code == 422
    elsewhere = outside.post("/api/v1/neighbourhoods", json={"name": "Pas chez moi", "geometry": SILLON})
    assert (elsewhere.status_code, elsewhere.json["field"]) == (422, "neighbourhood")
    assert "Pas chez moi" not in outside.get("/api/v1/neighbourhoods").text


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        ([[-2.06, 48.54], [-2.03, 48.56], [-2.03, 48.54], [-2.06, 48.56], [-2.06, 48.54]], "se croisent"),
        ([[-2.06, 48.54], [-2.03, 48.54], [-2.03, 48.56]], "trois sommets"),
        ([[-2.06, 48.54], [-2.03, 48.54], [-2.03, 48.56], [-2.06, 48.56]], "fermé"),
        ([[-2.6, 48.0], [-2.0, 48.0], [-2.0, 49.0], [-2.6, 49.0], [-2.6, 48.0]], "km²"),
        (
            [
                [-2.0451, 48.5499],
                [-2.0449, 48.5499],
                [-2.0449, 48.5501],
                [-2.0451, 48.5501],
                [-2.0451, 48.5499],
            ],
            "petit",
        ),
        ([[179, 48], [-179, 48], [-179, 49], [179, 49], [179, 48]], "méridien"),
        ([[500, 91], [501, 91], [501, 92], [500, 91]], "hors de la carte"),
        ([["a", 1], [1, 1], [1, 2], ["a", 1]], "longitude"),
        ([[-2.06 + i / 1e4, 48.54 + (i % 2) / 1e4] for i in range(600)] + [[-2.06, 48.54]], "sommets"),
    ],
)
def test_a_wrong_drawing_is_refused_with_a_reason(logged_in, town, ring, reason):
    client = logged_in(town["inside"][0])
    geometry = {"type": "Polygon", "coordinates": [ring]}
    answer = client.post("/api/v1/neighbourhoods", json={"name": "Mon quartier", "geometry": geometry})
    assert answer.status_code == 422
    assert answer.json["field"] == "geometry"
    assert reason in answer.json["detail"]


def test_a_request_reaches_neighbours_wider_contacts_and_nobody_beyond(logged_in, town, world):
    opened(world, "Le Sillon", SILLON, town["inside"][:11])
    world.commit()
    author, neighbour = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    contact, beyond = logged_in(town["inside"][20]), logged_in(town["beyond"])
    near = author.post(
        "/api/v1/posts", json={"kind": "request", "body": "Qui a une échelle ?", "reach": "neighbourhood"}
    ).json
    wide = author.post(
        "/api/v1/posts", json={"kind": "request", "body": "Qui va à Dinan ?", "reach": "wider"}
    ).json

    seen = {item["id"]: item for item in neighbour.get("/api/v1/feed").json["items"]}
    assert seen.keys() == {near["id"], wide["id"]}
    assert seen[near["id"]]["why"] == "Le Sillon est votre quartier."
    seen = contact.get("/api/v1/feed").json["items"]
    assert [(item["id"], item["tier"]) for item in seen] == [(wide["id"], "wider")]
    assert seen[0]["why"].startswith("Le Sillon est dans le voisinage de vos alentours")
    assert beyond.get("/api/v1/feed").json["items"] == []
    assert beyond.get(f"/api/v1/posts/{wide['id']}").status_code == 404
    assert contact.get(f"/api/v1/posts/{near['id']}").status_code == 404


def test_the_feed_pages_by_key_and_a_closed_request_leaves_it(logged_in, town):
    author, reader = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    written = [
        author.post(
            "/api/v1/posts", json={"kind": "request", "body": f"Demande {i}", "reach": "commune"}
        ).json["id"]
        for i in range(5)
    ]
    page = reader.get("/api/v1/feed?limit=2").json
    rest = reader.get(f"/api/v1/feed?limit=10&before={page['next']}").json
    assert [item["id"] for item in page["items"] + rest["items"]] == written[::-1]
    assert rest["next"] is None
    assert author.post(f"/api/v1/posts/{written[0]}/close").json["closed_at"]
    assert reader.post(f"/api/v1/posts/{written[1]}/close").status_code == 404
    assert written[0] not in [item["id"] for item in reader.get("/api/v1/feed").json["items"]]
    assert reader.post(f"/api/v1/posts/{written[0]}/replies", json={"body": "Moi"}).status_code == 409


def test_the_same_words_sent_twice_at_once_are_one(logged_in, town):
    author, reader = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    words = {"kind": "request", "body": "Qui a une échelle ?", "reach": "commune"}
    first, second = (author.post("/api/v1/posts", json=words).json["id"] for _ in range(2))
    assert first == second
    other = author.post("/api/v1/posts", json=words | {"reach": "wider"}).json["id"]
    assert other != first
    answers = [reader.post(f"/api/v1/posts/{first}/replies", json={"body": "Moi"}).json for _ in range(2)]
    assert len(answers[1]["messages"]) == 1


def test_a_conversation_is_between_two(logged_in, town):
    author, reader, third = (logged_in(member) for member in town["inside"][:3])
    post = author.post(
        "/api/v1/posts", json={"kind": "request", "body": "Qui a une échelle ?", "reach": "commune"}
    ).json["id"]
    thread = reader.post(f"/api/v1/posts/{post}/replies", json={"body": "Moi, trois mètres."}).json
    assert thread["messages"][0]["mine"] is True
    answer = author.post(f"/api/v1/threads/{thread['id']}/messages", json={"body": "Merci !"})
    assert [m["body"] for m in answer.json["messages"]] == ["Moi, trois mètres.", "Merci !"]
    assert third.get(f"/api/v1/threads/{thread['id']}").status_code == 404
    assert third.post(f"/api/v1/threads/{thread['id']}/messages", json={"body": "?"}).status_code == 404
    assert third.get("/api/v1/threads").json["threads"] == []
    assert author.get("/api/v1/threads").json["threads"][0]["last"]["mine"] is True


def test_a_block_acts_both_ways(logged_in, town):
    a, b = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    of_a = a.post("/api/v1/posts", json={"kind": "request", "body": "De A", "reach": "commune"}).json["id"]
    of_b = b.post("/api/v1/posts", json={"kind": "request", "body": "De B", "reach": "commune"}).json["id"]
    assert a.post(f"/api/v1/members/{town['inside'][1]}/block").status_code == 204
    assert a.get(f"/api/v1/posts/{of_b}").status_code == 404
    assert b.get(f"/api/v1/posts/{of_a}").status_code == 404
    assert b.get(f"/api/v1/members/{town['inside'][0]}").status_code == 404
    assert a.delete(f"/api/v1/members/{town['inside'][1]}/block").status_code == 204
    assert b.get(f"/api/v1/posts/{of_a}").status_code == 200


def test_only_people_one_has_met_can_be_asked_about(logged_in, town):
    reader, author = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    path = f"/api/v1/members/{town['inside'][1]}"
    assert reader.get(path).status_code == 404, "a neighbour of the surroundings, not met"
    author.post("/api/v1/posts", json={"kind": "request", "body": "Qui a une échelle ?", "reach": "commune"})
    assert reader.get(path).json["tier"] in ("neighbour", "wider")
    assert author.get(f"/api/v1/members/{town['inside'][0]}").status_code == 404, "who reads is not met"


def test_a_paused_member_neither_sees_nor_is_seen(logged_in, town):
    a, b = logged_in(town["inside"][0]), logged_in(town["inside"][1])
    post = a.post("/api/v1/posts", json={"kind": "request", "body": "De A", "reach": "commune"}).json["id"]
    assert a.patch("/api/v1/me", json={"paused": True}).json["paused"] is True
    assert b.get(f"/api/v1/posts/{post}").status_code == 404
    assert (
        a.post("/api/v1/posts", json={"kind": "request", "body": "Encore", "reach": "commune"}).status_code
        == 403
    )
    assert a.patch("/api/v1/me", json={"paused": False}).json["paused"] is False
    assert b.get(f"/api/v1/posts/{post}").status_code == 200


def test_who_is_not_verified_reads_nothing_and_writes_nothing(logged_in, town, world):
    member = settled(world, "Nouvelle", *HOME, verified=False)
    world.commit()
    client, author = logged_in(member), logged_in(town["inside"][0])
    author.post("/api/v1/posts", json={"kind": "request", "body": "Pour tous", "reach": "commune"})
    assert client.get("/api/v1/feed").json["items"] == []
    assert (
        client.post(
            "/api/v1/posts", json={"kind": "request", "body": "Bonjour", "reach": "commune"}
        ).status_code
        == 403
    )
    assert (
        client.post("/api/v1/neighbourhoods", json={"name": "Chez moi", "geometry": SILLON}).status_code
        == 403
    )
    assert client.get("/api/v1/contacts").json["neighbours"] is None


@pytest.mark.parametrize(
    ("body", "reach", "field"),
    [("", "wider", "body"), ("x" * 501, "wider", "body"), ("Bonjour", "monde", "reach")],
)
def test_a_wrong_request_changes_nothing(logged_in, town, body, reach, field):
    client = logged_in(town["inside"][0])
    answer = client.post("/api/v1/posts", json={"kind": "request", "body": body, "reach": reach})
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert client.get("/api/v1/feed").json["items"] == []


def test_reach_shows_the_ground_and_a_rounded_number(logged_in, town):
    client = logged_in(town["inside"][0])
    for reach in ("neighbourhood", "wider", "commune", "commune_adjacent"):
        answer = client.post("/api/v1/reach", json={"reach": reach}).json
        assert answer["area"]["type"] in ("Polygon", "MultiPolygon")
        assert answer["people"].keys() <= {"about", "fewer_than"}
    assert client.post("/api/v1/reach", json={"reach": "everyone"}).json["field"] == "reach"


def test_settling_elsewhere_keeps_no_neighbourhood_that_does_not_cover(world, town):
    from geoneighbour.ground.points import Point
    from geoneighbour.neighbourhoods import service

    number = opened(world, "Le Sillon", SILLON, town["inside"][:11])
    mover = town["inside"][0]
    zone = select(Residence.zone).where(Residence.member_id == mover)
    service.settle(world, mover, Point(-2.0300, 48.55))
    assert world.scalar(zone) == number, "on the border is inside"
    service.settle(world, mover, Point(-2.0299999, 48.55))
    assert world.scalar(zone) != number, "just outside is outside"
