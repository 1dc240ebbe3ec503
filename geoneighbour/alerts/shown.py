"""Alerts as one member is shown them: the list, a page, what waits for a second person. Who sees what is decided in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import Alert, AlertKind, AlertWord
from geoneighbour.alerts.preview import preview_alert
from geoneighbour.errors import NotFound
from geoneighbour.posts import preview
from geoneighbour.posts.models import Post
from geoneighbour.posts.reaching import Reached

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
_WAITING = text(
    "SELECT shown.* FROM nearness.waiting_for_second(:member) AS post, nearness.alert_shown(post, :member) AS shown"
)
_SIMILAR = text(
    "SELECT shown.* FROM nearness.similar_alerts(:member, :kind, ST_GeomFromWKB(:place, 4326)) AS alike,"
    " nearness.alert_shown(alike, :member) AS shown ORDER BY shown.id DESC"
)
_PROGRESS = text("SELECT nearness.delivery_progress(:post)")
_ROUNDED = text("SELECT nearness.rounded(:sent), nearness.rounded(:waiting)")
_MAY_SECOND = text("SELECT nearness.may_second(:post, :member)")
_COUNTS = text("SELECT channel, state, rows FROM nearness.delivery_counts(:post)")
_OFTEN = text("SELECT kind, tier, a_week FROM nearness.alerts_a_week(:member)")


@dataclass(frozen=True)
class Progress:
    """How far a sending is, of about so many people: rounded, None below k; `done`: nothing waits any more.

    `by_channel`: about how many messages, as they were told before writing (decision 026); never counted in the ledger.
    """

    people: int | None
    sent: int | None
    waiting: int | None
    done: bool
    stopped: bool
    by_channel: dict[str, int | None]


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


def waiting(session: Session, member_id: int) -> list[Row[Any]]:
    """What waits for a second person, whom the member may be; oldest first."""
    return list(session.execute(_WAITING, {"member": member_id}))


def may_second(session: Session, member_id: int, post_id: int) -> bool:
    """Whether the member may be the second person for an alert."""
    return bool(session.scalar(_MAY_SECOND, {"post": post_id, "member": member_id}))


def similar(session: Session, member_id: int, kind: str, place: BaseGeometry | None) -> list[Row[Any]]:
    """Recent alerts of a kind, near a place, that the member reads: is it the same thing?"""
    near = shapely.to_wkb(place) if place is not None else None
    return list(session.execute(_SIMILAR, {"member": member_id, "kind": kind, "place": near}))


def progress(session: Session, alert: Row[Any]) -> Progress | None:
    """How far the sending of one's own alert is; None while nothing is to be told of it."""
    if alert.waits or alert.outcome == "refused":
        return None
    done = session.scalar(_PROGRESS, {"post": alert.id})
    told = preview_alert(session, alert.author_id, alert.alert_kind, _meant(session, alert.id))
    people = told.reach.people
    stopped = session.get_one(Alert, alert.id).stopped_at is not None
    if people is None or done is None:
        return Progress(people, None, None, done == 1, stopped, told.by_channel)
    sent, still = session.execute(_ROUNDED, {"sent": people * done, "waiting": people * (1 - done)}).one()
    return Progress(people, sent, still, done == 1, stopped, told.by_channel)


def ledger(session: Session, post_id: int) -> dict[str, dict[str, int]]:
    """How many deliveries of an alert are in which state, by channel: exact, for operators."""
    found: dict[str, dict[str, int]] = {}
    for row in session.execute(_COUNTS, {"post": post_id}):
        found.setdefault(row.channel, {})[row.state] = row.rows
    return found


def people_of(session: Session, post_id: int) -> int | None:
    """About how many people an alert is for, rounded; None below k."""
    meant = _meant(session, post_id)
    return preview.preview(session, session.get_one(Post, post_id).author_id, meant).people


def _meant(session: Session, post_id: int) -> Reached:
    post = session.get_one(Post, post_id)
    return Reached(
        post.reach,
        post.origin_commune_id,
        post.radius_m,
        post.centre,
        post.ground,
        post.on_homes,
    )


def often(session: Session, member_id: int) -> dict[tuple[str, str], float]:
    """How many a week reached a member in the last eight weeks, by kind and tier."""
    rows = session.execute(_OFTEN, {"member": member_id})
    return {(row.kind, row.tier): float(row.a_week) for row in rows}


def _listed(
    session: Session, member_id: int, kind: str | None, is_running: bool, most: int
) -> list[Row[Any]]:
    asked = {"member": member_id, "kind": kind, "running": is_running, "most": most}
    return list(session.execute(_LIST, asked))
