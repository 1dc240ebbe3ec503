"""who is listed, by name: an index answers the roll"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(
        "ix_member_listed",
        "member",
        ["id"],
        postgresql_include=["name"],
        postgresql_where=sa.text("listed"),
    )
