"""Posts as one member is shown them: the feed, a post, conversations. Who sees what is decided in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.posts.models import Message

_FEED = text(
    "SELECT shown.* FROM ("
    " SELECT array_agg(post_id) AS posts, array_agg(tier) AS tiers, array_agg(CAST(rings AS integer)) AS ring, array_agg(watch_id) AS watches"
    " FROM nearness.feed(:member, :before, :most, :tier, :kind, :author)"
    ") AS page, nearness.posts_shown(:member, page.posts, page.tiers, page.ring, page.watches) AS shown"
    " ORDER BY shown.id DESC"
)
_POST = text("SELECT * FROM nearness.post_shown(:post, :member)")
_THREADS = text("SELECT * FROM nearness.threads_of(:member) ORDER BY last_at DESC NULLS LAST")


def feed(
    session: Session,
    member_id: int,
    before: int | None = None,
    most: int = 20,
    tier: str | None = None,
    kind: str | None = None,
    author_id: int | None = None,
) -> list[Row[Any]]:
    """The newest open posts that reach a member (columns of nearness.posts_shown), older than post `before`.

    Only those that come by a tier, are of a kind, are by an author, where one is given.
    """
    asked = {"before": before, "most": most, "tier": tier, "kind": kind, "author": author_id}
    return [*session.execute(_FEED, asked | {"member": member_id}).all()]


def shown(session: Session, member_id: int, post_id: int) -> Row[Any]:
    """One post; NotFound when it does not reach the member."""
    row = session.execute(_POST, {"post": post_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound("Cette publication n'existe pas, ou ne vous est pas adressée.")
    return row


def threads(session: Session, member_id: int) -> list[Row[Any]]:
    """A member's conversations (columns of nearness.threads_of), the latest word first."""
    return list(session.execute(_THREADS, {"member": member_id}))


def thread_with(session: Session, member_id: int, other_id: int) -> Row[Any] | None:
    """The conversation of two members that is about no post, where they have one."""
    own = (row for row in threads(session, member_id) if row.with_id == other_id and row.post_id is None)
    return next(own, None)


def may_write(session: Session, member_id: int, other_id: int) -> bool:
    """Whether a member may write to another without a post."""
    return bool(session.scalar(select(func.nearness.may_write(member_id, other_id))))


def thread(session: Session, member_id: int, thread_id: int) -> tuple[Row[Any], Sequence[Message]]:
    """One conversation and its messages, oldest first; NotFound when the member is not one of the two."""
    for row in threads(session, member_id):
        if row.thread_id == thread_id:
            messages = select(Message).where(Message.thread_id == thread_id).order_by(Message.id)
            return row, session.scalars(messages).all()
    raise NotFound("Cette conversation n'existe pas, ou n'est plus ouverte.")
