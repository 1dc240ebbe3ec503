"""Logging in with OpenID Connect: by the subject alone, and only with an answer that holds in every part."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update

from geoneighbour.accounts.models import Account, OpenidIdentity
from tests.openid_provider import CLIENT, SECRET, serving
from tests.web.conftest import PASSWORD
from tests.world import communes, settled

HOME = {"lon": "-2.05", "lat": "48.55"}


@pytest.fixture
def provider(app, world):
    communes(world, ["A"])
    world.commit()
    with serving() as provider:
        told = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "AgglO-Connect",
            "fetch_allowed_hosts": "127.0.0.1",
        }
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=told)
        yield provider


@pytest.fixture
def anne(provider, logged_in, world):
    """Her browser; her account here is linked with anne-1 there."""
    client = logged_in(settled(world, "Anne", -2.05, 48.55))
    assert there_and_back(client, provider).location == "/compte/acces"
    return client


def there_and_back(client, provider, **more):
    return client.get(provider.authorize(client.get("/connexion/openid").location, **more))


def inside(client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def identities(world) -> list[tuple[int, str]]:
    world.rollback()
    return [(one.account_id, one.subject) for one in world.scalars(select(OpenidIdentity))]


def test_who_is_linked_logs_in(anne, provider, app, world):
    assert "Lié depuis" in anne.get("/compte/acces").text
    fresh = app.test_client()
    assert "Se connecter avec AgglO-Connect" in fresh.get("/connexion").text
    assert there_and_back(fresh, provider).location == "/accueil"
    assert fresh.get("/api/v1/me").json["name"] == "Anne"
    assert len(identities(world)) == 1


def test_an_email_address_links_nobody(anne, provider, app, world):
    """anne-2 says to have Anne's address; whoever reads that address's mail is another question."""
    email = world.scalar(select(Account.email))
    provider.bend = {"email": email, "email_verified": True}
    fresh = app.test_client()
    assert there_and_back(fresh, provider, subject="anne-2").location == "/"
    assert not inside(fresh)
    fresh.post("/inscription", data={"name": "Eve", "email": email, "password": PASSWORD, **HOME})
    assert not inside(fresh)
    assert [subject for _, subject in identities(world)] == ["anne-1"]


def test_a_new_person_says_where_they_live_and_is_linked(provider, app, world):
    client = app.test_client()
    assert there_and_back(client, provider).location == "/"
    assert not inside(client)
    form = client.get("/inscription").text
    assert 'value="anne@exemple.fr"' in form
    assert 'value="Anne"' in form
    sent = {"name": "Anne", "email": "anne@exemple.fr", "password": PASSWORD}
    assert client.post("/inscription", data=sent).status_code == 200
    assert identities(world) == []
    assert client.post("/inscription", data={**sent, **HOME}).status_code == 302
    assert [subject for _, subject in identities(world)] == ["anne-1"]
    assert world.scalar(select(Account.confirmed_at)) is None
    fresh = app.test_client()
    there_and_back(fresh, provider)
    assert inside(fresh)


def test_who_came_and_waited_too_long_signs_up_without_a_link(provider, app, world, monkeypatch):
    client = app.test_client()
    there_and_back(client, provider)
    later = time.time() + 3601
    monkeypatch.setattr("geoneighbour.accounts.openid_http.time.time", lambda: later)
    client.post("/inscription", data={"name": "A", "email": "a@exemple.fr", "password": PASSWORD, **HOME})
    assert identities(world) == []


BENT = {
    "another provider's": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "someone-else"},
    "for another client, by us": {"aud": "someone-else", "azp": CLIENT},
    "for us among others, by another": {"aud": [CLIENT, "x"], "azp": "x"},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "another flow's": {"nonce": "x"},
    "no flow's": {"nonce": None},
    "nobody": {"sub": None},
    "from tomorrow": {"nbf": int(time.time()) + 86_400},
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_a_word_that_does_not_hold_lets_nobody_in(anne, provider, app, bend):
    provider.bend = bend
    fresh = app.test_client()
    assert there_and_back(fresh, provider).location == "/connexion"
    assert not inside(fresh)
    assert "pas abouti" in fresh.get("/connexion").text


def test_another_key_signs_nothing(anne, provider, app):
    provider.signer = RSAKey.generate_key(2048, {"kid": "one"})
    assert there_and_back(app.test_client(), provider).location == "/connexion"


def test_a_secret_that_both_know_signs_nothing(anne, provider, app):
    provider.algorithm, provider.signer = "HS256", OctKey.import_key(SECRET, {"kid": "one"})
    assert there_and_back(app.test_client(), provider).location == "/connexion"


def test_an_answer_belongs_to_the_browser_that_asked_and_once(anne, provider, app):
    eve, victim = app.test_client(), app.test_client()
    way = provider.authorize(eve.get("/connexion/openid").location)
    assert victim.get(way).location == "/connexion"
    victim.get("/connexion/openid")
    assert victim.get(way).location == "/connexion"
    assert not inside(victim)
    assert eve.get(way).location == "/accueil"
    eve.post("/deconnexion")
    assert eve.get(way).location == "/connexion"


def test_the_code_is_of_no_use_without_the_verifier(anne, provider, app):
    client = app.test_client()
    sent = parse_qs(urlsplit(client.get("/connexion/openid").location).query)
    assert len(sent["code_challenge"][0]) == 43
    with client.session_transaction() as cookie:
        cookie["openid_flow"] = cookie["openid_flow"] | {"verifier": "x" * 64}
        address = f"http://x/?{'&'.join(f'{name}={values[0]}' for name, values in sent.items())}"
    assert client.get(provider.authorize(address)).location == "/connexion"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"token_endpoint": "http://10.0.0.1/token"},
    ],
)
def test_a_provider_that_is_not_itself_or_leads_inside_is_not_followed(anne, provider, app, metadata):
    provider.metadata = metadata
    fresh = app.test_client()
    begun = fresh.get("/connexion/openid").location
    if begun != "/connexion":
        assert fresh.get(provider.authorize(begun)).location == "/connexion"
    assert not inside(fresh)


def test_an_inner_provider_is_not_asked_unless_it_is_allowed(provider, app):
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"fetch_allowed_hosts": ""})
    assert app.test_client().get("/connexion/openid").location == "/connexion"
    assert provider.asked == []


def test_an_identity_is_one_accounts_and_is_taken_off(anne, provider, app, logged_in, world):
    bruno = logged_in(settled(world, "Bruno", -2.05, 48.55))
    there_and_back(bruno, provider)
    assert "déjà liée à un autre compte" in bruno.get("/compte/acces").text
    ((owner, _),) = identities(world)
    assert bruno.post("/compte/acces/openid/1/delier").status_code == 404
    assert anne.post("/compte/acces/openid/1/delier").status_code == 302
    assert identities(world) == []
    fresh = app.test_client()
    there_and_back(fresh, provider)
    assert not inside(fresh)
    assert owner


def test_a_closed_account_stays_closed(anne, provider, app, world):
    world.execute(update(Account).values(active=False))
    world.commit()
    fresh = app.test_client()
    assert there_and_back(fresh, provider).location == "/connexion"
    assert not inside(fresh)


def test_without_the_settings_there_is_nothing(visitor):
    assert visitor.get("/connexion/openid").status_code == 404
    assert "openid" not in visitor.get("/connexion").text


def test_another_person_at_the_same_browser_is_not_linked_with_who_was_there_before(provider, app, world):
    client = app.test_client()
    there_and_back(client, provider)
    client.post("/inscription", data={"name": "B", "email": "b@exemple.fr", "password": PASSWORD, **HOME})
    assert inside(client)
    assert identities(world) == []


def test_a_browser_left_open_links_nothing(provider, logged_in, world, app):
    """Another way in takes the password again, as for a passkey."""
    client = logged_in(settled(world, "Anne", -2.05, 48.55))
    away = client.get("/connexion/openid").location
    with client.session_transaction() as cookie:
        cookie["fs_paa"] -= 25 * 3600
        cookie.pop("fs_gexp", None)
    assert client.get(provider.authorize(away)).location == "/connexion/mot-de-passe"
    assert identities(world) == []
    asked = client.get("/connexion/openid").location
    assert asked == "/connexion/mot-de-passe?next=/connexion/openid"
    assert client.post(asked, data={"password": PASSWORD}).location == "/connexion/openid"
    assert there_and_back(client, provider).location == "/compte/acces"
    assert len(identities(world)) == 1
