"""Alerts as one member is shown them: the list, a page, what waits for a second person. Who sees what is decided in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import AlertKind, AlertWord
from geoneighbour.errors import NotFound

MOST = 50

_LIST = text(
    "SELECT shown.* FROM nearness.alerts_of(:member, :running, :most) AS come,"
    " nearness.alert_shown(come.post_id, :member) AS shown"
    " WHERE CAST(:kind AS text) IS NULL OR shown.alert_kind = :kind ORDER BY shown.id DESC"
)
_ONE = text("SELECT * FROM nearness.alert_shown(:post, :member)")
_OF_POSTS = text(
    "SELECT shown.* FROM unnest(CAST(:posts AS bigint[])) AS post,"
    " nearness.alert_shown(post, :member) AS shown"
)
_OFTEN = text("SELECT kind, tier, a_week FROM nearness.alerts_a_week(:member)")


def running(session: Session, member_id: int, kind: str | None = None) -> list[Row[Any]]:
    """Alerts that run and come to a member (columns of nearness.alert_shown), newest first; of a kind where one is given."""
    return _listed(session, member_id, kind, True, MOST)


def ended(session: Session, member_id: int, kind: str | None = None) -> list[Row[Any]]:
    """Those that ended within two weeks, newest first."""
    return _listed(session, member_id, kind, False, 20)


def one(session: Session, member_id: int, post_id: int) -> Row[Any]:
    """One alert; NotFound when it does not come to the member."""
    row = session.execute(_ONE, {"post": post_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound("Cette alerte n'existe pas, ou ne vous est pas adressée.")
    return row


def of_posts(session: Session, member_id: int, posts: Sequence[int]) -> dict[int, Row[Any]]:
    """Those of a page of the feed that are alerts, by post."""
    if not posts:
        return {}
    return {row.id: row for row in session.execute(_OF_POSTS, {"posts": list(posts), "member": member_id})}


def words(session: Session, post_id: int) -> Sequence[AlertWord]:
    """What was said in an alert, in order; for whom `one` shows it."""
    asked = select(AlertWord).where(AlertWord.post_id == post_id).order_by(AlertWord.id)
    return session.scalars(asked).all()


def kinds(session: Session) -> Sequence[AlertKind]:
    """Those that one may choose today, in their order."""
    asked = select(AlertKind).where(AlertKind.retired_at.is_(None))
    return session.scalars(asked.order_by(AlertKind.position, AlertKind.code)).all()


def often(session: Session, member_id: int) -> dict[tuple[str, str], float]:
    """How many a week reached a member in the last eight weeks, by kind and tier."""
    rows = session.execute(_OFTEN, {"member": member_id})
    return {(row.kind, row.tier): float(row.a_week) for row in rows}


def _listed(
    session: Session, member_id: int, kind: str | None, is_running: bool, most: int
) -> list[Row[Any]]:
    asked = {"member": member_id, "kind": kind, "running": is_running, "most": most}
    return list(session.execute(_LIST, asked))
