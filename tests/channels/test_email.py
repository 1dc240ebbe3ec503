"""Alerts by mail, against a mail server that takes, refuses, is away, breaks off, and drips."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from geoneighbour.channels import Outcome
from geoneighbour.channels.email import Email
from geoneighbour.settings import Settings
from tests.channels.letters import letter, told


class Box:
    """A mail server that answers each recipient with the next of `answers` (None: hangs up), then takes everything."""

    def __init__(self) -> None:
        self.answers: list[str | None] = []
        self.came: list[bytes] = []
        self.conversations = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.conversations += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer is None:
            server.transport.close()
            return "421 bye"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.came.append(envelope.content)
        return "250 OK"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Box, int]]:
    handler = Box()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.fixture
def box(server) -> Box:
    handler, _ = server
    handler.__init__()
    return handler


@pytest.fixture
def email(server, tmp_path) -> Email:
    return over(server[1], tmp_path)


def over(port: int, tmp_path, seconds: float = 5) -> Email:
    settings = Settings(
        state_dir=tmp_path, smtp_host="127.0.0.1", smtp_port=port, mail_from="alerte@voisins.example"
    )
    return Email(settings, seconds)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_batch_is_one_conversation_and_each_mail_says_how_to_end_it(box, email) -> None:
    letters = [letter(key=f"alert-word-7-{number}-email") for number in range(3)]
    assert told(email, *letters) == [(Outcome.SENT, "")] * 3
    assert box.conversations == 1
    mail = message_from_bytes(box.came[1], policy=policy.default)
    assert mail["Message-ID"] == "<alert-word-7-1-email@voisins.example>"
    assert mail["List-Unsubscribe"] == "<https://voisins.example/desabonnement/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "s’est perdu" in mail.get_body(("plain",)).get_content()
    # The same again, as after a crash: mailboxes know it by its Message-ID.
    told(email, letters[1])
    assert message_from_bytes(box.came[-1], policy=policy.default)["Message-ID"] == mail["Message-ID"]


def test_a_long_way_out_leaves_on_one_line_as_it_is(box, email) -> None:
    url = f"https://voisins.example/desabonnement/{'WzEyMzQ1NiwiZW1haWwiXQ.' * 8}"
    told(email, letter(unsubscribe_url=url))
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in box.came[0]


def test_who_has_no_link_to_leave_by_gets_no_such_header(box, email) -> None:
    told(email, letter(unsubscribe_url=None))
    assert "List-Unsubscribe" not in message_from_bytes(box.came[0])


def test_a_refusal_concerns_one_mail(box, email) -> None:
    box.answers = ["451 later", "550 <anne@exemple.fr> unknown", "250 OK"]
    assert told(email, letter(), letter(key="b"), letter(key="c")) == [
        (Outcome.AGAIN, "451"),
        (Outcome.NEVER, "550"),
        (Outcome.SENT, ""),
    ]
    assert box.conversations == 1


def test_a_mail_at_which_the_server_breaks_off_holds_up_no_other(box, email) -> None:
    box.answers = ["250 OK", None, "250 OK"]
    outcomes = told(email, letter(), letter(key="b"), letter(key="c"))
    assert [outcome for outcome, _ in outcomes] == [Outcome.SENT, Outcome.AGAIN, Outcome.SENT]
    assert box.conversations == 2


def test_a_server_that_always_breaks_off_is_away(box, email) -> None:
    box.answers = [None] * 9
    outcomes = told(email, *(letter(key=str(number)) for number in range(4)))
    assert [outcome for outcome, _ in outcomes] == [*[Outcome.AGAIN] * 2, *[Outcome.AWAY] * 2]


def test_no_server_is_away_for_all_without_asking_for_each(tmp_path) -> None:
    channel = over(free_port(), tmp_path)
    assert told(channel, letter(), letter(key="b")) == [(Outcome.AWAY, "ConnectionRefusedError")] * 2


@pytest.mark.parametrize("greeting", [b"", b"220 here\r\n"])
def test_a_server_that_drips_is_away_in_time(greeting: bytes, tmp_path) -> None:
    """A byte at a time for ever, from its first word on, or once it has greeted."""
    with dripping(greeting) as port:
        begun = time.monotonic()
        outcomes = told(over(port, tmp_path, seconds=0.4), letter(), letter(key="b"))
        assert time.monotonic() - begun < 2
        assert [outcome for outcome, _ in outcomes] == [Outcome.AWAY] * 2


def test_a_server_that_drips_amid_a_mail_lets_that_one_be_tried_again(tmp_path) -> None:
    with dripping(b"220 here\r\n250 ok\r\n") as port:
        outcomes = told(over(port, tmp_path, seconds=0.4), letter(), letter(key="b"))
        assert [outcome for outcome, _ in outcomes] == [Outcome.AGAIN, Outcome.AWAY]
        assert not any("@" in problem for _, problem in outcomes)


class dripping:
    """A server that says `greeting` and then a byte at a time."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting = greeting

    def __enter__(self) -> int:
        self.listening, self.over = socket.create_server(("127.0.0.1", 0)), threading.Event()
        threading.Thread(target=self._drip, daemon=True).start()
        return self.listening.getsockname()[1]

    def _drip(self) -> None:
        try:
            connection, _ = self.listening.accept()
            connection.sendall(self.greeting)
            while not self.over.wait(0.02):
                connection.sendall(b"2")
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.listening.close()


def test_without_a_server_mails_are_files(tmp_path) -> None:
    channel = Email(Settings(state_dir=tmp_path))
    assert told(channel, letter(), letter(key="b")) == [(Outcome.SENT, "")] * 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_what_is_not_asked_for_does_not_leave(box, email) -> None:
    """The kill switch closes the channel amid a batch."""
    sending = email.send([letter(key=str(number)) for number in range(5)])
    next(sending)
    close: Callable[[], None] = sending.close  # type: ignore[attr-defined]
    close()
    assert len(box.came) == 1
