"""Where members are reached, telephones and browsers; and what a commune pays for SMS."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class Phone(Base):
    """A member's number, sealed: {"number"} (E.164). Confirmed by a code before anything is sent to it."""

    __tablename__ = "phone"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed hash")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    code_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sms: Mapped[bytes | None] = mapped_column(LargeBinary, comment="sealed: the code, until it has left")
    sms_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        # Serves who sends: which codes wait?
        Index("ix_phone_sms_due_at", "sms_due_at", postgresql_where=text("sms_due_at IS NOT NULL")),
        # Whoever holds the telephone confirms its number: one number, one member. Others may only have typed it.
        Index("uq_phone_digest", "digest", unique=True, postgresql_where=text("confirmed_at IS NOT NULL")),
    )


class PushSubscription(Base):
    """A browser that a member lets be woken, sealed: {"endpoint", "p256dh", "auth"}. It goes with the login in which it was made."""

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    login_id: Mapped[int | None] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), index=True, comment="null: of no login"
    )
    endpoint_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="keyed hash")
    box: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SmsBudget(Base):
    """How many segments of SMS a commune pays for in a month, and how many have left."""

    __tablename__ = "sms_budget"

    commune_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True, comment="its first day")
    segments_most: Mapped[int | None] = mapped_column(comment="null: SMS_BUDGET")
    segments_spent: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("segments_spent BETWEEN 0 AND segments_most", name="spent"),
    )
