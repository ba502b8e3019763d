"""Keep requests about roles of confidential modules for a second person of that module."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0003_add_access_request"
down_revision = "0002_audit_append_only"
branch_labels = None
depends_on = None

REFERENCES = {
    "user_id": "user_account",
    "unit_id": "unit",
    "assignment_id": "role_assignment",
    "requested_by_id": "user_account",
    "decided_by_id": "user_account",
}


def upgrade() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_access_request_validity")
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR state <> 'pending'", name=op.f("ck_access_request_decided")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_access_request_{column}_{table}"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    op.create_index("ix_access_request_unit", "access_request", ["unit_id", "id"])
    op.create_index("ix_access_request_user", "access_request", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("access_request")
