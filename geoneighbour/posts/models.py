"""Anything with an author, words and a reach; and the private threads that answer it."""

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
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

REACHES = ("neighbourhood", "wider", "commune", "commune_adjacent")


class Post(Base):
    """Its origin (zone, commune, published cell of the author as it was written) and reach are frozen."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Text)
    reach: Mapped[str] = mapped_column(Text)
    origin_zone: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    origin_commune_id: Mapped[int | None] = mapped_column(ForeignKey("commune.id"))
    origin_cell: Mapped[int | None] = mapped_column(
        ForeignKey("cell_outline.cell"), comment="published cell; null: none to show"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("kind IN ('request')", name="kind"),
        CheckConstraint("length(body) BETWEEN 3 AND 500", name="body"),
        CheckConstraint(f"reach IN {REACHES}", name="reach"),
        # Serve the feed: the newest that began in this zone, in this commune.
        Index("ix_post_origin_zone", "origin_zone", "id"),
        Index("ix_post_origin_commune_id", "origin_commune_id", "id"),
    )


class Thread(Base):
    """What one member answers to a post, between that member and the author."""

    __tablename__ = "thread"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    # Serves "my conversations".
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)

    __table_args__ = (UniqueConstraint("post_id", "member_id"),)


class Message(Base):
    """One message of a thread."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("length(body) BETWEEN 1 AND 2000", name="body"),)
