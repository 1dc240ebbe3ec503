"""Each browser that is logged in can be closed by its owner, at once; nothing that it kept brings it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from geoneighbour.accounts import hosts, sessions
from geoneighbour.accounts.models import Account, LoginSession, OpenidIdentity, Passkey
from tests.mails import posted, words
from tests.web.conftest import PASSWORD
from tests.world import communes, settled

PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"
NEW = "vent-du-nord-2027"


@pytest.fixture
def anne(world, logged_in):
    """Her first browser; it is logged in."""
    communes(world, ["A"])
    return logged_in(settled(world, "Anne", -2.05, 48.55))


@pytest.fixture
def phone(app, anne, world):
    """Another one, which stays logged in."""
    client = app.test_client()
    sent = {"email": world.scalar(select(Account.email)), "password": PASSWORD, "remember": "y"}
    assert client.post("/connexion", data=sent, headers={"User-Agent": PHONE}).status_code == 302
    return client


def inside(client) -> bool:
    return client.get("/compte").status_code == 200


def open_sessions(world) -> list[LoginSession]:
    world.rollback()
    return list(world.scalars(select(LoginSession).order_by(LoginSession.id)))


def test_each_login_is_listed_coarsely_and_its_word_is_not_kept(anne, phone, world):
    first, second = open_sessions(world)
    assert (first.browser, second.browser, second.device) == ("", "Firefox", "Android")
    page = anne.get("/compte/acces").text
    assert "Firefox sur Android" in page
    assert page.count("Fermer cette session") == 1
    kept = world.execute(text("SELECT login_session::text FROM login_session")).scalars().all()
    with phone.session_transaction() as cookie:
        assert not [
            row for row in kept if cookie["_user_id"].encode().hex() in row or cookie["_user_id"] in row
        ]
    assert "127.0.0.1" not in "".join(kept)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (PHONE, ("Firefox", "Android")),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604",
            ("Safari", "iPhone"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120", ("", "Linux")),
        ("curl/8", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_named_as_a_person_would(agent, said):
    assert sessions.named(agent) == said


def test_a_closed_session_is_out_at_once_with_all_it_kept(anne, phone, world):
    other = open_sessions(world)[1].id
    assert anne.post(f"/compte/acces/sessions/{other}/fermer").status_code == 302
    assert phone.get_cookie("remember_token") is not None
    for _ in range(2):
        assert not inside(phone)
        assert phone.get("/api/v1/me").status_code == 401
        with phone.session_transaction() as cookie:
            cookie.clear()
    assert inside(anne)


def test_the_cookie_that_stays_logged_in_opens_its_own_session(phone, world):
    with phone.session_transaction() as cookie:
        cookie.clear()
    assert inside(phone)
    assert len(open_sessions(world)) == 2


def test_all_others_at_once(anne, phone, world):
    anne.post("/compte/acces/sessions/fermer")
    assert (inside(anne), inside(phone), len(open_sessions(world))) == (True, False, 1)


def test_nobody_closes_somebody_elses(anne, logged_in, world):
    bruno = logged_in(settled(world, "Bruno", -2.05, 48.55))
    hers = open_sessions(world)[0].id
    assert bruno.post(f"/compte/acces/sessions/{hers}/fermer").status_code == 404
    bruno.post("/compte/acces/sessions/fermer")
    assert inside(anne)


def test_leaving_ends_ones_own_alone_even_for_a_copied_cookie(anne, phone, world):
    copied = anne.get_cookie("session").value
    anne.post("/deconnexion")
    anne.set_cookie("session", copied)
    assert (inside(anne), inside(phone), len(open_sessions(world))) == (False, True, 1)


def test_a_new_password_closes_the_others(anne, phone, world):
    sent = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert anne.post("/mot-de-passe/changer", data=sent).status_code == 302
    assert (inside(anne), inside(phone), len(open_sessions(world))) == (True, False, 1)


def reset(app, email: str) -> None:
    app.test_client().post("/mot-de-passe", data={"email": email})
    link = next(word for word in words(posted(app)[-1]).split() if word.startswith("http://localhost/"))
    sent = {"password": NEW, "password_confirm": NEW}
    assert app.test_client().post(link, data=sent).status_code == 302


def test_a_forgotten_password_closes_all(anne, phone, app, world):
    reset(app, world.scalar(select(Account.email)))
    assert (inside(anne), inside(phone), open_sessions(world)) == (False, False, [])


def test_what_is_not_used_for_30_days_is_closed_and_forgotten(anne, phone, world):
    old = datetime.now(UTC).date() - sessions.UNUSED - timedelta(days=1)
    last = open_sessions(world)[1].id
    world.execute(update(LoginSession).where(LoginSession.id == last).values(seen_on=old))
    world.commit()
    assert not inside(phone)
    assert sessions.forget(world) == 1
    world.commit()
    assert inside(anne)


def test_a_session_that_is_used_lives_on(anne, world):
    world.execute(update(LoginSession).values(seen_on=LoginSession.seen_on - 20))
    world.commit()
    assert inside(anne)
    assert open_sessions(world)[0].seen_on == datetime.now(UTC).date()


def test_no_token_opens_what_could_not_be_closed(app, anne, world):
    sent = {"email": world.scalar(select(Account.email)), "password": PASSWORD}
    answer = app.test_client().post("/connexion?include_auth_token", json=sent)
    token = answer.json["response"]["user"]["authentication_token"]
    fresh = app.test_client()
    assert fresh.get("/api/v1/me", headers={"Authentication-Token": token}).status_code == 401
    assert fresh.get(f"/api/v1/me?auth_token={token}").status_code == 401


def test_they_come_along_with_ones_own_data_without_the_word(anne, world):
    import json
    import zipfile
    from io import BytesIO

    files = zipfile.ZipFile(BytesIO(anne.get("/api/v1/me/export").data))
    (mine,) = json.loads(files.read("data.json"))["login_session"]
    assert set(mine) == {"id", "account_id", "browser", "device", "begun_at", "seen_on"}


def test_a_password_is_not_guessed_from_an_open_browser_either(anne):
    answers = [anne.post("/connexion/mot-de-passe", data={"password": "faux"}).status_code for _ in range(11)]
    assert (answers[0], answers[-1]) == (200, 429)


@pytest.mark.parametrize("confirmed", [False, True])
def test_who_made_an_account_for_anothers_address_keeps_no_way_into_it(anne, app, world, confirmed):
    """The owner of the address resets the password: what else opens the account goes, where nobody had confirmed it before."""
    account = world.scalars(select(Account)).one()
    account.confirmed_at = datetime.now(UTC) if confirmed else None
    world.add(OpenidIdentity(account_id=account.id, issuer="https://id.example", subject="x"))
    world.add(
        Passkey(
            account_id=account.id,
            name="x",
            credential_id=b"x",
            public_key=b"x",
            backup_state=False,
            device_type="single_device",
            usage="first",
            lastuse_datetime=datetime.now(UTC),
        )
    )
    world.commit()
    reset(app, account.email)
    world.expire_all()
    left = [world.scalar(select(func.count()).select_from(one)) for one in (OpenidIdentity, Passkey)]
    assert left == ([1, 1] if confirmed else [0, 0])
    assert account.confirmed_at is not None


def test_mails_lead_to_no_host_that_somebody_wrote(app, anne, world):
    """A link that opens an account goes to whoever the request named, unless that is looked at."""
    email = world.scalar(select(Account.email))

    def asked(host: str, address: str = email) -> int:
        told = {"data": {"email": address}, "base_url": f"https://{host}"}
        return app.test_client().post("/mot-de-passe", **told).status_code

    assert [asked("evil.example", one) for one in (email, "nobody@exemple.fr")] == [503, 503]
    assert posted(app) == []
    ours = app.config["SETTINGS"].model_copy(update={"public_url": "https://voisins.example"})
    app.config.update(SETTINGS=ours, TRUSTED_HOSTS=hosts.trusted(ours))
    assert asked("evil.example") == 400
    assert asked("voisins.example") < 400
    assert [("https://voisins.example/" in words(mail)) for mail in posted(app)] == [True]
