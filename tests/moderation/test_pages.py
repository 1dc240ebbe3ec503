"""Reporting, the queue, a decision, its notice and an appeal, as pages and the API show them; what suspension leaves."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from geoneighbour.moderation.models import Act, Case
from geoneighbour.posts import photos
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import Post, PostPhoto
from geoneighbour.posts.photo_http import STORE

WHY = "Les annonces n'ont pas leur place ici."


@pytest.fixture
def as_(town, logged_in):
    clients = {}

    def client(name: str):
        if name not in clients:
            clients[name] = logged_in(town.ids[name])
        return clients[name]

    return client


def reported(town, as_, post: int) -> int:
    words = {"what": "post", "number": str(post), "reason": "scam", "words": "Une arnaque"}
    assert as_("Bob").post("/api/v1/reports", json=words).status_code == 204
    return town.world.scalar(select(Case.id).where(Case.post_id == post))


def test_from_the_report_to_the_answer_of_an_appeal(town, as_):
    post = town.post()
    town.world.commit()
    assert f"/signaler?quoi=post&amp;no={post}" in as_("Bob").get(f"/publications/{post}").text
    form = as_("Bob").get(f"/signaler?quoi=post&no={post}")
    assert "Une échelle, neighbourhood" in form.text
    sent = as_("Bob").post(
        "/signaler", data={"what": "post", "number": post, "reason": "scam", "words": "Une arnaque"}
    )
    assert sent.location == "/accueil"
    case = town.world.scalar(select(Case.id))
    page = as_("Mona").get("/compte").text
    assert "1 chose à regarder" in page
    assert f"/moderation/{case}" in as_("Mona").get("/moderation").text
    shown = as_("Mona").get(f"/moderation/{case}").text
    assert "Une arnaque" in shown
    assert "Bob" not in shown
    assert as_("Bob").get("/moderation").status_code == 403
    assert as_("Hugo").get(f"/moderation/{case}").status_code == 404
    refused = as_("Mona").post(f"/moderation/{case}", data={"kind": "hide", "why": ""})
    assert refused.status_code == 422
    done = as_("Mona").post(f"/moderation/{case}", data={"kind": "hide", "why": WHY})
    assert done.location == "/moderation"
    assert "C’est fait, et noté." in as_("Mona").get("/moderation").text
    assert as_("Bob").get(f"/publications/{post}").status_code == 404
    home = as_("Anne").get("/accueil").text
    assert "La modération a masqué quelque chose" in home
    assert "Masquée par la modération" in home
    read = as_("Anne").get("/compte/decisions").text
    assert "Les annonces n&#39;ont pas leur place ici." in read
    assert "Mona" not in read
    assert "Bob" not in read
    act = town.world.scalar(select(Act.id))
    assert as_("Bob").post(f"/compte/decisions/{act}/appel", data={"words": "Non"}).status_code == 404
    assert (
        as_("Anne").post(f"/compte/decisions/{act}/appel", data={"words": "C'était une fois"}).status_code
        == 302
    )
    assert "C&#39;était une fois" in as_("Nina").get(f"/moderation/{case}").text
    own = as_("Mona").post(f"/moderation/{case}/actes/{act}/appel", data={"answer": "no", "why": "Non"})
    assert own.status_code == 403
    answer = {"answer": "yes", "why": "C'est bon pour une fois"}
    assert as_("Nina").post(f"/moderation/{case}/actes/{act}/appel", data=answer).location == "/moderation"
    assert as_("Bob").get(f"/publications/{post}").status_code == 200
    told = as_("Anne").get("/api/v1/me/decisions").json["decisions"][0]
    assert (told["kind"], told["verdict"], told["answer"]) == ("hide", "grant", "C'est bon pour une fois")


def test_what_waits_for_a_second_person_is_told_as_waiting(town, as_):
    post = town.post("commune")
    case = town.case("post", post)
    town.world.commit()
    as_("Mona").post(f"/moderation/{case}", data={"kind": "hide", "why": WHY})
    told = as_("Mona").get("/moderation").text
    assert "rien ne change encore" in told
    assert "C’est fait" not in told
    assert "<strong>Masqué" not in as_("Mona").get(f"/moderation/{case}").text
    assert as_("Bob").get(f"/publications/{post}").status_code == 200


def test_a_post_of_the_feed_leads_to_its_report_and_one_s_own_to_none(town, as_):
    post = town.post()
    town.world.commit()
    link = (
        f'href="/signaler?quoi=post&amp;no={post}">Signaler<span class="visually-hidden"> ce qu’a écrit Anne'
    )
    for reader in ("Bob", "Nina"):
        assert as_(reader).get(f"/signaler?quoi=post&no={post}").status_code == 200
        assert link in as_(reader).get("/accueil").text
    own = as_("Anne").get("/accueil").text
    assert f"/publications/{post}" in own
    assert "/signaler" not in own


def test_who_is_suspended_finds_their_data_the_reason_and_an_appeal(town, as_):
    case = town.case("member", town.Anne)
    town.world.commit()
    for name in ("Anne", "Bob"):
        as_(name)
    town.act("Mona", case, "suspend", 3)
    town.world.commit()
    anne = as_("Anne")
    for path in (
        "/accueil",
        "/voisins",
        "/messages",
        "/publications/nouvelle",
        "/verification",
        "/compte/demenager",
    ):
        assert anne.get(path).location == "/compte/decisions"
    assert anne.post("/api/v1/posts", json={}).status_code == 403
    assert "suspendu" in anne.get("/api/v1/feed").json["detail"]
    assert anne.patch("/api/v1/me", json={"about": "Bonjour"}).status_code == 403
    for path in ("/compte", "/compte/decisions", "/api/v1/me/export", "/api/v1/me/decisions"):
        assert anne.get(path).status_code == 200
    assert "suspendu jusqu’au" in anne.get("/compte/decisions").text
    assert "Anne" not in as_("Bob").get("/voisins").text


def test_a_hidden_photo_is_for_its_author_and_who_decides(town, as_, app):
    post, key = town.post(), "a" * 32
    town.world.add(PostPhoto(post_id=post, number=1, key=key, width=8, height=8, bytes=8, alt="Une montre"))
    for name in (photos.large_file(key), photos.small_file(key)):
        app.extensions[STORE].put(name, b"webp")
    case = town.case("photo", key)
    town.world.commit()
    town.act("Mona", case, "hide")
    town.world.commit()
    read = {
        name: as_(name).get(f"/photos/{key}").status_code for name in ("Anne", "Mona", "Olga", "Bob", "Hugo")
    }
    assert read == {"Anne": 200, "Mona": 200, "Olga": 200, "Bob": 404, "Hugo": 404}
    listed = {name: len(as_(name).get(f"/api/v1/posts/{post}").json["photos"]) for name in ("Anne", "Bob")}
    assert listed == {"Anne": 1, "Bob": 0}
    assert town.world.get_one(Post, post).hidden_at is None


def test_who_is_suspended_looks_at_no_photo_of_a_post_they_wrote_about(town, as_, app):
    post, key = town.post(), "b" * 32
    town.world.add(PostPhoto(post_id=post, number=1, key=key, width=8, height=8, bytes=8, alt="Une montre"))
    app.extensions[STORE].put(photos.large_file(key), b"webp")
    posts.reply(town.world, town.Bob, post, "Bonjour")
    town.world.commit()
    assert as_("Bob").get(f"/photos/{key}").status_code == 200
    town.act("Mona", town.case("member", town.Bob, by="Zoé"), "suspend", 3)
    town.world.commit()
    assert as_("Bob").get(f"/photos/{key}").status_code == 404


def test_what_is_taken_away_tells_no_reporter_and_no_moderator(town, as_):
    case = town.case("post", town.post())
    town.act("Mona", case, "warn")
    town.world.commit()
    from io import BytesIO
    from json import loads
    from zipfile import ZipFile

    with ZipFile(BytesIO(as_("Anne").get("/api/v1/me/export").data)) as archive:
        told = loads(archive.read("data.json"))
    assert not told.get("moderation_case")
    assert not told.get("moderation_act")
    assert not told.get("report")
