"""alerts: their words, recipients and deliveries, what members chose about being reached."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_post_kind"), "post", type_="check")
    op.create_check_constraint(op.f("ck_post_kind"), "post", "kind IN ('request', 'offer', 'news', 'alert')")
    op.create_table(
        "alert_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "names",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="by language; fr is always there",
        ),
        sa.Column("icon", sa.Text(), nullable=False, comment="a symbol of the sprite"),
        sa.Column(
            "colour",
            sa.Text(),
            nullable=False,
            comment="one of the design's: sail, sun, moss, sea, slate",
        ),
        sa.Column("reach", sa.Text(), nullable=False, comment="the one that a form begins with"),
        sa.Column("lasts", sa.Interval(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code ~ '^[a-z][a-z_]{1,39}$'", name=op.f("ck_alert_kind_code")),
        sa.CheckConstraint("colour ~ '^[a-z]{2,20}$'", name=op.f("ck_alert_kind_colour")),
        sa.CheckConstraint(
            "lasts BETWEEN '01:00:00'::interval AND '30 days'::interval", name=op.f("ck_alert_kind_lasts")
        ),
        sa.CheckConstraint("names ? 'fr'", name=op.f("ck_alert_kind_names")),
        sa.CheckConstraint(
            "reach IN ('neighbourhood', 'wider', 'commune', 'commune_adjacent', 'radius', 'area', 'all')",
            name=op.f("ck_alert_kind_reach"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_alert_kind")),
    )
    op.create_table(
        "channel_pace",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_times", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "allowance",
            sa.Double(),
            server_default=sa.text("0"),
            nullable=False,
            comment="messages that may leave",
        ),
        sa.Column("filled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms', 'push')", name=op.f("ck_channel_pace_channel")),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_pace")),
    )
    op.create_table(
        "alert_preference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "channels <@ ARRAY['email', 'sms', 'push']", name=op.f("ck_alert_preference_channels")
        ),
        sa.CheckConstraint(
            "tier IN ('neighbour', 'wider', 'commune', 'adjacent_commune', 'beyond')",
            name=op.f("ck_alert_preference_tier"),
        ),
        sa.ForeignKeyConstraint(
            ["kind"], ["alert_kind.code"], name=op.f("fk_alert_preference_kind"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_alert_preference_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_preference")),
        sa.UniqueConstraint(
            "member_id",
            "kind",
            "tier",
            name=op.f("uq_alert_preference_member_id_kind_tier"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_alert_preference_kind"), "alert_preference", ["kind"], unique=False)
    op.create_table(
        "alert_quiet",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("time_zone", sa.Text(), server_default=sa.text("'Europe/Paris'"), nullable=False),
        sa.Column(
            "urgent_passes",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="urgent kinds come in quiet hours too",
        ),
        sa.Column(
            "digest",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="what is not urgent comes in one mail a day",
        ),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.Text(), server_default=sa.text("'fr'"), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'nl', 'en')", name=op.f("ck_alert_quiet_language")),
        sa.CheckConstraint(
            "timezone(time_zone, '2000-01-01 00:00:00'::timestamp) IS NOT NULL",
            name=op.f("ck_alert_quiet_time_zone"),
        ),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_alert_quiet_quiet")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_alert_quiet_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_alert_quiet")),
    )
    op.create_table(
        "alert_channel_share",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False, comment="0 to 1"),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'push')", name=op.f("ck_alert_channel_share_channel")
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_alert_channel_share_share")),
        sa.CheckConstraint(
            "tier IN ('neighbour', 'wider', 'commune', 'adjacent_commune', 'beyond')",
            name=op.f("ck_alert_channel_share_tier"),
        ),
        sa.ForeignKeyConstraint(
            ["kind"], ["alert_kind.code"], name=op.f("fk_alert_channel_share_kind"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "tier", "channel", name=op.f("pk_alert_channel_share")),
    )
    op.create_table(
        "phone",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sms", sa.LargeBinary(), nullable=True, comment="sealed: the code, until it has left"),
        sa.Column("sms_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_phone_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_phone")),
    )
    op.create_index(
        "ix_phone_sms_due_at",
        "phone",
        ["sms_due_at"],
        unique=False,
        postgresql_where=sa.text("sms_due_at IS NOT NULL"),
    )
    op.create_index(
        "uq_phone_digest",
        "phone",
        ["digest"],
        unique=True,
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.BigInteger(), nullable=True, comment="null: of no login"),
        sa.Column("endpoint_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_push_subscription_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["login_session.id"],
            name=op.f("fk_push_subscription_login_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    op.create_index(op.f("ix_push_subscription_login_id"), "push_subscription", ["login_id"], unique=False)
    op.create_index(op.f("ix_push_subscription_member_id"), "push_subscription", ["member_id"], unique=False)
    op.create_table(
        "sms_budget",
        sa.Column("commune_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column("segments_most", sa.Integer(), nullable=True, comment="null: SMS_BUDGET"),
        sa.Column("segments_spent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_sms_budget_month")),
        sa.CheckConstraint("segments_spent BETWEEN 0 AND segments_most", name=op.f("ck_sms_budget_spent")),
        sa.ForeignKeyConstraint(["commune_id"], ["commune.id"], name=op.f("fk_sms_budget_commune_id")),
        sa.PrimaryKeyConstraint("commune_id", "month", name=op.f("pk_sms_budget")),
    )
    op.create_table(
        "alert",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "place",
            Geometry("GEOMETRY", srid=4326, spatial_index=False),
            nullable=True,
            comment="where it happens, as its author shows it: a point or a polygon",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("needs_second", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "gone_out_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its recipients were fixed; null: it waits for a second person",
        ),
        sa.Column(
            "stopped_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the kill switch: nothing leaves that was written before",
        ),
        sa.Column("official_source", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('all_clear', 'cancelled', 'expired', 'refused')", name=op.f("ck_alert_outcome")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_alert_ended")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["member.id"], name=op.f("fk_alert_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["kind"], ["alert_kind.code"], name=op.f("fk_alert_kind")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_alert_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_approved_by"), "alert", ["approved_by"], unique=False)
    op.create_index(
        "ix_alert_ends_at", "alert", ["ends_at"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "alert_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="null: the command line, or gone"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True, comment="of a correction: what stood there before"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "what IN ('write', 'approve', 'refuse', 'correct', 'update', 'all_clear', 'cancel', 'stop', 'replay')",
            name=op.f("ck_alert_act_what"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["member.id"], name=op.f("fk_alert_act_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["alert.post_id"], name=op.f("fk_alert_act_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_act")),
    )
    op.create_index(op.f("ix_alert_act_actor_id"), "alert_act", ["actor_id"], unique=False)
    op.create_index(op.f("ix_alert_act_post_id"), "alert_act", ["post_id"], unique=False)
    op.create_table(
        "alert_recipient",
        sa.Column(
            "post_id",
            sa.BigInteger(),
            nullable=False,
            comment="an alert's; no foreign key, see nearness.sweep_reached",
        ),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "tier IN ('neighbour', 'wider', 'commune', 'adjacent_commune', 'beyond')",
            name=op.f("ck_alert_recipient_tier"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_alert_recipient_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "member_id", name=op.f("pk_alert_recipient")),
    )
    op.create_index(op.f("ix_alert_recipient_member_id"), "alert_recipient", ["member_id"], unique=False)
    op.create_table(
        "alert_word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True, comment="null: the command line, or gone"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("fanned_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "what IN ('alert', 'update', 'all_clear', 'cancel')", name=op.f("ck_alert_word_what")
        ),
        sa.CheckConstraint("length(body) BETWEEN 3 AND 500", name=op.f("ck_alert_word_body")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_alert_word_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["alert.post_id"], name=op.f("fk_alert_word_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_word")),
    )
    op.create_index(op.f("ix_alert_word_author_id"), "alert_word", ["author_id"], unique=False)
    op.create_index(op.f("ix_alert_word_post_id"), "alert_word", ["post_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("word_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="that of the word, so that there is one row",
        ),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="of one that a worker has: when its lease is over",
        ),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased_by", sa.BigInteger(), nullable=True, comment="which worker has it"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "problem", sa.Text(), nullable=True, comment="why the last try failed, in figures; no address"
        ),
        sa.CheckConstraint("channel IN ('email', 'sms', 'push')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'sent', 'unknown', 'dead', 'stopped')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["post_id", "member_id"],
            ["alert_recipient.post_id", "alert_recipient.member_id"],
            name=op.f("fk_delivery_post_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "post_id", "member_id", "word_id", "channel", "created_at", name=op.f("pk_delivery")
        ),
        postgresql_partition_by="RANGE (created_at)",
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["channel", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["member_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "alert_feed",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="what the alerts name as their source"),
        sa.Column("speaker_id", sa.Integer(), nullable=False, comment="agent or operator who answers for it"),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True, comment="SHA-256"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True, comment="why nothing came the last time"),
        sa.CheckConstraint("length(name) BETWEEN 2 AND 80", name=op.f("ck_alert_feed_name")),
        sa.CheckConstraint("(url IS NULL) <> (key_hash IS NULL)", name=op.f("ck_alert_feed_one")),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["member.id"], name=op.f("fk_alert_feed_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_alert_feed_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_feed_name")),
    )
    op.create_index(op.f("ix_alert_feed_speaker_id"), "alert_feed", ["speaker_id"], unique=False)
    op.create_table(
        "alert_feed_message",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False, comment="sender,identifier,sent"),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("became", sa.Text(), nullable=False, comment="what came of it, in a word"),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["alert_feed.id"], name=op.f("fk_alert_feed_message_feed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["alert.post_id"],
            name=op.f("fk_alert_feed_message_post_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("feed_id", "identifier", name=op.f("pk_alert_feed_message")),
    )
    op.create_index(op.f("ix_alert_feed_message_post_id"), "alert_feed_message", ["post_id"], unique=False)
