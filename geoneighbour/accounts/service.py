"""Accounts and the member each speaks for."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.sealing import Sealer


def new_member(session: Session, sealer: Sealer, name: str, home: Point) -> Member:
    """A member with a home, not verified yet."""
    member = members.create(session, name)
    neighbourhoods.settle(session, member.id, home)
    addresses.keep(session, sealer, member.id, home)
    return member


def verify(session: Session, email: str) -> Member:
    """An operator's word that this account's member lives where it says; NotFound without such an account.

    Support given before counts from now on, and may open a neighbourhood. Verifying twice is verifying once.
    """
    account = session.scalar(select(Account).where(func.lower(Account.email) == email.strip().lower()))
    if account is None:
        raise NotFound(f"no account has the address {email}")
    if account.member.verified_at is None:
        account.member.verified_at = func.now()
        session.flush()
        neighbourhoods.verified(session, account.member_id)
    return account.member
