"""partner_account: whose login opens a partner's page"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "partner_account",
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_account_partner_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_partner_account_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("partner_id", "member_id", name=op.f("pk_partner_account")),
    )
    op.create_index(op.f("ix_partner_account_member_id"), "partner_account", ["member_id"])
