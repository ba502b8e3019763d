"""Add comments on records, and whom they name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0018_add_comments"
down_revision = "0017_add_catalogue_stamp"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_type", sa.String(60), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("edited_at", UTCDateTime(), nullable=True),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_comment_unit_id_unit"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name="fk_comment_author_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_owner", "comment", ["owner_type", "owner_id", "id"])
    op.create_index("ix_comment_unit_id", "comment", ["unit_id"])
    op.create_table(
        "comment_mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_comment_mention_comment_id_comment"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_comment_mention_user_id_user_account"),
        sa.PrimaryKeyConstraint("comment_id", "user_id", name="pk_comment_mention"),
    )


def downgrade() -> None:
    op.drop_table("comment_mention")
    op.drop_index("ix_comment_unit_id", table_name="comment")
    op.drop_index("ix_comment_owner", table_name="comment")
    op.drop_table("comment")
