"""Rules of reminders, and the three that hold at first: three working days before, on the day, one working day after.

Revision ID: 0023_add_reminder_rules
Revises: 0022_add_paper_templates
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText

revision = "0023_add_reminder_rules"
down_revision = "0022_add_paper_templates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area", KeyText(40), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(side = 'on') = (amount = 0) AND amount BETWEEN 0 AND 60", name=op.f("ck_reminder_rule_amount")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint("area", "side", "amount", "unit", name=op.f("uq_reminder_rule_area_side_amount_unit")),
    )
    first = (("before", 3), ("on", 0), ("after", 1))
    op.bulk_insert(
        made,
        [
            {"area": "", "side": side, "amount": amount, "unit": "working", "paused": False, "version": 1}
            for side, amount in first
        ],
    )


def downgrade() -> None:
    op.drop_table("reminder_rule")
