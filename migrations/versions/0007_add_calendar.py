"""Add the lists of days off and swapped working days, and the rules of periodic reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0007_add_calendar"
down_revision = "0006_lead_line_indexes_by_period"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reporting_period_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", KeyText(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "cycle",
            sa.Enum(
                "month",
                "quarter",
                "half_year",
                "nine_months",
                "year",
                name="reportingcycle",
                native_enum=False,
                length=12,
            ),
            nullable=False,
        ),
        sa.Column("cutoff_day", sa.Integer(), nullable=False),
        sa.Column("due_amount", sa.Integer(), nullable=False),
        sa.Column(
            "due_unit",
            sa.Enum("hour", "calendar", "working", name="termunit", native_enum=False, length=10),
            nullable=False,
        ),
        sa.Column("citation", sa.String(length=200), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("S", "S*", "M", "U", "EX", name="confidence", native_enum=False, length=4),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cutoff_day BETWEEN 1 AND 31", name=op.f("ck_reporting_period_rule_cutoff")),
        sa.CheckConstraint("due_amount BETWEEN 0 AND 366", name=op.f("ck_reporting_period_rule_due")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_period_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_reporting_period_rule_code")),
    )
    op.create_table(
        "holiday_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper_no", sa.String(length=60), nullable=False),
        sa.Column("paper_date", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR (paper_no <> '' AND paper_date IS NOT NULL)",
            name=op.f("ck_holiday_year_confirmed"),
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_holiday_year_year")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user_account.id"], name=op.f("fk_holiday_year_confirmed_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_year")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("holiday", "in_lieu", "swap_off", "swap_work", name="daykind", native_enum=False, length=10),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("counterpart", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("S", "S*", "M", "U", "EX", name="confidence", native_enum=False, length=4),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["year"], ["holiday_year.year"], name=op.f("fk_calendar_day_year_holiday_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", name=op.f("uq_calendar_day_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)


def downgrade() -> None:
    op.drop_table("calendar_day")
    op.drop_table("holiday_year")
    op.drop_table("reporting_period_rule")
