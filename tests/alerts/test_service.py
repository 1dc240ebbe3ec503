"""Whom an alert reaches and what happens to it afterwards: the sentences of docs/decisions/025."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts import keeping, service
from geoneighbour.alerts.models import Alert, AlertAct
from geoneighbour.channels import Outcome
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, TooOften
from geoneighbour.members.models import Notice
from geoneighbour.mydata.export import rows_of
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import Post
from geoneighbour.roles import service as roles
from tests.alerts.town import Sink, Street, recipients, run


def write(street: Street, name: str = "Anne", body: str = "Fuite de gaz rue du Port", **more: object) -> int:
    alert = service.write(street.session, street.ids[name], "danger", body, "neighbourhood", **more)
    street.session.commit()
    return alert.post_id


def block(street: Street, name: str, other: str) -> None:
    values = {"one": street.ids[name], "other": street.ids[other]}
    run(street.session, "INSERT INTO block (blocker_id, blocked_id) VALUES (:one, :other)", **values)


def test_an_alert_goes_once_to_all_whom_the_post_reaches(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla", "Dina", "Eve")
    street.settle("Zoe", lon=-2.01, lat=48.59)
    ids, sink = street.ids, Sink()
    block(street, "Bruno", "Anne")
    run(street.session, "UPDATE member SET paused_at = now() WHERE id = :eve", eve=ids["Eve"])
    run(
        street.session,
        "INSERT INTO alert_quiet (member_id, muted_until) VALUES (:dina, now() + interval '1 day')",
        dina=ids["Dina"],
    )
    post = write(street)
    assert write(street) == post, "the same sent twice is one"
    assert recipients(street.session, post) == {ids["Carla"], ids["Dina"]}
    street.settle("Farid")
    assert recipients(street.session, post) == {ids["Carla"], ids["Dina"]}
    worker = street.worker(sink)
    assert (worker.once(), worker.once()) == (1, 0)
    assert sink.to == {"carla"}
    assert street.states(post) == {"Carla": "sent"}
    message = sink.messages[0]
    assert message.subject == "Danger : Fuite de gaz rue du Port"
    assert f"https://example.org/alertes/{post}" in message.text
    assert message.unsubscribe_url
    assert message.unsubscribe_url in message.text


def test_later_words_go_to_whom_something_left(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla", "Dina", "Eve")
    ids, sink, session = street.ids, Sink(), street.session
    run(
        session,
        "INSERT INTO alert_quiet (member_id, quiet_from, quiet_until, urgent_passes, time_zone)"
        " SELECT :eve, at - interval '1 hour', at + interval '1 hour', false, 'UTC' FROM (SELECT localtime AS at) AS now",
        eve=ids["Eve"],
    )
    post = write(street)
    worker = street.worker(sink)
    worker.once()
    block(street, "Bruno", "Anne")
    service.add_word(session, ids["Anne"], post, "update", "Le périmètre s'étend")
    session.commit()
    assert street.states(post) == {
        "Bruno": "sent",
        "Carla": "sent waiting",
        "Dina": "sent waiting",
        "Eve": "waiting waiting",
    }
    worker.once()
    block(street, "Dina", "Anne")
    service.add_word(session, ids["Anne"], post, "all_clear", "C'est réparé")
    session.commit()
    worker.once()
    assert street.states(post) == {
        "Bruno": "sent",
        "Carla": "sent sent sent",
        "Dina": "sent sent",
        "Eve": "stopped stopped",
    }
    last = sink.messages[-1]
    assert last.subject == "Fin de l’alerte (Danger) : C'est réparé"
    assert "L’alerte disait : Fuite de gaz rue du Port" in last.text
    with pytest.raises(Conflict):
        service.add_word(session, ids["Anne"], post, "update", "Encore un mot")
    with pytest.raises(NotFound):
        service.add_word(session, ids["Carla"], post, "cancel", "Ce n'est pas la sienne")


def test_what_waits_for_somebody_who_blocks_pauses_or_mutes_never_leaves(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla", "Dina", "Eve")
    ids, sink = street.ids, Sink()
    post = write(street)
    block(street, "Anne", "Bruno")
    run(street.session, "UPDATE member SET paused_at = now() WHERE id = :carla", carla=ids["Carla"])
    run(
        street.session,
        "INSERT INTO alert_quiet (member_id, muted_until) VALUES (:dina, now() + interval '1 day')",
        dina=ids["Dina"],
    )
    street.worker(sink).once()
    assert sink.to == {"eve"}
    assert street.states(post) == {"Bruno": "stopped", "Carla": "stopped", "Dina": "stopped", "Eve": "sent"}


def test_a_stop_holds_what_waits_and_a_cancel_goes_to_who_had_it(street: Street) -> None:
    street.settle("Anne", "Bruno", "Carla")
    session, sink = street.session, Sink("email", Outcome.SENT, Outcome.AGAIN)
    post = write(street)
    worker = street.worker(sink)
    worker.once()
    had = sink.to
    run(session, "UPDATE delivery SET due_at = now() WHERE state = 'waiting'")
    assert service.stop(session, street.ids["Anne"], post) == 1
    session.commit()
    assert worker.once() == 0
    service.add_word(session, street.ids["Anne"], post, "cancel", "Fausse alerte, pardon")
    session.commit()
    worker.once()
    assert len(sink.messages) == 2
    assert sink.to == had
    assert sorted(street.states(post).values()) == ["sent sent", "stopped"]


def test_what_moderation_hides_leaves_no_more_but_may_be_cancelled(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session, sink = street.session, Sink()
    post = write(street)
    run(session, "UPDATE post SET hidden_at = now() WHERE id = :post", post=post)
    # Before the second has passed in which the ledger hears of it.
    street.worker(sink).once()
    assert sink.messages == []
    assert session.scalar(text("SELECT nearness.end_alerts()")) == 1
    session.commit()
    assert session.get_one(Alert, post, populate_existing=True).stopped_at is not None
    with pytest.raises(Conflict):
        service.add_word(session, street.ids["Anne"], post, "update", "Encore un mot")
    service.add_word(session, street.ids["Anne"], post, "cancel", "Ce n'était rien")


def test_time_ends_an_alert_in_silence(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session, sink = street.session, Sink()
    post = write(street)
    run(session, "UPDATE alert SET ends_at = now()")
    session.execute(text("SELECT nearness.end_alerts()"))
    session.commit()
    street.worker(sink).once()
    assert sink.messages == []
    assert street.states(post) == {"Bruno": "stopped"}
    assert session.get_one(Alert, post, populate_existing=True).outcome == "expired"
    assert session.get_one(Post, post, populate_existing=True).closed_at is not None


def test_three_a_day_whatever_became_of_them(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session, anne = street.session, street.ids["Anne"]
    for number in range(3):
        post = write(street, body=f"Alerte numéro {number}")
    service.add_word(session, anne, post, "cancel", "Ce n'était rien")
    session.commit()
    with pytest.raises(TooOften):
        write(street, body="Une quatrième")
    session.rollback()
    run(
        session,
        "UPDATE alert SET created_at = created_at - interval '24 hours' WHERE post_id = :post",
        post=post,
    )
    write(street, body="Une quatrième, le lendemain")


def test_a_second_person_lets_a_large_one_go(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.settle("Anne", "Bruno", "Mona", "Otto")
    session, ids, sink = street.session, street.ids, Sink()
    roles.grant(session, ids["Mona"], "commune_agent", "35001")
    monkeypatch.setattr(service, "MOST_ALONE", -1)
    post = write(street)
    street.worker(sink).once()
    assert recipients(session, post) == set()
    assert posts_of(street, "Bruno") == []
    assert sink.messages == []
    for nobody in ("Anne", "Otto"):
        with pytest.raises(NotFound):
            service.approve(session, ids[nobody], post)
    assert session.scalars(text("SELECT nearness.waiting_for_second(:m)"), {"m": ids["Mona"]}).all() == [post]
    block(street, "Bruno", "Anne")
    service.approve(session, ids["Mona"], post)
    session.commit()
    with pytest.raises(Conflict):
        service.approve(session, ids["Mona"], post)
    assert recipients(session, post) == {ids["Mona"], ids["Otto"]}
    street.worker(sink).once()
    assert sink.to == {"mona", "otto"}
    acts = session.scalars(select(AlertAct.what).where(AlertAct.post_id == post).order_by(AlertAct.id)).all()
    assert acts == ["write", "approve"]
    withdrawn = write(street, body="Une autre, retirée")
    service.stop(session, ids["Anne"], withdrawn)
    with pytest.raises(Conflict):
        service.approve(session, ids["Mona"], withdrawn)
    other = write(street, body="Une autre, plus douteuse")
    service.refuse(session, ids["Mona"], other, "Rien ne le confirme")
    session.commit()
    assert session.get_one(Alert, other).outcome == "refused"
    told = session.scalars(select(Notice).where(Notice.member_id == ids["Anne"])).all()
    assert [notice.about["why"] for notice in told] == ["Rien ne le confirme"]
    with pytest.raises(Conflict):
        service.add_word(session, ids["Anne"], other, "update", "Encore un mot")


def posts_of(street: Street, name: str) -> list[int]:
    asked = text("SELECT post_id FROM nearness.feed(:member, NULL, 20)")
    return list(street.session.scalars(asked, {"member": street.ids[name]}))


def test_a_correction_changes_what_has_not_left_and_is_kept(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session, sink = street.session, Sink()
    post = write(street, body="Fuite de gaz rue du Prot")
    service.correct(session, street.ids["Anne"], post, "Fuite de gaz rue du Port")
    session.commit()
    street.worker(sink).once()
    assert sink.messages[0].subject.endswith("rue du Port")
    kept = session.scalars(select(AlertAct).where(AlertAct.what == "correct")).one()
    assert kept.words == "Fuite de gaz rue du Prot"


def test_what_is_refused(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session, anne = street.session, street.ids["Anne"]
    for values in (
        {"happens_at": {"type": "Point", "coordinates": ["x", 2]}},
        {"happens_at": {"type": "Point"}},
    ):
        with pytest.raises(InvalidInput) as refused:
            write(street, **values)
        assert refused.value.field == "happens_at"
        session.rollback()
    with pytest.raises(InvalidInput):
        service.write(session, anne, "weather", "Il va pleuvoir", "neighbourhood")
    # A post is no alert.
    with pytest.raises(InvalidInput):
        posts.write(session, anne, "alert", "Fuite de gaz", "neighbourhood")
    with pytest.raises(Forbidden):
        service.write(session, anne, "danger", "Pour tout le monde", "all")


def test_quiet_hours_end_where_the_member_lives(session: Session) -> None:
    at = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    asked = text("SELECT nearness.quiet_ends(:at, CAST(:since AS time), CAST(:until AS time), :zone)")

    def ends(since: str | None, until: str | None, zone: str, later: float = 0) -> datetime:
        moment = at + timedelta(hours=later)
        return session.scalar(asked, {"at": moment, "since": since, "until": until, "zone": zone})

    assert ends(None, None, "Europe/Paris") == at
    # 23:30 in Paris, 18:30 in Cayenne is 19:30.
    assert ends("22:00", "07:00", "Europe/Paris") == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert ends("22:00", "07:00", "Europe/Paris", 2) == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert ends("22:00", "07:00", "America/Cayenne") == at
    assert ends("19:00", "20:00", "America/Cayenne") == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert ends("07:00", "07:00", "Europe/Paris") == at
    # The night on which the clocks go back is an hour longer.
    night = datetime(2026, 10, 24, 21, tzinfo=UTC)
    values = {"at": night, "since": "22:00", "until": "07:00", "zone": "Europe/Paris"}
    assert session.scalar(asked, values) == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_the_ledger_forgets_after_ninety_days(street: Street) -> None:
    street.settle("Anne", "Bruno")
    session = street.session
    post = write(street)
    run(session, "UPDATE alert SET ended_at = now() - interval '91 days', outcome = 'expired'")
    session.execute(select(func.nearness.make_delivery_month(datetime.now(UTC) - timedelta(days=150))))
    assert keeping.forget(session) == 2
    assert recipients(session, post) == set()


def test_who_leaves_waits_for_no_ledger_and_nothing_more_leaves(
    street: Street, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an alert's author said goes at once; whom it had reached is swept later, in steps, and nobody else's."""
    street.settle("Anne", "Bruno", "Carla", "Dina")
    session, sink = street.session, Sink()
    kept = write(street, "Bruno", "Chien perdu rue du Port")
    street.worker(sink).once()
    gone = write(street)
    told = dict(rows_of(session, street.ids["Carla"]))["delivery"]
    assert [(row["post_id"], row["what"], row["channel"], row["state"]) for row in told] == [
        (kept, "alert", "email", "sent"),
        (gone, "alert", "email", "waiting"),
    ]
    assert {row[name].second for row in told for name in ("said_at", "done_at") if row[name]} == {0}
    (word,) = session.scalars(text("SELECT id FROM alert_word WHERE post_id = :post"), {"post": gone})
    sink.messages.clear()
    run(session, "DELETE FROM member WHERE id = :anne", anne=street.ids["Anne"])
    assert session.scalar(text("SELECT count(*) FROM alert_word WHERE post_id = :post"), {"post": gone}) == 0
    assert len(recipients(session, gone)) == 3
    assert dict(rows_of(session, street.ids["Carla"]))["delivery"] == told[:1]
    assert session.scalars(text("SELECT nearness.stopped_words(:words)"), {"words": [word]}).all() == [word]
    street.worker(sink).once()
    assert sink.messages == []
    session.commit()
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    assert keeping.sweep(database) == 3
    assert recipients(session, gone) == set()
    assert session.scalar(text("SELECT count(*) FROM delivery WHERE post_id = :post"), {"post": gone}) == 0
    assert len(street.states(kept)) == 2
