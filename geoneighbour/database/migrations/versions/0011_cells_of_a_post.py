"""the cells of a post, by which key: an index says both"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_post_cell_of_post", "post_cell", ["post_id", "by", "cell"])
    op.drop_index("ix_post_cell_post_id", table_name="post_cell")
