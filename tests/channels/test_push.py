"""Web Push against a push service of the tests, read by a browser of the tests."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from geoneighbour.channels import Outcome
from geoneighbour.channels.push import Push, subscription
from geoneighbour.errors import InvalidInput
from geoneighbour.guarded import Limits
from geoneighbour.settings import Settings
from tests.channels.browser import Browser, signed
from tests.channels.letters import letter, told
from tests.channels.peers import Peer, serving


@pytest.fixture
def service() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(
        state_dir=tmp_path,
        push_hosts="127.0.0.1,*.push.example",
        fetch_allowed_hosts="127.0.0.1",
        mail_from="alerte@voisins.example",
    )


@pytest.fixture
def push(settings) -> Push:
    return Push(settings)


def test_only_the_browser_reads_it_and_the_push_service_knows_who_sent_it(service, push) -> None:
    anne, bruno = Browser(f"{service.address}/a"), Browser(f"{service.address}/b")
    urgent = letter(key="alert-word-7-2-push", to=bruno.to, urgent=True, text="é" * 5000)
    assert told(push, letter(key="alert-word-7-1-push", to=anne.to), urgent) == [(Outcome.SENT, "")] * 2
    came = {path: (headers, content) for path, headers, content in service.came}
    headers, content = came["/a"]
    assert anne.read(content) == {
        "title": "Chat perdu",
        "body": "Un chat gris s’est perdu.",
        "url": "https://voisins.example/alertes/4",
        "tag": "alert-word-7-1-push",
        "lang": "fr",
        "urgent": False,
    }
    assert b"chat" not in content
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "normal")
    assert int(headers["ttl"]) > 3600
    claims, key = signed(headers["authorization"])
    assert key == push.public_key
    assert claims["aud"] == service.address
    assert claims["sub"] == "mailto:alerte@voisins.example"
    assert time.time() < claims["exp"] < time.time() + 24 * 3600
    assert came["/b"][0]["urgency"] == "high"
    # Whatever is written fits.
    assert len(came["/b"][1]) <= 4096
    assert bruno.read(came["/b"][1])["body"] == "é" * 600


def test_the_same_again_takes_the_place_of_the_first(service, push) -> None:
    anne = Browser(f"{service.address}/a")
    for key in ("one", "one", "two"):
        told(push, letter(key=key, to=anne.to))
    first, again, other = (headers["topic"] for _, headers, _ in service.came)
    assert first == again != other
    assert len(first) == 32


def test_the_key_is_the_same_after_a_start(push, settings) -> None:
    assert Push(settings).public_key == push.public_key
    with pytest.raises(InvalidInput):
        Push(settings.model_copy(update={"push_key": "short!"}))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (400, Outcome.NEVER),
        (403, Outcome.NEVER),
        (413, Outcome.NEVER),
        (429, Outcome.AGAIN),
        (503, Outcome.AGAIN),
        ("cut", Outcome.AGAIN),
    ],
)
def test_what_answers_mean(service, push, answer, outcome) -> None:
    service.answers = [answer]
    assert told(push, letter(to=Browser(f"{service.address}/a").to))[0][0] is outcome


def test_one_that_is_not_answered_is_tried_again(service, settings) -> None:
    service.answers = ["silent"]
    hasty = Push(settings, Limits(seconds=0.3, idle_seconds=0.3))
    assert told(hasty, letter(to=Browser(f"{service.address}/a").to))[0][0] is Outcome.AGAIN


def test_a_push_service_that_is_away_holds_up_no_other(service, push) -> None:
    there = letter(key="b", to=Browser(f"{service.address}/b").to)
    gone = [letter(key=str(number), to=Browser("https://nobody.push.example/a").to) for number in range(12)]
    outcomes = told(push, *gone, there)
    assert outcomes[-1] == (Outcome.SENT, "")
    assert {outcome for outcome, _ in outcomes[:-1]} == {Outcome.AGAIN}
    assert "not asked" in {problem for _, problem in outcomes}


HOSTILE = [
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:22/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com@evil.example/x",
    "https://127.0.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[::1/x",
    "https://push.apple.com.evil.example/x",
    "https://xpush.apple.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://fcm.googleapis.com/" + "x" * 2000,
    "",
]


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_no_other_host_is_subscribed_or_called(endpoint: str, tmp_path) -> None:
    settings, browser = Settings(state_dir=tmp_path), Browser(endpoint)
    with pytest.raises(InvalidInput):
        subscription(settings, **browser.subscription)
    ((outcome, _),) = told(Push(settings), letter(to=browser.to))
    assert outcome is Outcome.GONE


def test_the_usual_push_services_are_known_and_keys_must_be_keys(tmp_path) -> None:
    settings = Settings(state_dir=tmp_path)
    for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"):
        sent = Browser(f"https://{host}/x").subscription
        assert json.loads(subscription(settings, **sent).to_json()) == sent
    for wrong in ({"p256dh": "AAAA"}, {"auth": "AAAA"}, {"auth": "é"}, {"p256dh": ""}):
        with pytest.raises(InvalidInput):
            subscription(settings, **sent | wrong)
