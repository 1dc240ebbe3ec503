"""offers: partners, their feeds, imports, offers and service areas."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "offer_category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "names",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="by language; fr is always there",
        ),
        sa.Column("icon", sa.Text(), nullable=False, comment="a symbol of the sprite"),
        sa.Column(
            "colour", sa.Text(), nullable=False, comment="one of the design's: sail, sun, moss, sea, slate"
        ),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{1,39}$'", name=op.f("ck_offer_category_code")),
        sa.CheckConstraint(
            "colour IN ('sail', 'sun', 'moss', 'sea', 'slate')", name=op.f("ck_offer_category_colour")
        ),
        sa.CheckConstraint("names ? 'fr'", name=op.f("ck_offer_category_names")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_offer_category")),
    )
    op.create_table(
        "offer_suggestion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry("POINT", srid=4326, spatial_index=False),
            nullable=True,
            comment="null: it is told in words alone",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="somebody sees to it; null: it waits",
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_offer_suggestion_name")),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_offer_suggestion_words")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_offer_suggestion_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category"], ["offer_category.code"], name=op.f("fk_offer_suggestion_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_suggestion")),
    )
    op.create_index(op.f("ix_offer_suggestion_member_id"), "offer_suggestion", ["member_id"], unique=False)
    op.create_table(
        "offer_staged",
        sa.Column("feed_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=True, comment="what is wrong with it; null: nothing"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(collation="C"), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("price_words", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("photo_url", sa.Text(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column("delivers", sa.Boolean(), nullable=True),
        sa.Column("click_and_collect", sa.Boolean(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("areas", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("feed_id", "row", name=op.f("pk_offer_staged")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{1,39}$'", name=op.f("ck_partner_code")),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_partner_url")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_partner_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "offer_feed",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True, comment="SHA-256 of the key"),
        sa.Column("category", sa.Text(), nullable=True, comment="of rows that name none"),
        sa.Column(
            "mapping", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "every",
            sa.Interval(),
            nullable=False,
            comment="how often it is asked, or said to be sent; three times that makes it stale",
        ),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "problem", sa.Text(), nullable=True, comment="why the last try changed nothing; null: it was good"
        ),
        sa.CheckConstraint(
            "every BETWEEN '00:05:00'::interval AND '31 days'::interval", name=op.f("ck_offer_feed_every")
        ),
        sa.CheckConstraint("format IN ('geojson', 'csv', 'json', 'gbfs')", name=op.f("ck_offer_feed_format")),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]{1,39}$'", name=op.f("ck_offer_feed_name")),
        sa.CheckConstraint("url IS NOT NULL OR format <> 'gbfs'", name=op.f("ck_offer_feed_gbfs")),
        sa.CheckConstraint("(url IS NULL) = (key_hash IS NOT NULL)", name=op.f("ck_offer_feed_comes")),
        sa.ForeignKeyConstraint(["category"], ["offer_category.code"], name=op.f("fk_offer_feed_category")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_offer_feed_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_offer_feed_key_hash")),
        sa.UniqueConstraint("partner_id", "name", name=op.f("uq_offer_feed_partner_id_name")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("price_words", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("photo_url", sa.Text(), nullable=True, comment="never loaded by pages"),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True, comment="as OpenStreetMap writes them"),
        sa.Column("delivers", sa.Boolean(), nullable=False),
        sa.Column("click_and_collect", sa.Boolean(), nullable=False),
        sa.Column(
            "reach_only",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="shown to the homes that it serves, to nobody else",
        ),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True, comment="over from then on"),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of what the feed says of it"
        ),
        sa.Column(
            "first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "gone_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set while its feed does not hold it",
        ),
        sa.Column(
            "searched",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="its words, small letters without accents; a trigger keeps it",
        ),
        sa.CheckConstraint("photo_url ~ '^https?://'", name=op.f("ck_offer_photo_url")),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_offer_url")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 160", name=op.f("ck_offer_title")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_offer_valid")),
        sa.ForeignKeyConstraint(["category"], ["offer_category.code"], name=op.f("fk_offer_category")),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["offer_feed.id"], name=op.f("fk_offer_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("feed_id", "external_id", name=op.f("uq_offer_feed_id_external_id")),
    )
    op.create_index(
        "ix_offer_category",
        "offer",
        ["category", "id"],
        unique=False,
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_index(
        "ix_offer_point",
        "offer",
        ["point"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        "ix_offer_searched",
        "offer",
        ["searched"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    op.create_table(
        "offer_cluster",
        sa.Column("res", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "point",
            Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
            comment="the middle of them",
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_offer_cluster_n")),
        sa.ForeignKeyConstraint(
            ["category"],
            ["offer_category.code"],
            name=op.f("fk_offer_cluster_category"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("res", "cell", "category", name=op.f("pk_offer_cluster")),
    )
    op.create_index(
        "ix_offer_cluster_point", "offer_cluster", ["point"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "offer_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("added", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gone", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True, comment="null: it was good"),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["offer_feed.id"], name=op.f("fk_offer_import_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_import")),
    )
    op.create_index(op.f("ix_offer_import_feed_id"), "offer_import", ["feed_id"], unique=False)
    op.create_table(
        "offer_rejection",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False, comment="counted from 1"),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["offer_import.id"], name=op.f("fk_offer_rejection_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_offer_rejection")),
    )
    op.create_table(
        "service_area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "shape",
            Geometry("GEOMETRY", srid=4326, spatial_index=False),
            nullable=True,
            comment="a polygon; of a radius its centre; of a commune whose code has ended its last ground",
        ),
        sa.Column("radius_m", sa.Double(), nullable=True),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.Column("commune_code", sa.Text(collation="C"), nullable=True),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "box",
            Geometry("POLYGON", srid=4326, spatial_index=False),
            nullable=True,
            comment="holds all that the shape can serve; a trigger keeps it",
        ),
        sa.CheckConstraint(
            "(kind = 'neighbourhood') = (neighbourhood_id IS NOT NULL)",
            name=op.f("ck_service_area_neighbourhood"),
        ),
        sa.CheckConstraint("(kind = 'radius') = (radius_m IS NOT NULL)", name=op.f("ck_service_area_radius")),
        sa.CheckConstraint(
            "kind IN ('polygon', 'radius', 'commune', 'neighbourhood')", name=op.f("ck_service_area_kind")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('polygon', 'radius') OR shape IS NOT NULL", name=op.f("ck_service_area_shape")
        ),
        sa.CheckConstraint(
            "num_nulls(country, commune_code) = CASE kind WHEN 'commune' THEN 0 ELSE 2 END",
            name=op.f("ck_service_area_commune"),
        ),
        sa.CheckConstraint("(shape IS NULL) = (box IS NULL)", name=op.f("ck_service_area_box")),
        sa.CheckConstraint("radius_m BETWEEN 1 AND 50000", name=op.f("ck_service_area_radius_m")),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"], ["neighbourhood.id"], name=op.f("fk_service_area_neighbourhood_id")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_service_area_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_area")),
    )
    op.create_index("ix_service_area_box", "service_area", ["box"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_service_area_commune",
        "service_area",
        ["country", "commune_code"],
        unique=False,
        postgresql_where=sa.text("kind = 'commune'"),
    )
    op.create_index(
        "ix_service_area_neighbourhood_id",
        "service_area",
        ["neighbourhood_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'neighbourhood'"),
    )
    op.create_index(op.f("ix_service_area_offer_id"), "service_area", ["offer_id"], unique=False)
    op.create_table(
        "shop",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "partner_id",
            sa.Integer(),
            nullable=False,
            comment="whose offers its listing and bons plans are",
        ),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=True, comment="as OpenStreetMap writes them"),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 2 AND 80", name=op.f("ck_shop_name")),
        sa.CheckConstraint("length(words) <= 4000", name=op.f("ck_shop_words")),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_shop_url")),
        sa.ForeignKeyConstraint(["category"], ["offer_category.code"], name=op.f("fk_shop_category")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_shop_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_shop_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_shop_partner_id")),
    )
    op.create_index(op.f("ix_shop_member_id"), "shop", ["member_id"], unique=False)
    op.create_index("ix_shop_point", "shop", ["point"], unique=False, postgresql_using="gist")
    op.create_table(
        "shop_plan",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("month_cents", sa.Integer(), nullable=False),
        sa.Column("commission_percent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{1,39}$'", name=op.f("ck_shop_plan_code")),
        sa.CheckConstraint("month_cents >= 0", name=op.f("ck_shop_plan_month_cents")),
        sa.CheckConstraint(
            "commission_percent BETWEEN 0 AND 100", name=op.f("ck_shop_plan_commission_percent")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shop_plan")),
    )
    op.create_table(
        "shop_subscription",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("brought_by", sa.Integer(), nullable=True, comment="an ambassador"),
        sa.Column("begins", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("ended", sa.Date(), nullable=True),
        sa.CheckConstraint("ended >= begins", name=op.f("ck_shop_subscription_ended")),
        sa.ForeignKeyConstraint(
            ["brought_by"], ["member.id"], name=op.f("fk_shop_subscription_brought_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["plan"], ["shop_plan.code"], name=op.f("fk_shop_subscription_plan")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_subscription_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_subscription")),
    )
    op.create_index(
        op.f("ix_shop_subscription_brought_by"), "shop_subscription", ["brought_by"], unique=False
    )
    op.create_index(
        "uq_shop_subscription_current",
        "shop_subscription",
        ["shop_id"],
        unique=True,
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "shop_commission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True, comment="null: of a shop that has left"),
        sa.Column("ambassador_id", sa.Integer(), nullable=True, comment="null: has left"),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_shop_commission_month")),
        sa.ForeignKeyConstraint(
            ["ambassador_id"],
            ["member.id"],
            name=op.f("fk_shop_commission_ambassador_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["shop_subscription.id"],
            name=op.f("fk_shop_commission_subscription_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_commission")),
        sa.UniqueConstraint(
            "subscription_id", "month", name=op.f("uq_shop_commission_subscription_id_month")
        ),
    )
    op.create_index(
        op.f("ix_shop_commission_ambassador_id"), "shop_commission", ["ambassador_id"], unique=False
    )
    op.create_table(
        "shop_view",
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_view_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "day", name=op.f("pk_shop_view")),
    )
    op.create_table(
        "shop_visit",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("ambassador_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_shop_visit_note")),
        sa.ForeignKeyConstraint(
            ["ambassador_id"], ["member.id"], name=op.f("fk_shop_visit_ambassador_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_visit_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_visit")),
    )
    op.create_index(op.f("ix_shop_visit_ambassador_id"), "shop_visit", ["ambassador_id"], unique=False)
    op.create_index(op.f("ix_shop_visit_shop_id"), "shop_visit", ["shop_id"], unique=False)
    op.create_table(
        "shop_report",
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_shop_report_words")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_shop_report_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_report_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "member_id", name=op.f("pk_shop_report")),
    )
    op.create_index(op.f("ix_shop_report_member_id"), "shop_report", ["member_id"], unique=False)
    op.create_table(
        "offer_click",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False, comment="as it was numbered then"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_offer_click_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_click")),
    )
    op.create_index("ix_offer_click_day", "offer_click", ["day", "partner_id"], unique=False)
    op.create_table(
        "click_count",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_click_count_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "day", name=op.f("pk_click_count")),
    )
    op.create_table(
        "partner_secret",
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_secret_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_secret")),
    )
    op.create_table(
        "partner_terms",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("click_cents", sa.Integer(), nullable=False),
        sa.Column("conversion_permille", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("click_cents BETWEEN 0 AND 10000", name=op.f("ck_partner_terms_click_cents")),
        sa.CheckConstraint(
            "conversion_permille BETWEEN 0 AND 1000", name=op.f("ck_partner_terms_conversion_permille")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_terms_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_terms")),
    )
    op.create_index(op.f("ix_partner_terms_partner_id"), "partner_terms", ["partner_id"], unique=False)
    op.create_table(
        "conversion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(collation="C"), nullable=False),
        sa.Column("click_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("commission_cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("length(external_id) BETWEEN 1 AND 80", name=op.f("ck_conversion_external_id")),
        sa.CheckConstraint("amount_cents BETWEEN 0 AND 100000000", name=op.f("ck_conversion_amount_cents")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_conversion_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
        sa.UniqueConstraint("partner_id", "external_id", name=op.f("uq_conversion_partner_id_external_id")),
    )
    op.create_table(
        "commission_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("conversion_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('click', 'conversion', 'reversal')", name=op.f("ck_commission_entry_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'conversion') = (conversion_id IS NOT NULL)",
            name=op.f("ck_commission_entry_conversion"),
        ),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_commission_entry_reversal")
        ),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversion.id"], name=op.f("fk_commission_entry_conversion_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_commission_entry_partner_id")),
        sa.ForeignKeyConstraint(
            ["reverses"], ["commission_entry.id"], name=op.f("fk_commission_entry_reverses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_entry")),
        sa.UniqueConstraint("conversion_id", name=op.f("uq_commission_entry_conversion_id")),
        sa.UniqueConstraint("reverses", name=op.f("uq_commission_entry_reverses")),
    )
    op.create_index("ix_commission_entry_partner_id", "commission_entry", ["partner_id", "day"], unique=False)
