"""Writing posts, answering them, closing them. A post freezes where it was written (docs/nearness.md, 8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, TooOften
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.posts import reaching
from geoneighbour.posts.models import KINDS, Message, Post, Thread

TWICE = timedelta(seconds=30)
"""The same words by the same author within this time are one: a finger taps twice, a page is sent again."""
NEW_AS_VISITOR = 5
"""How many conversations a visitor begins during the visit, answers to posts included."""
NEW_A_DAY = 20
"""How many a verified member begins in 24 hours."""


def write(
    session: Session,
    member_id: int,
    kind: str,
    body: str,
    reach: str,
    *,
    radius_m: int | None = None,
    place: Point | None = None,
    area: Any = None,
    on_homes: bool = False,
    kinds: tuple[str, ...] = KINDS,
) -> Post:
    """A new post whose origin is where its author lives now; the same again within TWICE is the first one.

    What a reach needs beside its name: reaching.reached. `kinds`: those that the caller writes. NotVerified, Forbidden, or InvalidInput with its field.
    """
    session.execute(select(func.nearness.hold_communes()))
    members.require_verified(session, member_id)
    if members.get(session, member_id).paused_at:
        raise Forbidden("Votre compte est en pause : reprenez-le pour écrire.")
    body = " ".join(body.split())
    if not 3 <= len(body) <= 500:
        raise InvalidInput("Une phrase de 3 à 500 caractères.", field="body")
    if kind not in kinds:
        raise InvalidInput("Une nature parmi : %(kinds)s.", field="kind", kinds=", ".join(kinds))
    # One at a time for each author: of a double tap the second finds the first. The member before the residence, as whoever
    # pauses or suspends locks them; a review that holds the residence may tell the member so meanwhile.
    session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    # Read after that, and held: neither an import nor a review may end the commune or the zone in between.
    home = session.get(Residence, member_id, populate_existing=True, with_for_update={"read": True})
    if home is None:
        raise InvalidInput("Indiquez d'abord où vous habitez.", field="home")
    meant = reaching.reached(
        session, member_id, home, reach, radius_m=radius_m, place=place, area=area, on_homes=on_homes
    )
    twin = select(Post).where(
        Post.author_id == member_id,
        Post.kind == kind,
        Post.body == body,
        Post.reach == reach,
        Post.radius_m.is_not_distinct_from(meant.radius_m),
        Post.on_homes == meant.on_homes,
        _same(Post.centre, meant.centre),
        _same(Post.ground, meant.ground),
        Post.closed_at.is_(None),
        Post.created_at > func.now() - TWICE,
    )
    if found := session.scalars(twin).first():
        return found
    post = Post(
        kind=kind,
        author_id=member_id,
        body=body,
        reach=reach,
        origin_zone=home.zone,
        origin_surroundings=home.surroundings,
        origin_commune_id=meant.commune_id,
        origin_cell=None if meant.on_homes else reaching.published_cell(session, home),
        radius_m=meant.radius_m,
        centre=meant.centre,
        ground=meant.ground,
        on_homes=meant.on_homes,
    )
    session.add(post)
    session.flush()
    session.execute(select(func.nearness.place_post(post.id)))
    return post


def _same(column: InstrumentedAttribute[WKBElement | None], shape: WKBElement | None) -> ColumnElement[bool]:
    return column.is_(None) if shape is None else func.ST_OrderingEquals(column, shape)


def close(session: Session, member_id: int, post_id: int) -> None:
    """The author's own post leaves the feeds; whoever answered keeps the conversation. Closing twice is once."""
    post = session.get(Post, post_id)
    if post is None or post.author_id != member_id:
        raise NotFound("Cette publication n'existe pas, ou n'est pas la vôtre.")
    if post.closed_at is None:
        post.closed_at = func.now()


def reply(session: Session, member_id: int, post_id: int, body: str) -> Thread:
    """Answers the author privately; NotFound for who does not read the post (visitors may)."""
    post = session.get(Post, post_id)
    reached = session.scalar(
        select(func.count()).select_from(func.nearness.post_shown(post_id, member_id).table_valued("id"))
    )
    if post is None or not reached:
        raise NotFound("Cette publication n'existe pas, ou ne vous est pas adressée.")
    if post.author_id == member_id:
        raise InvalidInput(
            "C'est votre propre publication : répondez dans la conversation de chacun.", field="body"
        )
    if post.closed_at:
        raise Conflict("Cette publication est close.")
    own = select(Thread).where(Thread.post_id == post_id, Thread.member_id == member_id)
    thread = _begun(session, own, Thread(post_id=post_id, member_id=member_id))
    add_message(session, member_id, thread.id, body)
    return thread


def write_to(session: Session, member_id: int, other_id: int, body: str) -> Thread:
    """A word to another member in their one conversation about no post, which may begin with it.

    NotFound for whom the member may not write to (nearness.may_write), as for one that does not exist; TooOften.
    """
    if not session.scalar(select(func.nearness.may_write(member_id, other_id))):
        raise NotFound("Cette personne n'existe pas, ou n'est pas de vos contacts.")
    pair = (member_id, other_id)
    ours = select(Thread).where(
        Thread.post_id.is_(None), Thread.member_id.in_(pair), Thread.with_id.in_(pair)
    )
    thread = _begun(session, ours, Thread(member_id=member_id, with_id=other_id))
    add_message(session, member_id, thread.id, body)
    return thread


def _begun(session: Session, wanted: Select[Thread], new: Thread) -> Thread:
    """The conversation that is wanted, else the new one; TooOften for who began as many as one may."""
    # One at a time for each member, and never in the way of a row that names them.
    member = session.get_one(
        Member, new.member_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if found := session.scalars(wanted).one_or_none():
        return found
    visiting = member.verified_at is None
    since = max(member.created_at, member.moved_at) if visiting else datetime.now(UTC) - timedelta(days=1)
    begun = select(func.count()).where(Thread.member_id == member.id, Thread.created_at >= since)
    most = NEW_AS_VISITOR if visiting else NEW_A_DAY
    if (session.scalar(begun) or 0) >= most:
        raise TooOften("Vous avez commencé %(most)s conversations : poursuivez celles-ci d'abord.", most=most)
    values = {"post_id": new.post_id, "member_id": new.member_id, "with_id": new.with_id}
    # The other may have begun it meanwhile.
    session.execute(insert(Thread).values(values).on_conflict_do_nothing())
    return session.scalars(wanted).one()


def add_message(session: Session, member_id: int, thread_id: int, body: str) -> Message:
    """A further word in a thread, by one of its two people; NotFound for anyone else, or when one blocks the other."""
    own = func.nearness.threads_of(member_id).table_valued("thread_id")
    thread = session.scalar(
        select(Thread).join(own, own.c.thread_id == Thread.id).where(Thread.id == thread_id)
    )
    if thread is None:
        raise NotFound("Cette conversation n'existe pas, ou n'est plus ouverte.")
    body = body.strip()
    if not 1 <= len(body) <= 2000:
        raise InvalidInput("Un message de 1 à 2 000 caractères.", field="body")
    session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    twin = select(Message).where(
        Message.thread_id == thread.id,
        Message.author_id == member_id,
        Message.body == body,
        Message.created_at > func.now() - TWICE,
    )
    if found := session.scalars(twin).first():
        return found
    message = Message(thread_id=thread.id, author_id=member_id, body=body)
    session.add(message)
    session.flush()
    return message
