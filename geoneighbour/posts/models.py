"""Anything with an author, words and a reach; and the private threads that answer it."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base
from geoneighbour.nearness.models import CellOutline
from geoneighbour.posts.sizes import LONGEST, SMALL, fitted

KINDS = ("request", "offer", "news")
ALERT = "alert"
"""The kind that the room `alerts` writes: it has more to it than a post."""
REACHES = ("neighbourhood", "wider", "commune", "commune_adjacent", "radius", "area", "all")
LEAST_RADIUS_M, MOST_RADIUS_M = 500, 50_000
CELL_KEYS = ("cell", "stands")
MOST_WATCHED = 5
MOST_PHOTOS = 4
LONGEST_ALT = 200


class Post(Base):
    """Its origin (zone, commune, published cell of the author as it was written) and reach are frozen."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Text)
    reach: Mapped[str] = mapped_column(Text)
    origin_zone: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    origin_surroundings: Mapped[int] = mapped_column(
        ForeignKey("zone.id"),
        comment="resolution-8 cell of the home then; where it goes on should the zone end",
    )
    origin_commune_id: Mapped[int | None] = mapped_column(ForeignKey("commune.id"))
    origin_cell: Mapped[int | None] = mapped_column(
        ForeignKey(CellOutline.cell), comment="published cell; null: none to show"
    )
    radius_m: Mapped[int | None] = mapped_column(comment="of reach radius: geodesic metres")
    centre: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False),
        comment="of reach radius: the middle of origin_cell, or a public place that the author picked",
    )
    ground: Mapped[WKBElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), comment="of reach area: as drawn"
    )
    on_homes: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="an authority's: reaches exact homes, speaks for origin_commune_id",
    )
    key: Mapped[int | None] = mapped_column(
        BigInteger,
        Computed(
            # As PostgreSQL says it back: the comparison with the models is by letters.
            "CASE WHEN reach = ANY (ARRAY['neighbourhood'::text, 'wider'::text]) THEN origin_zone"
            " WHEN reach = ANY (ARRAY['commune'::text, 'commune_adjacent'::text]) THEN origin_commune_id"
            " WHEN reach = 'all'::text THEN 0::bigint ELSE NULL::bigint END",
            persisted=True,
        ),
        comment="with reach, what it comes by; null: by the cells of post_cell",
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hidden_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set by moderation: read by its author alone"
    )

    __table_args__ = (
        CheckConstraint(f"kind IN {(*KINDS, ALERT)}", name="kind"),
        CheckConstraint("length(body) BETWEEN 3 AND 500", name="body"),
        CheckConstraint(f"reach IN {REACHES}", name="reach"),
        CheckConstraint("(reach = 'radius') = (radius_m IS NOT NULL)", name="radius"),
        CheckConstraint(f"radius_m BETWEEN {LEAST_RADIUS_M} AND {MOST_RADIUS_M}", name="radius_m"),
        CheckConstraint("(reach = 'radius') = (centre IS NOT NULL)", name="centre"),
        CheckConstraint("(reach = 'area') = (ground IS NOT NULL)", name="ground"),
        CheckConstraint("NOT on_homes OR reach IN ('commune', 'area')", name="on_homes"),
        # Serves the feed: the newest that come by this key.
        Index(
            "ix_post_key",
            "reach",
            "key",
            "id",
            postgresql_include=["kind"],
            postgresql_where=text("closed_at IS NULL AND hidden_at IS NULL"),
        ),
        # Serve watchers, visitors, mergers: what began in this zone, in this commune.
        Index("ix_post_origin_zone", "origin_zone", "id"),
        Index("ix_post_origin_commune_id", "origin_commune_id", "id"),
        # Serve cells that are published anew: whose radius, whose area holds their middle?
        Index(
            "ix_post_centre",
            text("geography(centre)"),
            postgresql_using="gist",
            postgresql_where=text("centre IS NOT NULL"),
        ),
        Index(
            "ix_post_ground",
            "ground",
            postgresql_using="gist",
            postgresql_where=text("ground IS NOT NULL AND NOT on_homes"),
        ),
        # Serves homes: which authority's area covers this one?
        Index("ix_post_on_homes", "ground", postgresql_using="gist", postgresql_where=text("on_homes")),
    )


class PostCell(Base):
    """The published cells whose middle a post's radius or area holds (`cell`), and the one it stands in today (`stands`: watchers)."""

    __tablename__ = "post_cell"

    by: Mapped[str] = mapped_column(Text, primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    open: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="whether feeds show the post; kept by a trigger"
    )

    __table_args__ = (
        CheckConstraint(f"by IN {CELL_KEYS}", name="by"),
        # Serves the feed, past all that was closed over the years: the newest that come by this cell.
        Index("ix_post_cell_open", "by", "cell", "post_id", postgresql_where=text("open")),
        # Serves the audience of a post, and whether a page of the feed may be read: all that stands somewhere is not gone through.
        Index("ix_post_cell_of_post", "post_id", "by", "cell"),
    )


class WatchArea(Base):
    """Ground that a member follows: an open neighbourhood, a commune, or a drawn area."""

    __tablename__ = "watch_area"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    neighbourhood_id: Mapped[int | None] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), index=True
    )
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("commune.id"), index=True)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    cells: Mapped[list[int] | None] = mapped_column(
        ARRAY(BigInteger), comment="of geom: the cells of every published resolution whose middle it covers"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("num_nonnulls(neighbourhood_id, commune_id, geom) = 1", name="one"),
        CheckConstraint("(geom IS NULL) = (cells IS NULL)", name="cells"),
    )


class Thread(Base):
    """A conversation of two: what a member answers to a post, with its author; or what a member began with another, without one."""

    __tablename__ = "thread"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    # These two serve "my conversations".
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), index=True, comment="who began it"
    )
    with_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), index=True, comment="the other; null: the post's author"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        UniqueConstraint("post_id", "member_id"),
        CheckConstraint("(post_id IS NULL) <> (with_id IS NULL)", name="about"),
        CheckConstraint("member_id <> with_id", name="not_oneself"),
        # Two people have one conversation without a post, whoever began it.
        Index(
            "uq_thread_pair",
            text("least(member_id, with_id)"),
            text("greatest(member_id, with_id)"),
            unique=True,
            postgresql_where=text("post_id IS NULL"),
        ),
    )


class Message(Base):
    """One message of a thread."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("length(body) BETWEEN 1 AND 2000", name="body"),)


class PostPhoto(Base):
    """One of a post's photos. Its files (`key` names them) hold pixels made anew: nothing of what was sent but the picture."""

    __tablename__ = "post_photo"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, comment="place among the post's photos, from 1"
    )
    key: Mapped[str] = mapped_column(Text, unique=True, comment="random: the name of its files and addresses")
    width: Mapped[int] = mapped_column(comment="pixels, of the large file")
    height: Mapped[int] = mapped_column(comment="pixels, of the large file")
    bytes: Mapped[int] = mapped_column(comment="of both files")
    alt: Mapped[str] = mapped_column(Text, comment="what is to be seen, in the author's words; may be empty")
    hidden_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set by moderation: seen by its author alone"
    )

    __table_args__ = (
        CheckConstraint(f"number BETWEEN 1 AND {MOST_PHOTOS}", name="number"),
        CheckConstraint("key ~ '^[0-9a-f]{32}$'", name="key"),
        CheckConstraint(f"width BETWEEN 1 AND {LONGEST} AND height BETWEEN 1 AND {LONGEST}", name="size"),
        CheckConstraint("bytes > 0", name="bytes"),
        CheckConstraint(f"length(alt) <= {LONGEST_ALT}", name="alt"),
    )

    @property
    def small(self) -> tuple[int, int]:
        """Width and height of the small file, in pixels."""
        return fitted(self.width, self.height, SMALL)
