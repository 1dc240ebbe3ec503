"""The workers: retries, servers that are away, what is not repeated, stops amid a batch, rates, digests, replay."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from geoneighbour import settings as environment
from geoneighbour.alerts import commands, service
from geoneighbour.alerts.channel_models import Phone, PushSubscription
from geoneighbour.alerts.crew import Crew
from geoneighbour.alerts.ledger import ChannelPace, Delivery
from geoneighbour.alerts.sending import USUAL, WAITS, Hooks, Terms, Worker
from geoneighbour.channels import Message, Outcome, Sent
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.sealing import Sealer
from tests.alerts.town import Sink, Street, run

NOW = "UPDATE delivery SET due_at = now() WHERE state = 'waiting'"


def alerted(street: Street, *names: str, kind: str = "danger") -> int:
    """An alert of Anne's to these neighbours, and to those who live there already."""
    street.settle(*(name for name in ("Anne", *names) if name not in street.ids))
    post = service.write(street.session, street.ids["Anne"], kind, "Fuite de gaz", "neighbourhood").post_id
    street.session.commit()
    return post


def ledger(street: Street) -> list[Delivery]:
    street.session.rollback()
    found = select(Delivery).order_by(Delivery.member_id, Delivery.channel)
    return list(street.session.scalars(found.execution_options(populate_existing=True)))


def test_what_failed_is_tried_again_later_and_given_up_in_the_end(street: Street) -> None:
    alerted(street, "Bruno")
    worker = street.worker(Sink("email", *[Outcome.AGAIN] * (len(WAITS) + 1)))
    worker.once()
    row = ledger(street)[0]
    wait = (row.due_at - street.session.scalar(text("SELECT now()"))).total_seconds()
    assert (row.state, row.tries, row.problem, row.leased_by) == ("waiting", 1, "451", None)
    assert WAITS[0] * 0.5 < wait < WAITS[0] * 1.25
    assert worker.once() == 0, "not before it is due"
    run(street.session, "UPDATE delivery SET due_at = now(), tries = :tries", tries=len(WAITS))
    worker.once()
    assert ledger(street)[0].state == "dead"


def test_a_server_that_is_away_holds_the_channel_and_costs_one_message_a_try(street: Street) -> None:
    alerted(street, "Bruno", "Carla", "Dina")
    sink = Sink("email", Outcome.AWAY, Outcome.AWAY, Outcome.AWAY)
    worker = street.worker(sink)
    worker.once()
    assert sorted(row.tries for row in ledger(street)) == [0, 0, 1]
    assert worker.once() == 0
    # So does every other worker, whatever is due.
    assert street.worker(sink).once() == 0
    run(street.session, "UPDATE channel_pace SET held_until = now()")
    assert worker.once() == 2
    run(street.session, NOW)
    worker.once()
    assert sink.to == {"bruno", "carla", "dina"}
    assert street.session.get_one(ChannelPace, "email", populate_existing=True).held_times == 0


def test_an_address_that_is_hopeless_is_given_up_and_may_be_replayed(street: Street) -> None:
    post = alerted(street, "Bruno", "Carla")
    sink = Sink("email", Outcome.NEVER)
    worker = street.worker(sink)
    worker.once()
    assert sorted(row.state for row in ledger(street)) == ["dead", "sent"]
    assert service.replay(street.session, post, ["dead"]) == 1
    street.session.commit()
    worker.once()
    assert sink.to == {"bruno", "carla"}
    assert max(sink.keys.values()) == 1


class Cut(Exception):
    """A worker dies."""


class Dying(Sink):
    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        yield from super().send(messages[:1])
        raise Cut


def test_what_a_dead_worker_held_leaves_again_after_its_lease_with_the_same_key(street: Street) -> None:
    alerted(street, "Bruno", "Carla")
    first, second = Dying(), Sink()
    with pytest.raises(Cut):
        street.worker(first).once()
    assert street.worker(second).once() == 0
    run(street.session, NOW)
    assert street.worker(second).once() == 2
    assert set(first.keys) < set(second.keys)


def with_phones(street: Street) -> None:
    for name, number in street.ids.items():
        box = Sealer(street.settings).seal({"number": f"+3361234567{number}"})
        phone = Phone(member_id=number, box=box, digest=name.encode(), confirmed_at=text("now()"))
        street.session.add(phone)
    street.session.commit()


def test_an_sms_that_may_have_left_is_not_repeated(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla")
    with_phones(street)
    post = alerted(street)
    terms = USUAL["sms"]
    with pytest.raises(Cut):
        street.worker(Dying("sms"), terms).once()
    run(street.session, NOW)
    sink = Sink("sms")
    assert street.worker(sink, terms).once() == 0
    texts = [row for row in ledger(street) if row.channel == "sms"]
    assert [row.state for row in texts] == ["sent", "unknown"]
    assert service.replay(street.session, post, ["dead"]) == 0
    assert service.replay(street.session, post, ["dead", "unknown"]) == 1


def test_a_browser_of_several_is_enough(street: Street) -> None:
    street.settle("Anne", "Bruno")
    for number, (name, member) in enumerate([("a", "Bruno"), ("b", "Bruno")]):
        keys = {"endpoint": f"https://push.example/{name}", "p256dh": "p", "auth": "a"}
        box = Sealer(street.settings).seal(keys)
        browser = PushSubscription(member_id=street.ids[member], endpoint_hash=bytes([number]), box=box)
        street.session.add(browser)
    alerted(street)
    sink, gone = Sink("push", Outcome.GONE, Outcome.SENT), []

    class Noted(Hooks):
        def settled(self, item: object, message: Message, outcome: Outcome) -> None:
            gone.append(outcome)

    worker = street.worker(sink)
    worker._hooks = Noted()
    worker.once()
    assert [row.state for row in ledger(street) if row.channel == "push"] == ["sent"]
    assert gone == [Outcome.GONE, Outcome.SENT]


class Slow(Sink):
    """Ten a second."""

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        for sent in super().send(messages):
            time.sleep(0.1)
            yield sent


def test_a_stop_ends_what_is_under_way_within_seconds(street: Street, database_url: str) -> None:
    post = alerted(street, *(f"Membre{number}" for number in range(60)))
    sink = Slow()
    settings = street.settings.model_copy(update={"alert_threads": 1})
    crew = Crew(street.session.get_bind(), settings, [sink], database_url)  # type: ignore[arg-type]
    running = threading.Thread(target=crew.run)
    running.start()
    try:
        while not sink.messages:
            time.sleep(0.05)
        service.stop(street.session, street.ids["Anne"], post)
        street.session.commit()
        at_stop = len(sink.messages)
        time.sleep(1.5)
    finally:
        crew.ring_off()
        running.join()
    assert len(sink.messages) <= at_stop + 10
    states = [row.state for row in ledger(street)]
    assert states.count("sent") == len(sink.messages)
    assert states.count("stopped") == 60 - len(sink.messages)


def test_a_rate_is_of_all_workers_together(street: Street) -> None:
    alerted(street, *(f"Membre{number}" for number in range(12)))
    sink, terms = Sink(), replace(Terms(), per_second=5.0)
    sent = [street.worker(sink, terms).once() for _ in range(3)]
    assert sent == [5, 0, 0]
    run(street.session, "UPDATE channel_pace SET filled_at = filled_at - interval '0.5 seconds'")
    assert street.worker(sink, terms).once() in (2, 3)


def test_a_digest_is_one_mail_of_all_that_is_not_urgent(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla")
    run(
        street.session,
        "INSERT INTO alert_quiet (member_id, digest, language) VALUES (:b, true, 'nl')",
        b=street.ids["Bruno"],
    )
    for body in ("Chat gris perdu", "Chien noir perdu"):
        service.write(street.session, street.ids["Anne"], "lost_pet", body, "neighbourhood")
    service.write(street.session, street.ids["Anne"], "danger", "Fuite de gaz", "neighbourhood")
    street.session.commit()
    sink = Sink()
    worker = street.worker(sink)
    while worker.once():
        pass
    assert [m.subject for m in sink.messages if m.to == "bruno@example.org"] == ["Gevaar: Fuite de gaz"]
    run(street.session, "UPDATE delivery SET due_at = now() WHERE state = 'held'")
    sink.messages.clear()
    assert worker.once() == 2
    assert worker.once() == 0
    assert [message.to for message in sink.messages] == ["bruno@example.org"]
    assert "Chat gris perdu" in sink.messages[0].text
    assert "Chien noir perdu" in sink.messages[0].text
    assert {row.state for row in ledger(street)} == {"sent"}


def test_urgent_ones_stand_before_all_that_waits(street: Street) -> None:
    alerted(street, "Bruno", "Carla", kind="works")
    service.write(street.session, street.ids["Anne"], "danger", "Fuite de gaz, sortez", "neighbourhood")
    street.session.commit()
    sink = Sink()
    street.worker(sink, replace(Terms(), batch=2)).once()
    assert {message.subject for message in sink.messages} == {"Danger : Fuite de gaz, sortez"}


def test_an_operator_reads_and_acts(
    street: Street, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = alerted(street, "Bruno", "Carla")
    monkeypatch.setenv("DATABASE_URL", database_url)
    environment.load.cache_clear()
    street.worker(Sink("email", Outcome.NEVER)).once()

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(commands.alerts, list(arguments), catch_exceptions=False)
        return result.output

    try:
        told = said("status", str(post))
        assert "runs" in told
        assert "dead" in told
        assert "1 delivery again" in said("replay", str(post))
        assert "email: 1 due" in said("status")
        assert "1 delivery will" in said("stop", str(post))
        assert said("cancel", str(post), "Fausse alerte") == "Cancelled.\n"
        assert "cancelled" in said("status", str(post))
        # What tells of the cancelling waits still.
        assert "1 delivery will" in said("stop", str(post))
        assert said("stop", str(post)) == f"Alert {post} has ended: nothing was left to stop.\n"
        for command in ("status", "replay", "cancel", "stop"):
            for number in (post + 1, 2**70):
                with pytest.raises(NotFound, match=f"there is no alert {number}"):
                    said(command, str(number))
        for reason, *wrong in (
            ("small letters", "Sangliers!", "--fr", "Sangliers"),
            ("at most", "boars", "--fr", "S" * 35),
            ("no symbol boar, only .*flood", "boars", "--fr", "Sangliers", "--icon", "boar"),
        ):
            with pytest.raises(InvalidInput, match=reason):
                said("kinds", "set", *wrong)
        said("kinds", "set", "outage", "--nl", "Onderbreking (water, stroom, gas)", "--icon", "utility_cut")
        said("kinds", "set", "flood", "--fr", "Inondation", "--urgent", "--hours", "48")
        assert "Inondation  urgent" in said("kinds", "list")
        said("kinds", "retire", "flood")
        assert "Inondation  urgent  retired" in said("kinds", "list")
    finally:
        environment.load.cache_clear()


def test_workers_end_with_what_is_no_failure_of_the_database(street: Street) -> None:
    """A mistake is not tried for ever in silence."""
    alerted(street, "Bruno")

    class Broken(Worker):
        def once(self) -> int:
            raise Cut

    worker = street.worker(Sink())
    worker.__class__ = Broken
    with pytest.raises(Cut):
        worker.run(threading.Event(), threading.Event())
