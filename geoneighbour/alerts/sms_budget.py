"""The segments of SMS that a commune pays for in a month: a hard stop (sql/74_sms_budget.sql)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geoneighbour.alerts.channel_models import SmsBudget
from geoneighbour.communes.models import Commune
from geoneighbour.errors import InvalidInput

BUDGET_IS = "A budget is a number of segments, 0 or more."


def take(session: Session, commune_id: int, segments: int, most: int) -> bool:
    """Whether so many are left; then they are spent. `most`: SMS_BUDGET, for who has no sum of their own.

    To be committed before the SMS leaves: until then all others of the commune wait.
    """
    return bool(session.scalar(select(func.nearness.take_sms(commune_id, segments, most))))


def give_back(session: Session, commune_id: int, segments: int) -> None:
    """What was taken and certainly did not leave."""
    session.execute(select(func.nearness.give_back_sms(commune_id, segments)))


def set_most(session: Session, commune_id: int, segments: int) -> None:
    """From this month on; this month no less than what has left."""
    if segments < 0:
        raise InvalidInput(BUDGET_IS)
    session.execute(select(func.nearness.set_sms_budget(commune_id, segments)))


def this_month(session: Session) -> Sequence[Row[str, str, str, int | None, int]]:
    """(country, code, name, segments_most, segments_spent) of communes for which any left, or whose sum was set."""
    spent = (
        select(Commune.country, Commune.code, Commune.name, SmsBudget.segments_most, SmsBudget.segments_spent)
        .join(Commune, Commune.id == SmsBudget.commune_id)
        .where(SmsBudget.month == func.date_trunc("month", func.timezone("UTC", func.now())))
        .order_by(SmsBudget.segments_spent.desc(), Commune.code)
    )
    return session.execute(spent).all()
