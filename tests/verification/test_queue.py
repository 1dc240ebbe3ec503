"""The reviewers' queue: who sees what of it, what a decision does, and what stays of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.members import service as members
from geoneighbour.members.models import AddressAccess, Member, Notice
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.roles import service as roles
from geoneighbour.settings import Settings
from geoneighbour.verification import documents, review, service
from geoneighbour.verification.documents import File
from geoneighbour.verification.models import Document, Letter, VerificationAct
from tests.world import communes, settled

HERE, IN_B = (-2.0551, 48.545), (-1.9551, 48.545)
PDF, PICTURE = File("pdf", b"%PDF-1.7"), File("webp", b"RIFF....WEBP")
"""Clean files, as documents.read() makes them."""


class Town:
    """Zoé in A and Yann in B, each with a paper that waits; an operator, and an agent of each commune."""

    def __init__(self, app: Flask, world: Session, logged_in) -> None:
        communes(world, ["AB"])
        self.world, self.sealer = world, app.extensions["geoneighbour.sealer"]
        self.ids = {
            name: settled(world, name, *at, verified=name not in ("Zoé", "Yann"))
            for name, at in {
                "Zoé": HERE,
                "Yann": IN_B,
                "operator": IN_B,
                "agent A": HERE,
                "agent B": HERE,
                "neighbour": HERE,
            }.items()
        }
        roles.grant(world, self.ids["operator"], "operator")
        roles.grant(world, self.ids["agent A"], "commune_agent", "35001", "FR")
        roles.grant(world, self.ids["agent B"], "commune_agent", "35002", "FR")
        world.commit()
        self.papers = {"Zoé": self.send("Zoé", PDF), "Yann": self.send("Yann", PICTURE)}
        self.log_in, self.clients = logged_in, {}

    def __getitem__(self, name: str):
        """The client of one of them, logged in when first asked for."""
        if name not in self.clients:
            self.clients[name] = self.log_in(self.ids[name])
        return self.clients[name]

    def send(self, name: str, file: File) -> int:
        """As if they had sent it; the document's number."""
        paper = documents.send(self.world, self.sealer, Settings(), self.ids[name], file).id
        self.world.commit()
        return paper

    def sees(self, reviewer: str) -> list[str]:
        return [one["name"] for one in self[reviewer].get("/api/v1/verifications").json["items"]]

    def left(self) -> int:
        self.world.rollback()
        return self.world.scalar(select(func.count()).select_from(Document)) or 0

    def acts(self) -> list[tuple[int, int, str, str, str]]:
        self.world.rollback()
        acts = self.world.scalars(select(VerificationAct).order_by(VerificationAct.id))
        return [(one.reviewer_id, one.member_id, one.way, one.what, one.reason) for one in acts]


@pytest.fixture
def town(app, world, logged_in) -> Town:
    return Town(app, world, logged_in)


def test_each_sees_what_is_theirs_to_look_at(town):
    assert town.sees("operator") == ["Zoé", "Yann"]
    assert town.sees("agent A") == ["Zoé"]
    assert town.sees("agent B") == ["Yann"]
    for name, paper in town.papers.items():
        assert town["operator"].get(f"/api/v1/verifications/document/{paper}").json["name"] == name
    for nobody in ("neighbour", "Zoé"):
        for path in ("/api/v1/verifications", "/verifications"):
            assert town[nobody].get(path).status_code == 403


def test_a_reviewer_of_another_commune_is_refused_everywhere(town):
    before = town.left()
    for nobody, status in (("agent B", 404), ("neighbour", 403), ("Zoé", 403)):
        client, item = town[nobody], f"document/{town.papers['Zoé']}"
        for answer in (
            client.get(f"/api/v1/verifications/{item}"),
            client.get(f"/api/v1/verifications/{item}/file"),
            client.post(f"/api/v1/verifications/{item}/accept"),
            client.post(f"/api/v1/verifications/{item}/refuse", json={"reason": "Illisible"}),
            client.get(f"/verifications/{item}"),
            client.get(f"/verifications/{item}/fichier"),
        ):
            assert answer.status_code == status
        assert client.post(f"/verifications/{item}", data={"decision": "accept"}).status_code in (302, 403)
    assert town.left() == before
    assert town.acts() == []
    assert not town.world.scalar(select(func.count()).select_from(AddressAccess))


def test_nobody_reviews_themselves_and_no_agent_a_home_in_no_commune(town):
    town.world.execute(update(Member).where(Member.id == town.ids["agent A"]).values(verified_at=None))
    town.world.commit()
    own = town.send("agent A", PDF)
    assert town.sees("agent A") == ["Zoé"]
    assert town["agent A"].post(f"/api/v1/verifications/document/{own}/accept").status_code == 404
    assert town.sees("operator") == ["Zoé", "Yann", "agent A"]
    town.world.execute(
        update(Residence).where(Residence.member_id == town.ids["Zoé"]).values(commune_id=None)
    )
    town.world.commit()
    assert town.sees("agent A") == []
    assert "Zoé" in town.sees("operator")


def test_accepting_verifies_and_leaves_nothing_of_the_paper(town, tmp_path):
    item = f"document/{town.papers['Zoé']}"
    page = town["agent A"].get(f"/verifications/{item}").text
    assert "Zoé" in page
    assert "48.54500, -2.05510" in page
    assert town["agent A"].post(f"/verifications/{item}", data={"decision": "accept"}).status_code == 302
    assert town.left() == 1, "Yann's waits on"
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".pdf", ".webp")]
    zoe = town.ids["Zoé"]
    assert service.proved_by(town.world, zoe) == {"document"}
    assert members.get(town.world, zoe).verified_at is not None
    home = town["Zoé"].get("/accueil").text
    assert "Votre document a été accepté, et il est supprimé." in home
    assert "Votre adresse est vérifiée" in home
    assert town.acts() == [(town.ids["agent A"], zoe, "document", "accepted", "")]
    # Once is once.
    assert town["operator"].post(f"/api/v1/verifications/{item}/accept").status_code == 404
    assert (
        "quelqu’un d’autre"
        in town["operator"]
        .post(f"/verifications/{item}", data={"decision": "accept"}, follow_redirects=True)
        .text
    )


def test_refusing_takes_a_reason_that_the_member_reads(town):
    path = f"/verifications/document/{town.papers['Zoé']}"
    empty = town["operator"].post(path, data={"decision": "refuse", "reason": " "})
    assert empty.status_code == 422
    assert empty.text.count('id="problem-reason"') == 1
    assert town.left() == 2
    refused = town["operator"].post(path, data={"decision": "refuse", "reason": "La date <b>manque</b>."})
    assert refused.status_code == 302
    assert town.left() == 1
    assert members.get(town.world, town.ids["Zoé"]).verified_at is None
    assert "« La date &lt;b&gt;manque&lt;/b&gt;. »" in town["Zoé"].get("/accueil").text
    page = town["Zoé"].get("/verification").text
    # Signs do not part from what they belong to.
    assert "«\u00a0La date &lt;b&gt;manque&lt;/b&gt;.\u00a0» Vous pouvez en envoyer un autre." in page
    assert town["Zoé"].get("/api/v1/me/document").json["refused"] == "La date <b>manque</b>."
    # Another one, and the refusal is no longer what the page says.
    town.send("Zoé", PDF)
    assert "manque" not in town["Zoé"].get("/verification").text


def test_a_decision_that_fails_leaves_the_paper(town, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise NotFound

    monkeypatch.setattr(service, "prove", fail)
    assert (
        town["operator"].post(f"/api/v1/verifications/document/{town.papers['Zoé']}/accept").status_code
        == 404
    )
    assert town.left() == 2
    assert town.acts() == []


@pytest.mark.parametrize(
    ("who", "mimetype", "how"), [("Zoé", "application/pdf", "attachment"), ("Yann", "image/webp", "inline")]
)
def test_the_file_is_kept_by_no_browser_and_can_do_nothing(town, who, mimetype, how):
    path = f"/verifications/document/{town.papers[who]}"
    for answer in (town["operator"].get(f"{path}/fichier"), town["operator"].get(f"/api/v1{path}/file")):
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert answer.headers["Content-Disposition"].startswith(how)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert ("<img src" in town["operator"].get(path).text) == (how == "inline")
    opened = (town.ids["operator"], town.ids[who], "document", "opened", "")
    assert town.acts() == [opened, opened]


def test_who_looked_at_an_address_is_written_down(town):
    for path in ("/verifications", "/api/v1/verifications"):
        town["operator"].get(f"{path}/document/{town.papers['Zoé']}")
    town.world.rollback()
    seen = town.world.scalars(select(AddressAccess)).all()
    assert [(one.member_id, one.viewer_id, one.purpose) for one in seen] == [
        (town.ids["Zoé"], town.ids["operator"], "document")
    ] * 2
    # The list tells no address.
    for answer in (town["operator"].get("/verifications"), town["operator"].get("/api/v1/verifications")):
        assert "48.54" not in answer.text


def test_a_paper_of_a_home_left_behind_waits_for_nobody(town):
    zoe = town.world.get_one(Member, town.ids["Zoé"])
    zoe.moved_at = func.now()
    town.world.commit()
    assert town.sees("operator") == ["Yann"]
    path = f"/api/v1/verifications/document/{town.papers['Zoé']}"
    assert town["operator"].post(f"{path}/accept").status_code == 404
    assert documents.forget(town.world) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_letters_to_addresses_that_nobody_knows(town, accepted):
    zoe = town.world.get_one(Member, town.ids["Zoé"])
    letter = Letter(
        member_id=zoe.id, moved_at=zoe.moved_at, home=b"h", place=b"p", language="fr", state="to_check"
    )
    town.world.add(letter)
    town.world.commit()
    assert town.sees("agent A") == ["Zoé", "Zoé"]
    assert town.sees("agent B") == ["Yann"]
    path = f"/verifications/postcard/{letter.id}"
    assert "Une lettre doit y partir" in town["agent A"].get(path).text
    town["agent B"].post(path, data={"decision": "accept"})
    sent = {"decision": "accept"} if accepted else {"decision": "refuse", "reason": "Le point est en mer"}
    assert town["agent A"].post(path, data=sent).status_code == 302
    town.world.expire_all()
    assert letter.state == ("waiting" if accepted else "refused")
    assert letter.reason == ("" if accepted else "Le point est en mer")
    assert [act[:4] for act in town.acts()] == [
        (town.ids["agent A"], zoe.id, "postcard", "accepted" if accepted else "refused")
    ]


def test_empty_queue_and_the_way_to_it(town):
    assert "2 adresses à vérifier" in town["operator"].get("/accueil").text
    assert "adresses à vérifier" not in town["neighbour"].get("/accueil").text
    for name, paper in town.papers.items():
        assert name in town["operator"].get("/verifications").text
        assert town["operator"].post(f"/api/v1/verifications/document/{paper}/accept").status_code == 204
    assert "Rien à vérifier" in town["operator"].get("/verifications").text
    assert "Aucune adresse à vérifier" in town["operator"].get("/accueil").text
    told = select(Notice.kind).where(Notice.member_id == town.ids["Yann"])
    assert sorted(town.world.scalars(told)) == ["document_accepted", "verified"]


def test_a_hint_stands_beside(town):
    assert not town["operator"].get("/api/v1/verifications").json["items"][0]["connection"]
    service.prove(town.world, town.ids["Zoé"], "connection")
    town.world.commit()
    assert town["operator"].get("/api/v1/verifications").json["items"][0]["connection"]
    assert "un indice faible" in town["operator"].get(f"/verifications/document/{town.papers['Zoé']}").text


def test_the_command_line_lists_all(town):
    assert [one.name for one in review.queue(town.world, None)] == ["Zoé", "Yann"]


def test_there_is_no_third_way(town):
    for path in (f"/api/v1/verifications/foo/{town.papers['Zoé']}", "/api/v1/verifications/postcard/99"):
        assert town["operator"].get(path).status_code == 404
        assert town["operator"].post(f"{path}/accept").status_code == 404
        assert town["operator"].post(f"{path}/refuse", json={"reason": "Illisible"}).status_code == 404
    assert town.left() == 2


def test_acts_are_forgotten_after_a_year(town):
    town["operator"].get(f"/verifications/document/{town.papers['Zoé']}/fichier")
    for days, left in ((364, 1), (2, 0)):
        town.world.execute(
            update(VerificationAct).values(acted_at=VerificationAct.acted_at - timedelta(days=days))
        )
        review.forget_acts(town.world)
        town.world.commit()
        assert len(town.acts()) == left
