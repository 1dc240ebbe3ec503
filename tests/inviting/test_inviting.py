"""Invitations name a place, verify nobody, tell nobody who came; mails go out seldom, and never where they are not wanted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from geoneighbour.errors import Conflict, NotVerified
from geoneighbour.inviting import service, tokens
from geoneighbour.inviting.models import Invitation, InvitedAddress
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods import service as neighbourhoods
from tests.web.readable import readable
from tests.world import box, opened, settled

KEY = b"for tests only"


@pytest.fixture
def sent(world, tmp_path, app):
    """What waits to be sent: (to, subject, text), oldest first."""

    def mails() -> list[tuple[str, str, str]]:
        world.expire_all()
        boxes = world.scalars(select(OutgoingMail.box).order_by(OutgoingMail.id)).all()
        opened = [app.extensions["geoneighbour.sealer"].open(box) for box in boxes]
        return [(one["to"], one["subject"], one["text"]) for one in opened]

    return mails


def link_of(answer) -> str:
    return answer.json["link"].removeprefix("http://localhost")


def new(client, **asked):
    return client.post("/api/v1/invitations", json={"kind": "neighbours"} | asked)


def past(world, days: float) -> None:
    """So many days later."""
    ago = timedelta(days=days)
    world.execute(
        update(Invitation).values(created_at=Invitation.created_at - ago, ends_at=Invitation.ends_at - ago)
    )
    world.execute(update(InvitedAddress).values(invited_at=InvitedAddress.invited_at - ago))
    world.commit()


def test_a_link_shows_the_neighbourhood_to_anybody(logged_in, street, visitor):
    anne = logged_in(street[0][0])
    made = new(anne)
    assert made.status_code == 201
    assert new(anne).json == made.json
    assert new(anne, named=True).json["id"] != made.json["id"]
    page = visitor.get(link_of(made))
    told = " ".join(readable(page.text))
    assert page.status_code == 200
    assert "Le Sillon" in told
    assert "Anne" not in told
    assert "environ 10" in told
    assert f"/quartiers/{street[1]}/carte.png" in page.text
    assert f'href="/?quartier={street[1]}"' in page.text
    assert 'content="noindex"' in page.text
    # Nobody is counted, and nobody is brought in by having read it.
    assert "addresses" in made.json
    assert set(made.json) == {"id", "kind", "way", "named", "link", "addresses", "created_at", "ends_at"}


def test_the_first_name_alone_and_only_while_one_lives_there(logged_in, street, visitor, world):
    anne = logged_in(street[0][0])
    link = link_of(new(anne, named=True))
    said = " ".join(readable(visitor.get(link).text))
    assert "Anne vous invite" in said
    assert "Anne L." not in said
    neighbourhoods.leave(world, street[0][0])
    world.commit()
    said = " ".join(readable(visitor.get(link).text))
    assert "Le Sillon" in said
    assert "Anne" not in said


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Anne L.", "Anne"),
        ("Jean-Marc", "Jean-Marc"),
        ("N’Golo", "N’Golo"),
        ("www.gagnez.fr vite", None),
        ("0612345678", None),
    ],
)
def test_what_is_no_name_is_not_sent_to_strangers(name, told):
    assert service.first_name(name) == told


def test_what_the_database_holds_opens_nothing(logged_in, street, world):
    link = link_of(new(logged_in(street[0][0])))
    token = link.rsplit("/", 1)[1]
    row = world.scalars(select(Invitation)).one()
    assert len(token) == 22
    assert token not in repr((row.nonce, row.token_hash))
    assert tokens.token(b"another key", row.nonce) != token
    assert row.token_hash == tokens.token_hash(token)


def test_it_ends_by_itself_and_paper_later(logged_in, street, visitor, world):
    anne = logged_in(street[0][0])
    link, paper = link_of(new(anne)), link_of(new(anne, way="paper"))
    past(world, 59.9)
    assert visitor.get(link).status_code == 200
    past(world, 0.2)
    ended = visitor.get(link)
    assert ended.status_code == 404
    assert "n’est plus valable" in ended.text
    assert visitor.get(paper).status_code == 200
    past(world, 364.9 - 60.1)
    assert visitor.get(paper).status_code == 200
    past(world, 0.2)
    over = visitor.get(paper)
    assert (over.status_code, readable(over.text)) == (404, readable(ended.text))
    never = visitor.get("/invitation/" + "A" * 22)
    assert (never.status_code, readable(never.text)) == (404, readable(ended.text))


def test_one_that_is_half_over_is_not_given_again(logged_in, street, world):
    anne = logged_in(street[0][0])
    first = new(anne).json["id"]
    past(world, 29)
    assert new(anne).json["id"] == first
    past(world, 2)
    assert new(anne).json["id"] != first


def test_revoked_by_its_owner_alone(logged_in, street, visitor):
    anne, bruno = logged_in(street[0][0]), logged_in(street[0][1])
    made = new(anne)
    assert bruno.delete(f"/api/v1/invitations/{made.json['id']}").status_code == 404
    assert bruno.get("/api/v1/invitations").json["invitations"] == []
    assert visitor.get(link_of(made)).status_code == 200
    for _ in range(2):
        assert anne.delete(f"/api/v1/invitations/{made.json['id']}").status_code == 204
    assert visitor.get(link_of(made)).status_code == 404
    assert anne.get("/api/v1/invitations").json["invitations"] == []
    assert new(anne).json["id"] != made.json["id"]


def test_into_the_heir_of_a_neighbourhood_that_merged(logged_in, street, visitor, world):
    link = link_of(new(logged_in(street[0][0]), named=True))
    others = [settled(world, f"Paramé {n}", -2.02, 48.55) for n in range(11)]
    heir = opened(world, "Paramé", box(-2.03, 48.54, -2.0, 48.56), others)
    end = text("UPDATE neighbourhood SET state = 'archived', successor_id = :heir WHERE id = :id")
    world.execute(end, {"id": street[1], "heir": heir})
    world.commit()
    said = " ".join(readable(visitor.get(link).text))
    assert "Paramé" in said
    assert "Sillon" not in said
    world.execute(end, {"id": street[1], "heir": None})
    world.commit()
    assert visitor.get(link).status_code == 404


def test_who_may_invite(world, street):
    ids, home = street
    with pytest.raises(Conflict):
        service.invite(world, KEY, ids[11], "neighbours", "link", False)
    zoe = settled(world, "Zoé", -2.05, 48.55, verified=False)
    neighbourhoods.choose(world, zoe, home)
    with pytest.raises(NotVerified):
        service.invite(world, KEY, zoe, "neighbours", "link", False)
    members.pause(world, ids[0], True)
    world.flush()
    with pytest.raises(Conflict):
        service.invite(world, KEY, ids[0], "neighbours", "link", False)


def test_a_mail_to_each_with_nobody_s_address_kept(logged_in, street, world, sent, visitor):
    anne = logged_in(street[0][0])
    asked = {
        "kind": "association",
        "named": True,
        "addresses": ["A@exemple.fr", "b@exemple.fr", "a@exemple.fr"],
    }
    answer = anne.post("/api/v1/invitations/mails", json=asked)
    assert (answer.status_code, answer.json["addresses"]) == (202, 2)
    mails = sent()
    assert [to for to, *_ in mails] == ["a@exemple.fr", "b@exemple.fr"]
    (_, subject, body), other = mails
    assert subject == "Une invitation dans votre quartier : Le Sillon"
    assert "Anne habite le quartier Le Sillon" in body
    assert "association" in body
    assert "b@exemple.fr" not in body
    assert body != other[2], "each has a link of its own to refuse by"
    followed = re.search(r"http://localhost(/invitation/\S{22})\n", body).group(1)
    assert visitor.get(followed).status_code == 200
    kept = repr(
        world.execute(select(InvitedAddress.__table__)).all()
        + world.execute(select(Invitation.__table__)).all()
    )
    assert "exemple" not in kept
    assert world.scalar(select(func.count()).select_from(Member)) == 12


def test_one_mail_in_30_days_whoever_invites_and_nobody_is_told(logged_in, street, world, sent):
    asked = {"kind": "neighbours", "addresses": ["a@exemple.fr"]}
    anne, bruno = logged_in(street[0][0]), logged_in(street[0][1])
    first = anne.post("/api/v1/invitations/mails", json=asked).json
    again = bruno.post("/api/v1/invitations/mails", json=asked | {"addresses": ["A@Exemple.fr "]})
    assert len(sent()) == 1
    varies = ("id", "link", "created_at", "ends_at")
    assert {k: v for k, v in again.json.items() if k not in varies} == {
        k: v for k, v in first.items() if k not in varies
    }
    past(world, 29.9)
    bruno.post("/api/v1/invitations/mails", json=asked)
    assert len(sent()) == 1
    past(world, 0.2)
    bruno.post("/api/v1/invitations/mails", json=asked)
    assert len(sent()) == 2


def test_no_more_is_for_ever(logged_in, street, world, sent, visitor):
    anne = logged_in(street[0][0])
    asked = {"kind": "neighbours", "addresses": ["a@exemple.fr"]}
    anne.post("/api/v1/invitations/mails", json=asked)
    link = re.search(r"http://localhost(/invitation/ne-plus-ecrire/\S+)", sent()[0][2]).group(1)
    # Looking is not refusing: mail programs look.
    assert "Ne plus m’écrire" in visitor.get(link).text
    assert world.scalar(select(InvitedAddress.refused_at)) is None
    for _ in range(2):
        assert "pour toujours" in visitor.post(link).text
    past(world, 4000)
    assert service.forget(world) == 1, "the invitation that ended, and not the refusal"
    world.commit()
    anne.post("/api/v1/invitations/mails", json=asked)
    assert len(sent()) == 1
    made_up = link[:-6] + ("AAAAA=" if not link.endswith("AAAAA=") else "BBBBB=")
    assert visitor.post(made_up).status_code == 404
    assert visitor.post("/invitation/ne-plus-ecrire/é").status_code == 404
    assert world.scalar(select(func.count()).select_from(InvitedAddress)) == 1


def test_a_refusal_outlives_the_hash_that_was_forgotten(logged_in, street, world, sent, visitor):
    anne = logged_in(street[0][0])
    asked = {"kind": "neighbours", "addresses": ["a@exemple.fr"]}
    anne.post("/api/v1/invitations/mails", json=asked)
    link = re.search(r"http://localhost(/invitation/ne-plus-ecrire/\S+)", sent()[0][2]).group(1)
    past(world, 31)
    service.forget(world)
    world.commit()
    assert world.scalar(select(func.count()).select_from(InvitedAddress)) == 0
    visitor.post(link)
    anne.post("/api/v1/invitations/mails", json=asked)
    assert len(sent()) == 1


def test_twenty_addresses_a_day_those_that_get_nothing_included(logged_in, street, world, sent):
    anne = logged_in(street[0][0])

    def write(*names):
        return anne.post(
            "/api/v1/invitations/mails",
            json={"kind": "neighbours", "addresses": [f"{name}@exemple.fr" for name in names]},
        )

    assert write(*range(15)).status_code == 202
    assert write(*range(5)).status_code == 202
    assert len(sent()) == 15
    refused = write("z")
    assert (refused.status_code, refused.json["field"]) == (429, "addresses")
    past(world, 1.01)
    assert write("z").status_code == 202


@pytest.mark.parametrize("wrong", [[], ["anne"], ["a@exemple.fr", "b@"], ["a@exemple.fr\nBcc: b@exemple.fr"]])
def test_what_is_no_address(logged_in, street, sent, wrong):
    anne = logged_in(street[0][0])
    answer = anne.post("/api/v1/invitations/mails", json={"kind": "neighbours", "addresses": wrong})
    assert answer.status_code == 422
    assert sent() == []


def test_the_page(logged_in, street, visitor, sent):
    anne, far = logged_in(street[0][0]), logged_in(street[0][11])
    assert "On invite dans son quartier" in far.get("/inviter").text
    assert anne.post("/inviter", data={"kind": "town_hall", "named": "yes"}).status_code == 302
    page = anne.get("/inviter").text
    link = re.search(r'value="http://localhost(/invitation/[^"]+)"', page).group(1)
    assert "<svg" in page
    assert "Anne vous invite" in visitor.get(link).text
    assert "mairie" in visitor.get(link).text
    refused = anne.post("/inviter/courriels", data={"kind": "neighbours", "addresses": "a@exemple.fr; b"})
    assert refused.status_code == 422
    assert "a@exemple.fr; b" in refused.text
    assert sent() == []
    done = anne.post(
        "/inviter/courriels",
        data={"kind": "neighbours", "addresses": "a@exemple.fr; b@exemple.fr,\nc@exemple.fr"},
    )
    assert done.status_code == 302
    assert len(sent()) == 3
    # Without a script the field is there to select, and no button that does nothing.
    assert re.search(r'<input readonly value="http[^"]+/invitation/', page)
    assert re.search(r'<button type="button"[^>]* hidden>Copier le lien[^\n]+role="status"></span>', page)
    number = re.search(r"/inviter/(\d+)/retirer", anne.get("/inviter").text).group(1)
    anne.post(f"/inviter/{number}/retirer")
    assert f"/inviter/{number}/retirer" not in anne.get("/inviter").text


def test_the_start_page_begins_there(visitor, street):
    whole, there, nowhere = (
        visitor.get(path).text for path in ("/", f"/?quartier={street[1]}", "/?quartier=999")
    )
    bounds = re.compile(r'data-bounds="([^"]+)"')
    assert bounds.search(whole).group(1) == bounds.search(nowhere).group(1)
    west, south, east, north = map(float, bounds.search(there).group(1).split(","))
    assert -2.08 < west < -2.06 < -2.03 < east < -2.01
    assert 48.52 < south < 48.54 < 48.56 < north < 48.58


def test_deleting_the_account_ends_its_invitations(logged_in, street, visitor, world):
    from tests.web.conftest import PASSWORD

    anne = logged_in(street[0][0])
    link = link_of(new(anne, way="paper"))
    assert anne.delete("/api/v1/me", json={"password": PASSWORD}).status_code == 204
    assert visitor.get(link).status_code == 404


def test_mails_lead_to_no_host_that_the_request_names(logged_in, street, sent, app):
    anne = logged_in(street[0][0])
    asked = {"kind": "neighbours", "addresses": ["a@exemple.fr"]}
    elsewhere = {"base_url": "http://mechant.exemple"}
    with anne.session_transaction() as known:
        login = dict(known)
    with anne.session_transaction(**elsewhere) as known:
        known.update(login)
    assert anne.post("/api/v1/invitations/mails", json=asked, **elsewhere).status_code == 503
    assert sent() == []
    public = {"public_url": "https://voisins.exemple.fr"}
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=public)
    assert anne.post("/api/v1/invitations/mails", json=asked, **elsewhere).status_code == 202
    ((_, _, body),) = sent()
    assert "mechant" not in body
    assert body.count("https://voisins.exemple.fr/invitation/") == 2
