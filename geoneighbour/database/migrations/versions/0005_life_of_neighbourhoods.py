"""The life of neighbourhoods: moderators, changes, earlier outlines, members left outside."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "leaving",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "leaves_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="drawn by lot, so that nobody can tell which redraw it was",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_leaving_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_leaving")),
    )
    op.create_table(
        "moderator",
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_moderator_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_moderator_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("neighbourhood_id", "member_id", name=op.f("pk_moderator")),
    )
    op.create_index(op.f("ix_moderator_member_id"), "moderator", ["member_id"], unique=False)
    op.create_table(
        "neighbourhood_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="in the words of who proposed it"),
        sa.Column("name", sa.Text(), nullable=True, comment="the new name"),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
            comment="the new outline",
        ),
        sa.Column("into_id", sa.BigInteger(), nullable=True, comment="where a merger leads"),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column(
            "agreed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of a merger: when the other neighbourhood accepted too",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it took effect, or came to nothing",
        ),
        sa.CheckConstraint(
            "(kind = 'merge') = (into_id IS NOT NULL)", name=op.f("ck_neighbourhood_change_into_id")
        ),
        sa.CheckConstraint(
            "(kind = 'redraw') = (geom IS NOT NULL)", name=op.f("ck_neighbourhood_change_geom")
        ),
        sa.CheckConstraint(
            "(kind = 'rename') = (name IS NOT NULL)", name=op.f("ck_neighbourhood_change_name")
        ),
        sa.CheckConstraint(
            "(state IN ('proposed', 'accepted')) = (ended_at IS NULL)",
            name=op.f("ck_neighbourhood_change_ended"),
        ),
        sa.CheckConstraint(
            "kind IN ('redraw', 'rename', 'merge', 'archive')", name=op.f("ck_neighbourhood_change_kind")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'done', 'refused', 'withdrawn', 'lapsed')",
            name=op.f("ck_neighbourhood_change_state"),
        ),
        sa.CheckConstraint("into_id <> neighbourhood_id", name=op.f("ck_neighbourhood_change_not_itself")),
        sa.CheckConstraint("length(why) BETWEEN 3 AND 500", name=op.f("ck_neighbourhood_change_why")),
        sa.ForeignKeyConstraint(
            ["accepted_by"],
            ["member.id"],
            name=op.f("fk_neighbourhood_change_accepted_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by"], ["member.id"], name=op.f("fk_neighbourhood_change_agreed_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["into_id"],
            ["neighbourhood.id"],
            name=op.f("fk_neighbourhood_change_into_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_neighbourhood_change_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["member.id"],
            name=op.f("fk_neighbourhood_change_proposed_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbourhood_change")),
    )
    op.create_index(
        op.f("ix_neighbourhood_change_into_id"), "neighbourhood_change", ["into_id"], unique=False
    )
    op.create_index(
        op.f("ix_neighbourhood_change_neighbourhood_id"),
        "neighbourhood_change",
        ["neighbourhood_id"],
        unique=False,
    )
    op.create_index(
        "uq_neighbourhood_change_living",
        "neighbourhood_change",
        ["neighbourhood_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'accepted')"),
    )
    op.create_table(
        "neighbourhood_outline",
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column(
            "until",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when the next one took effect",
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_neighbourhood_outline_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("neighbourhood_id", "version", name=op.f("pk_neighbourhood_outline")),
    )
    op.create_table(
        "change_remark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 1000", name=op.f("ck_change_remark_body")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_change_remark_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["neighbourhood_change.id"],
            name=op.f("fk_change_remark_change_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_remark")),
    )
    op.create_index(op.f("ix_change_remark_change_id"), "change_remark", ["change_id"], unique=False)
    op.add_column(
        "post",
        sa.Column(
            "origin_surroundings",
            sa.BigInteger(),
            nullable=True,
            comment="resolution-8 cell of the home then; where it goes on should the zone end",
        ),
    )
    # What is known of posts written before: where their author lives now.
    op.execute(
        "UPDATE post SET origin_surroundings = residence.surroundings"
        " FROM residence WHERE residence.member_id = post.author_id"
    )
    op.alter_column("post", "origin_surroundings", nullable=False)
    op.create_foreign_key(
        op.f("fk_post_origin_surroundings"), "post", "zone", ["origin_surroundings"], ["id"]
    )
    op.drop_constraint("ck_neighbourhood_opened", "neighbourhood")
    op.create_check_constraint(
        "opened", "neighbourhood", "state = 'archived' OR (state = 'proposed') = (opened_at IS NULL)"
    )
    # Who proposed an open neighbourhood and lives there moderates it.
    op.execute(
        "INSERT INTO moderator (neighbourhood_id, member_id)"
        " SELECT neighbourhood.id, residence.member_id FROM neighbourhood"
        " JOIN residence ON residence.zone = neighbourhood.id AND residence.member_id = neighbourhood.proposed_by"
        " WHERE neighbourhood.state = 'open'"
    )
