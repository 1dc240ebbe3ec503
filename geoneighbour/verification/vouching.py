"""Vouching: neighbours say of somebody they know that they live where they say (docs/decisions/015)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Forbidden, InvalidInput
from geoneighbour.members.models import Member, Notice
from geoneighbour.settings import Settings
from geoneighbour.verification import service
from geoneighbour.verification.codes import new_code, plain
from geoneighbour.verification.models import Vouch, VouchRequest


def ask(session: Session, settings: Settings, member_id: int) -> VouchRequest:
    """A code to hand to neighbours whom the member knows; asking again makes another, and the one before no longer serves.

    Forbidden while this way is closed; Conflict for who is verified.
    """
    service.asking(session, settings, "vouching", member_id)
    request = session.get(VouchRequest, member_id) or VouchRequest(member_id=member_id)
    request.code, request.asked_at = new_code(), func.now()
    session.add(request)
    session.flush()
    session.refresh(request)
    return request


def asked(session: Session, member_id: int) -> VouchRequest | None:
    """A member's own request, for the present home: a code from before a move was handed to other neighbours."""
    own = select(VouchRequest).join(Member, Member.id == VouchRequest.member_id)
    return session.scalar(own.where(Member.id == member_id, VouchRequest.asked_at >= Member.moved_at))


def given(session: Session, member_id: int) -> int:
    """How many neighbours have vouched for the member's present home."""
    return session.scalar(select(func.nearness.vouched(member_id))) or 0


def vouches(session: Session, member_id: int) -> bool:
    """Whether the member's word counts at all: proved by post, document or an operator."""
    return bool(session.scalar(select(func.nearness.is_voucher(member_id))))


def left(session: Session, member_id: int) -> int:
    """How often the member may still vouch."""
    return session.scalar(select(func.nearness.vouches_left(member_id))) or 0


def who_asks(session: Session, settings: Settings, voucher_id: int, code: str) -> Member:
    """Who handed out this code. InvalidInput, with one sentence for all that may be wrong: no such code, another neighbourhood, a block.

    Forbidden for who may vouch for nobody (now), or while this way is closed.
    """
    service.require_open(settings, "vouching")
    if not vouches(session, voucher_id):
        raise Forbidden(
            "Se porter garant s'ouvre aux voisins dont l'adresse est prouvée par lettre, par document ou par une personne du service."
        )
    if not left(session, voucher_id):
        raise Forbidden("Vous vous êtes porté garant autant de fois qu'il est permis pour le moment.")
    allowed = func.nearness.may_vouch(voucher_id, Member.id)
    request = select(Member).join(VouchRequest, VouchRequest.member_id == Member.id)
    current = VouchRequest.asked_at >= Member.moved_at
    asker = session.scalars(request.where(VouchRequest.code == plain(code), current, allowed)).one_or_none()
    if asker is None:
        raise InvalidInput(
            "Ce code ne correspond à personne de votre quartier pour qui vous pourriez vous porter garant.",
            field="code",
        )
    return asker


def vouch(session: Session, settings: Settings, voucher_id: int, code: str) -> Member:
    """Gives one's word for who handed out this code; enough of them verify. Errors as who_asks()."""
    asker_id = who_asks(session, settings, voucher_id, code).id
    # Both, always in the same order: of two words at once the second sees the first, for the cap and for the count.
    for member_id in sorted((voucher_id, asker_id)):
        session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    asker = who_asks(session, settings, voucher_id, code)
    session.add(Vouch(voucher_id=voucher_id, asker_id=asker.id, moved_at=asker.moved_at))
    session.flush()
    if given(session, asker.id) >= settings.vouchers_needed:
        service.prove(session, asker.id, "vouching", home_of=asker.moved_at)
        session.delete(session.get_one(VouchRequest, asker.id))
    else:
        session.add(Notice(member_id=asker.id, kind="vouched"))
    session.flush()
    return asker
