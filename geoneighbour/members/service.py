"""What a member decides about being seen, and what an operator decides about a member."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput, NotFound, NotVerified, Suspended
from geoneighbour.members.models import LONGEST_ABOUT, LONGEST_CAN_HELP, Block, Member, Notice

READ_KEPT, TOLD_KEPT = timedelta(days=90), timedelta(days=365)
_INITIAL = re.compile(r"\s+(\w)\.$")


def create(session: Session, name: str) -> Member:
    """A member who is not verified and has no home yet. InvalidInput: no name, or one above 80 characters."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise InvalidInput("Un prénom de 80 caractères au plus.", field="name")
    member = Member(name=name, hidden_from_wider=False)
    session.add(member)
    session.flush()
    return member


def get(session: Session, member_id: int) -> Member:
    member = session.get(Member, member_id)
    if member is None:
        raise NotFound
    return member


def require_verified(session: Session, member_id: int) -> Member:
    """The member; NotVerified, Suspended: only verified members write, draw and are counted."""
    member = get(session, member_id)
    if member.verified_at is None:
        raise NotVerified
    if session.scalar(select(func.nearness.suspended(member_id))):
        raise Suspended
    return member


def visit_until(session: Session, member_id: int) -> datetime | None:
    """When the visit of a member who is not verified ends, or ended; None for verified ones."""
    if get(session, member_id).verified_at is not None:
        return None
    return session.scalar(select(func.nearness.visit_until(member_id)))


def visiting(session: Session, member_id: int) -> bool:
    return bool(session.scalar(select(func.now() < func.nearness.visit_until(member_id))))


def pause(session: Session, member_id: int, paused: bool) -> None:
    """While paused, a member neither sees nor is seen."""
    get(session, member_id).paused_at = func.now() if paused else None


def hide_from_wider(session: Session, member_id: int, hidden: bool) -> None:
    get(session, member_id).hidden_from_wider = hidden


def list_on_roll(session: Session, member_id: int, listed: bool) -> None:
    """Who is not listed is not on the roll of the neighbourhood, and does not read it (docs/decisions/012)."""
    get(session, member_id).listed = listed


def be_findable(session: Session, member_id: int, findable: bool) -> None:
    """Whether visitors of the neighbourhood find the member, and may write (docs/decisions/014); who is not listed is not found."""
    get(session, member_id).findable = findable


def show_initial(session: Session, member_id: int, initial: str) -> None:
    """Neighbours read « Zoé M. » instead of « Zoé », or again « Zoé » for an empty text. InvalidInput: not one letter."""
    member, letter = get(session, member_id), initial.strip().removesuffix(".").upper()
    if letter and not (len(letter) == 1 and letter.isalpha()):
        raise InvalidInput("Une seule lettre.", field="initial")
    first = _INITIAL.sub("", member.name)
    member.name = f"{first[:77]} {letter}." if letter else first


def initial_of(member: Member) -> str:
    """The letter that neighbours read after the first name; may be empty."""
    found = _INITIAL.search(member.name)
    return found[1] if found else ""


def introduce(
    session: Session, member_id: int, about: str | None = None, can_help: str | None = None
) -> None:
    """What a member says of themselves on the profile; None leaves it. InvalidInput: too long."""
    member = get(session, member_id)
    if about is not None:
        # Browsers send a line's end as two characters, and count one.
        about = "\n".join(" ".join(line.split()) for line in about.strip().splitlines())
        if len(about) > LONGEST_ABOUT:
            raise InvalidInput("%(most)s caractères au plus.", field="about", most=LONGEST_ABOUT)
        member.about = about
    if can_help is not None:
        can_help = " ".join(can_help.split())
        if len(can_help) > LONGEST_CAN_HELP:
            raise InvalidInput("%(most)s caractères au plus.", field="can_help", most=LONGEST_CAN_HELP)
        member.can_help = can_help


def block(session: Session, member_id: int, other_id: int) -> None:
    """From now on neither sees the other. Blocking twice is blocking once.

    NotFound for whom the member has not met: their names could be read among the blocked.
    """
    if member_id == other_id:
        raise InvalidInput("On ne se bloque pas soi-même.", field="member")
    if session.get(Block, (member_id, other_id)):
        return
    if not session.scalar(select(func.nearness.has_met(member_id, other_id))):
        raise NotFound("Cette personne n'existe pas, ou n'est pas de vos contacts.")
    session.execute(insert(Block).values(blocker_id=member_id, blocked_id=other_id).on_conflict_do_nothing())


def unblock(session: Session, member_id: int, other_id: int) -> None:
    found = session.get(Block, (member_id, other_id))
    if found:
        session.delete(found)


def unread_notices(session: Session, member_id: int) -> list[Notice]:
    """What a member has been told and has not put away yet, oldest first."""
    unread = select(Notice).where(Notice.member_id == member_id, Notice.read_at.is_(None))
    return list(session.scalars(unread.order_by(Notice.id)))


def read_notice(session: Session, member_id: int, notice_id: int) -> None:
    """Puts a member's own notice away; twice is once. NotFound for anybody else's."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.member_id != member_id:
        raise NotFound("Ce message n'existe pas, ou ne vous est pas adressé.")
    if notice.read_at is None:
        notice.read_at = func.now()


def blocked_by(session: Session, member_id: int) -> list[Member]:
    """Whom a member blocked, so that it can be undone."""
    chosen = select(Member).join(Block, Block.blocked_id == Member.id).where(Block.blocker_id == member_id)
    return list(session.scalars(chosen.order_by(Member.name, Member.id)))


def forget_notices(session: Session) -> int:
    """Deletes what was put away more than 90 days ago, or told more than a year ago; returns how much."""
    now = datetime.now(UTC)
    old = delete(Notice).where(or_(Notice.read_at < now - READ_KEPT, Notice.told_at < now - TOLD_KEPT))
    return len(session.scalars(old.returning(Notice.id)).all())
