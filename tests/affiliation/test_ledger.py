"""The ledger beside sums by hand: anything that may happen in thirteen months, in any order, and two at the same moment."""

from __future__ import annotations

import csv
import io
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geoneighbour.affiliation import figures, service
from geoneighbour.affiliation.models import ClickCount, CommissionEntry, OfferClick
from geoneighbour.affiliation.statement import csv_of
from geoneighbour.affiliation.tokens import Tokens
from geoneighbour.database.engine import transaction
from geoneighbour.errors import Conflict, InvalidInput
from geoneighbour.offers import service as offers
from geoneighbour.offers.models import Offer
from geoneighbour.settings import Settings
from tests.offers.made import bring_file, feature, features, feed

BEGUN = date(2026, 1, 15)


@pytest.fixture
def offer(database: Engine, tmp_path: Path) -> int:
    bring_file(database, tmp_path, feed(database), features([feature(1)]))
    with Session(database) as session:
        return session.scalars(select(Offer.id)).one()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(Settings(state_dir=tmp_path, secret_key="for tests only"))


@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_anything(
    seed: int, database: Engine, offer: int, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    day = BEGUN
    monkeypatch.setattr(service, "today", lambda: day)
    clicks, sold = list[tuple[date, str]](), dict[str, tuple[str, int, int]]()
    entries, taken_back = list[tuple[int, date, str, int]](), set[int]()
    clicked, sales, amounts = Counter[date](), Counter[date](), Counter[date]()
    agreed = (0, 0)
    with Session(database) as session:
        partner_id = offers.partner(session, "ferme").id

        def book(kind: str, cents: int) -> None:
            last = session.scalars(select(CommissionEntry).order_by(CommissionEntry.id.desc()).limit(1)).one()
            entries.append((last.id, day, kind, cents))

        for _ in range(220):
            match chance.choice(
                ["later", "terms", *["click"] * 3, *["sale"] * 3, "again", "other", "reverse"]
            ):
                case "later":
                    day += timedelta(days=chance.choice([1, 5, 30]))
                case "terms":
                    agreed = chance.choice([0, 5, 17]), chance.choice([0, 25, 333])
                    service.set_terms(session, partner_id, *agreed)
                case "click":
                    clicks.append((day, tokens.make(service.click(session, "ferme", offer))))
                    clicked[day.replace(day=1)] += 1
                    if agreed[0]:
                        book("click", agreed[0])
                case "sale" if clicks:
                    when, token = chance.choice(clicks[-20:])
                    number, cents = f"s{len(sold)}", chance.choice([0, 1, 99, 4250, 100_000_000])
                    told = service.Report(number, token, cents)
                    if day - when > timedelta(days=90):
                        with pytest.raises(InvalidInput, match="trop ancien"):
                            service.report(session, tokens, partner_id, told)
                        continue
                    commission = int(cents * agreed[1] / 1000 + 0.5)
                    assert service.report(session, tokens, partner_id, told).commission_cents == commission
                    sold[number] = (token, cents, commission)
                    sales[day.replace(day=1)] += 1
                    amounts[day.replace(day=1)] += cents
                    book("conversion", commission)
                case "again" if sold:
                    number = chance.choice(list(sold))
                    token, cents, commission = sold[number]
                    same = service.report(session, tokens, partner_id, service.Report(number, token, cents))
                    assert same.commission_cents == commission
                case "other" if sold:
                    number = chance.choice(list(sold))
                    token, cents, _ = sold[number]
                    with pytest.raises(Conflict):
                        service.report(session, tokens, partner_id, service.Report(number, token, cents + 1))
                case "reverse" if entries:
                    number, _, kind, cents = chance.choice(entries)
                    if kind == "reversal" or number in taken_back:
                        with pytest.raises(Conflict):
                            service.reverse(session, number, "again")
                    else:
                        service.reverse(session, number, "a mistake")
                        taken_back.add(number)
                        book("reversal", -cents)
        assert len(taken_back) > 2, "this year had too little in it"

        for month in figures.months(session, partner_id, day):
            of = [(kind, cents) for _, when, kind, cents in entries if when.replace(day=1) == month.first]
            back = sum(cents for kind, cents in of if kind == "reversal")
            assert (month.clicks, month.sales, month.amount) == (
                clicked[month.first],
                sales[month.first],
                amounts[month.first],
            )
            assert (month.due, month.reversed) == (sum(cents for _, cents in of), back)
            rows = list(csv.reader(io.StringIO(csv_of(session, partner_id, month.first))))[1:]
            assert [(row[2], round(float(row[6]) * 100)) for row in rows[:-1]] == of
            assert round(float(rows[-1][6]) * 100) == month.due


def test_old_clicks_become_counts_that_the_months_still_hold(database: Engine, offer: int) -> None:
    with transaction(database) as session:
        partner_id = offers.partner(session, "ferme").id
        today = service.today()
        kept, old = today - service.CLICK_MONTHS, today - service.CLICK_MONTHS - timedelta(days=1)
        for expected in (2, 1):
            for _ in range(expected):
                service.click(session, "ferme", offer)
            session.execute(text("UPDATE offer_click SET day = :old"), {"old": old})
            assert service.forget(session) == expected
        service.click(session, "ferme", offer)
        session.execute(text("UPDATE offer_click SET day = :kept"), {"kept": kept})
        assert service.forget(session) == 0
        assert session.execute(select(ClickCount.day, ClickCount.clicks)).all() == [(old, 3)]
        assert session.scalar(select(func.count()).select_from(OfferClick)) == 1
        then = (old + timedelta(days=1)).replace(day=1)
        counted = {
            month.first: month.clicks
            for month in figures.months(session, partner_id, then + timedelta(days=27))
        }
        assert sum(counted.values()) == 4


def test_clicks_of_this_month_and_of_the_last_by_offer(
    database: Engine, offer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"2026-01-31": "older", "2026-02-01": "before", "2026-02-28": "before", "2026-03-01": "now"}
    with transaction(database) as session:
        partner_id = offers.partner(session, "ferme").id
        for day in days:
            monkeypatch.setattr(service, "today", lambda day=day: date.fromisoformat(day))
            service.click(session, "ferme", offer)
        [(clicked, now, before)] = figures.offers_clicked(session, partner_id, date(2026, 3, 1))
        assert (clicked.id, now, before) == (offer, 1, 2)


def test_two_at_the_same_moment_are_one(database: Engine, offer: int, tokens: Tokens) -> None:
    """The second waits for the first, and then learns of it."""
    with transaction(database) as session:
        partner_id = offers.partner(session, "ferme").id
        service.set_terms(session, partner_id, 5, 30)
        told = service.Report("A-1", tokens.make(service.click(session, "ferme", offer)), 4250)
        entry = session.scalars(select(CommissionEntry.id)).one()
    both = _overlapping(database, lambda session: service.report(session, tokens, partner_id, told).id)
    assert both[0] == both[1]
    first, second = _overlapping(database, lambda session: service.reverse(session, entry, "twice").cents)
    assert first == -5
    assert isinstance(second, Conflict)
    with Session(database) as session:
        kinds = session.scalars(select(CommissionEntry.kind).order_by(CommissionEntry.id)).all()
    assert kinds == ["click", "conversion", "reversal"]


@pytest.mark.parametrize("table", ["commission_entry", "partner_terms"])
@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET made = made", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
    ids=["update", "delete", "truncate"],
)
def test_what_is_written_stays(table: str, change: str, database: Engine, offer: int) -> None:
    with transaction(database) as session:
        service.set_terms(session, offers.partner(session, "ferme").id, 5, 0)
        service.click(session, "ferme", offer)
    column = {"commission_entry": "cents", "partner_terms": "click_cents"}[table]
    with pytest.raises(DBAPIError, match="not changed"), transaction(database) as session:
        session.execute(text(change.format(table).replace("made", column)))


def _overlapping(engine: Engine, act: Callable[[Session], object]) -> tuple[object, object]:
    """Does it in two transactions, of which the second is under way before the first commits; what each gave."""
    told: list[object] = []

    def second() -> None:
        try:
            with transaction(engine) as session:
                told.append(act(session))
        except Conflict as refused:
            told.append(refused)

    other = threading.Thread(target=second)
    with transaction(engine) as session:
        first = act(session)
        other.start()
        with engine.connect() as watching:
            waiting = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            while other.is_alive() and not watching.scalar(waiting):
                watching.rollback()
        assert not told, "the second did not wait"
    other.join()
    return first, told[0]
