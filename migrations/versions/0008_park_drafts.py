"""Keep of a draft whether its page was left in good order, and beside it the form that was parked without a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_park_drafts"
down_revision = "0007_add_calendar"
branch_labels = None
depends_on = None
ONE_EACH = "uq_draft_user_id_record_type_record_key"


def upgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("page_left", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("parked", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_constraint(ONE_EACH, type_="unique")
        batch_op.create_unique_constraint(f"{ONE_EACH}_parked", ["user_id", "record_type", "record_key", "parked"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM draft WHERE parked"))
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_constraint(f"{ONE_EACH}_parked", type_="unique")
        batch_op.create_unique_constraint(ONE_EACH, ["user_id", "record_type", "record_key"])
        batch_op.drop_column("parked")
        batch_op.drop_column("page_left")
