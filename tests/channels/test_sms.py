"""Alerts by SMS: what a gateway is asked, what its answers mean, and what a text costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from geoneighbour.channels import Outcome
from geoneighbour.channels.segments import said, segments
from geoneighbour.channels.sms import LIMITS, Sms
from geoneighbour.errors import InvalidInput, Unavailable
from geoneighbour.guarded import Limits
from geoneighbour.settings import Settings
from tests.channels.letters import letter, told
from tests.channels.peers import Peer, serving

LETTER = letter(key="alert-word-7-1-sms", to="+33612345678", text="Chat perdu, « rue de la Forêt »")


@pytest.fixture
def gateway() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


def sms(peer: Peer, **settings: Any) -> Sms:
    chosen = Settings(**{"sms_url": f"{peer.address}/send", "fetch_allowed_hosts": "127.0.0.1", **settings})
    # A busy machine may take its time over an answer; no answer at all is not waited for so long.
    silent = "silent" in peer.answers
    return Sms(chosen, Limits(seconds=0.3, idle_seconds=0.3) if silent else LIMITS)


def test_the_gateway_is_asked_in_json_with_a_key_that_is_the_same_each_time(gateway) -> None:
    channel = sms(gateway, sms_token="secret", sms_sender="Voisins")
    assert told(channel, LETTER) == [(Outcome.SENT, "")]
    assert told(channel, LETTER) == [(Outcome.SENT, "")]
    for path, headers, content in gateway.came:
        assert path == "/send"
        assert headers["idempotency-key"] == "alert-word-7-1-sms"
        assert headers["authorization"] == "Bearer secret"
        assert json.loads(content) == {
            "to": "+33612345678",
            "from": "Voisins",
            "text": 'Chat perdu, " rue de la Foret "',
        }


def test_a_gateway_with_words_of_its_own(gateway) -> None:
    channel = sms(
        gateway,
        sms_body='{"messages": [{"msisdn": "{digits}", "body": "{text}"}], "ref": "{key}", "n": 1}',
        sms_token="secret",
        sms_token_header="X-Api-Key: {token}",
        sms_key_header="X-Request-Id",
    )
    told(channel, letter(key="k", to="+33612345678", text="pour {to} et {key}"))
    ((_, headers, content),) = gateway.came
    assert (headers["x-api-key"], headers["x-request-id"]) == ("secret", "k")
    # What a text says in braces is not filled in.
    assert json.loads(content) == {
        "messages": [{"msisdn": "33612345678", "body": "pour {to} et {key}"}],
        "ref": "k",
        "n": 1,
    }


def test_a_gateway_that_takes_forms(gateway) -> None:
    told(
        sms(gateway, sms_form=True, sms_body='{"a": "{to}", "b": "{text}"}'), letter(to="+336", text="a&b=c")
    )
    assert parse_qs(gateway.came[0][2].decode()) == {"a": ["+336"], "b": ["a&b=c"]}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (200, Outcome.SENT),
        (202, Outcome.SENT),
        (400, Outcome.NEVER),
        (422, Outcome.NEVER),
        (401, Outcome.AWAY),
        (302, Outcome.AWAY),
        (429, Outcome.AGAIN),
        (500, Outcome.AGAIN),
        (503, Outcome.AGAIN),
        ("cut", Outcome.UNKNOWN),
        ("silent", Outcome.UNKNOWN),
    ],
)
def test_what_answers_mean(gateway, answer, outcome) -> None:
    gateway.answers = [answer]
    ((found, problem),) = told(sms(gateway), LETTER)
    assert found is outcome
    assert len(gateway.came) == 1
    assert "336" not in problem


def test_an_unanswered_one_is_not_followed_by_a_whole_batch_of_them(gateway) -> None:
    gateway.answers = ["silent"] * 99
    outcomes = [outcome for outcome, _ in told(sms(gateway), *(letter(key=str(n)) for n in range(20)))]
    assert outcomes.count(Outcome.UNKNOWN) == len(gateway.came) <= 4
    assert set(outcomes) == {Outcome.UNKNOWN, Outcome.AWAY}


def test_a_gateway_that_is_away_has_been_sent_nothing() -> None:
    nobody = Peer(address="http://127.0.0.1:9")
    assert told(sms(nobody), LETTER) == [(Outcome.AWAY, "NotReached")]


def test_an_inner_gateway_needs_to_be_allowed(gateway) -> None:
    assert told(sms(gateway, fetch_allowed_hosts=""), LETTER) == [(Outcome.AWAY, "InvalidInput")]
    assert gateway.came == []


def test_connections_stay_open(gateway) -> None:
    assert len(told(sms(gateway), *(letter(key=str(number)) for number in range(40)))) == 40
    assert len(gateway.came) == 40
    assert gateway.connections <= 4


def test_a_batch_that_is_stopped_asks_for_nothing_more(gateway) -> None:
    sending = sms(gateway).send([letter(key=str(number)) for number in range(200)])
    next(sending)
    sending.close()  # type: ignore[attr-defined]
    assert len(gateway.came) < 100


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(Unavailable):
        Sms(Settings())
    with pytest.raises(InvalidInput):
        Sms(Settings(sms_url="https://x.example", sms_body="to={to}"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        # Those of the extension table are two septets, which are not cut apart.
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        # Beyond the basic plane: two units, which are not cut apart.
        ("🐈" * 35, 1),
        ("🐈" * 36, 2),
        ("🐈" * 67, 3),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_french_is_said_in_letters_that_cost_less() -> None:
    assert said("L’œuvre… ça brûle à Noël") == "L'oeuvre... ca brule à Noel"
    assert said("Ça brûle 🔥") == "Ça brûle 🔥"
