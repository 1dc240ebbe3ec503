"""initial."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "applied_sql",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("origin", "name", name=op.f("pk_applied_sql")),
    )
    op.create_table(
        "cell_outline",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_cell_outline")),
    )
    op.create_index("ix_cell_outline_geom", "cell_outline", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "census",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.CheckConstraint("members > 0", name=op.f("ck_census_members")),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_census")),
    )
    op.create_table(
        "commune",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("country", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "vintage", sa.Integer(), nullable=False, comment="the last vintage that confirmed this row"
        ),
        sa.Column("valid_from", sa.Integer(), nullable=False, comment="the vintage that brought this row"),
        sa.Column(
            "valid_to", sa.Integer(), nullable=True, comment="the vintage that ended this row; null: current"
        ),
        sa.Column(
            "successor_id",
            sa.Integer(),
            nullable=True,
            comment="the row that holds most of this one's ground afterwards",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="the file or collection it came from"),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9A-Z]{1,12}$'", name=op.f("ck_commune_code")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_commune_country")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_commune_validity")),
        sa.ForeignKeyConstraint(["successor_id"], ["commune.id"], name=op.f("fk_commune_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commune")),
    )
    op.create_index(
        "ix_commune_current_geom",
        "commune",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_commune_current_code",
        "commune",
        ["country", "code"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "land",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land")),
    )
    op.create_index("ix_land_geom", "land", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="what neighbours read: first name and initial, or as chosen",
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "paused_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set while the member neither sees nor is seen",
        ),
        sa.Column(
            "hidden_from_wider",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="no wider-area contact, in either direction",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_member_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    op.create_table(
        "nearness_setting",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "k", sa.SmallInteger(), nullable=False, comment="least number of verified members ever shown"
        ),
        sa.Column("spread_members", sa.Integer(), nullable=False, comment="M, the people a spread looks for"),
        sa.Column("largest_neighbourhood_km2", sa.Float(), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_nearness_setting_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_nearness_setting")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "spread",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rings", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("rings IN (1, 2, 3, 5, 8, 13, 20)", name=op.f("ck_spread_rings")),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_spread")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_anchor"), "zone", ["anchor"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_account_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("member_id", name=op.f("uq_account_member_id")),
    )
    op.create_table(
        "block",
        sa.Column("blocker_id", sa.Integer(), nullable=False),
        sa.Column("blocked_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_block_not_oneself")),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["member.id"], name=op.f("fk_block_blocked_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["member.id"], name=op.f("fk_block_blocker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_block")),
    )
    op.create_index(op.f("ix_block_blocked_id"), "block", ["blocked_id"], unique=False)
    op.create_table(
        "commune_adjacency",
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("by_operator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("commune_id <> other_id", name=op.f("ck_commune_adjacency_not_itself")),
        sa.ForeignKeyConstraint(["commune_id"], ["commune.id"], name=op.f("fk_commune_adjacency_commune_id")),
        sa.ForeignKeyConstraint(["other_id"], ["commune.id"], name=op.f("fk_commune_adjacency_other_id")),
        sa.PrimaryKeyConstraint("commune_id", "other_id", name=op.f("pk_commune_adjacency")),
    )
    op.create_table(
        "neighbourhood",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "story", sa.Text(), server_default="", nullable=False, comment="what it is, in its members' words"
        ),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="raised by each redraw",
        ),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column(
            "anchor", sa.BigInteger(), nullable=False, comment="resolution-8 cell of a point on the surface"
        ),
        sa.Column(
            "cover",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="the resolution-9 cells it touches",
        ),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (opened_at IS NULL)", name=op.f("ck_neighbourhood_opened")
        ),
        sa.CheckConstraint("state IN ('proposed', 'open', 'archived')", name=op.f("ck_neighbourhood_state")),
        sa.CheckConstraint("length(name) BETWEEN 2 AND 80", name=op.f("ck_neighbourhood_name")),
        sa.CheckConstraint("length(story) <= 500", name=op.f("ck_neighbourhood_story")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["member.id"], name=op.f("fk_neighbourhood_proposed_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["neighbourhood.id"], name=op.f("fk_neighbourhood_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbourhood")),
    )
    op.create_index("ix_neighbourhood_geom", "neighbourhood", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("origin_zone", sa.BigInteger(), nullable=False),
        sa.Column("origin_commune_id", sa.Integer(), nullable=True),
        sa.Column(
            "origin_cell", sa.BigInteger(), nullable=True, comment="published cell; null: none to show"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('request')", name=op.f("ck_post_kind")),
        sa.CheckConstraint(
            "reach IN ('neighbourhood', 'wider', 'commune', 'commune_adjacent')", name=op.f("ck_post_reach")
        ),
        sa.CheckConstraint("length(body) BETWEEN 3 AND 500", name=op.f("ck_post_body")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_post_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["origin_cell"], ["cell_outline.cell"], name=op.f("fk_post_origin_cell")),
        sa.ForeignKeyConstraint(
            ["origin_commune_id"], ["commune.id"], name=op.f("fk_post_origin_commune_id")
        ),
        sa.ForeignKeyConstraint(["origin_zone"], ["zone.id"], name=op.f("fk_post_origin_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_author_id"), "post", ["author_id"], unique=False)
    op.create_index("ix_post_origin_commune_id", "post", ["origin_commune_id", "id"], unique=False)
    op.create_index("ix_post_origin_zone", "post", ["origin_zone", "id"], unique=False)
    op.create_table(
        "home",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_home_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_home")),
        schema="private",
    )
    op.create_index("ix_home_geom", "home", ["geom"], unique=False, schema="private", postgresql_using="gist")
    op.create_table(
        "published_cell",
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell_outline.cell"], name=op.f("fk_published_cell_cell")),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_published_cell")),
    )
    op.create_table(
        "residence",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("surroundings", sa.BigInteger(), nullable=False, comment="the home's resolution-8 cell"),
        sa.Column(
            "home_cell", sa.BigInteger(), nullable=False, comment="the home's resolution-9 cell; never shown"
        ),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["commune.id"], name=op.f("fk_residence_commune_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_residence_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["zone"], ["zone.id"], name=op.f("fk_residence_zone")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_residence")),
    )
    op.create_index(
        "ix_residence_commune_id", "residence", ["commune_id"], unique=False, postgresql_include=["member_id"]
    )
    op.create_index(
        "ix_residence_zone", "residence", ["zone"], unique=False, postgresql_include=["member_id"]
    )
    op.create_table(
        "wider_area",
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("rings", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("rings BETWEEN 0 AND 20", name=op.f("ck_wider_area_rings")),
        sa.CheckConstraint("zone <> other", name=op.f("ck_wider_area_not_itself")),
        sa.ForeignKeyConstraint(["other"], ["zone.id"], name=op.f("fk_wider_area_other"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["zone"], ["zone.id"], name=op.f("fk_wider_area_zone"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("zone", "other", name=op.f("pk_wider_area")),
    )
    op.create_index(op.f("ix_wider_area_other"), "wider_area", ["other"], unique=False)
    op.create_table(
        "zone_cell",
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["zone"], ["zone.id"], name=op.f("fk_zone_cell_zone"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cell", "zone", name=op.f("pk_zone_cell")),
    )
    op.create_index(op.f("ix_zone_cell_zone"), "zone_cell", ["zone"], unique=False)
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_account_role_role_id")),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    op.create_table(
        "support",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "supported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_support_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_support_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_support")),
    )
    op.create_index(op.f("ix_support_neighbourhood_id"), "support", ["neighbourhood_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_thread_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_thread_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("post_id", "member_id", name=op.f("uq_thread_post_id_member_id")),
    )
    op.create_index(op.f("ix_thread_member_id"), "thread", ["member_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_message_body")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_message_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_message_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_thread_id"), "message", ["thread_id"], unique=False)
