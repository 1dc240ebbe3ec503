"""What `db upgrade` remembers of the SQL it applied."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class AppliedSql(Base):
    """A file of SQL (origin: `sql`, or `jobs` for the job queue's) and what it said when it was last applied."""

    __tablename__ = "applied_sql"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    applied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
