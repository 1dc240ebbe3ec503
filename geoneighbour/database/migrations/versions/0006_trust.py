"""trust."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "who",
            sa.LargeBinary(),
            nullable=False,
            comment="keyed hash of an account's or the network's address",
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="beginning of the window"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "who", "since", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_since"), "attempt", ["since"], unique=False)
    op.create_table(
        "address",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_address_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_address")),
    )
    op.add_column(
        "member",
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when the home was last set: once in 30 days",
        ),
    )
