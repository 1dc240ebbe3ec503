"""Who may log in. Kept apart from `member`: no rule about people ever meets an e-mail or a password."""

from __future__ import annotations

from datetime import datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Column, DateTime, ForeignKey, Identity, Integer, LargeBinary, Table, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geoneighbour.database.base import Base
from geoneighbour.members.models import Member

account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """What an account may do beyond being a member (`operator`)."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    description: Mapped[str | None] = mapped_column(Text)


class Attempt(Base):
    """How often something was tried lately, by whom: counted in windows, forgotten after a day. No address stands here."""

    __tablename__ = "attempt"

    what: Mapped[str] = mapped_column(Text, primary_key=True)
    who: Mapped[bytes] = mapped_column(
        LargeBinary, primary_key=True, comment="keyed hash of an account's or the network's address"
    )
    since: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, index=True, comment="beginning of the window"
    )
    times: Mapped[int]


class Account(Base, UserMixin):
    """An e-mail address and a password (argon2) that speak for one member."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    password: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(Text, unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)

    member: Mapped[Member] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]
