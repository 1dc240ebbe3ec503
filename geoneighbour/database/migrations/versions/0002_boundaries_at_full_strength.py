"""Boundaries at full strength: successions, parts of communes, names by language, notices, official quarters."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "commune_part",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("country", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("commune_code", sa.Text(collation="C"), nullable=False, comment="of the commune around it"),
        sa.Column(
            "vintage", sa.Integer(), nullable=False, comment="the last vintage that confirmed this row"
        ),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint(
            "kind IN ('arrondissement', 'associated', 'delegated')", name=op.f("ck_commune_part_kind")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_commune_part_validity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commune_part")),
    )
    op.create_index(
        "ix_commune_part_geom",
        "commune_part",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_commune_part_current_code",
        "commune_part",
        ["country", "kind", "code"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "commune_succession",
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False, comment="of the closed one's ground, 0 to 1"),
        sa.CheckConstraint("commune_id <> successor_id", name=op.f("ck_commune_succession_not_itself")),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_commune_succession_share")),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["commune.id"], name=op.f("fk_commune_succession_commune_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["commune.id"], name=op.f("fk_commune_succession_successor_id")
        ),
        sa.PrimaryKeyConstraint("commune_id", "successor_id", name=op.f("pk_commune_succession")),
    )
    op.create_index(
        op.f("ix_commune_succession_successor_id"), "commune_succession", ["successor_id"], unique=False
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "about", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_notice_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_unread", "notice", ["member_id"], unique=False, postgresql_where=sa.text("read_at IS NULL")
    )
    op.add_column(
        "commune",
        sa.Column(
            "names",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="by language (nl, fr, de), where its source tells several",
        ),
    )
    op.add_column(
        "commune",
        sa.Column("fate", sa.Text(), nullable=True, comment="why this row was closed; null: current"),
    )
    op.create_check_constraint(
        op.f("ck_commune_fate"), "commune", "fate IN ('renamed', 'reshaped', 'merged', 'split', 'recoded')"
    )
    op.create_check_constraint(
        op.f("ck_commune_closed_by_fate"), "commune", "fate IS NULL OR valid_to IS NOT NULL"
    )
    op.add_column(
        "neighbourhood",
        sa.Column("scheme", sa.Text(), nullable=True, comment="of an official quarter: IRIS, QPV, quartier"),
    )
    op.add_column(
        "neighbourhood",
        sa.Column("official_code", sa.Text(), nullable=True, comment="its code in that scheme"),
    )
    op.add_column(
        "neighbourhood",
        sa.Column("source", sa.Text(), nullable=True, comment="the file or collection it came from"),
    )
    op.add_column(
        "neighbourhood",
        sa.Column("vintage", sa.Integer(), nullable=True, comment="the year its outline is of"),
    )
    op.create_index(
        "uq_neighbourhood_official_code",
        "neighbourhood",
        ["scheme", "official_code"],
        unique=True,
        postgresql_where=sa.text("state <> 'archived' AND scheme IS NOT NULL"),
    )
    op.alter_column(
        "neighbourhood",
        "cover",
        existing_type=postgresql.ARRAY(sa.BigInteger()),
        existing_nullable=False,
        comment="the resolution-9 cells it touches, in order",
        existing_comment="the resolution-9 cells it touches",
    )
    op.create_index(
        "ix_neighbourhood_proposed_cover",
        "neighbourhood",
        [sa.literal_column("int8range(cover[1], cover[cardinality(cover)], '[]')")],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_check_constraint(
        op.f("ck_neighbourhood_official"),
        "neighbourhood",
        "num_nulls(scheme, official_code, source, vintage) IN (0, 4)",
    )
