"""What the weekly review stores, and the pairs it makes: spreads, published cells, wider areas."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base


class NearnessSetting(Base):
    """The rule's numbers, one row, written by `db upgrade` from the environment."""

    __tablename__ = "nearness_setting"

    single: Mapped[bool] = mapped_column(primary_key=True, server_default=sql("true"))
    k: Mapped[int] = mapped_column(SmallInteger, comment="least number of verified members ever shown")
    spread_members: Mapped[int] = mapped_column(comment="M, the people a spread looks for")
    largest_neighbourhood_km2: Mapped[float] = mapped_column(Float)
    vouches_most: Mapped[int] = mapped_column(
        SmallInteger, server_default=sql("3"), comment="how often one may vouch within vouches_days"
    )
    vouches_days: Mapped[int] = mapped_column(SmallInteger, server_default=sql("365"))

    __table_args__ = (CheckConstraint("single", name="single"),)


class Census(Base):
    """How many verified members each resolution-9 cell held at the last review. Private: counts under k."""

    __tablename__ = "census"

    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    members: Mapped[int]

    __table_args__ = (CheckConstraint("members > 0", name="members"),)


class PublishedCell(Base):
    """A cell in which others may place members: every one of them holds k. No two of them nest."""

    __tablename__ = "published_cell"

    cell: Mapped[int] = mapped_column(ForeignKey("cell_outline.cell"), primary_key=True)
    members: Mapped[int]


class CellOutline(Base):
    """The hexagon of a cell that is published, or was: posts keep the one they began in."""

    __tablename__ = "cell_outline"

    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        # Serves the number of people in an area, and drawn areas: which cells have their middle inside?
        Index("ix_cell_outline_geom", "geom", postgresql_using="gist"),
        # Serves radii.
        Index("ix_cell_outline_middle", sql("geography(st_centroid(geom))"), postgresql_using="gist"),
    )


class Spread(Base):
    """How many rings around a resolution-8 cell one must look to find enough people."""

    __tablename__ = "spread"

    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rings: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (CheckConstraint("rings IN (1, 2, 3, 5, 8, 13, 20)", name="rings"),)


class WiderArea(Base):
    """Two zones in each other's wider area, both directions, and the rings between their covers."""

    __tablename__ = "wider_area"

    zone: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True)
    # Serves the cascade from the other side.
    other: Mapped[int] = mapped_column(
        ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rings: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("zone <> other", name="not_itself"),
        CheckConstraint("rings BETWEEN 0 AND 20", name="rings"),
    )


class Review(Base):
    """A weekly review that was carried out, and what it changed (counts)."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    reviewed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changes: Mapped[dict[str, int]] = mapped_column(JSONB)


class ReviewUnderWay(Base):
    """Where a review stands that has begun and not ended: at most one row (docs/decisions/024)."""

    __tablename__ = "review_under_way"

    single: Mapped[bool] = mapped_column(primary_key=True, server_default=sql("true"))
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    step: Mapped[str] = mapped_column(Text, comment="what is to be done next")
    upto: Mapped[int | None] = mapped_column(BigInteger, comment="the last anchor that was dealt with")
    changes: Mapped[dict[str, int]] = mapped_column(JSONB, comment="the counts so far")

    __table_args__ = (CheckConstraint("single", name="single"),)
