"""Shops, what they pay, who looked, who visited. What a shop shows are offers of a partner of its own (docs/decisions/035)."""

from __future__ import annotations

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geoneighbour.database.base import Base

LONGEST = {"name": 80, "words": 4000, "address": 200, "phone": 30, "url": 300, "opening_hours": 300}
LONGEST_NOTE = 500


class Shop(Base):
    """What a member registered. Its place is public."""

    __tablename__ = "shop"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    partner_id: Mapped[int] = mapped_column(
        ForeignKey("partner.id"), unique=True, comment="whose offers its listing and bons plans are"
    )
    category: Mapped[str] = mapped_column(ForeignKey("offer_category.code"))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    point: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    opening_hours: Mapped[str | None] = mapped_column(Text, comment="as OpenStreetMap writes them")
    phone: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 2 AND 80", name="name"),
        CheckConstraint("length(words) <= 4000", name="words"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        # Serves ambassadors: which shops are in this commune?
        Index("ix_shop_point", "point", postgresql_using="gist"),
    )


class ShopPlan(Base):
    """What a subscription costs a month, and what of it goes to the ambassador who brought it."""

    __tablename__ = "shop_plan"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    month_cents: Mapped[int]
    commission_percent: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{1,39}$'", name="code"),
        CheckConstraint("month_cents >= 0", name="month_cents"),
        CheckConstraint("commission_percent BETWEEN 0 AND 100", name="commission_percent"),
    )


class ShopSubscription(Base):
    """A plan that a shop took, from a day on until it ends."""

    __tablename__ = "shop_subscription"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    plan: Mapped[str] = mapped_column(ForeignKey("shop_plan.code"))
    brought_by: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="an ambassador"
    )
    begins: Mapped[date] = mapped_column(Date, server_default=text("CURRENT_DATE"))
    ended: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint("ended >= begins", name="ended"),
        # One at a time, and serves: is this shop subscribed?
        Index("uq_shop_subscription_current", "shop_id", unique=True, postgresql_where=text("ended IS NULL")),
    )


class ShopCommission(Base):
    """What an ambassador is owed for one subscription and one month. The service adds rows and reads them; nobody rewrites them."""

    __tablename__ = "shop_commission"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subscription_id: Mapped[int | None] = mapped_column(
        ForeignKey("shop_subscription.id", ondelete="SET NULL"), comment="null: of a shop that has left"
    )
    ambassador_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="null: has left"
    )
    month: Mapped[date] = mapped_column(Date)
    cents: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        UniqueConstraint("subscription_id", "month"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
    )


class ShopView(Base):
    """How often a shop's page was opened on a day, by whomever."""

    __tablename__ = "shop_view"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int]


class ShopVisit(Base):
    """An ambassador was there."""

    __tablename__ = "shop_visit"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    ambassador_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    shop: Mapped[Shop] = relationship()

    __table_args__ = (CheckConstraint("length(note) <= 500", name="note"),)


class ShopReport(Base):
    """What a member says is wrong with a shop; operators read it (geoneighbour shops list --reported)."""

    __tablename__ = "shop_report"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("length(words) <= 500", name="words"),)
