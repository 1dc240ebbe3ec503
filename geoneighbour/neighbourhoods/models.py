"""Neighbourhoods that people draw, and where each member lives among them."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.database.base import Base

PROPOSED, OPEN, ARCHIVED = "proposed", "open", "archived"
ASKED, DECLINED, CANDIDATE, MODERATOR = "asked", "declined", "candidate", "moderator"


class Neighbourhood(Base):
    """A polygon that members picked or drew: proposed, open or archived. An official quarter comes from an operator's file."""

    __tablename__ = "neighbourhood"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    story: Mapped[str] = mapped_column(Text, server_default="", comment="what it is, in its members' words")
    state: Mapped[str] = mapped_column(Text, server_default=PROPOSED)
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="raised by each redraw")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    anchor: Mapped[int] = mapped_column(BigInteger, comment="resolution-8 cell of a point on the surface")
    cover: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), comment="the resolution-9 cells it touches, in order"
    )
    scheme: Mapped[str | None] = mapped_column(Text, comment="of an official quarter: IRIS, QPV, quartier")
    official_code: Mapped[str | None] = mapped_column(Text, comment="its code in that scheme")
    source: Mapped[str | None] = mapped_column(Text, comment="the file or collection it came from")
    vintage: Mapped[int | None] = mapped_column(comment="the year its outline is of")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhood.id"))
    story_hidden_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="set by moderation: nobody reads the story"
    )

    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'open', 'archived')", name="state"),
        CheckConstraint("length(name) BETWEEN 2 AND 80", name="name"),
        CheckConstraint("length(story) <= 500", name="story"),
        CheckConstraint("state = 'archived' OR (state = 'proposed') = (opened_at IS NULL)", name="opened"),
        CheckConstraint("num_nulls(scheme, official_code, source, vintage) IN (0, 4)", name="official"),
        # One living quarter a code: serves its import.
        Index(
            "uq_neighbourhood_official_code",
            "scheme",
            "official_code",
            unique=True,
            postgresql_where=text("state <> 'archived' AND scheme IS NOT NULL"),
        ),
        # Serves the list of proposals: which have cells among those below a published one?
        Index(
            "ix_neighbourhood_proposed_cover",
            text("int8range(cover[1], cover[cardinality(cover)], '[]')"),
            postgresql_using="gist",
            postgresql_where=text("state = 'proposed'"),
        ),
        # Serves the place question and the tiles: which open neighbourhoods are here?
        Index("ix_neighbourhood_geom", "geom", postgresql_using="gist"),
    )


class Support(Base):
    """A member wants this proposed neighbourhood. One at a time, and the home lies inside."""

    __tablename__ = "support"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    # Serves the opening: who supports this one?
    neighbourhood_id: Mapped[int] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), index=True
    )
    supported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Zone(Base):
    """What the rule compares: an open neighbourhood (its id), or surroundings (its resolution-8 cell).

    An H3 index is above 2^59 and neighbourhoods count from 1, so one bigint names either.
    """

    __tablename__ = "zone"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Serves the weekly review: which zones does a changed spread concern?
    anchor: Mapped[int] = mapped_column(BigInteger, index=True)


class ZoneCell(Base):
    """The resolution-9 cells that a zone touches: its cover."""

    __tablename__ = "zone_cell"

    # Cell first: serves "which zones hold these cells?", asked with the rings around another zone.
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    zone: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True, index=True)


class Residence(Base):
    """Where a member is, as the rule sees it: stored, so that no question about people touches geometry.

    `zone` is the home neighbourhood: the chosen open one, else `surroundings`.
    """

    __tablename__ = "residence"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    zone: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    surroundings: Mapped[int] = mapped_column(BigInteger, comment="the home's resolution-8 cell")
    home_cell: Mapped[int] = mapped_column(BigInteger, comment="the home's resolution-9 cell; never shown")
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("commune.id"))
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # What the rule asks of the member: kept by triggers (sql/12_standing.sql), and read in SQL alone (an infinity is no datetime).
    known_from: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True),
        deferred=True,
        deferred_raiseload=True,
        comment="from when the rule knows the member: -infinity, or the end of a suspension; null: not verified, or paused",
    )
    hidden_from_wider: Mapped[bool] = mapped_column(
        server_default=text("false"), deferred=True, deferred_raiseload=True, comment="as the member has it"
    )

    __table_args__ = (
        # Serve the audience, without the table: who lives in this zone, in this commune, in these cells?
        Index(
            "ix_residence_zone", "zone", postgresql_include=["member_id", "hidden_from_wider", "known_from"]
        ),
        Index(
            "ix_residence_commune_id",
            "commune_id",
            postgresql_include=["member_id", "hidden_from_wider", "known_from"],
        ),
        Index(
            "ix_residence_home_cell",
            "home_cell",
            postgresql_include=["member_id", "hidden_from_wider", "known_from", "zone", "commune_id"],
            postgresql_where=text("known_from IS NOT NULL"),
        ),
    )


class Moderator(Base):
    """A member who decides on changes of the neighbourhood they live in; or was asked to, declined, or waits for voices."""

    __tablename__ = "moderator"

    neighbourhood_id: Mapped[int] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), primary_key=True
    )
    # Serves whoever leaves.
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default=MODERATOR)
    voices: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="how many chose them: more are needed to end it"
    )
    named_by: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"),
        comment="the moderator whose word is enough, until they are one",
    )

    __table_args__ = (
        CheckConstraint("state IN ('asked', 'declined', 'candidate', 'moderator')", name="state"),
    )


class Voice(Base):
    """A member wants a candidate to be moderator, or a moderator to be none any more. Nobody reads whose it is."""

    __tablename__ = "moderator_voice"

    neighbourhood_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    about_id: Mapped[int] = mapped_column(primary_key=True)
    # Serves whoever leaves.
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(
            ["neighbourhood_id", "about_id"],
            ["moderator.neighbourhood_id", "moderator.member_id"],
            name="fk_moderator_voice_about",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        CheckConstraint("member_id <> about_id", name="not_oneself"),
    )


class Change(Base):
    """A redraw, new name, merger or archive of an open neighbourhood, from proposal to effect (docs/decisions/011)."""

    __tablename__ = "neighbourhood_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    neighbourhood_id: Mapped[int] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=PROPOSED)
    why: Mapped[str] = mapped_column(Text, comment="in the words of who proposed it")
    name: Mapped[str | None] = mapped_column(Text, comment="the new name")
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), comment="the new outline"
    )
    into_id: Mapped[int | None] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), index=True, comment="where a merger leads"
    )
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    agreed_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="of a merger: when the other neighbourhood accepted too"
    )
    ended_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="when it took effect, or came to nothing"
    )

    __table_args__ = (
        CheckConstraint("kind IN ('redraw', 'rename', 'merge', 'archive')", name="kind"),
        CheckConstraint(
            "state IN ('proposed', 'accepted', 'done', 'refused', 'withdrawn', 'lapsed')", name="state"
        ),
        CheckConstraint("length(why) BETWEEN 3 AND 500", name="why"),
        CheckConstraint("(kind = 'rename') = (name IS NOT NULL)", name="name"),
        CheckConstraint("(kind = 'redraw') = (geom IS NOT NULL)", name="geom"),
        CheckConstraint("(kind = 'merge') = (into_id IS NOT NULL)", name="into_id"),
        CheckConstraint("into_id <> neighbourhood_id", name="not_itself"),
        CheckConstraint("(state IN ('proposed', 'accepted')) = (ended_at IS NULL)", name="ended"),
        # One change of a kind lives at a time.
        Index(
            "uq_neighbourhood_change_living",
            "neighbourhood_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'accepted')"),
        ),
    )


class Remark(Base):
    """What a member says about a change, to those who live there."""

    __tablename__ = "change_remark"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    change_id: Mapped[int] = mapped_column(
        ForeignKey("neighbourhood_change.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint("length(body) BETWEEN 1 AND 1000", name="body"),)


class Outline(Base):
    """How a neighbourhood was drawn before: one row for each version that a later one replaced."""

    __tablename__ = "neighbourhood_outline"

    neighbourhood_id: Mapped[int] = mapped_column(
        ForeignKey("neighbourhood.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    until: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), comment="when the next one took effect"
    )


class Leaving(Base):
    """A member whom a redraw left outside: asked, and gone at the first review after `leaves_at`. Nobody else reads it."""

    __tablename__ = "leaving"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    leaves_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="drawn by lot, so that nobody can tell which redraw it was"
    )
