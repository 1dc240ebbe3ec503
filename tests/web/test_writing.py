"""Visitors and the neighbours who let them find them: pages and API; conversations about no post."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import func, select

from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts.models import Message, Thread
from tests.web.conftest import PASSWORD
from tests.web.readable import readable as lines
from tests.world import box, communes, opened, settled

HERE = (-2.05, 48.55)


def readable(page: str) -> str:
    return " ".join(lines(page))


@pytest.fixture
def street(world):
    """Anne, who lets visitors find her, Bruno and nine more of Le Sillon; then Zoé, who visits it."""
    communes(world, ["A"])
    names = ["Anne", "Bruno", *(f"Voisine {n}" for n in range(9))]
    ids = [settled(world, name, *HERE) for name in names]
    home = opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), ids)
    zoe = settled(world, "Zoé", *HERE, verified=False)
    neighbourhoods.choose(world, zoe, home)
    members.introduce(world, ids[0], "Je marche.", "Une échelle")
    world.commit()
    return ids[0], ids[1], zoe


def send(client, member, body="Bonjour !"):
    return client.post(f"/api/v1/members/{member}/messages", json={"body": body})


def test_a_member_chooses_to_be_found(logged_in, street):
    anne, _, zoe = street
    host, guest = logged_in(anne), logged_in(zoe)
    nobody = {"findable": [], "neighbours": None, "count": None, "about": None, "wider": []}
    assert guest.get("/api/v1/contacts").json == nobody
    empty = readable(guest.get("/voisins").text)
    assert "Personne ne se montre aux visiteurs" in empty
    assert host.patch("/api/v1/me", json={"findable": True}).json["findable"] is True
    shown = {"id": anne, "name": "Anne", "about": "Je marche.", "can_help": "Une échelle"}
    assert guest.get("/api/v1/contacts").json == nobody | {"findable": [shown]}
    page = readable(guest.get("/voisins").text)
    for words in ("Anne", "Je marche.", "Une échelle"):
        assert words in page
    # No number of people, exact or rounded.
    for number in ("Bruno", "personnes", "environ", "moins de", "voisins se présentent"):
        assert number not in page
    host.post("/compte", data={"listed": "yes"})
    assert guest.get("/api/v1/contacts").json == nobody
    assert host.get("/api/v1/contacts").json["findable"] is None


def test_a_visitor_writes_and_the_neighbour_answers(logged_in, street, world):
    anne, bruno, zoe = street
    host, guest, other = logged_in(anne), logged_in(zoe), logged_in(bruno)
    members.be_findable(world, anne, True)
    world.commit()
    assert "Je marche." in guest.get(f"/voisins/{anne}").text
    sent = guest.post(f"/voisins/{anne}/messages", data={"body": "Bonjour, je viens d'arriver."})
    assert sent.status_code == 302, sent.text
    path = sent.location.split("#")[0]
    listed = readable(host.get("/messages").text)
    assert "Zoé" in listed
    assert "Visite" in listed
    assert "À propos" not in listed
    read = readable(host.get(path).text)
    assert "je viens d'arriver" in read
    assert "n’est pas encore vérifiée" in read
    assert host.post(path, data={"body": "Bienvenue !"}).status_code == 302
    assert "Bienvenue !" in guest.get(path).text
    assert "Notre conversation" in guest.get(f"/voisins/{anne}").text
    assert other.get(path).status_code == 404
    # She may answer, and learns nothing more of the visitor.
    assert host.get(f"/voisins/{zoe}").status_code == 404
    (row,) = host.get("/api/v1/threads").json["threads"]
    assert row["post"] is None
    assert row["with"] == {"id": zoe, "name": "Zoé", "verified": False}
    host.post(f"/compte/bloquer/{zoe}")
    for client, to in ((guest, anne), (host, zoe)):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"body": "Encore"}).status_code == 404
        assert send(client, to).status_code == 404
        assert client.get("/api/v1/threads").json["threads"] == []


def test_neighbours_have_one_conversation_whoever_begins(logged_in, street):
    anne, bruno, _ = street
    one, two = logged_in(anne), logged_in(bruno)
    first, second = send(one, bruno), send(two, anne, "Oui ?")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]
    assert [m["body"] for m in second.json["messages"]] == ["Bonjour !", "Oui ?"]
    assert "Notre conversation" in one.get(f"/voisins/{bruno}").text
    refused = one.post(f"/voisins/{bruno}/messages", data={"body": " "})
    assert refused.status_code == 422


def test_whom_one_may_not_write_to_is_as_nobody(logged_in, street):
    _, bruno, zoe = street
    guest, member = logged_in(zoe), logged_in(bruno)
    answers = {
        (answer.status_code, answer.json["detail"])
        for answer in (send(guest, bruno), send(guest, 999_999), send(guest, zoe), send(member, zoe))
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_what_is_too_often_is_said_beside_what_was_written(logged_in, street, world, monkeypatch):
    anne, _, zoe = street
    monkeypatch.setattr("geoneighbour.posts.service.NEW_AS_VISITOR", 0)
    members.be_findable(world, anne, True)
    world.commit()
    guest = logged_in(zoe)
    refused = guest.post(f"/voisins/{anne}/messages", data={"body": "Mes mots"})
    assert refused.status_code == 429
    assert "Mes mots" in refused.text
    assert send(guest, anne).status_code == 429
    assert world.scalar(select(func.count()).select_from(Thread)) == 0


def test_conversations_are_taken_along_and_deleted_from_either_end(logged_in, street, world):
    anne, bruno, _ = street
    one, two = logged_in(anne), logged_in(bruno)
    send(one, bruno, "D'Anne")
    send(two, anne, "De Bruno")
    for client, mine in ((one, [True, False]), (two, [False, True])):
        files = zipfile.ZipFile(BytesIO(client.get("/api/v1/me/export").data))
        told = json.loads(files.read("data.json"))["conversation"]
        assert [(said["about"], said["body"], said["mine"]) for said in told] == [
            (None, "D'Anne", mine[0]),
            (None, "De Bruno", mine[1]),
        ]
    # Bruno, who did not begin it, leaves.
    assert two.delete("/api/v1/me", json={"password": PASSWORD}).status_code == 204
    for table in (Thread, Message):
        assert world.scalar(select(func.count()).select_from(table)) == 0
    assert one.get("/messages").status_code == 200
