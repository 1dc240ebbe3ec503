"""What an act does once it counts: to the thing, to the member, and what that member is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from geoneighbour.members.models import Member, Notice
from geoneighbour.moderation.models import Act, Case
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts.models import Post, PostPhoto

UNDONE_BY = {"hide": "show", "suspend": "lift", "warn": None}
"""What may be appealed, and what granting that does; a warning that was read is only taken back in words."""


def carry_out(session: Session, case: Case, act: Act) -> None:
    match act.kind:
        case "hide":
            _hide(session, case, func.now())
        case "show":
            _hide(session, case, None)
        case "suspend":
            until = func.now() + timedelta(days=act.days) if act.days else None
            _suspend(session, case, func.now(), until)
        case "lift":
            _suspend(session, case, None, None)


def undo(session: Session, case: Case, act: Act) -> None:
    match UNDONE_BY[act.kind]:
        case "show":
            _hide(session, case, None)
        case "lift":
            _suspend(session, case, None, None)


def tell(session: Session, case: Case, act: Act) -> None:
    """The member concerned reads what and why; those who reported, only that somebody looked (see reports of the case)."""
    if case.reported_id is not None and act.kind != "dismiss":
        about = {"act": str(act.of_act_id or act.id), "kind": act.kind, "what": case.what}
        session.add(Notice(member_id=case.reported_id, kind="moderation", about=about))


def _hide(session: Session, case: Case, at: Any) -> None:
    match case.what:
        case "post":
            thing: Any = session.get(Post, case.post_id)
        case "photo":
            thing = _photo(session, case.photo_key)
        case "member":
            _set(session.get(Member, case.reported_id), "profile_hidden_at", at)
            return
        case _:
            _set(session.get(Neighbourhood, case.neighbourhood_id), "story_hidden_at", at)
            return
    _set(thing, "hidden_at", at)


def _set(thing: Any, column: str, at: Any) -> None:
    # It may have gone since; the act stands all the same.
    if thing is not None:
        setattr(thing, column, at)


def _photo(session: Session, key: str | None) -> PostPhoto | None:
    return session.query(PostPhoto).filter_by(key=key).one_or_none()


def _suspend(session: Session, case: Case, at: Any, until: Any) -> None:
    member = session.get(Member, case.reported_id)
    _set(member, "suspended_at", at)
    _set(member, "suspended_until", until)
