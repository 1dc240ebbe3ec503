"""Reporting something: whoever is shown a thing may, ten times a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput, NotFound, TooOften
from geoneighbour.members.models import Member
from geoneighbour.moderation.models import LONGEST_WORDS, REASONS, THINGS, Case, Report
from geoneighbour.neighbourhoods import queries as neighbourhoods
from geoneighbour.posts import queries as posts
from geoneighbour.posts.models import Message, Post, PostPhoto

MOST, DAY = 10, timedelta(days=1)
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Thing:
    """What is reported, as the reporter is shown it: whose it is (None: a neighbourhood's), in which words."""

    what: str
    number: str
    reported_id: int | None
    body: str
    post_id: int | None = None
    photo_key: str | None = None
    message_id: int | None = None
    neighbourhood_id: int | None = None


def find(session: Session, member_id: int, what: str, number: str) -> Thing:
    """The thing of a kind and number (of a photo: its key). NotFound unless the member is shown it; InvalidInput: one's own."""
    if what not in THINGS:
        raise NotFound
    thing = _FIND[what](session, member_id, number)
    if thing.reported_id == member_id:
        raise InvalidInput("C'est à vous : vous pouvez l'enlever vous-même.", field="what")
    return thing


def report(session: Session, member_id: int, what: str, number: str, reason: str, words: str = "") -> None:
    """Opens a case, or joins the open one of that thing; a second time is the first. TooOften: MOST a day."""
    thing = find(session, member_id, what, number)
    if reason not in REASONS:
        raise InvalidInput("Choisissez un motif.", field="reason")
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("%(most)s caractères au plus.", field="words", most=LONGEST_WORDS)
    # One at a time: of two sent at once the second counts the first.
    session.get(Member, member_id, with_for_update=True, populate_existing=True)
    lately = select(func.count()).where(Report.reporter_id == member_id, Report.made_at > func.now() - DAY)
    if (session.scalar(lately) or 0) >= MOST:
        raise TooOften("Dix signalements par jour au plus : réessayez demain.")
    case = _open_case(session, thing)
    session.execute(
        insert(Report)
        .values(case_id=case.id, reporter_id=member_id, reason=reason, words=words)
        .on_conflict_do_nothing()
    )


def _open_case(session: Session, thing: Thing) -> Case:
    name = f"{thing.what}:{thing.number}"
    session.execute(
        insert(Case)
        .values(
            what=thing.what,
            thing=name,
            post_id=thing.post_id,
            photo_key=thing.photo_key,
            message_id=thing.message_id,
            neighbourhood_id=thing.neighbourhood_id,
            reported_id=thing.reported_id,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(select(Case).where(Case.thing == name, Case.closed_at.is_(None))).one()


def _post(session: Session, member_id: int, number: str) -> Thing:
    row = posts.shown(session, member_id, _id(number))
    return Thing("post", str(row.id), row.author_id, row.body, post_id=row.id)


def _photo(session: Session, member_id: int, key: str) -> Thing:
    allowed = func.nearness.photo_open_to(key, member_id)
    photo = session.scalars(select(PostPhoto).where(PostPhoto.key == key, allowed)).one_or_none()
    if photo is None:
        raise NotFound
    author = session.get_one(Post, photo.post_id).author_id
    return Thing("photo", key, author, photo.alt, post_id=photo.post_id, photo_key=key)


def _message(session: Session, member_id: int, number: str) -> Thing:
    message = session.get(Message, _id(number))
    if message is None:
        raise NotFound
    posts.thread(session, member_id, message.thread_id)
    return Thing("message", str(message.id), message.author_id, message.body, message_id=message.id)


def _member(session: Session, member_id: int, number: str) -> Thing:
    other = session.get(Member, _id(number))
    if other is None or not session.scalar(select(func.nearness.has_met(member_id, other.id))):
        raise NotFound
    return Thing("member", str(other.id), other.id, other.name)


def _neighbourhood(session: Session, member_id: int, number: str) -> Thing:
    row = neighbourhoods.one(session, _id(number), member_id)
    return Thing("neighbourhood", str(row.id), None, f"{row.name}\n{row.story}", neighbourhood_id=row.id)


def _id(number: str) -> int:
    if not (number.isascii() and number.isdigit() and int(number) <= BIGGEST):
        raise NotFound
    return int(number)


_FIND = {
    "post": _post,
    "photo": _photo,
    "message": _message,
    "member": _member,
    "neighbourhood": _neighbourhood,
}
