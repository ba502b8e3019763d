"""Find the copies of a line, and the lines that came from a unit, by an index: removing a line must not read the table.

The check of the foreign key reads it too.
"""

from __future__ import annotations

from alembic import op

revision = "0005_index_line_origin"
down_revision = "0004_add_emulation_import"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_registration_line_origin", "registration_line", ["origin_line_id"])
    op.create_index(
        "ix_registration_line_origin_unit", "registration_line", ["origin_unit_id", "period_id", "sort_key", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_registration_line_origin_unit", table_name="registration_line")
    op.drop_index("ix_registration_line_origin", table_name="registration_line")
