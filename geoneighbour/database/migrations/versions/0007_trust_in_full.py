"""trust in full: proofs of where one lives, roles, moderation, sessions, invitations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    # Until now an operator's word was the only way.
    op.execute(
        "INSERT INTO proof (member_id, way, moved_at, proved_at)"
        " SELECT id, 'operator', moved_at, verified_at FROM member WHERE verified_at IS NOT NULL"
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
    for table, column, comment in (
        ("member", "suspended_at", "set by moderation: as paused, and writes nothing"),
        ("member", "suspended_until", "null, once suspended: until it is lifted"),
        ("member", "profile_hidden_at", "set by moderation: about and can_help are for their author alone"),
        ("post", "hidden_at", "set by moderation: read by its author alone"),
        ("post_photo", "hidden_at", "set by moderation: seen by its author alone"),
        ("neighbourhood", "story_hidden_at", "set by moderation: nobody reads the story"),
    ):
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True, comment=comment))
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False, comment="what and its number, such as post:12"),
        sa.Column("post_id", sa.BigInteger(), nullable=True, comment="of a photo too: the post it is in"),
        sa.Column("photo_key", sa.Text(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "reported_id",
            sa.Integer(),
            nullable=True,
            comment="whose it is; null: a neighbourhood's, or of somebody who has left",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "what IN ('post', 'photo', 'message', 'member', 'neighbourhood')",
            name=op.f("ck_moderation_case_what"),
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_moderation_case_post_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["photo_key"], ["post_photo.key"], name=op.f("fk_moderation_case_photo_key"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_moderation_case_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_moderation_case_neighbourhood_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reported_id"], ["member.id"], name=op.f("fk_moderation_case_reported_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    for column in ("post_id", "photo_key", "message_id", "neighbourhood_id", "reported_id"):
        op.create_index(op.f(f"ix_moderation_case_{column}"), "moderation_case", [column], unique=False)
    op.create_index(
        "uq_moderation_case_open",
        "moderation_case",
        ["thing"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('abuse', 'scam', 'privacy', 'illegal', 'not_a_neighbour', 'other')",
            name=op.f("ck_report_reason"),
        ),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_report_words")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_report_case_id")),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["member.id"], name=op.f("fk_report_reporter_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_report_case_id_reporter_id")),
    )
    op.create_index(op.f("ix_report_case_id"), "report", ["case_id"], unique=False)
    op.create_index("ix_report_reporter_id", "report", ["reporter_id", "made_at"], unique=False)
    op.create_table(
        "moderation_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="null: somebody who has left"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "why",
            sa.Text(),
            nullable=True,
            comment="read by whom it concerns; names nobody; null: forgotten after a year",
        ),
        sa.Column("days", sa.Integer(), nullable=True, comment="of a suspension; null: until lifted"),
        sa.Column(
            "needs_second",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="counts when another person has confirmed it",
        ),
        sa.Column("of_act_id", sa.BigInteger(), nullable=True, comment="which earlier act a verdict is of"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hide', 'show', 'warn', 'suspend', 'lift', 'dismiss', 'confirm', 'refuse', 'grant', 'uphold')",
            name=op.f("ck_moderation_act_kind"),
        ),
        sa.CheckConstraint(
            "(kind IN ('confirm', 'refuse', 'grant', 'uphold')) = (of_act_id IS NOT NULL)",
            name=op.f("ck_moderation_act_of_act"),
        ),
        sa.CheckConstraint(
            "days IS NULL OR (kind = 'suspend' AND days BETWEEN 1 AND 365)",
            name=op.f("ck_moderation_act_days"),
        ),
        sa.CheckConstraint("length(why) BETWEEN 3 AND 500", name=op.f("ck_moderation_act_why")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_moderation_act_case_id")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["member.id"], name=op.f("fk_moderation_act_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["of_act_id"], ["moderation_act.id"], name=op.f("fk_moderation_act_of_act_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_act")),
    )
    for column in ("case_id", "actor_id", "of_act_id"):
        op.create_index(op.f(f"ix_moderation_act_{column}"), "moderation_act", [column], unique=False)
    op.create_table(
        "appeal",
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(words) BETWEEN 3 AND 500", name=op.f("ck_appeal_words")),
        sa.ForeignKeyConstraint(["act_id"], ["moderation_act.id"], name=op.f("fk_appeal_act_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_appeal_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_member_id"), "appeal", ["member_id"], unique=False)
    op.add_column(
        "account",
        sa.Column(
            "fs_webauthn_user_handle",
            sa.Text(),
            nullable=True,
            comment="what passkeys call this account: says nothing of whom",
        ),
    )
    op.create_unique_constraint(
        op.f("uq_account_fs_webauthn_user_handle"), "account", ["fs_webauthn_user_handle"]
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="the owner's word for it"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("transports", postgresql.JSONB(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.Text(), nullable=False),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_passkey_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("word_hash", sa.LargeBinary(), nullable=False, comment="SHA-256"),
        sa.Column("browser", sa.Text(), nullable=False, comment="Firefox, Chrome, ...; empty: another one"),
        sa.Column("device", sa.Text(), nullable=False, comment="Android, Windows, ...; empty: another one"),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("word_hash", name=op.f("uq_login_session_word_hash")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_login_session_seen_on"), "login_session", ["seen_on"], unique=False)
    op.create_table(
        "openid_identity",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_openid_identity_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_openid_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_openid_identity_account_id"), "openid_identity", ["account_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column(
            "named",
            sa.Boolean(),
            nullable=False,
            comment="whether it tells the first name of who invites",
        ),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column(
            "addresses",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how many were given to write to, of way mail",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('neighbours', 'association', 'town_hall')", name=op.f("ck_invitation_kind")
        ),
        sa.CheckConstraint("way IN ('link', 'mail', 'paper')", name=op.f("ck_invitation_way")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_invitation_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_invitation_neighbourhood_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_member_id"), "invitation", ["member_id"], unique=False)
    op.create_table(
        "invited_address",
        sa.Column("who", sa.LargeBinary(), nullable=False, comment="keyed hash of the address"),
        sa.Column("invited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "refused_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set: never again, kept for ever",
        ),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_invited_address")),
    )
    op.create_index(op.f("ix_invited_address_invited_at"), "invited_address", ["invited_at"], unique=False)
    op.add_column(
        "moderator", sa.Column("state", sa.Text(), server_default=sa.text("'moderator'"), nullable=False)
    )
    op.add_column(
        "moderator",
        sa.Column(
            "voices",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how many chose them: more are needed to end it",
        ),
    )
    op.add_column(
        "moderator",
        sa.Column(
            "named_by",
            sa.Integer(),
            nullable=True,
            comment="the moderator whose word is enough, until they are one",
        ),
    )
    op.create_foreign_key(
        op.f("fk_moderator_named_by"), "moderator", "member", ["named_by"], ["id"], ondelete="SET NULL"
    )
    op.create_check_constraint(
        op.f("ck_moderator_state"), "moderator", "state IN ('asked', 'declined', 'candidate', 'moderator')"
    )
    op.create_table(
        "moderator_voice",
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("member_id <> about_id", name=op.f("ck_moderator_voice_not_oneself")),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id", "about_id"],
            ["moderator.neighbourhood_id", "moderator.member_id"],
            name="fk_moderator_voice_about",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_moderator_voice_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("neighbourhood_id", "about_id", "member_id", name=op.f("pk_moderator_voice")),
    )
    op.create_index(op.f("ix_moderator_voice_member_id"), "moderator_voice", ["member_id"], unique=False)
