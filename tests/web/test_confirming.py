"""An e-mail address is confirmed by a link, and nothing waits for it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from geoneighbour.accounts.models import Account
from tests.mails import posted, words
from tests.world import communes

MIA = {"name": "Mia", "email": "mia@example.org", "password": "grande-maree-2026", "lon": -2.05, "lat": 48.55}


@pytest.fixture
def mia(world, visitor, app):
    """Signed up and logged in; and the link in her welcome mail."""
    communes(world, ["A"])
    world.commit()
    assert visitor.post("/inscription", data=MIA).location == "/accueil"
    return visitor, links(app)[0]


def links(app) -> list[str]:
    mails = "\n".join(words(mail) for mail in posted(app))
    return re.findall(r"http://localhost(/confirmation/[\w.-]+)\s", mails)


def confirmed(world) -> bool:
    world.rollback()
    return world.scalar(select(Account.confirmed_at)) is not None


def test_the_link_confirms_and_nothing_waited(mia, world):
    client, link = mia
    assert client.get("/accueil").status_code == 200
    assert "pas encore confirmée" in client.get("/compte").text
    assert not confirmed(world)
    assert client.get(link).location == "/compte"
    assert confirmed(world)
    assert "pas encore confirmée" not in client.get("/compte").text


def test_a_link_that_is_none_confirms_nothing(mia, world):
    client, link = mia
    assert client.get(link[:-3] + "xyz").location == "/confirmation"
    assert not confirmed(world)


def test_another_link_can_be_asked_for_and_says_nothing_of_others(mia, world, app):
    answers = []
    for email in (MIA["email"], "personne@example.org"):
        client = app.test_client()
        answer = client.post("/confirmation", data={"email": email})
        page = client.get("/connexion").text.replace(email, "")
        answers.append(
            (answer.status_code, answer.location, re.findall(r'class="note[^>]*>.*?</p>', page, re.DOTALL))
        )
    assert answers[0] == answers[1]
    # The same link, when it is asked for within the same second.
    assert len(links(app)) == 2
    app.test_client().get(links(app)[-1])
    assert confirmed(world)


def test_signing_up_with_a_known_address_says_so_by_mail_alone(mia, app, world):
    answer = app.test_client().post("/inscription", data=MIA)
    assert (answer.status_code, answer.location) == (302, "/accueil")
    assert len(world.scalars(select(Account.id)).all()) == 1
    mails = "".join(words(mail) for mail in posted(app))
    assert "vous en avez déjà" in mails
    assert "already in our system" not in mails
