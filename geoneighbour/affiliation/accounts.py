"""Whose logins open a partner's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.affiliation.models import PartnerAccount
from geoneighbour.errors import NotFound
from geoneighbour.offers.models import Partner
from geoneighbour.roles import service as roles


def add(session: Session, partner_id: int, member_id: int) -> None:
    """Adding it twice is once."""
    new = insert(PartnerAccount).values(partner_id=partner_id, member_id=member_id)
    session.execute(new.on_conflict_do_nothing())


def remove(session: Session, partner_id: int, member_id: int) -> None:
    """NotFound: it opened nothing there."""
    held = delete(PartnerAccount).filter_by(partner_id=partner_id, member_id=member_id)
    if session.scalar(held.returning(PartnerAccount.member_id)) is None:
        raise NotFound(f"account {member_id} does not open that partner's page")


def partners_of(session: Session, member_id: int) -> Sequence[Partner]:
    """Whose pages this member's login opens, by name."""
    asked = select(Partner).join(PartnerAccount).where(PartnerAccount.member_id == member_id)
    return session.scalars(asked.order_by(Partner.name)).all()


def opened(session: Session, member_id: int, code: str) -> Partner:
    """The partner of this code, for its accounts and for operators. NotFound for all others: nobody learns who has a page."""
    partner = session.scalar(select(Partner).filter_by(code=code))
    if partner is None:
        raise NotFound
    theirs = session.get(PartnerAccount, (partner.id, member_id))
    if theirs is None and not roles.has(session, member_id, "operator"):
        raise NotFound
    return partner


def emails_of(session: Session, partner_id: int) -> Sequence[Row[datetime, str]]:
    """Since when, and whose login: the first first."""
    asked = select(PartnerAccount.since, Account.email).join(
        Account, Account.member_id == PartnerAccount.member_id
    )
    return session.execute(
        asked.filter(PartnerAccount.partner_id == partner_id).order_by(PartnerAccount.since)
    ).all()
