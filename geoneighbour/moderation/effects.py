"""What an act does once it counts: to the thing, to the member, and what that member is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
            _suspend(session, case, act.days)
        case "lift":
            _lift(session, case)


def undo(session: Session, case: Case, act: Act, since: datetime) -> None:
    """Takes back what an act did when it began to count (`since`); what another act has done stands."""
    match UNDONE_BY[act.kind]:
        case "show":
            thing, column = _hideable(session, case)
            if thing is not None and getattr(thing, column) == since:
                _hide(session, case, None)
        case "lift":
            member = _locked(session, case)
            if member is not None and member.suspended_at == since:
                _lift(session, case)


def tell(session: Session, case: Case, act: Act) -> None:
    """The member concerned reads what and why; those who reported, only that somebody looked (see reports of the case)."""
    if case.reported_id is not None and act.kind != "dismiss":
        about = {"act": str(act.of_act_id or act.id), "kind": act.kind, "what": case.what}
        session.add(Notice(member_id=case.reported_id, kind="moderation", about=about))


def _hide(session: Session, case: Case, at: Any) -> None:
    thing, column = _hideable(session, case)
    # It may have gone since; the act stands all the same.
    if thing is not None:
        setattr(thing, column, at)


def _hideable(session: Session, case: Case) -> tuple[Any, str]:
    """What hiding concerns, and the column that says since when it is hidden."""
    match case.what:
        case "post":
            return session.get(Post, case.post_id), "hidden_at"
        case "photo":
            return session.query(PostPhoto).filter_by(key=case.photo_key).one_or_none(), "hidden_at"
        case "member":
            return session.get(Member, case.reported_id), "profile_hidden_at"
        case _:
            return session.get(Neighbourhood, case.neighbourhood_id), "story_hidden_at"


def _suspend(session: Session, case: Case, days: int | None) -> None:
    """For so many days, or until it is lifted (None). What lasts longer already stays."""
    member = _locked(session, case)
    if member is None:
        return
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    if member.suspended and (member.suspended_until is None or (until and until < member.suspended_until)):
        return
    member.suspended_at, member.suspended_until = func.now(), until


def _lift(session: Session, case: Case) -> None:
    member = _locked(session, case)
    if member is not None:
        member.suspended_at = member.suspended_until = None


def _locked(session: Session, case: Case) -> Member | None:
    """Whom the case is about: of two cases at once, one after the other."""
    session.flush()
    return session.get(Member, case.reported_id, with_for_update={"key_share": True}, populate_existing=True)
