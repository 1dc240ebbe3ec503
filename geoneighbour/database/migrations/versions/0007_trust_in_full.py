"""trust in full: proofs of where one lives, roles, moderation, sessions, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="member.moved_at of the home that is proved",
        ),
        sa.Column("proved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "way IN ('postcard', 'vouching', 'document', 'connection', 'operator')", name=op.f("ck_proof_way")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_proof_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "way", "moved_at", name=op.f("pk_proof")),
    )
    op.add_column(
        "member",
        sa.Column(
            "findable",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="visitors of the neighbourhood find and may write to the member",
        ),
    )
    op.alter_column("thread", "post_id", nullable=True)
    op.alter_column("thread", "member_id", comment="who began it")
    op.add_column(
        "thread",
        sa.Column("with_id", sa.Integer(), nullable=True, comment="the other; null: the post's author"),
    )
    op.create_foreign_key(
        op.f("fk_thread_with_id"), "thread", "member", ["with_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_thread_with_id"), "thread", ["with_id"], unique=False)
    op.create_check_constraint(op.f("ck_thread_about"), "thread", "(post_id IS NULL) <> (with_id IS NULL)")
    op.create_check_constraint(op.f("ck_thread_not_oneself"), "thread", "member_id <> with_id")
    op.create_index(
        "uq_thread_pair",
        "thread",
        [sa.text("least(member_id, with_id)"), sa.text("greatest(member_id, with_id)")],
        unique=True,
        postgresql_where=sa.text("post_id IS NULL"),
    )
    op.add_column(
        "thread",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute(
        "UPDATE thread SET created_at = begun.at FROM"
        " (SELECT thread_id, min(created_at) AS at FROM message GROUP BY thread_id) AS begun"
        " WHERE begun.thread_id = thread.id"
    )
