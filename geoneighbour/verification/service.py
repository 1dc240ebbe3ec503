"""Proofs of where a member lives, and which ways to prove it are open (docs/verification.md)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.accounts.service import by_email
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.members.models import Member, Notice
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.settings import Settings
from geoneighbour.verification.models import Proof

WAYS = ("postcard", "vouching", "document", "connection")
"""What VERIFICATION_WAYS may name. An operator's word needs no setting."""
SUFFICIENT = {"postcard", "vouching", "document", "operator"}
MAKES_VOUCHER = SUFFICIENT - {"vouching"}
"""Each of SUFFICIENT verifies by itself, and all but vouching let one vouch. The connection never does: it is a hint."""


def ways(settings: Settings) -> list[str]:
    """The ways that are open, in the order of VERIFICATION_WAYS. InvalidInput: a word that names none."""
    named = [way.strip() for way in settings.verification_ways.split(",") if way.strip()]
    if unknown := set(named) - set(WAYS):
        raise InvalidInput(f"VERIFICATION_WAYS: no way is called {min(unknown)}; there are {', '.join(WAYS)}")
    return list(dict.fromkeys(named))


def require_open(settings: Settings, way: str) -> None:
    """Forbidden while VERIFICATION_WAYS does not name this way."""
    if way not in ways(settings):
        raise Forbidden("Cette façon de vérifier une adresse n'est pas ouverte ici.")


def asking(session: Session, settings: Settings, way: str, member_id: int) -> Member:
    """The member, locked, who begins to prove a home this way. Errors as require_asking()."""
    require_open(settings, way)
    member = session.get_one(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    require_asking(session, settings, way, member)
    return member


def require_asking(session: Session, settings: Settings, way: str, member: Member) -> None:
    """Forbidden while this way is closed; Conflict for who is verified, unless this way would now let them vouch."""
    require_open(settings, way)
    if member.verified_at is not None and way not in ways_to_vouch(session, settings, member):
        raise Conflict("Votre adresse est déjà vérifiée.")


def ways_to_vouch(session: Session, settings: Settings, member: Member) -> list[str]:
    """By which ways who is verified by neighbours' words alone comes to vouch for others; none for anybody else."""
    proved = proved_by(session, member.id)
    if member.verified_at is None or "vouching" not in proved or proved & MAKES_VOUCHER:
        return []
    return [way for way in ways(settings) if way in MAKES_VOUCHER]


def prove(session: Session, member_id: int, way: str, *, home_of: datetime | None = None) -> None:
    """The member has proved the present home this way; twice is once. A sufficient way verifies, and tells the member.

    `home_of` is the `moved_at` of the home that was looked at: Conflict when the member has moved since.
    """
    member = session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    if member is None:
        raise NotFound
    if home_of is not None and home_of != member.moved_at:
        raise Conflict("Cette preuve est celle d'un autre domicile : il faut en donner une nouvelle.")
    # Of a hint the day is enough.
    at = func.date_trunc("day", func.now()) if way == "connection" else func.now()
    proof = insert(Proof).values(member_id=member_id, way=way, moved_at=member.moved_at, proved_at=at)
    session.execute(proof.on_conflict_do_nothing())
    if way in SUFFICIENT and member.verified_at is None:
        member.verified_at = func.now()
        # How many words are still missing is no news any more.
        session.execute(delete(Notice).where(Notice.member_id == member_id, Notice.kind == "vouched"))
        session.add(Notice(member_id=member_id, kind="verified", about={"way": way}))
        session.flush()
        neighbourhoods.verified(session, member_id)


def proved_by(session: Session, member_id: int) -> set[str]:
    """The ways by which the member has proved the present home."""
    proofs = select(Proof.way).join(Member, Member.id == Proof.member_id)
    return set(session.scalars(proofs.where(Member.id == member_id, Proof.moved_at == Member.moved_at)).all())


def verify_account(session: Session, email: str) -> Member:
    """An operator's word that this account's member lives where it says; NotFound without such an account."""
    account = by_email(session, email)
    prove(session, account.member_id, "operator")
    return account.member
