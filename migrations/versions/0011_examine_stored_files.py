"""Say what a file is to its record, what the scanner said, whether it was removed; pictures of pages; limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0011_examine_stored_files"
down_revision = "0010_add_list_choices"
branch_labels = None
depends_on = None

FILES = "stored_file"


def upgrade() -> None:
    with op.batch_alter_table(FILES) as batch:
        # Until now every file was the signed paper of a registration.
        batch.add_column(sa.Column("kind", sa.String(60), nullable=False, server_default="registration_signed"))
        batch.add_column(sa.Column("scanned_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("scan_note", sa.String(120), nullable=False, server_default=""))
        batch.add_column(sa.Column("preview_state", sa.String(10), nullable=False, server_default="waiting"))
        batch.add_column(sa.Column("page_count", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("removed_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("removed_at", UTCDateTime(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_stored_file_removed_by_id_user_account"), "user_account", ["removed_by_id"], ["id"]
        )
    with op.batch_alter_table(FILES) as batch:
        for name in ("kind", "scan_note", "preview_state"):
            batch.alter_column(name, server_default=None)
    op.execute("UPDATE stored_file SET scan_state = 'none' WHERE scan_state = 'pending'")
    op.create_index("ix_stored_file_scan", FILES, ["scan_state", "id"])
    op.create_index("ix_stored_file_removed", FILES, ["removed_at"])
    op.create_table(
        "file_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("sha256", KeyText(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_file_preview_file_id_stored_file"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_preview")),
        sa.UniqueConstraint("file_id", "page", name=op.f("uq_file_preview_file_id_page")),
    )
    op.create_index("ix_file_preview_sha256", "file_preview", ["sha256"])
    op.create_table(
        "file_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("max_megabytes", sa.Integer(), nullable=False),
        sa.Column("max_count", sa.Integer(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_file_rule_changed_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_rule")),
        sa.UniqueConstraint("kind", name=op.f("uq_file_rule_kind")),
    )


def downgrade() -> None:
    op.drop_table("file_rule")
    op.drop_table("file_preview")
    op.drop_index("ix_stored_file_removed", FILES)
    op.drop_index("ix_stored_file_scan", FILES)
    with op.batch_alter_table(FILES) as batch:
        batch.drop_constraint(op.f("fk_stored_file_removed_by_id_user_account"), type_="foreignkey")
        for name in ("removed_at", "removed_by_id", "page_count", "preview_state", "scan_note", "scanned_at", "kind"):
            batch.drop_column(name)
