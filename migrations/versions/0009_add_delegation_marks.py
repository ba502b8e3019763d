"""Keep when the receiver of a delegation learnt of it, and find what a person gave and what was done in their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0009_add_delegation_marks"
down_revision = "0008_park_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role_assignment", sa.Column("acknowledged_at", UTCDateTime(), nullable=True))
    op.create_index("ix_role_assignment_giver", "role_assignment", ["given_by_id", "valid_from"])
    op.create_index("ix_audit_entry_behalf", "audit_entry", ["on_behalf_of_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_behalf", table_name="audit_entry")
    op.drop_index("ix_role_assignment_giver", table_name="role_assignment")
    op.drop_column("role_assignment", "acknowledged_at")
