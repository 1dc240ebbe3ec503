"""Photos of posts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "post_photo",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "number",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="place among the post's photos, from 1",
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="random: the name of its files and addresses"),
        sa.Column("width", sa.Integer(), nullable=False, comment="pixels, of the large file"),
        sa.Column("height", sa.Integer(), nullable=False, comment="pixels, of the large file"),
        sa.Column("bytes", sa.Integer(), nullable=False, comment="of both files"),
        sa.Column(
            "alt",
            sa.Text(),
            nullable=False,
            comment="what is to be seen, in the author's words; may be empty",
        ),
        sa.CheckConstraint("key ~ '^[0-9a-f]{32}$'", name=op.f("ck_post_photo_key")),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_post_photo_bytes")),
        sa.CheckConstraint("length(alt) <= 200", name=op.f("ck_post_photo_alt")),
        sa.CheckConstraint("number BETWEEN 1 AND 4", name=op.f("ck_post_photo_number")),
        sa.CheckConstraint(
            "width BETWEEN 1 AND 1600 AND height BETWEEN 1 AND 1600", name=op.f("ck_post_photo_size")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_photo_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "number", name=op.f("pk_post_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_post_photo_key")),
    )
