"""Cases as those who look after them read them; decisions as whom they concern does. Who reads what is decided in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.moderation.models import Report

_CASE = text("SELECT * FROM nearness.case_shown(:case, :member)")
_CASES = text(
    "SELECT shown.* FROM nearness.cases_for(:member) AS listed (id),"
    " nearness.case_shown(listed.id, :member) AS shown ORDER BY shown.id"
)
_ACTS = text("SELECT * FROM nearness.acts_of(:case)")
_ABOUT = text("SELECT * FROM nearness.decisions_about(:member)")
_HANDS = text("SELECT nearness.had_a_hand_in(:act, :member)")
MODERATING = frozenset({"moderator", "commune_agent", "operator"})


def duties(session: Session, member_id: int) -> set[str]:
    """A member's roles, `moderator` among them for who moderates the neighbourhood they live in."""
    return set(session.scalars(select(func.nearness.duties(member_id))))


def case(session: Session, member_id: int, case_id: int) -> Row[Any]:
    """A case (columns of nearness.case_shown); NotFound for who does not look after it."""
    row = session.execute(_CASE, {"case": case_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound
    return row


def cases(session: Session, member_id: int) -> Sequence[Row[Any]]:
    """What a member looks after, oldest first: open cases, and those closed lately."""
    return session.execute(_CASES, {"member": member_id}).all()


def waiting(session: Session, member_id: int) -> int:
    """How many cases there are to decide, or appeals."""
    return sum(1 for row in cases(session, member_id) if to_do(row))


def to_do(row: Row[Any]) -> bool:
    return (row.closed_at is None and row.there) or row.waiting or row.appealed


def reports(session: Session, case_id: int) -> Sequence[Report]:
    """What was said of it, oldest first. The case has been asked for before."""
    return session.scalars(select(Report).where(Report.case_id == case_id).order_by(Report.id)).all()


def acts(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """What was done about a case (columns of nearness.acts_of), oldest first."""
    return session.execute(_ACTS, {"case": case_id}).all()


def had_a_hand_in(session: Session, member_id: int, act_id: int) -> bool:
    return bool(session.scalar(_HANDS, {"act": act_id, "member": member_id}))


def about(session: Session, member_id: int) -> Sequence[Row[Any]]:
    """What was decided about a member (columns of nearness.decisions_about), the latest first."""
    return session.execute(_ABOUT, {"member": member_id}).all()
