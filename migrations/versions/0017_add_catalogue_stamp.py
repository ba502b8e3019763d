"""Add the stamp that changes with every change of a catalogue."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText

revision = "0017_add_catalogue_stamp"
down_revision = "0016_add_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stamp = op.create_table(
        "catalogue_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", KeyText(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_stamp")),
    )
    op.bulk_insert(stamp, [{"id": 1, "value": secrets.token_hex(8)}])


def downgrade() -> None:
    op.drop_table("catalogue_stamp")
