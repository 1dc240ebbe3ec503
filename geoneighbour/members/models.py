"""Members and what they chose about being seen. A home is in the schema `private`, alone."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from geoneighbour.database.base import Base

LONGEST_ABOUT = 500
LONGEST_CAN_HELP = 200


class Member(Base):
    """A person. Only a verified one counts, is counted, writes and is reached."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(
        Text, comment="what neighbours read: first name and initial, or as chosen"
    )
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    moved_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True),
        server_default=func.now(),
        comment="when the home was last set: once in 30 days",
    )
    paused_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set while the member neither sees nor is seen"
    )
    hidden_from_wider: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="no wider-area contact, in either direction"
    )
    about: Mapped[str] = mapped_column(
        Text, server_default=text("''"), comment="what neighbours read on the profile; may be empty"
    )
    can_help: Mapped[str] = mapped_column(
        Text, server_default=text("''"), comment="what the member can lend or do; may be empty"
    )
    listed: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="on the roll that neighbours see"
    )
    findable: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="visitors of the neighbourhood find and may write to the member"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    suspended_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set by moderation: as paused, and writes nothing"
    )
    suspended_until: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="null, once suspended: until it is lifted"
    )
    suspended: Mapped[bool] = column_property(func.nearness.suspended(suspended_at, suspended_until))
    """Now. Read along with the member: every request asks."""
    profile_hidden_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set by moderation: about and can_help are for their author alone"
    )

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint(f"length(about) <= {LONGEST_ABOUT}", name="about"),
        CheckConstraint(f"length(can_help) <= {LONGEST_CAN_HELP}", name="can_help"),
        # Serves the roll: who of a neighbourhood is named, without the rows.
        Index("ix_member_listed", "id", postgresql_include=["name"], postgresql_where=text("listed")),
    )


class Home(Base):
    """A member's point, rounded to 1e-7 degrees. No face and no analyst reads this table; the rule's SQL does."""

    __tablename__ = "home"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))

    __table_args__ = (
        # Serves new boundaries: which homes does a changed commune cover?
        Index("ix_home_geom", "geom", postgresql_using="gist"),
        {"schema": "private"},
    )


class Address(Base):
    """A home as its owner's page shows it, sealed (sealing.py): {"lon", "lat", "text"}; the key is not in the database."""

    __tablename__ = "address"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class AddressAccess(Base):
    """Somebody other than its owner was shown an address: who, for what. The owner reads it on /compte, for a year."""

    __tablename__ = "address_access"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Serves its owner's page.
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    viewer_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="null: by the command line, or gone"
    )
    purpose: Mapped[str] = mapped_column(Text)
    shown_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Block(Base):
    """`blocker_id` wants nothing to do with `blocked_id`; the rule reads it both ways."""

    __tablename__ = "block"

    blocker_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    # Serves the other direction of the same rule.
    blocked_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),)


class Notice(Base):
    """Something that a member is told once, on their own pages: `kind` chooses the sentence, `about` fills it in."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    # Serves the pages: what has this member not read yet?
    __table_args__ = (Index("ix_notice_unread", "member_id", postgresql_where=text("read_at IS NULL")),)
