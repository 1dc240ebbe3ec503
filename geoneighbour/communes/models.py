"""Communes, one row per version of a boundary, what each became, what stands inside, and which share a border."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

DEMONSTRATION = "demonstration"
"""The source of communes that are made up; any real boundaries may replace them."""


class Commune(Base):
    """A version of a commune: it holds from `valid_from` until `valid_to` (vintages; null: still current).

    A boundary or name that changes closes its row and opens another: nothing is ever deleted.
    `code` is the national statistical code (INSEE in France, NIS in Belgium), text.
    """

    __tablename__ = "commune"

    # As wide as zones and cells: keys of posts are any of them (sql/29), and an index serves its own type alone.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Byte order (collation C) decides the commune of a home that stands on a border.
    country: Mapped[str] = mapped_column(Text(collation="C"))
    code: Mapped[str] = mapped_column(Text(collation="C"))
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(
        JSONB, server_default=text("'{}'"), comment="by language (nl, fr, de), where its source tells several"
    )
    vintage: Mapped[int] = mapped_column(comment="the last vintage that confirmed this row")
    valid_from: Mapped[int] = mapped_column(comment="the vintage that brought this row")
    valid_to: Mapped[int | None] = mapped_column(comment="the vintage that ended this row; null: current")
    successor_id: Mapped[int | None] = mapped_column(
        ForeignKey("commune.id"), comment="the row that holds most of this one's ground afterwards"
    )
    fate: Mapped[str | None] = mapped_column(Text, comment="why this row was closed; null: current")
    source: Mapped[str] = mapped_column(Text, comment="the file or collection it came from")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        CheckConstraint("fate IN ('renamed', 'reshaped', 'merged', 'split', 'recoded')", name="fate"),
        CheckConstraint("fate IS NULL OR valid_to IS NOT NULL", name="closed_by_fate"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("code ~ '^[0-9A-Z]{1,12}$'", name="code"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        # One current row a code: serves `communes show` and the importer.
        Index(
            "uq_commune_current_code",
            "country",
            "code",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        # Serves points at an edge (sql/14), the tiles and adjacency.
        Index(
            "ix_commune_current_geom",
            "geom",
            postgresql_using="gist",
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class CommuneSuccession(Base):
    """What became of a closed row's ground: one row for each that holds some of it. `commune.successor_id` is the chief one."""

    __tablename__ = "commune_succession"

    commune_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), primary_key=True)
    # Serves the history of a commune: what went into it?
    successor_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), primary_key=True, index=True)
    share: Mapped[float] = mapped_column(comment="of the closed one's ground, 0 to 1")

    __table_args__ = (
        CheckConstraint("commune_id <> successor_id", name="not_itself"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
    )


class CommunePart(Base):
    """Inside a commune, and none itself: a municipal arrondissement, an associated or delegated commune. Versions as of `Commune`."""

    __tablename__ = "commune_part"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    country: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text(collation="C"))
    name: Mapped[str] = mapped_column(Text)
    commune_code: Mapped[str] = mapped_column(Text(collation="C"), comment="of the commune around it")
    vintage: Mapped[int] = mapped_column(comment="the last vintage that confirmed this row")
    valid_from: Mapped[int]
    valid_to: Mapped[int | None]
    source: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        CheckConstraint("kind IN ('arrondissement', 'associated', 'delegated')", name="kind"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        # A delegated commune may bear the code of the commune around it: the kind tells them apart.
        Index(
            "uq_commune_part_current_code",
            "country",
            "kind",
            "code",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        # Serves `communes at`: which arrondissement is here?
        Index(
            "ix_commune_part_geom", "geom", postgresql_using="gist", postgresql_where=text("valid_to IS NULL")
        ),
    )


class CommuneAdjacency(Base):
    """Two current communes that touch along a border, or by an operator's entry (islands). Both directions."""

    __tablename__ = "commune_adjacency"

    commune_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), primary_key=True)
    # Serves the audience: to whom is this commune adjacent?
    other_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), primary_key=True, index=True)
    by_operator: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (CheckConstraint("commune_id <> other_id", name="not_itself"),)


class CommunePiece(Base):
    """The current communes cut along a grid, and what is none; triggers keep it (sql/14_commune_pieces.sql)."""

    __tablename__ = "commune_piece"

    square: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="nearness.square_of()")
    # No foreign key: the statement that writes communes writes these, and 0 is none.
    commune_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="0: the ground of no commune"
    )
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=4326, spatial_index=False))


class Land(Base):
    """The ground of all current communes, coarse (some 700 m), in pieces: what the map shows from afar."""

    __tablename__ = "land"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))

    # Serves the tiles below zoom 8.
    __table_args__ = (Index("ix_land_geom", "geom", postgresql_using="gist"),)
