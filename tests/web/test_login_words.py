"""Login, passwords and links answer in the house's words, not in the library's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask_security.core import _default_messages

from geoneighbour.accounts.words import MESSAGES
from tests.mails import posted, words
from tests.world import communes, settled

FOREIGN = re.compile(r"(?<!e-)\bemails?\b|veuillez|token|identité|\bplease\b", re.IGNORECASE)
PERSON = {"email": "mia@exemple.fr", "password": "grande-maree-2026"}


@pytest.fixture
def mia(world, logged_in):
    communes(world, ["A"])
    mia = settled(world, "Mia", -2.05, 48.55)
    world.commit()
    client = logged_in(mia)
    return client, {"email": f"m{mia}@exemple.fr", "password": PERSON["password"]}


def shown(page: str) -> str:
    """What is read: no tags, no addresses, and what a field says of itself to a browser left out."""
    page = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\S+@\S+", " ", re.sub(r"<[^>]+>", " ", page))


def test_each_name_is_one_of_the_library():
    known = {f"SECURITY_MSG_{name}" for name in _default_messages} | {"SECURITY_EMAIL_SUBJECT_CONFIRM"}
    assert set(MESSAGES) <= known


def test_refusals_speak_as_the_house_does(mia, app):
    client, person = mia
    visitor = app.test_client()
    wrong, unknown = person | {"password": "x"}, person | {"email": "personne@exemple.fr"}
    same = dict.fromkeys(("password", "new_password", "new_password_confirm"), PERSON["password"])
    walk = [
        (visitor, "/connexion", wrong, "ou le mot de passe ne convient pas"),
        (visitor, "/connexion", unknown, "ou le mot de passe ne convient pas"),
        (visitor, "/connexion", {}, "ou le mot de passe ne convient pas"),
        (visitor, "/inscription", PERSON | {"password": "court", "name": "Mia"}, "Il faut 10 caractères"),
        (visitor, "/inscription", {"email": "mia"}, "Cette adresse e-mail n’est pas valable"),
        (visitor, "/mot-de-passe", unknown, "Un lien pour choisir un mot de passe est parti"),
        (visitor, "/mot-de-passe/x", {}, "Ce lien ne sert plus"),
        (client, "/mot-de-passe/changer", same, "Choisissez un autre mot de passe"),
        (client, "/mot-de-passe/changer", same | {"password": "x"}, "Ce n’est pas le bon mot de passe"),
        (client, "/mot-de-passe/changer", same | {"new_password": "autre"}, "ne sont pas les mêmes"),
        (client, "/connexion/mot-de-passe", {"password": "x"}, "Ce n’est pas le bon mot de passe"),
        (client, "/confirmation", {"email": person["email"]}, "Un lien pour confirmer"),
    ]
    for who, path, sent, expected in walk:
        page = shown(who.post(path, data=sent, follow_redirects=True).text)
        assert expected in page, (path, sent, page[-1500:])
        assert not FOREIGN.findall(page), (path, sent, FOREIGN.findall(page))
    assert "Confirmez votre adresse e-mail" in [mail["subject"] for mail in posted(app)]


@pytest.mark.parametrize("path", ["/mot-de-passe", "/confirmation"])
def test_an_expired_link_leads_to_another(mia, app, path):
    _, person = mia
    app.config["SECURITY_RESET_PASSWORD_WITHIN"] = timedelta(seconds=-5)
    app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(seconds=-5)
    app.test_client().post(path, data=person)
    link = re.findall(rf"http://localhost({path}/[\w.-]+)\s", words(posted(app)[-1]))[0]
    for language, expected in (
        ("fr", "Ce lien ne sert plus"),
        ("nl", "Deze link werkt niet meer"),
        ("en", "This link no longer works"),
    ):
        headers = {"Accept-Language": language}
        page = shown(app.test_client().get(link, follow_redirects=True, headers=headers).text)
        assert expected in page
        assert not FOREIGN.findall(page)
