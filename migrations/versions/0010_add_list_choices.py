"""Keep how people look at lists: their columns, their filters by name, and what they did to many rows at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import KeyText, UTCDateTime

revision = "0010_add_list_choices"
down_revision = "0009_add_delegation_marks"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("list_name", KeyText(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_saved_filter_owner_id_user_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_saved_filter_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner_id", "list_name", "name", name=op.f("uq_saved_filter_owner_id_list_name_name")),
    )
    op.create_index("ix_saved_filter_unit", "saved_filter", ["unit_id", "list_name"])
    op.create_table(
        "list_preference",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", KeyText(length=40), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("filter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_list_preference_user_id_user_account")),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["saved_filter.id"], name=op.f("fk_list_preference_filter_id_saved_filter")
        ),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_list_preference")),
    )
    op.create_index(op.f("ix_list_preference_filter_id"), "list_preference", ["filter_id"])
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", KeyText(length=40), nullable=False),
        sa.Column("list_name", KeyText(length=40), nullable=False),
        sa.Column("action", KeyText(length=40), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("undo", JSON, nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_bulk_run_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sa.UniqueConstraint("user_id", "token", name=op.f("uq_bulk_run_user_id_token")),
    )
    op.create_index(op.f("ix_bulk_run_at"), "bulk_run", ["at"])
    op.drop_index("ix_job_owner_id", table_name="job")  # a person's jobs are listed, the newest first
    op.create_index("ix_job_owner", "job", ["owner_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_job_owner", table_name="job")
    op.create_index("ix_job_owner_id", "job", ["owner_id"])
    op.drop_table("bulk_run")
    op.drop_table("list_preference")
    op.drop_table("saved_filter")
