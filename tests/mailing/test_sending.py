"""Mails are sealed while they wait, sent once, tried again after a refusal, and given up in the end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour import mailing
from geoneighbour.mailing import sending
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

ANNE = "anne@exemple.fr"


class Box:
    """A mail server that answers each recipient with the next of `answers`, then takes everything."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.came: list[tuple[list[str], bytes]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.came.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    handler = Box()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sealer(tmp_path) -> Sealer:
    return Sealer(Settings(state_dir=tmp_path))


def wait(session: Session, sealer: Sealer, *recipients: str) -> None:
    for to in recipients or (ANNE,):
        mailing.queue(session, sealer, to, "Votre\ncode", "Bonjour, ouï-dire 4711", "<p>Bonjour</p>")
    session.commit()


def due_now(session: Session) -> None:
    session.execute(update(OutgoingMail).values(next_try_at=func.now()))
    session.commit()


def left(session: Session) -> list[OutgoingMail]:
    session.expire_all()
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def over(port: int, tmp_path) -> Settings:
    return Settings(state_dir=tmp_path, smtp_host="127.0.0.1", smtp_port=port)


def test_a_mail_waits_sealed_and_is_sent_once(session, database: Engine, sealer, box, tmp_path) -> None:
    server, port = box
    wait(session, sealer)
    kept = session.execute(text("SELECT outgoing_mail::text FROM outgoing_mail")).scalar_one()
    assert ANNE not in kept
    assert "4711" not in kept
    assert b"4711" not in bytes(left(session)[0].box)
    assert sending.send_due(database, sealer, over(port, tmp_path)) == 1
    assert sending.send_due(database, sealer, over(port, tmp_path)) == 0
    ((to, content),) = server.came
    assert to == [ANNE]
    assert b"Subject: Votre code" in content
    assert b"4711" in content
    assert b"text/html" in content
    assert left(session) == []


def test_what_is_refused_for_now_is_tried_again_later_and_others_go(
    session, database: Engine, sealer, box, tmp_path
) -> None:
    server, port = box
    server.answers = ["451 later"]
    wait(session, sealer, ANNE, "bruno@exemple.fr")
    assert sending.send_due(database, sealer, over(port, tmp_path)) == 1
    (mail,) = left(session)
    assert (mail.tries, mail.problem) == (1, "451")
    assert mail.next_try_at is not None
    assert timedelta(0) < mail.next_try_at - datetime.now(UTC) <= sending.WAITS[0]
    assert sending.send_due(database, sealer, over(port, tmp_path)) == 0
    due_now(session)
    assert sending.send_due(database, sealer, over(port, tmp_path)) == 1
    assert [to for to, _ in server.came] == [["bruno@exemple.fr"], [ANNE]]


def test_nobody_is_asked_twice_for_an_address_that_is_none(session, database, sealer, box, tmp_path) -> None:
    server, port = box
    server.answers = [f"550 <{ANNE}> unknown"]
    wait(session, sealer)
    sending.send_due(database, sealer, over(port, tmp_path))
    (mail,) = left(session)
    assert (mail.next_try_at, mail.problem) == (None, "550")


def test_a_server_that_is_away_is_asked_once_and_given_up_after_the_last_wait(
    session, database, sealer, tmp_path, caplog
) -> None:
    wait(session, sealer, ANNE, "bruno@exemple.fr")
    away = over(free_port(), tmp_path)
    assert sending.send_due(database, sealer, away) == 0
    first, second = left(session)
    assert (first.tries, first.problem, second.tries) == (1, "ConnectionRefusedError", 0)
    for _ in range(2 * len(sending.WAITS) + 1):
        due_now_waiting(session)
        sending.send_due(database, sealer, away)
    assert [(mail.tries, mail.next_try_at) for mail in left(session)] == [(len(sending.WAITS) + 1, None)] * 2
    assert "@" not in caplog.text
    assert sum(sending.WAITS, timedelta()) < sending.KEPT


def due_now_waiting(session: Session) -> None:
    session.execute(
        update(OutgoingMail).where(OutgoingMail.next_try_at.is_not(None)).values(next_try_at=func.now())
    )
    session.commit()


def test_ten_minutes_without_a_server_are_made_up_for_within_five() -> None:
    tries, at = [0.0], 0.0
    for pause in sending.WAITS:
        at += pause.total_seconds() / 60
        tries.append(at)
    for gone in range(1, 101):
        back = gone / 10
        assert next(one for one in tries if one >= back) - back < 5


def test_a_server_that_drips_does_not_hold_on(session, database, sealer, tmp_path) -> None:
    """Each byte comes in time; all of them take six seconds here, and for ever elsewhere."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        try:
            connection, _ = listening.accept()
            for _ in range(120):
                connection.sendall(b"2")
                time.sleep(0.05)
        except OSError:
            return

    threading.Thread(target=drip, daemon=True).start()
    wait(session, sealer)
    begun = time.monotonic()
    dripping = over(listening.getsockname()[1], tmp_path)
    assert sending.send_due(database, sealer, dripping, seconds=0.5) == 0
    assert time.monotonic() - begun < 3
    assert left(session)[0].tries == 1
    listening.close()


def test_no_second_worker_takes_what_is_being_sent(session, database, sealer) -> None:
    wait(session, sealer)
    assert sending._take(database) is not None
    assert sending._take(database) is None


def test_old_ones_go_and_the_rest_is_sealed_anew(session, sealer) -> None:
    wait(session, sealer, ANNE, "bruno@exemple.fr")
    first, second = left(session)
    before = second.box
    first.queued_at = datetime.now(UTC) - sending.KEPT - timedelta(seconds=1)
    assert sending.forget(session) == 1
    assert sending.seal_anew(session, sealer) == 1
    (mail,) = left(session)
    assert mail.box != before
    assert sealer.open(mail.box)["to"] == "bruno@exemple.fr"
