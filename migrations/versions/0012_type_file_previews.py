"""Say of each preview whether it is a PNG or a JPEG."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_type_file_previews"
down_revision = "0011_examine_stored_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("file_preview") as batch:
        batch.add_column(sa.Column("content_type", sa.String(20), nullable=False, server_default="image/png"))
    with op.batch_alter_table("file_preview") as batch:
        batch.alter_column("content_type", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("file_preview") as batch:
        batch.drop_column("content_type")
