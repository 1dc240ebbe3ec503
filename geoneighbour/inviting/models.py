"""Invitations into a neighbourhood, and the addresses that invitations went to. No address stands here, and nobody who came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

KINDS = ("neighbours", "association", "town_hall")
"""Whom an invitation speaks to."""
WAYS = ("link", "mail", "paper")


class Invitation(Base):
    """A link that names a neighbourhood. Its token is made of `nonce` and of a key that is not in the database (tokens.py)."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Serves "my invitations".
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    neighbourhood_id: Mapped[int] = mapped_column(ForeignKey("neighbourhood.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)
    named: Mapped[bool] = mapped_column(comment="whether it tells the first name of who invites")
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="SHA-256 of the token")
    addresses: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="how many were given to write to, of way mail"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"way IN {WAYS}", name="way"),
    )


class InvitedAddress(Base):
    """An e-mail address, as a keyed hash, that an invitation went to lately, or that wants none ever again."""

    __tablename__ = "invited_address"

    who: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, comment="keyed hash of the address")
    # Serves the nightly forgetting.
    invited_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    refused_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set: never again, kept for ever"
    )
