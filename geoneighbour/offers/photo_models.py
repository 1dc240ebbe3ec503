"""Photos of offers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class OfferPhoto(Base):
    """What came of the last try to fetch an offer's photo; its files are beside the database (storage.py)."""

    __tablename__ = "offer_photo"

    offer_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    url: Mapped[str] = mapped_column(Text, comment="that was asked")
    key: Mapped[str | None] = mapped_column(Text, unique=True, comment="names its files; null: there is none")
    width: Mapped[int | None]
    height: Mapped[int | None]
    tries: Mapped[int] = mapped_column(server_default=text("1"))
    tried_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    problem: Mapped[str | None] = mapped_column(Text, comment="why there is none")

    __table_args__ = (
        CheckConstraint("num_nulls(key, width, height) IN (0, 3)", name="size"),
        CheckConstraint("(key IS NULL) = (problem IS NOT NULL)", name="problem"),
    )
