"""What a partner's page counts: people sent, sales reported, commission, by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Row, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geoneighbour.affiliation.models import ClickCount, CommissionEntry, Conversion, OfferClick
from geoneighbour.offers.models import Offer

MONTHS = 13
MOST_OFFERS = 50


@dataclass(frozen=True)
class Month:
    """Of a partner, from its first day on. Sums in cents."""

    first: date
    clicks: int
    sales: int
    amount: int
    commission: int
    reversed: int
    """What was taken back in this month, of whichever month it was: none, or less."""

    @property
    def due(self) -> int:
        return self.commission + self.reversed


def months(session: Session, partner_id: int, today: date) -> list[Month]:
    """The last thirteen, this one first."""
    firsts = [today.replace(day=1)]
    while len(firsts) < MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))

    def by_month(table: Any, *what: Any) -> dict[date, Row[Any]]:
        month = cast(func.date_trunc("month", table.day), Date)
        asked = select(month, *what).where(table.partner_id == partner_id, table.day >= firsts[-1])
        return {row[0]: row for row in session.execute(asked.group_by(month))}

    def of(found: dict[date, Row[Any]], first: date, place: int = 1) -> int:
        return int(found[first][place] or 0) if first in found else 0

    clicks = by_month(OfferClick, func.count())
    counted = by_month(ClickCount, func.sum(ClickCount.clicks))
    sales = by_month(Conversion, func.count(), func.sum(Conversion.amount_cents))
    taken_back = CommissionEntry.kind == "reversal"
    owed = by_month(
        CommissionEntry, _sum(CommissionEntry.cents, ~taken_back), _sum(CommissionEntry.cents, taken_back)
    )
    return [
        Month(
            first,
            of(clicks, first) + of(counted, first),
            of(sales, first),
            of(sales, first, 2),
            of(owed, first),
            of(owed, first, 2),
        )
        for first in firsts
    ]


def offers_clicked(session: Session, partner_id: int, today: date) -> Sequence[Row[Offer, int, int]]:
    """Offers of a partner with the clicks of this month and of the one before; the most clicked first, at most fifty.

    How many went there, not who: the partner meets each of them on its own site anyway.
    """
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    now, before = func.count().filter(OfferClick.day >= this), func.count().filter(OfferClick.day < this)
    asked = (
        select(Offer, now.label("now"), before.label("before"))
        .join(OfferClick, OfferClick.offer_id == Offer.id)
        .where(OfferClick.partner_id == partner_id, OfferClick.day >= last)
        .group_by(Offer.id)
        .order_by(now.desc(), before.desc(), Offer.id)
    )
    return session.execute(asked.limit(MOST_OFFERS)).all()


def _sum(cents: InstrumentedAttribute[int], which: Any) -> Any:
    return func.sum(cents).filter(which)
