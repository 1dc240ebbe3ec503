"""Who may log in. Kept apart from `member`: no rule about people ever meets an e-mail or a password."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
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
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        Text, unique=True, comment="what passkeys call this account: says nothing of whom"
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)

    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]
        order_by="Passkey.id", passive_deletes=True
    )
    member: Mapped[Member] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]


class Passkey(Base, WebAuthnMixin):
    """A key on somebody's device that logs them in; here stands only what checks it."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text, comment="the owner's word for it")
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    transports: Mapped[list[str] | None] = mapped_column(JSONB)
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(Text)
    extensions: Mapped[str | None] = mapped_column(Text)
    usage: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    lastuse_datetime: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def get_user_mapping(self) -> dict[str, Any]:
        return {"id": self.account_id}


class LoginSession(Base):
    """One browser that is logged in. Its cookie holds a word of which only the hash stands here; no network address does."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    word_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="SHA-256")
    browser: Mapped[str] = mapped_column(Text, comment="Firefox, Chrome, ...; empty: another one")
    device: Mapped[str] = mapped_column(Text, comment="Android, Windows, ...; empty: another one")
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # Serves the nightly sweep: what was not used for 30 days?
    seen_on: Mapped[date] = mapped_column(Date, server_default=func.current_date(), index=True)


class OpenidIdentity(Base):
    """Somebody as another service knows them (OpenID Connect), and the account that is theirs here."""

    __tablename__ = "openid_identity"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (UniqueConstraint("issuer", "subject"),)
