"""The ledger's months, made ahead, and what is kept no longer of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.database.engine import transaction

KEPT = timedelta(days=90)
"""So long after its end it is kept whom an alert reached, and three times as long who did what about it."""

AT_ONCE = 5_000
_SWEEP = text("SELECT nearness.sweep_reached(:most)")
_MAKE = text("SELECT nearness.make_delivery_month(now() + :ahead * interval '1 month')")
_FORGET = text("SELECT nearness.forget_alerts(:before)")


def make_months(session: Session) -> int:
    """The ledger's months, this one and the next two; how many were missing."""
    return sum(session.scalars(_MAKE, {"ahead": ahead}).one() for ahead in range(3))


def forget(session: Session) -> int:
    """Months of the ledger, and of ended alerts whom they reached, after 90 days; who did what after nine months. How many rows, a month being one."""
    make_months(session)
    return session.scalars(_FORGET, {"before": datetime.now(UTC) - KEPT}).one()


def sweep(engine: Engine) -> int:
    """Whom alerts had reached that are gone with their author; of how many members. In steps, so that nobody waits for it."""
    swept = 0
    while True:
        with transaction(engine) as session:
            step = session.scalars(_SWEEP, {"most": AT_ONCE}).one()
        swept += step
        if step < AT_ONCE:
            return swept
