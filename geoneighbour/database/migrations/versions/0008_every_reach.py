"""every reach: radii, areas, authorities' areas, keys of the feed, watch areas."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _commune_numbers()
    _commune_pieces()
    _standing()
    _reaches()
    _watch_areas()
    _review()
    _barriers()


def _commune_numbers() -> None:
    # As wide as zones and cells, so that one key is any of them.
    for table, column in (
        ("commune", "id"),
        ("commune", "successor_id"),
        ("commune_adjacency", "commune_id"),
        ("commune_adjacency", "other_id"),
        ("commune_succession", "commune_id"),
        ("commune_succession", "successor_id"),
        ("post", "origin_commune_id"),
        ("residence", "commune_id"),
    ):
        op.alter_column(table, column, type_=sa.BigInteger())
    op.create_index(op.f("ix_commune_adjacency_other_id"), "commune_adjacency", ["other_id"])


def _commune_pieces() -> None:
    op.create_table(
        "commune_piece",
        sa.Column("square", sa.Integer(), nullable=False, comment="nearness.square_of()"),
        sa.Column("commune_id", sa.BigInteger(), nullable=False, comment="0: the ground of no commune"),
        sa.Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("square", "commune_id", name=op.f("pk_commune_piece")),
    )


def _standing() -> None:
    op.add_column(
        "residence",
        sa.Column(
            "known_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="from when the rule knows the member: -infinity, or the end of a suspension; null: not verified, or paused",
        ),
    )
    op.add_column(
        "residence",
        sa.Column(
            "hidden_from_wider",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="as the member has it",
        ),
    )
    # As nearness.known_from() has it, which is made after this.
    op.execute(
        "UPDATE residence SET hidden_from_wider = member.hidden_from_wider, known_from = CASE"
        " WHEN verified_at IS NULL OR paused_at IS NOT NULL THEN NULL"
        " WHEN suspended_at IS NULL THEN '-infinity'::timestamptz ELSE coalesce(suspended_until, 'infinity') END"
        " FROM member WHERE member.id = residence.member_id"
    )
    told = ["member_id", "hidden_from_wider", "known_from"]
    for column in ("zone", "commune_id"):
        op.drop_index(f"ix_residence_{column}", "residence")
        op.create_index(f"ix_residence_{column}", "residence", [column], postgresql_include=told)
    op.create_index(
        "ix_residence_home_cell",
        "residence",
        ["home_cell"],
        postgresql_include=[*told, "zone", "commune_id"],
        postgresql_where=sa.text("known_from IS NOT NULL"),
    )


def _reaches() -> None:
    op.drop_constraint(op.f("ck_post_reach"), "post", type_="check")
    op.create_check_constraint(
        op.f("ck_post_reach"),
        "post",
        "reach IN ('neighbourhood', 'wider', 'commune', 'commune_adjacent', 'radius', 'area', 'all')",
    )
    op.add_column(
        "post",
        sa.Column("radius_m", sa.Integer(), nullable=True, comment="of reach radius: geodesic metres"),
    )
    op.add_column(
        "post",
        sa.Column(
            "centre",
            Geometry("POINT", srid=4326, spatial_index=False),
            nullable=True,
            comment="of reach radius: the middle of origin_cell, or a public place that the author picked",
        ),
    )
    op.add_column(
        "post",
        sa.Column(
            "ground",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
            comment="of reach area: as drawn",
        ),
    )
    op.add_column(
        "post",
        sa.Column(
            "on_homes",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="an authority's: reaches exact homes, speaks for origin_commune_id",
        ),
    )
    op.add_column(
        "post",
        sa.Column(
            "key",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN reach = ANY (ARRAY['neighbourhood'::text, 'wider'::text]) THEN origin_zone"
                " WHEN reach = ANY (ARRAY['commune'::text, 'commune_adjacent'::text]) THEN origin_commune_id"
                " WHEN reach = 'all'::text THEN 0::bigint ELSE NULL::bigint END",
                persisted=True,
            ),
            nullable=True,
            comment="with reach, what it comes by; null: by the cells of post_cell",
        ),
    )
    for name, condition in {
        "radius": "(reach = 'radius') = (radius_m IS NOT NULL)",
        "radius_m": "radius_m BETWEEN 500 AND 50000",
        "centre": "(reach = 'radius') = (centre IS NOT NULL)",
        "ground": "(reach = 'area') = (ground IS NOT NULL)",
        "on_homes": "NOT on_homes OR reach IN ('commune', 'area')",
    }.items():
        op.create_check_constraint(op.f(f"ck_post_{name}"), "post", condition)
    op.create_index(
        "ix_post_key",
        "post",
        ["reach", "key", "id"],
        unique=False,
        postgresql_include=["kind"],
        postgresql_where=sa.text("closed_at IS NULL AND hidden_at IS NULL"),
    )
    op.create_index(
        "ix_post_centre",
        "post",
        [sa.text("geography(centre)")],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("centre IS NOT NULL"),
    )
    op.create_index(
        "ix_post_ground",
        "post",
        ["ground"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("ground IS NOT NULL AND NOT on_homes"),
    )
    op.create_index(
        "ix_post_on_homes",
        "post",
        ["ground"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("on_homes"),
    )
    op.create_table(
        "post_cell",
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "open",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="whether feeds show the post; kept by a trigger",
        ),
        sa.CheckConstraint("by IN ('cell', 'stands')", name=op.f("ck_post_cell_by")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_cell_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("by", "cell", "post_id", name=op.f("pk_post_cell")),
    )
    op.create_index(op.f("ix_post_cell_post_id"), "post_cell", ["post_id"], unique=False)
    op.create_index(
        "ix_post_cell_open", "post_cell", ["by", "cell", "post_id"], postgresql_where=sa.text("open")
    )
    op.create_index(
        "ix_cell_outline_middle",
        "cell_outline",
        [sa.text("geography(st_centroid(geom))")],
        unique=False,
        postgresql_using="gist",
    )
    # What was written until now stands where maps show it; the nearness schema is made after this.
    op.execute(
        "INSERT INTO post_cell (by, cell, post_id, open)"
        " SELECT 'stands', origin_cell, id, closed_at IS NULL AND hidden_at IS NULL FROM post"
        " WHERE reach IN ('commune', 'commune_adjacent') AND origin_cell IS NOT NULL"
    )


def _watch_areas() -> None:
    op.create_table(
        "watch_area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=True),
        sa.Column("commune_id", sa.BigInteger(), nullable=True),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column(
            "cells",
            ARRAY(sa.BigInteger()),
            nullable=True,
            comment="of geom: the cells of every published resolution whose middle it covers",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_watch_area_name")),
        sa.CheckConstraint(
            "num_nonnulls(neighbourhood_id, commune_id, geom) = 1", name=op.f("ck_watch_area_one")
        ),
        sa.CheckConstraint("(geom IS NULL) = (cells IS NULL)", name=op.f("ck_watch_area_cells")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_watch_area_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_watch_area_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["commune_id"], ["commune.id"], name=op.f("fk_watch_area_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_area")),
    )
    for column in ("member_id", "neighbourhood_id", "commune_id"):
        op.create_index(op.f(f"ix_watch_area_{column}"), "watch_area", [column], unique=False)


def _barriers() -> None:
    op.create_table(
        "barrier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="what one import brings, and replaces"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("geom", Geometry("MULTILINESTRING", srid=4326, spatial_index=False), nullable=False),
        sa.Column(
            "regions",
            ARRAY(sa.BigInteger()),
            nullable=False,
            comment="the resolution-6 cells that it passes",
        ),
        sa.CheckConstraint("kind IN ('river', 'motorway', 'railway', 'other')", name=op.f("ck_barrier_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier")),
    )
    op.create_index(op.f("ix_barrier_source"), "barrier", ["source"], unique=False)
    op.create_index("ix_barrier_geom", "barrier", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_barrier_regions", "barrier", ["regions"], unique=False, postgresql_using="gin")
    op.create_table(
        "crossing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False, comment="its resolution-9 cell"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crossing")),
    )
    op.create_index("ix_crossing_source_cell", "crossing", ["source", "cell"], unique=False)
    op.create_table(
        "cell_barrier",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("cell <> other", name=op.f("ck_cell_barrier_other")),
        sa.PrimaryKeyConstraint("cell", "other", "source", name=op.f("pk_cell_barrier")),
    )
    op.create_index(op.f("ix_cell_barrier_source"), "cell_barrier", ["source"], unique=False)


def _review() -> None:
    op.create_table(
        "review_under_way",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("step", sa.Text(), nullable=False, comment="what is to be done next"),
        sa.Column("upto", sa.BigInteger(), nullable=True, comment="the last anchor that was dealt with"),
        sa.Column("changes", JSONB(), nullable=False, comment="the counts so far"),
        sa.CheckConstraint("single", name=op.f("ck_review_under_way_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_review_under_way")),
    )
