"""Cases that members opened by reporting something, what was done about them, and appeals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

THINGS = ("post", "photo", "message", "member", "neighbourhood")
REASONS = ("abuse", "scam", "privacy", "illegal", "not_a_neighbour", "other")
MEASURES = ("hide", "show", "warn", "suspend", "lift", "dismiss")
"""What a first person does."""
VERDICTS = ("confirm", "refuse", "grant", "uphold")
"""What another one says of an earlier act: the first two of one that waits for a second person, the others of an appeal."""
LONGEST_WORDS = 500


class Case(Base):
    """One thing that was reported, by however many, until it is decided. What it points at may have gone since."""

    __tablename__ = "moderation_case"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    thing: Mapped[str] = mapped_column(Text, comment="what and its number, such as post:12")
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="SET NULL"), index=True, comment="of a photo too: the post it is in"
    )
    photo_key: Mapped[str | None] = mapped_column(
        ForeignKey("post_photo.key", ondelete="SET NULL"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    neighbourhood_id: Mapped[int | None] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="SET NULL"), index=True
    )
    reported_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"),
        index=True,
        comment="whose it is; null: a neighbourhood's, or of somebody who has left",
    )
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(f"what IN {THINGS}", name="what"),
        # One open case a thing: serves whoever reports it next, and the queue.
        Index("uq_moderation_case_open", "thing", unique=True, postgresql_where=text("closed_at IS NULL")),
    )


class Report(Base):
    """What one member says of it. Never shown to whom it is about."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, server_default=text("''"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"reason IN {REASONS}", name="reason"),
        CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="words"),
        # Serves the limit: how many did this member make lately?
        Index("ix_report_reporter_id", "reporter_id", "made_at"),
        UniqueConstraint("case_id", "reporter_id"),
    )


class Act(Base):
    """What somebody did about a case, and why. The service may add rows and read them; they go by nearness.forget_moderation() alone."""

    __tablename__ = "moderation_act"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="null: somebody who has left"
    )
    kind: Mapped[str] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(
        Text, comment="read by whom it concerns; names nobody; null: forgotten after a year"
    )
    days: Mapped[int | None] = mapped_column(comment="of a suspension; null: until lifted")
    needs_second: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="counts when another person has confirmed it"
    )
    of_act_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_act.id"), index=True, comment="which earlier act a verdict is of"
    )
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"kind IN {MEASURES + VERDICTS}", name="kind"),
        CheckConstraint(f"(kind IN {VERDICTS}) = (of_act_id IS NOT NULL)", name="of_act"),
        CheckConstraint("days IS NULL OR (kind = 'suspend' AND days BETWEEN 1 AND 365)", name="days"),
        CheckConstraint(f"length(why) BETWEEN 3 AND {LONGEST_WORDS}", name="why"),
    )


class Appeal(Base):
    """What a member says against an act that concerns them, once. The verdict is an act (grant, uphold)."""

    __tablename__ = "appeal"

    act_id: Mapped[int] = mapped_column(ForeignKey("moderation_act.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint(f"length(words) BETWEEN 3 AND {LONGEST_WORDS}", name="words"),)
