"""Inviting into one's own open neighbourhood. An invitation verifies nobody, places nobody, and tells nobody who came (docs/inviting.md)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Row, and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, InvalidInput, NotFound, TooOften
from geoneighbour.inviting import tokens
from geoneighbour.inviting.models import KINDS, Invitation, InvitedAddress
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods.models import Residence

LASTS = {"link": timedelta(days=60), "mail": timedelta(days=60), "paper": timedelta(days=365)}
MAILS_A_DAY = 20
"""So many addresses may a member give in 24 hours, those that get nothing included."""
BETWEEN_MAILS = timedelta(days=30)
"""Whoever invites, one address gets one invitation in this time."""
KEPT_ENDED = timedelta(days=30)
_SHOWN = text("SELECT * FROM nearness.invitation_shown(:hash)")


def invite(session: Session, key: bytes, member_id: int, kind: str, way: str, named: bool) -> Invitation:
    """The invitation of this sort into the member's own open neighbourhood: the one that lives, else a new one.

    Conflict without an open neighbourhood (or while paused); InvalidInput for another kind or way; NotVerified.
    """
    home = _home(session, member_id)
    if way not in ("link", "paper"):
        raise InvalidInput("Une façon parmi : %(ways)s.", field="way", ways="link, paper")
    same = select(Invitation).where(
        Invitation.member_id == member_id,
        Invitation.neighbourhood_id == home,
        Invitation.kind == kind,
        Invitation.way == way,
        Invitation.named.is_(named),
        Invitation.revoked_at.is_(None),
        # What is printed or sent on today should still live for a good while.
        Invitation.ends_at > datetime.now(UTC) + LASTS[way] / 2,
    )
    found = session.scalars(same.order_by(Invitation.id.desc()).limit(1)).one_or_none()
    return found or _new(session, key, member_id, home, kind, way, named)


def invite_by_mail(
    session: Session, key: bytes, member_id: int, kind: str, named: bool, addresses: Iterable[str]
) -> tuple[Invitation, list[str]]:
    """An invitation, and to which of the addresses it goes: not to those that got one lately, or want none.

    Who invites is not to be told which these are. InvalidInput: no address, or one that is none; TooOften: too many in a day.
    """
    wanted = list(dict.fromkeys(_address(written) for written in addresses))
    if not wanted:
        raise InvalidInput("Indiquez au moins une adresse.", field="addresses")
    home = _home(session, member_id)
    lately = select(func.coalesce(func.sum(Invitation.addresses), 0)).where(
        Invitation.member_id == member_id, Invitation.created_at > datetime.now(UTC) - timedelta(days=1)
    )
    if (session.scalar(lately) or 0) + len(wanted) > MAILS_A_DAY:
        raise TooOften("%(most)s adresses par jour au plus.", field="addresses", most=MAILS_A_DAY)
    invitation = _new(session, key, member_id, home, kind, "mail", named)
    invitation.addresses = len(wanted)
    return invitation, [address for address in wanted if _may_be_written_to(session, key, address)]


def mine(session: Session, member_id: int) -> Sequence[Invitation]:
    """A member's invitations that live, the latest first."""
    own = select(Invitation).where(
        Invitation.member_id == member_id, Invitation.revoked_at.is_(None), Invitation.ends_at > func.now()
    )
    return session.scalars(own.order_by(Invitation.id.desc())).all()


def revoke(session: Session, member_id: int, invitation_id: int) -> None:
    """From now on the link leads nowhere, on paper too. Twice is once; NotFound for anybody else's."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or invitation.member_id != member_id:
        raise NotFound("Cette invitation n'existe pas, ou n'est pas la vôtre.")
    if invitation.revoked_at is None:
        invitation.revoked_at = func.now()


def shown(session: Session, token: str) -> Row[Any]:
    """What somebody reads who follows a link (columns of nearness.invitation_shown).

    NotFound alike for one that ended, was revoked, or never was.
    """
    row = session.execute(_SHOWN, {"hash": tokens.token_hash(token)}).one_or_none()
    if row is None:
        raise NotFound("Cette invitation n'est plus valable, ou ne l'a jamais été.")
    return row


def refuse(session: Session, who: bytes) -> None:
    """No invitation goes to this address (its hash) any more, whoever invites."""
    told = insert(InvitedAddress).values(who=who, refused_at=func.now())
    session.execute(
        told.on_conflict_do_update(
            index_elements=["who"],
            set_={"refused_at": func.coalesce(InvitedAddress.refused_at, func.now())},
        )
    )


def forget(session: Session) -> int:
    """Deletes invitations that ended long ago, and hashes of addresses that may be written to again; returns how many rows."""
    now = datetime.now(UTC)
    ended = or_(Invitation.ends_at < now - KEPT_ENDED, Invitation.revoked_at < now - KEPT_ENDED)
    free = and_(InvitedAddress.refused_at.is_(None), InvitedAddress.invited_at < now - BETWEEN_MAILS)
    gone = [
        session.scalars(delete(Invitation).where(ended).returning(Invitation.id)).all(),
        session.scalars(delete(InvitedAddress).where(free).returning(InvitedAddress.who)).all(),
    ]
    return sum(map(len, gone))


def first_name(name: str) -> str | None:
    """What is told of the name a member chose: its first word, where that looks like a name; None otherwise.

    Names are chosen freely, and invitations go to strangers: an address or an offer is no name.
    """
    word = name.split()[0][:30]
    return word if word.replace("-", "").replace("'", "").replace("’", "").isalpha() else None


def _home(session: Session, member_id: int) -> int:
    """The open neighbourhood that the member lives in; one invitation at a time for each member."""
    members.require_verified(session, member_id)
    session.get_one(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    home = session.get(Residence, member_id, populate_existing=True)
    if home is None or not session.scalar(select(func.nearness.lives_in(member_id, home.zone))):
        raise Conflict("On invite dans son quartier : rejoignez-en d'abord un qui est ouvert.")
    return home.zone


def _new(
    session: Session, key: bytes, member_id: int, neighbourhood_id: int, kind: str, way: str, named: bool
) -> Invitation:
    if kind not in KINDS:
        raise InvalidInput("Une sorte parmi : %(kinds)s.", field="kind", kinds=", ".join(KINDS))
    nonce, now = secrets.token_bytes(tokens.TOKEN_BYTES), datetime.now(UTC)
    invitation = Invitation(
        member_id=member_id,
        neighbourhood_id=neighbourhood_id,
        kind=kind,
        way=way,
        named=named,
        nonce=nonce,
        token_hash=tokens.token_hash(tokens.token(key, nonce)),
        created_at=now,
        ends_at=now + LASTS[way],
    )
    session.add(invitation)
    session.flush()
    return invitation


def _may_be_written_to(session: Session, key: bytes, address: str) -> bool:
    """Notes that an invitation goes to the address; False where one went lately or none is wanted."""
    noted = insert(InvitedAddress).values(who=tokens.address_hash(key, address))
    noted = noted.on_conflict_do_update(
        index_elements=["who"],
        set_={"invited_at": func.now()},
        where=and_(
            InvitedAddress.refused_at.is_(None), InvitedAddress.invited_at < func.now() - BETWEEN_MAILS
        ),
    )
    return session.scalar(noted.returning(InvitedAddress.who)) is not None


def _address(written: str) -> str:
    try:
        return validate_email(written.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise InvalidInput(
            "Ce n'est pas une adresse e-mail : %(address)s", field="addresses", address=written[:80]
        ) from None
