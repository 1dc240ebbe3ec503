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
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(collation="C"), nullable=True),
        sa.Column("code", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "granted_by",
            sa.Integer(),
            nullable=True,
            comment="null: the command line, or who has left",
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('association', 'shop', 'partner', 'analyst', 'operator', 'ambassador', 'commune_agent', 'landlord_agent')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.CheckConstraint(
            "(role IN ('ambassador', 'commune_agent', 'landlord_agent')) = (code IS NOT NULL)",
            name=op.f("ck_role_grant_commune"),
        ),
        sa.CheckConstraint("(country IS NULL) = (code IS NULL)", name=op.f("ck_role_grant_country")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_role_grant_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["member.id"], name=op.f("fk_role_grant_granted_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "ix_role_grant_member_id",
        "role_grant",
        ["member_id"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "ix_role_grant_role",
        "role_grant",
        ["role", "country", "code"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "next_try_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=True,
            comment="null: given up",
        ),
        sa.Column(
            "problem",
            sa.Text(),
            nullable=True,
            comment="why the last try failed: a code or the name of an error, never an address",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_index(op.f("ix_outgoing_mail_next_try_at"), "outgoing_mail", ["next_try_at"], unique=False)
    op.create_table(
        "address_access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=True, comment="null: by the command line, or gone"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_address_access_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["member.id"], name=op.f("fk_address_access_viewer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_access")),
    )
    op.create_index(op.f("ix_address_access_member_id"), "address_access", ["member_id"], unique=False)
    op.create_index(op.f("ix_address_access_viewer_id"), "address_access", ["viewer_id"], unique=False)
    op.create_table(
        "vouch_request",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_vouch_request_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_vouch_request")),
        sa.UniqueConstraint("code", name=op.f("uq_vouch_request_code")),
    )
    op.create_table(
        "vouch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=True),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="member.moved_at of the asker's home",
        ),
        sa.Column("vouched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["member.id"], name=op.f("fk_vouch_voucher_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["member.id"], name=op.f("fk_vouch_asker_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouch")),
        sa.UniqueConstraint(
            "voucher_id", "asker_id", "moved_at", name=op.f("uq_vouch_voucher_id_asker_id_moved_at")
        ),
    )
    op.create_index(op.f("ix_vouch_asker_id"), "vouch", ["asker_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="what is in the box: pdf, or webp"),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="member.moved_at of the home that it proves",
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'webp')", name=op.f("ck_document_kind")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_document_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("member_id", name=op.f("uq_document_member_id")),
    )
    op.create_table(
        "verification_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="of a refusal, as the member reads it",
        ),
        sa.Column("acted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("way IN ('postcard', 'document')", name=op.f("ck_verification_act_way")),
        sa.CheckConstraint(
            "what IN ('opened', 'accepted', 'refused')", name=op.f("ck_verification_act_what")
        ),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_verification_act_reason")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["member.id"], name=op.f("fk_verification_act_reviewer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_verification_act_member_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_act")),
    )
    op.create_index(
        op.f("ix_verification_act_reviewer_id"), "verification_act", ["reviewer_id"], unique=False
    )
    op.create_index(op.f("ix_verification_act_member_id"), "verification_act", ["member_id"], unique=False)
    for name, default, comment in (
        ("vouches_most", "3", "how often one may vouch within vouches_days"),
        ("vouches_days", "365", None),
    ):
        op.add_column(
            "nearness_setting",
            sa.Column(
                name, sa.SmallInteger(), server_default=sa.text(default), nullable=False, comment=comment
            ),
        )
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="member.moved_at of the home that it is sent to",
        ),
        sa.Column(
            "home",
            sa.LargeBinary(),
            nullable=False,
            comment="keyed hash of the home's point and words: another address voids the letter",
        ),
        sa.Column("place", sa.LargeBinary(), nullable=False, comment="keyed hash of the address's words"),
        sa.Column("language", sa.Text(), nullable=False, comment="in which it was asked for"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False, comment="of a refusal"),
        sa.Column(
            "code",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed hash of the code that was printed last; null once it was entered",
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('to_check', 'waiting', 'printed', 'sent', 'used', 'refused')",
            name=op.f("ck_letter_state"),
        ),
        sa.CheckConstraint(
            "(state IN ('printed', 'sent')) = (code IS NOT NULL)", name=op.f("ck_letter_code")
        ),
        sa.CheckConstraint("code IS NULL OR printed_at IS NOT NULL", name=op.f("ck_letter_printed")),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_letter_reason")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_letter_member_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_member_id"), "letter", ["member_id"], unique=False)
    op.create_index(op.f("ix_letter_place"), "letter", ["place"], unique=False)
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=False, comment="keyed hash of the address's words"),
        sa.Column("tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_wrong_code_member_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index(op.f("ix_wrong_code_member_id"), "wrong_code", ["member_id"], unique=False)
    op.create_index(op.f("ix_wrong_code_place"), "wrong_code", ["place"], unique=False)
