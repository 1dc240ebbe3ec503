"""The tables that workers write: deliveries, and how fast a channel may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

CHANNELS = ("email", "sms", "push")
STATES = ("waiting", "held", "sent", "unknown", "dead", "stopped")
"""Of a delivery. held: for the digest; unknown: an SMS that may have left; dead: given up, may be replayed."""


class Delivery(Base):
    """The ledger: one word to one member by one channel. Its partitions, a month each, are in the schema `ledger`."""

    __tablename__ = "delivery"

    post_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, comment="that of the word, so that there is one row"
    )
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    due_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="of one that a worker has: when its lease is over"
    )
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    leased_by: Mapped[int | None] = mapped_column(BigInteger, comment="which worker has it")
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None] = mapped_column(
        Text, comment="why the last try failed, in figures; no address"
    )

    __table_args__ = (
        ForeignKeyConstraint(
            ["post_id", "member_id"],
            ["alert_recipient.post_id", "alert_recipient.member_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        # Serves the workers: what is due on this channel?
        Index("ix_delivery_due", "channel", "due_at", postgresql_where=text("state = 'waiting'")),
        # Serves digests: what waits for this member?
        Index("ix_delivery_held", "member_id", "due_at", postgresql_where=text("state = 'held'")),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )


class ChannelPace(Base):
    """What all workers share about a channel: until when it is held back, and what its rate leaves."""

    __tablename__ = "channel_pace"

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_times: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    allowance: Mapped[float] = mapped_column(
        Double, server_default=text("0"), comment="messages that may leave"
    )
    filled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint(f"channel IN {CHANNELS}", name="channel"),)
