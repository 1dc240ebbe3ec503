"""What proves that members live where they say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class Proof(Base):
    """A way by which a member proved a home: the one that was set at `moved_at`. Whoever moves begins anew."""

    __tablename__ = "proof"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    way: Mapped[str] = mapped_column(Text, primary_key=True)
    moved_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, comment="member.moved_at of the home that is proved"
    )
    proved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("way IN ('postcard', 'vouching', 'document', 'connection', 'operator')", name="way"),
    )


class VouchRequest(Base):
    """A member wants to be vouched for: whoever was given the code reads the name, and may say so."""

    __tablename__ = "vouch_request"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Vouch(Base):
    """A voucher's word, once for each home: « Je connais cette personne et sais qu'elle habite ici »."""

    __tablename__ = "vouch"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    # Null when the asker has left: the word still counts for the cap. Serves the asker's page.
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    moved_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="member.moved_at of the asker's home"
    )
    vouched_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    # Voucher first: serves the cap too.
    __table_args__ = (UniqueConstraint("voucher_id", "asker_id", "moved_at"),)


class Document(Base):
    """A proof of address that waits for a reviewer, sealed (sealing.py). It goes with the decision, after 30 days at most."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(Text, comment="what is in the box: pdf, or webp")
    box: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    moved_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="member.moved_at of the home that it proves"
    )
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("kind IN ('pdf', 'webp')", name="kind"),)


class VerificationAct(Base):
    """What a reviewer did with what a member sent: kept when the document is gone, and when either has left."""

    __tablename__ = "verification_act"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    way: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(
        Text, server_default=text("''"), comment="of a refusal, as the member reads it"
    )
    acted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("way IN ('postcard', 'document')", name="way"),
        CheckConstraint("what IN ('opened', 'accepted', 'refused')", name="what"),
        CheckConstraint("length(reason) <= 300", name="reason"),
    )
