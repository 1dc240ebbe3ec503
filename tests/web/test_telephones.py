"""A telephone is confirmed by a code that a gateway of the tests carries; browsers subscribe; mails are left by a signed link."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.accounts import limits
from geoneighbour.accounts.limits import Limit
from geoneighbour.alerts import leaving, phone_codes, phones, preferences, pushes, sms_budget
from geoneighbour.alerts.channel_models import Phone, PushSubscription, SmsBudget
from geoneighbour.channels.sms import Sms
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.database.http import engine
from geoneighbour.settings import Settings
from geoneighbour.verification.codes import Keys
from geoneighbour.web.app import create_app
from tests.channels.browser import Browser
from tests.channels.peers import Peer, serving
from tests.kept import kept
from tests.web.conftest import PASSWORD
from tests.world import communes, settled

NUMBER = "+33612345678"


@pytest.fixture
def gateway() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


@pytest.fixture
def app(database_url: str, tmp_path, gateway) -> Flask:
    settings = Settings(
        state_dir=tmp_path,
        database_url=database_url,
        secret_key="for tests only",
        sms_url=f"{gateway.address}/send",
        sms_countries="FR,BE",
        sms_budget=5,
        push_hosts="127.0.0.1",
        fetch_allowed_hosts="127.0.0.1",
        public_url="http://localhost",
    )
    app = create_app(settings, make_engine(as_service(database_url)))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def made(world: Session) -> tuple[int, int]:
    communes(world, ["A"])
    return settled(world, "Anne", -2.05, 48.55), settled(world, "Bruno", -2.06, 48.56)


@pytest.fixture
def people(world: Session) -> tuple[int, int]:
    return kept(world, made)


def ask(client: FlaskClient, number: str = "06 12 34 56 78") -> int:
    """What the page answers; then the queue is sent as a worker does."""
    status = client.post("/compte/telephone", data={"number": number}).status_code
    send(client.application)
    return status


def send(app: Flask) -> int:
    with app.app_context():
        return phone_codes.send_due(
            engine(), app.extensions["geoneighbour.sealer"], Sms(app.config["SETTINGS"])
        )


def code_of(gateway: Peer) -> str:
    return re.match(r"\d{6}", json.loads(gateway.came[-1][2])["text"])[0]  # type: ignore[index]


def type_code(client: FlaskClient, code: str) -> str:
    return client.post("/compte/telephone/code", data={"code": code}, follow_redirects=True).text


def numbers(world: Session, app: Flask, *members: int) -> dict[int, str]:
    world.rollback()
    return phones.numbers(world, app.extensions["geoneighbour.sealer"], members)


def test_a_number_counts_from_its_code_on_and_is_forgotten_on_request(
    app, world, people, logged_in, gateway
) -> None:
    anne, _ = people
    client = logged_in(anne)
    assert ask(client) == 302
    sent = json.loads(gateway.came[0][2])
    assert sent["to"] == NUMBER
    assert numbers(world, app, anne) == {}
    kept = world.execute(text("SELECT phone::text FROM phone")).scalar_one()
    assert NUMBER not in kept
    assert code_of(gateway) not in kept
    assert "confirmé" in type_code(client, f" {code_of(gateway)[:3]} {code_of(gateway)[3:]} ")
    assert numbers(world, app, anne) == {anne: NUMBER}
    taken = zipfile.ZipFile(BytesIO(client.get("/compte/mes-donnees.zip").data))
    assert json.loads(taken.read("data.json"))["telephone"] == NUMBER
    assert "06 12 34 56 78" in client.get("/compte/telephone").text
    client.post("/compte/telephone/oublier")
    assert world.scalar(select(func.count()).select_from(Phone)) == 0


def test_five_wrong_codes_end_it_and_the_right_one_comes_too_late(
    app, world, people, logged_in, gateway
) -> None:
    client = logged_in(people[0])
    ask(client)
    right = code_of(gateway)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(phones.TRIES - 1):
        assert "recommencez" in type_code(client, wrong)
    assert "ne sert plus" in type_code(client, wrong)
    assert "ne sert plus" in type_code(client, right)
    assert numbers(world, app, people[0]) == {}


def test_a_code_serves_a_quarter_of_an_hour(app, world, people, logged_in, gateway) -> None:
    client = logged_in(people[0])
    ask(client)
    world.execute(update(Phone).values(code_expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    world.commit()
    assert "ne sert plus" in type_code(client, code_of(gateway))
    world.execute(update(Phone).values(code_expires_at=datetime.now(UTC) - timedelta(days=2)))
    assert phones.forget_unconfirmed(world) == 1


def test_a_number_is_whose_telephone_it_is_and_nobody_learns_that_it_was_known(
    app, world, people, logged_in, gateway
) -> None:
    anne, bruno = map(logged_in, people)
    ask(anne)
    type_code(anne, code_of(gateway))
    assert ask(bruno) == 302
    # Typing somebody's number takes nothing from them.
    assert numbers(world, app, *people) == {people[0]: NUMBER}
    type_code(bruno, code_of(gateway))
    assert numbers(world, app, *people) == {people[1]: NUMBER}


def test_three_codes_a_day(people, logged_in, gateway) -> None:
    client = logged_in(people[0])
    assert [ask(client) for _ in range(4)] == [302, 302, 302, 429]
    assert len(gateway.came) == 3


def test_a_mistyped_number_costs_no_code_and_the_form_says_how_long_the_limit_lasts(
    people, logged_in, gateway, monkeypatch
) -> None:
    client = logged_in(people[0])
    assert [ask(client, "06 12 34") for _ in range(4)] == [422] * 4
    assert [ask(client) for _ in range(3)] == [302] * 3
    client.post("/compte/telephone/oublier")
    for account in (3, 100):
        # Whether it is the account's or that of its network.
        monkeypatch.setitem(limits.LIMITS, "pages.ask_phone_code", Limit(account, 3, timedelta(days=1)))
        refused = client.post("/compte/telephone", data={"number": "06 12 34 56 78"})
        assert refused.status_code == 429
        assert re.search(r"réessayez dans \d+ h", refused.text)
        assert 'value="06 12 34 56 78"' in refused.text
    assert len(gateway.came) == 3


def test_a_number_is_asked_for_where_sms_leave(app, people, logged_in) -> None:
    client = logged_in(people[0])
    assert "Donner mon numéro" in client.get("/compte/alertes").text
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"sms_url": None})
    assert "Donner mon numéro" not in client.get("/compte/alertes").text
    assert "l’instant\u00a0: les alertes" in client.get("/compte/telephone").text


@pytest.mark.parametrize(
    "number",
    ["", "12", "0199000000", "08 92 68 00 00", "+1 202 555 0123", "+44 7400 123456", "3615", "x" * 400],
)
def test_no_other_numbers_are_taken(people, logged_in, gateway, number: str) -> None:
    assert ask(logged_in(people[0]), number) == 422
    assert gateway.came == []


def test_no_page_waits_for_the_gateway_and_a_code_leaves_when_it_is_back(
    app, world, people, logged_in, gateway
) -> None:
    client = logged_in(people[0])
    gateway.answers = [503, 402]
    # The page asks nobody: what it wrote down is sealed, and leaves once.
    assert client.post("/compte/telephone", data={"number": NUMBER}).status_code == 302
    assert gateway.came == []
    assert NUMBER not in world.execute(text("SELECT phone::text FROM phone")).scalar_one()
    world.rollback()
    assert send(app) == 0
    assert (send(app), len(gateway.came)) == (0, 1), "not at once again"
    for left in (0, 1, 0):
        world.execute(update(Phone).values(sms_due_at=func.now()))
        world.commit()
        assert send(app) == left
    assert len({json.loads(content)["text"] for _, _, content in gateway.came}) == 1
    assert len({headers["idempotency-key"] for _, headers, _ in gateway.came}) == 1
    assert spent(world) == 1
    assert "confirmé" in type_code(client, code_of(gateway))


def test_a_number_that_takes_none_and_a_code_that_is_too_late_cost_nothing(
    app, world, people, logged_in, gateway
) -> None:
    anne, bruno = map(logged_in, people)
    gateway.answers = [422]
    assert ask(anne) == 302
    assert "Le code reçu par SMS" not in anne.get("/compte/telephone").text
    assert bruno.post("/compte/telephone", data={"number": NUMBER}).status_code == 302
    world.rollback()
    assert spent(world) == 1
    world.execute(update(Phone).values(code_expires_at=func.now()))
    world.commit()
    assert send(app) == 0
    assert len(gateway.came) == 1
    world.rollback()
    assert spent(world) == 0


def spent(world: Session) -> int:
    world.rollback()
    return world.scalar(select(func.sum(SmsBudget.segments_spent))) or 0


def test_a_commune_pays_no_more_than_its_sum(app, world, people, logged_in, gateway) -> None:
    (commune_id,) = world.scalars(text("SELECT id FROM commune"))
    assert sms_budget.take(world, commune_id, 4, 5)
    assert not sms_budget.take(world, commune_id, 2, 5)
    world.commit()
    clients = [logged_in(member) for member in people]
    assert [ask(client) for client in clients] == [302, 409]
    assert len(gateway.came) == 1
    sms_budget.give_back(world, commune_id, 3)
    assert sms_budget.take(world, commune_id, 3, 5)
    # A sum of its own stands for this month and those after, and is never below what has left.
    sms_budget.set_most(world, commune_id, 2)
    assert world.scalars(select(SmsBudget.segments_most)).all() == [5]
    world.execute(update(SmsBudget).values(month=func.date("2020-01-01"), segments_most=7))
    assert sms_budget.take(world, commune_id, 7, 1)
    assert not sms_budget.take(world, commune_id, 1, 100)


def test_takers_at_the_same_time_do_not_exceed_it(database, world, people) -> None:
    """The second waits for the first, and reads what it has left."""
    (commune_id,) = world.scalars(text("SELECT id FROM commune"))
    world.commit()
    assert sms_budget.take(world, commune_id, 3, 5)
    with Session(database) as other:
        other.execute(text("SET lock_timeout = '50ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            sms_budget.take(other, commune_id, 3, 5)
        other.rollback()
        world.commit()
        assert not sms_budget.take(other, commune_id, 3, 5)


def test_a_browser_subscribes_is_woken_and_forgotten(app, world, people, logged_in, gateway) -> None:
    anne, bruno = people
    sealer, keys = app.extensions["geoneighbour.sealer"], Keys(app.config["SETTINGS"])
    browser = Browser(f"{gateway.address}/one").subscription
    sent = {"endpoint": browser["endpoint"], "expirationTime": None, "keys": dict(list(browser.items())[1:])}
    client, other = logged_in(anne), logged_in(bruno)
    assert client.post("/api/v1/me/push", json=sent).status_code == 204
    assert client.post("/api/v1/me/push", json=sent).status_code == 204
    ((to,),) = pushes.subscriptions(world, sealer, people).values()
    assert json.loads(to) == browser
    assert (
        "127.0.0.1"
        not in world.execute(text("SELECT push_subscription::text FROM push_subscription")).scalar_one()
    )
    # Nobody ends another's.
    other.delete("/api/v1/me/push", json={"endpoint": browser["endpoint"]})
    world.rollback()
    assert pushes.count(world, anne) == 1
    # The same browser, used by somebody else now: the first hears nothing there.
    assert other.post("/api/v1/me/push", json=sent).status_code == 204
    world.rollback()
    assert pushes.subscriptions(world, sealer, people).keys() == {bruno}
    other.delete("/api/v1/me/push", json={"endpoint": browser["endpoint"]})
    world.rollback()
    assert pushes.count(world, bruno) == 0
    for number in range(pushes.MOST + 1):
        sent["endpoint"] = f"{gateway.address}/{number}"
        client.post("/api/v1/me/push", json=sent)
    world.rollback()
    kept = pushes.subscriptions(world, sealer, [anne])[anne]
    assert len(kept) == pushes.MOST
    assert not any(json.loads(one)["endpoint"].endswith("/0") for one in kept)
    pushes.forget(world, keys, kept[0])
    assert pushes.count(world, anne) == pushes.MOST - 1
    world.commit()
    assert client.post("/compte/telephone/navigateurs/oublier").status_code == 302
    world.rollback()
    assert world.scalar(select(func.count()).select_from(PushSubscription)) == 0


def test_a_browser_is_woken_as_long_as_it_is_logged_in(app, world, people, logged_in, gateway) -> None:
    """Whoever logs out, is closed from elsewhere, or does not know the new password: whatever the browser does, it ends here."""
    anne, _ = people
    sealer = app.extensions["geoneighbour.sealer"]

    sent = {}

    def subscribed(name: str) -> FlaskClient:
        browser = Browser(f"{gateway.address}/{name}").subscription
        sent[name] = {"endpoint": browser["endpoint"], "keys": dict(list(browser.items())[1:])}
        client = app.test_client()
        client.post("/connexion", data={"email": f"m{anne}@exemple.fr", "password": PASSWORD})
        answer = client.post("/api/v1/me/push", json=sent[name])
        assert answer.status_code == 204
        return client

    logged_in(anne)

    def woken() -> set[str]:
        world.rollback()
        found = pushes.subscriptions(world, sealer, [anne]).get(anne, [])
        return {json.loads(one)["endpoint"].rpartition("/")[2] for one in found}

    browsers = {name: subscribed(name) for name in ("home", "work", "tablet", "car")}
    assert woken() == browsers.keys()
    browsers["tablet"].post("/deconnexion")
    assert woken() == {"home", "work", "car"}
    closed = world.scalar(text("SELECT max(id) FROM login_session"))
    browsers["home"].post(f"/compte/acces/sessions/{closed}/fermer")
    assert woken() == {"home", "work"}
    changed = {
        "password": PASSWORD,
        "new_password": "un autre mot 12",
        "new_password_confirm": "un autre mot 12",
    }
    assert browsers["home"].post("/mot-de-passe/changer", data=changed).status_code == 302
    assert woken() <= {"home"}
    assert browsers["home"].get("/accueil").status_code == 200
    subscribed_again = browsers["home"].post("/api/v1/me/push", json=sent["home"])
    assert subscribed_again.status_code == 204
    assert woken() == {"home"}
    world.execute(text("UPDATE account SET active = false WHERE member_id = :anne"), {"anne": anne})
    world.commit()
    assert woken() == set()


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "http://localhost:5432/"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": None},
    ],
)
def test_what_is_no_browser_of_a_known_push_service_is_refused(people, logged_in, gateway, change) -> None:
    browser = Browser(f"{gateway.address}/one").subscription
    sent = {"endpoint": browser["endpoint"], "keys": dict(list(browser.items())[1:])} | change
    assert logged_in(people[0]).post("/api/v1/me/push", json=sent).status_code == 422


def test_mails_end_by_their_own_button(app, world, people, visitor) -> None:
    """RFC 8058: a bare POST without cookie or token; looking at the link, as mail programs do, changes nothing."""
    app.config["WTF_CSRF_ENABLED"] = True
    anne, bruno = people
    world.commit()
    link = leaving.link(app.config["SETTINGS"], anne, "email")
    assert link is not None
    path = link.removeprefix("http://localhost")

    def ways(member: int) -> set[str]:
        world.rollback()
        return set().union(*preferences.chosen(world, member).channels.values())

    before = ways(anne)
    assert "email" in before
    assert "courriel" in visitor.get(path).text
    assert ways(anne) == before
    for _ in range(2):
        answer = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        # SMS of urgent kinds, for the day she has a telephone.
        assert ways(anne) == {"push", "sms"}
    assert "Aucune alerte ne vous arrive plus par courriel" in visitor.get(path).text
    assert ways(bruno) == before
    for word in (path[:-1], path[:-1] + "A", "/desabonnement/x", path.replace(path[-20], "-")):
        assert visitor.post(word).status_code == 404
    assert "vos alertes se règlent dans « Compte »" in visitor.get("/desabonnement/x").text
    assert leaving.link(Settings(), anne, "email") is None
