"""Clicks, conversions, terms and the ledger (docs/decisions/034)."""

from __future__ import annotations

import uuid
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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

KINDS = ("click", "conversion", "reversal")


class OfferClick(Base):
    """Somebody went on to a partner: nothing here says who."""

    __tablename__ = "offer_click"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    offer_id: Mapped[int] = mapped_column(BigInteger, comment="as it was numbered then")
    day: Mapped[date] = mapped_column(Date)

    # Serves figures by day, and what becomes counts.
    __table_args__ = (Index("ix_offer_click_day", "day", "partner_id"),)


class ClickCount(Base):
    """What clicks older than 13 months have become."""

    __tablename__ = "click_count"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    clicks: Mapped[int]


class PartnerSecret(Base):
    """With what a partner signs; sealed."""

    __tablename__ = "partner_secret"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PartnerAccount(Base):
    """A member whose login opens a partner's page (docs/decisions/036)."""

    __tablename__ = "partner_account"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PartnerTerms(Base):
    """What a partner pays; the last are in force, those before are history."""

    __tablename__ = "partner_terms"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    click_cents: Mapped[int]
    conversion_permille: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("click_cents BETWEEN 0 AND 10000", name="click_cents"),
        CheckConstraint("conversion_permille BETWEEN 0 AND 1000", name="conversion_permille"),
    )


class Conversion(Base):
    """Something that a partner sold to whom we sent, as the partner reports it."""

    __tablename__ = "conversion"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    external_id: Mapped[str] = mapped_column(Text(collation="C"))
    click_id: Mapped[uuid.UUID]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    commission_cents: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        UniqueConstraint("partner_id", "external_id"),
        CheckConstraint("length(external_id) BETWEEN 1 AND 80", name="external_id"),
        CheckConstraint("amount_cents BETWEEN 0 AND 100000000", name="amount_cents"),
    )


class CommissionEntry(Base):
    """A line of the ledger; a trigger refuses to change or remove any."""

    __tablename__ = "commission_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    cents: Mapped[int] = mapped_column(BigInteger)
    conversion_id: Mapped[int | None] = mapped_column(ForeignKey("conversion.id"), unique=True)
    reverses: Mapped[int | None] = mapped_column(ForeignKey("commission_entry.id"), unique=True)
    note: Mapped[str] = mapped_column(Text, server_default=text("''"))

    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("(kind = 'conversion') = (conversion_id IS NOT NULL)", name="conversion"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal"),
        # Serves a partner's month.
        Index("ix_commission_entry_partner_id", "partner_id", "day"),
    )
