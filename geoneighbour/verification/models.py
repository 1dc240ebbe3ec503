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


class Letter(Base):
    """A letter with a code, to the home that the member had when asking. Stays without the member, for the limits of its address."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Serves the member's page.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    moved_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="member.moved_at of the home that it is sent to"
    )
    home: Mapped[bytes] = mapped_column(
        LargeBinary, comment="keyed hash of the home's point and words: another address voids the letter"
    )
    # Serves the limits of an address.
    place: Mapped[bytes] = mapped_column(LargeBinary, index=True, comment="keyed hash of the address's words")
    language: Mapped[str] = mapped_column(Text, comment="in which it was asked for")
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"), comment="of a refusal")
    code: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="keyed hash of the code that was printed last; null once it was entered"
    )
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    printed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(
            "state IN ('to_check', 'waiting', 'printed', 'sent', 'used', 'refused')", name="state"
        ),
        CheckConstraint("(state IN ('printed', 'sent')) = (code IS NOT NULL)", name="code"),
        CheckConstraint("code IS NULL OR printed_at IS NOT NULL", name="printed"),
        CheckConstraint("length(reason) <= 300", name="reason"),
    )


class WrongCode(Base):
    """A code that was not the letter's: five lock the account and the address. No code stands here; forgotten after 30 days."""

    __tablename__ = "wrong_code"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    place: Mapped[bytes] = mapped_column(LargeBinary, index=True, comment="keyed hash of the address's words")
    tried_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
