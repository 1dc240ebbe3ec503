"""trust in full: proofs of where one lives, roles, moderation, sessions, invitations."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
