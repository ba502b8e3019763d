"""Add difficulties and proposals that units raise and the Sở answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0020_add_difficulties"
down_revision = "0019_add_approvals"
branch_labels = None
depends_on = None


def _person(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=f"fk_difficulty_{column}_user_account")


def upgrade() -> None:
    op.create_table(
        "difficulty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("work_field", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("folded", KeyText(420), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_for_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("audience", sa.String(8), nullable=True),
        sa.Column("name_shown", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("audience IS NULL OR decided_at IS NOT NULL", name="ck_difficulty_published_is_decided"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_difficulty_unit_id_unit"),
        _person("created_by_id"),
        _person("assignee_id"),
        _person("answered_by_id"),
        _person("answered_for_id"),
        sa.PrimaryKeyConstraint("id", name="pk_difficulty"),
    )
    op.create_index("ix_difficulty_unit", "difficulty", ["unit_id", "id"])
    op.create_index("ix_difficulty_state", "difficulty", ["state", "due_on"])
    op.create_index("ix_difficulty_assignee", "difficulty", ["assignee_id", "state"])
    op.create_index("ix_difficulty_audience", "difficulty", ["audience", "id"])


def downgrade() -> None:
    for name in ("audience", "assignee", "state", "unit"):
        op.drop_index(f"ix_difficulty_{name}", table_name="difficulty")
    op.drop_table("difficulty")
