"""Partners, their feeds, and what each import made of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geoneighbour.database.base import Base

FORMATS = ("geojson", "csv", "json", "gbfs")
AREAS = ("polygon", "radius", "commune", "neighbourhood")
CODE = "^[a-z][a-z0-9_]{1,39}$"


class OfferCategory(Base):
    """What offers are; sql/50_offers.sql brings the first, operators add (geoneighbour partners categories)."""

    __tablename__ = "offer_category"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB, comment="by language; fr is always there")
    icon: Mapped[str] = mapped_column(Text, comment="a symbol of the sprite")
    colour: Mapped[str] = mapped_column(Text, comment="one of the design's: sail, sun, moss, sea, slate")
    position: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        CheckConstraint(f"code ~ '{CODE}'", name="code"),
        CheckConstraint("names ? 'fr'", name="names"),
        CheckConstraint("colour IN ('sail', 'sun', 'moss', 'sea', 'slate')", name="colour"),
    )


class Partner(Base):
    """Whose offers these are. Paused, none of them is shown."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"code ~ '{CODE}'", name="code"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("url ~ '^https?://'", name="url"),
    )


class OfferFeed(Base):
    """Where a partner's offers come from: an address that is asked, or a key with which they are sent here."""

    __tablename__ = "offer_feed"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True, comment="SHA-256 of the key")
    category: Mapped[str | None] = mapped_column(
        ForeignKey("offer_category.code"), comment="of rows that name none"
    )
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    every: Mapped[timedelta] = mapped_column(
        Interval, comment="how often it is asked, or said to be sent; three times that makes it stale"
    )
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_success_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None] = mapped_column(
        Text, comment="why the last try changed nothing; null: it was good"
    )

    partner: Mapped[Partner] = relationship()

    __table_args__ = (
        UniqueConstraint("partner_id", "name"),
        CheckConstraint(f"format IN {FORMATS}", name="format"),
        CheckConstraint("(url IS NULL) = (key_hash IS NOT NULL)", name="comes"),
        CheckConstraint("url IS NOT NULL OR format <> 'gbfs'", name="gbfs"),
        CheckConstraint("every BETWEEN '00:05:00'::interval AND '31 days'::interval", name="every"),
        CheckConstraint(f"name ~ '{CODE}'", name="name"),
    )


class OfferImport(Base):
    """One try to bring a feed: what it did, or why it did nothing."""

    __tablename__ = "offer_import"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Serves the list of a feed's imports.
    feed_id: Mapped[int] = mapped_column(ForeignKey("offer_feed.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    added: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    gone: Mapped[int] = mapped_column(server_default=text("0"))
    rejected: Mapped[int] = mapped_column(server_default=text("0"))
    problem: Mapped[str | None] = mapped_column(Text, comment="null: it was good")


class OfferRejection(Base):
    """A row that was not taken; the first of each import are kept."""

    __tablename__ = "offer_rejection"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("offer_import.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="counted from 1")
    external_id: Mapped[str | None] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class Offer(Base):
    """What a partner offers, at a point, in service areas, or both."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("offer_feed.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(Text(collation="C"))
    category: Mapped[str] = mapped_column(ForeignKey("offer_category.code"))
    title: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    price_words: Mapped[str] = mapped_column(Text)
    conditions: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    photo_url: Mapped[str | None] = mapped_column(Text, comment="never loaded by pages")
    point: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    opening_hours: Mapped[str | None] = mapped_column(Text, comment="as OpenStreetMap writes them")
    delivers: Mapped[bool]
    click_and_collect: Mapped[bool]
    reach_only: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="shown to the homes that it serves, to nobody else"
    )
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="over from then on")
    content_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of what the feed says of it")
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    gone_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set while its feed does not hold it"
    )
    searched: Mapped[str] = mapped_column(
        Text,
        server_default=text("''"),
        comment="its words, small letters without accents; a trigger keeps it",
    )

    __table_args__ = (
        UniqueConstraint("feed_id", "external_id"),
        CheckConstraint("length(title) BETWEEN 1 AND 160", name="title"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        CheckConstraint("photo_url ~ '^https?://'", name="photo_url"),
        CheckConstraint("valid_to > valid_from", name="valid"),
        # Serves maps and lists of a box. Not of what stands alone: then PostgreSQL 15 may read it without any condition while an
        # import writes to it, rescans it, and marks entries of what stands as dead (docs/offers.md).
        Index("ix_offer_point", "point", postgresql_using="gist"),
        # Serves the search by words. Whole for the same reason.
        Index(
            "ix_offer_searched",
            "searched",
            postgresql_using="gin",
            postgresql_ops={"searched": "gin_trgm_ops"},
        ),
        # Serves lists of a category, the newest first.
        Index("ix_offer_category", "category", "id", postgresql_where=text("gone_at IS NULL")),
    )


class ServiceArea(Base):
    """Where an offer is good, beside where it stands; an offer that is gone has none."""

    __tablename__ = "service_area"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    shape: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", srid=4326, spatial_index=False),
        comment="a polygon; of a radius its centre; of a commune whose code has ended its last ground",
    )
    radius_m: Mapped[float | None]
    country: Mapped[str | None] = mapped_column(Text(collation="C"))
    commune_code: Mapped[str | None] = mapped_column(Text(collation="C"))
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhood.id"))
    box: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False),
        comment="holds all that the shape can serve; a trigger keeps it",
    )

    __table_args__ = (
        CheckConstraint(f"kind IN {AREAS}", name="kind"),
        CheckConstraint("(kind = 'radius') = (radius_m IS NOT NULL)", name="radius"),
        CheckConstraint("radius_m BETWEEN 1 AND 50000", name="radius_m"),
        CheckConstraint(
            "num_nulls(country, commune_code) = CASE kind WHEN 'commune' THEN 0 ELSE 2 END", name="commune"
        ),
        CheckConstraint("(kind = 'neighbourhood') = (neighbourhood_id IS NOT NULL)", name="neighbourhood"),
        CheckConstraint("kind NOT IN ('polygon', 'radius') OR shape IS NOT NULL", name="shape"),
        CheckConstraint("(shape IS NULL) = (box IS NULL)", name="box"),
        # These three serve the one question: what serves this home?
        Index("ix_service_area_box", "box", postgresql_using="gist"),
        Index(
            "ix_service_area_commune", "country", "commune_code", postgresql_where=text("kind = 'commune'")
        ),
        Index(
            "ix_service_area_neighbourhood_id",
            "neighbourhood_id",
            postgresql_where=text("kind = 'neighbourhood'"),
        ),
    )


class OfferCluster(Base):
    """How many offers of a category stand in an H3 cell, for maps from afar; counted anew after each import."""

    __tablename__ = "offer_cluster"

    res: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(
        ForeignKey("offer_category.code", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int]
    point: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False), comment="the middle of them"
    )

    __table_args__ = (
        CheckConstraint("n > 0", name="n"),
        # Serves tiles.
        Index("ix_offer_cluster_point", "point", postgresql_using="gist"),
    )


class OfferSuggestion(Base):
    """Who a resident would see here: to be invited. Its author is nobody's to know."""

    __tablename__ = "offer_suggestion"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    category: Mapped[str] = mapped_column(ForeignKey("offer_category.code"))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    point: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False), comment="null: it is told in words alone"
    )
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    taken_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="somebody sees to it; null: it waits"
    )

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("length(words) <= 500", name="words"),
    )


class OfferStaged(Base):
    """Rows of an import under way; emptied by the same transaction, so nobody else sees any."""

    __tablename__ = "offer_staged"

    feed_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str | None] = mapped_column(Text, comment="what is wrong with it; null: nothing")
    reason: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text(collation="C"))
    category: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    price_words: Mapped[str | None] = mapped_column(Text)
    conditions: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    photo_url: Mapped[str | None] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    opening_hours: Mapped[str | None] = mapped_column(Text)
    delivers: Mapped[bool | None]
    click_and_collect: Mapped[bool | None]
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    areas: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
