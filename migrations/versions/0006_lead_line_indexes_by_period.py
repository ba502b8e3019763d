"""Let the indexes of the lines by unit and by title begin with the period: a year's list is then read in its order.

Led by the unit or the title, an engine that starts from the period had to sort every line of the year for one page.
"""

from __future__ import annotations

from alembic import op

revision = "0006_lead_line_indexes_by_period"
down_revision = "0005_index_line_origin"
branch_labels = None
depends_on = None

TABLE = "registration_line"
COLUMNS = {"ix_registration_line_unit": "unit_id", "ix_registration_line_title": "title_id"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        op.drop_index(name, table_name=TABLE)
        op.create_index(name, TABLE, ["period_id", column, "sort_key", "id"])


def downgrade() -> None:
    for name, column in COLUMNS.items():
        op.drop_index(name, table_name=TABLE)
        op.create_index(name, TABLE, [column, "period_id", "sort_key", "id"])
