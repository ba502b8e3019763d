"""Keep the office's own Word templates of official papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0022_add_paper_templates"
down_revision = "0021_add_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper", KeyText(length=40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name=op.f("fk_paper_template_uploaded_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
        sa.UniqueConstraint("paper", "edition", name=op.f("uq_paper_template_paper_edition")),
    )
    op.create_index(op.f("ix_paper_template_sha256"), "paper_template", ["sha256"])


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_template_sha256"), table_name="paper_template")
    op.drop_table("paper_template")
