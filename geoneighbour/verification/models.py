"""What proves that members live where they say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Text, func
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
