"""An alert, its words, whom it reached; what members chose about being reached; authorities whose alerts are taken."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Interval,
    LargeBinary,
    Text,
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geoneighbour.alerts.ledger import CHANNELS
from geoneighbour.database.base import Base
from geoneighbour.posts.models import REACHES

WORDS = ("alert", "update", "all_clear", "cancel")
OUTCOMES = ("all_clear", "cancelled", "expired", "refused")
ACTS = ("write", "approve", "refuse", "correct", "update", "all_clear", "cancel", "stop", "replay")
TIERS = ("neighbour", "wider", "commune", "adjacent_commune", "beyond")
LANGUAGES = ("fr", "nl", "en")
LONGEST_WORD = 500


class AlertKind(Base):
    """What an alert is about. The first ones come with sql/70_alerts.sql; operators add and retire (`geoneighbour alerts kinds`)."""

    __tablename__ = "alert_kind"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB, comment="by language; fr is always there")
    icon: Mapped[str] = mapped_column(Text, comment="a symbol of the sprite")
    colour: Mapped[str] = mapped_column(Text, comment="one of the design's: sail, sun, moss, sea, slate")
    reach: Mapped[str] = mapped_column(Text, comment="the one that a form begins with")
    lasts: Mapped[timedelta] = mapped_column(Interval)
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z_]{1,39}$'", name="code"),
        CheckConstraint("names ? 'fr'", name="names"),
        CheckConstraint("colour ~ '^[a-z]{2,20}$'", name="colour"),
        CheckConstraint(f"reach IN {REACHES}", name="reach"),
        CheckConstraint("lasts BETWEEN '01:00:00'::interval AND '30 days'::interval", name="lasts"),
    )


class Alert(Base):
    """What a post of kind `alert` has beside it. The post's body is its sentence."""

    __tablename__ = "alert"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(ForeignKey("alert_kind.code"))
    place: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", srid=4326, spatial_index=False),
        comment="where it happens, as its author shows it: a point or a polygon",
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    needs_second: Mapped[bool] = mapped_column(server_default=text("false"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    gone_out_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="when its recipients were fixed; null: it waits for a second person"
    )
    stopped_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="the kill switch: nothing leaves that was written before"
    )
    official_source: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        # Serves the worker: what has lasted its time?
        Index("ix_alert_ends_at", "ends_at", postgresql_where=text("ended_at IS NULL")),
    )


class AlertWord(Base):
    """What is said in an alert: the first word, then what its author adds. Each goes to all whom the first reached."""

    __tablename__ = "alert_word"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("alert.post_id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="null: the command line, or gone"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    fanned_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(f"what IN {WORDS}", name="what"),
        CheckConstraint(f"length(body) BETWEEN 3 AND {LONGEST_WORD}", name="body"),
    )


class AlertRecipient(Base):
    """Whom an alert reached: the audience of its post as it went out. Rows of an alert that is gone are swept later: who deletes
    an account does not wait for a hundred thousand of them."""

    __tablename__ = "alert_recipient"

    post_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, comment="an alert's; no foreign key, see nearness.sweep_reached"
    )
    # Serves a member's own alerts.
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    tier: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint(f"tier IN {TIERS}", name="tier"),)


class AlertAct(Base):
    """Who did what about an alert. The service adds and reads; nobody rewrites."""

    __tablename__ = "alert_act"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("alert.post_id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id", ondelete="SET NULL"), index=True, comment="null: the command line, or gone"
    )
    what: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text, comment="of a correction: what stood there before")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (CheckConstraint(f"what IN {ACTS}", name="what"),)


class AlertPreference(Base):
    """By which channels a member wants alerts of a kind (null: all that no other row names) from a tier. No row: the usual ones."""

    __tablename__ = "alert_preference"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    kind: Mapped[str | None] = mapped_column(ForeignKey("alert_kind.code", ondelete="CASCADE"), index=True)
    tier: Mapped[str] = mapped_column(Text)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))

    __table_args__ = (
        CheckConstraint(f"tier IN {TIERS}", name="tier"),
        CheckConstraint(f"channels <@ ARRAY{list(CHANNELS)}", name="channels"),
        UniqueConstraint("member_id", "kind", "tier", postgresql_nulls_not_distinct=True),
    )


class AlertQuiet(Base):
    """When, and in which language, a member wants to be reached."""

    __tablename__ = "alert_quiet"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    time_zone: Mapped[str] = mapped_column(Text, server_default=text("'Europe/Paris'"))
    urgent_passes: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="urgent kinds come in quiet hours too"
    )
    digest: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="what is not urgent comes in one mail a day"
    )
    muted_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    language: Mapped[str] = mapped_column(Text, server_default=text("'fr'"))

    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        # One that PostgreSQL does not know would break off a whole fan-out.
        CheckConstraint(
            "timezone(time_zone, '2000-01-01 00:00:00'::timestamp) IS NOT NULL", name="time_zone"
        ),
    )


class AlertChannelShare(Base):
    """Of all verified members, the share whom an alert of a kind from a tier reaches by a channel: counted once a day (docs/decisions/026)."""

    __tablename__ = "alert_channel_share"

    kind: Mapped[str] = mapped_column(ForeignKey("alert_kind.code", ondelete="CASCADE"), primary_key=True)
    tier: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    share: Mapped[float] = mapped_column(Double, comment="0 to 1")
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"tier IN {TIERS}", name="tier"),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
    )


class AlertFeed(Base):
    """An authority whose CAP messages are shown as official alerts: asked for at `url`, or sent here with a key."""

    __tablename__ = "alert_feed"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True, comment="what the alerts name as their source")
    speaker_id: Mapped[int] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"),
        index=True,
        comment="agent or operator who answers for it",
    )
    url: Mapped[str | None] = mapped_column(Text)
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True, comment="SHA-256")
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None] = mapped_column(Text, comment="why nothing came the last time")

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 2 AND 80", name="name"),
        CheckConstraint("(url IS NULL) <> (key_hash IS NULL)", name="one"),
    )


class AlertFeedMessage(Base):
    """A CAP message that came by a feed, so that it is taken once; `post_id`: the alert it belongs to, null where it made none."""

    __tablename__ = "alert_feed_message"

    feed_id: Mapped[int] = mapped_column(ForeignKey("alert_feed.id", ondelete="CASCADE"), primary_key=True)
    identifier: Mapped[str] = mapped_column(Text, primary_key=True, comment="sender,identifier,sent")
    post_id: Mapped[int | None] = mapped_column(ForeignKey("alert.post_id", ondelete="SET NULL"), index=True)
    came_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    became: Mapped[str] = mapped_column(Text, comment="what came of it, in a word")
