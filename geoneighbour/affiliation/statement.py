"""A partner's month as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.affiliation.models import CommissionEntry, Conversion
from geoneighbour.errors import InvalidInput

HEAD = ("entry", "day", "kind", "conversion", "reverses", "amount_eur", "commission_eur", "note")


def month_of(word: str) -> date:
    """2026-11 is its first day. InvalidInput."""
    try:
        return date.fromisoformat(f"{word}-01")
    except ValueError:
        raise InvalidInput(f"no month as 2026-11 is: {word!r}", field="month") from None


def csv_of(session: Session, partner_id: int, month: date) -> str:
    """Its entries in their order, and their sum last."""
    following = (month + timedelta(days=31)).replace(day=1)
    asked = (
        select(CommissionEntry, Conversion.external_id, Conversion.amount_cents)
        .outerjoin(Conversion, Conversion.id == CommissionEntry.conversion_id)
        .where(
            CommissionEntry.partner_id == partner_id,
            CommissionEntry.day >= month,
            CommissionEntry.day < following,
        )
        .order_by(CommissionEntry.id)
    )
    written = io.StringIO()
    to = csv.writer(written, lineterminator="\r\n")
    to.writerow(HEAD)
    total = 0
    for entry, number, amount in session.execute(asked):
        total += entry.cents
        sold = "" if amount is None else euros(amount)
        to.writerow(
            [
                *(entry.id, entry.day.isoformat(), entry.kind, harmless(number or "")),
                *(entry.reverses or "", sold, euros(entry.cents), harmless(entry.note)),
            ]
        )
    to.writerow(["total", f"{month:%Y-%m}", "", "", "", "", euros(total), ""])
    return written.getvalue()


def euros(cents: int) -> str:
    """-1234 is -12.34."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02}"


def harmless(words: str) -> str:
    """What a table program would take for a formula begins with an apostrophe."""
    return f"'{words}" if words[:1] in tuple("=+-@\t\r\n") else words
