"""Add notices to people, and what each person chose for each kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import KeyText, UTCDateTime

revision = "0016_add_notices"
down_revision = "0015_keep_import_rows_in_order"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("kind", KeyText(60), nullable=False),
        sa.Column("key", KeyText(160), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("endpoint", sa.String(80), nullable=False),
        sa.Column("link_values", JSON, nullable=False),
        sa.Column("permission", KeyText(60), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("on_portal", sa.Boolean(), nullable=False),
        sa.Column("for_digest", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("unread IN (0, 1)", name="ck_notice_unread"),
        sa.ForeignKeyConstraint(["receiver_id"], ["user_account.id"], name="fk_notice_receiver_id_user_account"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_notice_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("receiver_id", "key", name="uq_notice_receiver_id_key"),
    )
    op.create_index("ix_notice_bell", "notice", ["receiver_id", "unread", "id"])
    op.create_index("ix_notice_created_at", "notice", ["created_at"])
    op.create_index("ix_notice_unit_id", "notice", ["unit_id"])
    op.create_table(
        "notice_setting",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", KeyText(60), nullable=False),
        sa.Column("on_portal", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(10), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_notice_setting_user_id_user_account"),
        sa.PrimaryKeyConstraint("user_id", "kind", name="pk_notice_setting"),
    )


def downgrade() -> None:
    op.drop_table("notice_setting")
    op.drop_index("ix_notice_unit_id", table_name="notice")
    op.drop_index("ix_notice_created_at", table_name="notice")
    op.drop_index("ix_notice_bell", table_name="notice")
    op.drop_table("notice")
