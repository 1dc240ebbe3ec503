"""Who was granted which role, where, until when (docs/roles.md)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

EVERYWHERE = ("association", "shop", "partner", "analyst", "operator")
IN_COMMUNES = ("ambassador", "commune_agent", "landlord_agent")
"""Granted for a commune each time; the others hold everywhere."""
ROLES = (*EVERYWHERE, *IN_COMMUNES)


class RoleGrant(Base):
    """A role of a member. A commune is named by country and code, which outlive the vintages of its boundary."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text(collation="C"))
    code: Mapped[str | None] = mapped_column(Text(collation="C"))
    granted_by: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), comment="null: the command line, or who has left"
    )
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint(f"(role IN {IN_COMMUNES}) = (code IS NOT NULL)", name="commune"),
        CheckConstraint("(country IS NULL) = (code IS NULL)", name="country"),
        # Serves every question about a member's roles.
        Index("ix_role_grant_member_id", "member_id", postgresql_where=text("revoked_at IS NULL")),
        # Serves the queue: who works in this commune?
        Index("ix_role_grant_role", "role", "country", "code", postgresql_where=text("revoked_at IS NULL")),
    )
