"""Kinds of posts, profiles of members."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "member",
        sa.Column(
            "about",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what neighbours read on the profile; may be empty",
        ),
    )
    op.add_column(
        "member",
        sa.Column(
            "can_help",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what the member can lend or do; may be empty",
        ),
    )
    op.add_column(
        "member",
        sa.Column(
            "listed",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="on the roll that neighbours see",
        ),
    )
    op.create_check_constraint(op.f("ck_member_about"), "member", "length(about) <= 500")
    op.create_check_constraint(op.f("ck_member_can_help"), "member", "length(can_help) <= 200")
    op.drop_constraint(op.f("ck_post_kind"), "post")
    op.create_check_constraint(op.f("ck_post_kind"), "post", "kind IN ('request', 'offer', 'news')")
