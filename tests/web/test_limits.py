"""Tries are counted for each account and each network address; answers and times say nothing of who has an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_security.utils import hash_password
from sqlalchemy import Engine, event, func, select, update

from geoneighbour.accounts import limits
from geoneighbour.accounts.mails import QueuedMails
from geoneighbour.accounts.models import Account, Attempt
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.web.app import create_app
from tests.mails import posted
from tests.web.conftest import PASSWORD
from tests.web.readable import readable
from tests.world import communes, settled

LOGIN = limits.LIMITS["security.login"]


@pytest.fixture
def anne(app, world) -> str:
    communes(world, ["A"])
    member = settled(world, "Anne", -2.05, 48.55)
    email = "anne@exemple.fr"
    with app.app_context():
        world.add(
            Account(
                email=email,
                password=hash_password(PASSWORD),
                active=True,
                fs_uniquifier="a",
                member_id=member,
            )
        )
    world.commit()
    return email


def login(app, email: str, password: str = "falsch", network: str = "192.0.2.1"):
    # A browser of its own each time: nothing that it keeps is needed to be counted.
    return app.test_client().post(
        "/connexion", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": network}
    )


def test_an_account_is_closed_to_guesses_for_a_while_from_anywhere(app, world, anne):
    for number in range(LOGIN.account):
        assert login(app, anne, network=f"192.0.2.{number}").status_code == 200
    for email in (anne, f" {anne.upper()} "):
        refused = login(app, email, PASSWORD, network="198.51.100.1")
        assert refused.status_code == 429
        assert "réessayez" in refused.text
    assert login(app, "bruno@exemple.fr").status_code == 200
    world.execute(update(Attempt).values(since=Attempt.since - LOGIN.window))
    world.commit()
    assert login(app, anne, PASSWORD).status_code == 302


def test_guesses_in_json_are_counted_with_the_others(app, anne):
    for number in range(LOGIN.account + 1):
        sent = {"email": f" {anne.upper()}", "password": "falsch"}
        network = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answer = app.test_client().post("/connexion", json=sent, environ_base=network)
    assert answer.status_code == 429
    assert login(app, anne, PASSWORD, network="198.51.100.1").status_code == 429


def test_a_browser_found_open_guesses_no_password_by_sending_other_addresses(app, anne):
    client = app.test_client()
    assert client.post("/connexion", data={"email": anne, "password": PASSWORD}).status_code == 302
    for number in range(limits.LIMITS["security.verify"].account + 1):
        sent = {"password": "falsch", "email": f"{number}@exemple.fr"}
        answer = client.post("/connexion/mot-de-passe", data=sent)
    assert answer.status_code == 429


@pytest.mark.parametrize("sent", [[], "x", 5, {"email": ["a"], "password": {}}])
def test_json_that_is_no_form_is_refused(app, sent):
    app.testing = False
    for path in ("/connexion", "/connexion/cle", "/inscription", "/mot-de-passe", "/confirmation"):
        assert app.test_client().post(path, json=sent).status_code == 422


def test_a_network_address_is_too(app, anne):
    with app.app_context():
        for _ in range(LOGIN.address):
            limits.attempt(limits.engine(), "security.login address", "192.0.2.7", LOGIN.window)
    assert login(app, anne, PASSWORD, network="192.0.2.7").status_code == 429
    assert login(app, anne, PASSWORD, network="192.0.2.8").status_code == 302


def test_a_household_shares_one_ipv6_count():
    assert limits._network("2001:db8:1:2:3::1") == limits._network("2001:db8:1:2:ffff::9")
    assert limits._network("2001:db8:1:3::1") != limits._network("2001:db8:1:2::1")


def test_what_is_counted_names_nobody_and_is_forgotten(app, world, anne):
    login(app, anne)
    for row in world.scalars(select(Attempt)):
        assert len(row.who) == 32
        assert b"anne" not in row.who
    world.execute(update(Attempt).values(since=datetime.now(UTC) - timedelta(days=1, seconds=1)))
    world.commit()
    login(app, "bruno@exemple.fr")
    assert limits.forget(world) == 2
    assert world.scalar(select(func.count()).select_from(Attempt)) == 2


def test_known_and_unknown_addresses_get_the_same_answer(app, anne):
    unknown = "personne@exemple.fr"

    def said(answer, email: str) -> tuple[int, str | None, list[str]]:
        return answer.status_code, answer.location, readable(answer.text.replace(email, ""))

    assert said(login(app, anne), anne) == said(login(app, unknown), unknown)
    answers = []
    for email in (anne, unknown):
        client = app.test_client()
        answer = client.post("/mot-de-passe", data={"email": email})
        answers.append((said(answer, email), readable(client.get("/connexion").text)))
    assert answers[0] == answers[1]


def test_a_login_hashes_once_whether_the_address_is_known_or_not(app, anne, monkeypatch):
    """What takes time is the password: without it, a wrong login would tell by its speed who has an account."""
    hashed = []
    context = app.extensions["security"].pwd_context
    for name in ("hash", "verify"):
        slow = getattr(context, name)
        monkeypatch.setattr(
            context,
            name,
            lambda *given, slow=slow, name=name, **more: hashed.append(name) or slow(*given, **more),
        )
    for email, work in ((anne, ["verify"]), ("personne@exemple.fr", ["hash"])):
        login(app, email)
        assert hashed == work
        hashed.clear()


@pytest.mark.parametrize("path", ["/mot-de-passe", "/confirmation"])
def test_a_mail_is_written_and_sealed_whether_the_address_is_known_or_not(app, anne, monkeypatch, path):
    """And nobody gets the one for nobody. The mail server is not asked while somebody waits."""
    work = []
    for where, name in (
        (QueuedMails, "send_mail"),
        (Sealer, "seal"),
        (app.extensions["security"], "render_template"),
    ):
        done = getattr(where, name)
        monkeypatch.setattr(
            where,
            name,
            lambda *given, done=done, name=name, **more: work.append(name) or done(*given, **more),
        )
    hashes = app.extensions["security"].pwd_context
    monkeypatch.setattr(hashes, "hash", lambda *_, **__: work.append("hash") or "x")
    done = []
    for email in (anne, "personne@exemple.fr"):
        app.test_client().post(path, data={"email": email})
        done.append(sorted(work))
        work.clear()
    assert done[0] == done[1]
    assert {"send_mail", "seal"} <= set(done[0])
    assert [mail["To"] for mail in posted(app)] == [anne]


@pytest.mark.parametrize(("proxies", "closed"), [(0, 429), (1, 200)])
def test_behind_a_proxy_of_ours_the_address_is_the_readers(database, tmp_path, proxies, closed):
    """And without one nobody can choose the address they are counted by."""
    settings = Settings(
        state_dir=tmp_path, database_url="postgresql://unused", secret_key="x", trusted_proxies=proxies
    )
    app = create_app(settings, database)
    app.config["WTF_CSRF_ENABLED"] = False

    def come_from(number: int):
        return app.test_client().post(
            "/connexion",
            data={"email": f"p{number}@exemple.fr", "password": "x"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )

    for number in range(LOGIN.address):
        assert come_from(number).status_code == 200
    assert come_from(200).status_code == closed


def test_a_sign_up_does_the_same_work_whether_the_address_is_known_or_not(app, world, anne):
    """And what is done for nobody is undone."""
    done: list[str] = []

    def note(_, __, statement, *___):
        done.append(" ".join(statement.split()[:3]))

    form = {"password": PASSWORD, "name": "Zoé", "lon": "-2.05", "lat": "48.55"}
    work = []
    everybody = select(func.count()).select_from(Account)
    for email, more in ((anne, 0), ("personne@exemple.fr", 1)):
        world.rollback()
        before = world.scalar(everybody)
        event.listen(Engine, "before_cursor_execute", note)
        answer = app.test_client().post("/inscription", data={"email": email, **form})
        event.remove(Engine, "before_cursor_execute", note)
        assert answer.status_code == 302
        work.append({words for words in done if words.startswith("INSERT")})
        done.clear()
        world.rollback()
        assert world.scalar(everybody) == before + more
    assert work[0] == work[1]
    assert {"INSERT INTO member", "INSERT INTO account", "INSERT INTO login_session"} <= {
        words.split("(")[0].strip() for words in work[0]
    }
