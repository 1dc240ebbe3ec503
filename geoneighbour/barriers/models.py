"""Barriers that rings walk around (docs/decisions/021): an operator's lines and crossings, and the steps that they bar."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

KINDS = ("river", "motorway", "railway", "other")


class Barrier(Base):
    """A line that no step crosses, but at crossings of the same source."""

    __tablename__ = "barrier"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text, index=True, comment="what one import brings, and replaces")
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTILINESTRING", srid=4326, spatial_index=False))
    regions: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), comment="the resolution-6 cells that it passes"
    )

    __table_args__ = (
        CheckConstraint("kind IN ('river', 'motorway', 'railway', 'other')", name="kind"),
        # Serves the start of rings, and the coach: which barriers are here?
        Index("ix_barrier_geom", "geom", postgresql_using="gist"),
        # Serves the quick look: is there any around here?
        Index("ix_barrier_regions", "regions", postgresql_using="gin"),
    )


class Crossing(Base):
    """A bridge, tunnel, level crossing or ferry: opens its cell for the barriers of its source."""

    __tablename__ = "crossing"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    cell: Mapped[int] = mapped_column(BigInteger, comment="its resolution-9 cell")

    # Serves "is there one in this cell?"
    __table_args__ = (Index("ix_crossing_source_cell", "source", "cell"),)


class CellBarrier(Base):
    """A barred step: two adjacent resolution-9 cells, both directions, and the source that bars it."""

    __tablename__ = "cell_barrier"

    # Cell first: serves "which steps are barred in this region?"
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    other: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text, primary_key=True, index=True)

    __table_args__ = (CheckConstraint("cell <> other", name="other"),)
