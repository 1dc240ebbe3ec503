"""offer_photo: photos that partners' offers name, fetched and made anew"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "offer_photo",
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="that was asked"),
        sa.Column("key", sa.Text(), nullable=True, comment="names its files; null: there is none"),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True, comment="why there is none"),
        sa.CheckConstraint("num_nulls(key, width, height) IN (0, 3)", name=op.f("ck_offer_photo_size")),
        sa.CheckConstraint("(key IS NULL) = (problem IS NOT NULL)", name=op.f("ck_offer_photo_problem")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_photo_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_offer_photo_key")),
    )
