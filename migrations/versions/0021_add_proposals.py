"""Add tờ trình on registered titles; a registered line stands in one of them only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0021_add_proposals"
down_revision = "0020_add_difficulties"
branch_labels = None
depends_on = None


def _fk(table: str, column: str, referred: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{referred}"
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "emulation_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("paper_no", sa.String(20), nullable=False),
        sa.Column("paper_symbol", sa.String(40), nullable=False),
        sa.Column("paper_date", sa.Date(), nullable=True),
        sa.Column("signer_name", sa.String(120), nullable=False),
        sa.Column("signer_title", sa.String(160), nullable=False),
        sa.Column("signed_file_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _fk("emulation_proposal", "period_id", "registration_period"),
        _fk("emulation_proposal", "unit_id", "unit"),
        _fk("emulation_proposal", "signed_file_id", "stored_file"),
        _fk("emulation_proposal", "created_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_emulation_proposal"),
    )
    op.create_index("ix_emulation_proposal_unit", "emulation_proposal", ["unit_id", "id"])
    op.create_index("ix_emulation_proposal_period_id", "emulation_proposal", ["period_id"])
    op.create_table(
        "proposal_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("place", sa.String(400), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        _fk("proposal_line", "proposal_id", "emulation_proposal"),
        _fk("proposal_line", "line_id", "registration_line", "SET NULL"),
        _fk("proposal_line", "title_id", "emulation_title"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal_line"),
        sa.UniqueConstraint("line_id", name="uq_proposal_line_line_id"),
    )
    op.create_index("ix_proposal_line_proposal", "proposal_line", ["proposal_id", "position", "id"])


def downgrade() -> None:
    op.drop_table("proposal_line")
    op.drop_table("emulation_proposal")
