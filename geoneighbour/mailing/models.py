"""What waits to be sent. To whom, and what, only the service can read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, LargeBinary, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class OutgoingMail(Base):
    """One mail to one address, sealed (sealing.py): {"to", "subject", "text", "html"}. Gone when sent, after 7 days at most."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    queued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    # Serves the worker: what is due?
    next_try_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True, comment="null: given up"
    )
    problem: Mapped[str | None] = mapped_column(
        Text, comment="why the last try failed: a code or the name of an error, never an address"
    )
