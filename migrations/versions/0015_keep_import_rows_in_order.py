"""Keep the rows of an import under their batch, number and part alone, as they were written.

That is one tree in the order of the file; nothing is asked inside the rows, and they come and go
with their batch: no foreign key is checked for each of 20,000.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_keep_import_rows_in_order"
down_revision = "0014_add_search_index"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FOREIGN = "fk_import_row_batch_id_import_batch"
COLUMNS = "batch_id, number, part, state, payload, changes, errors, warnings"


def upgrade() -> None:
    op.drop_index("ix_import_row_state", table_name="import_row")
    _set_aside("pk_import_row", FOREIGN, "uq_import_row_batch_id_number_part")
    op.create_table(
        "import_row",
        *_columns(sa.JSON()),
        sa.PrimaryKeyConstraint("batch_id", "number", "part", name="pk_import_row"),
        sqlite_with_rowid=False,
    )
    _carry()


def downgrade() -> None:
    _set_aside("pk_import_row")
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        *_columns(JSON),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=FOREIGN, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
        sa.UniqueConstraint("batch_id", "number", "part", name="uq_import_row_batch_id_number_part"),
    )
    _carry()
    op.create_index("ix_import_row_state", "import_row", ["batch_id", "state", "number", "part"])


def _set_aside(*constraints: str) -> None:
    """Give the table another name; PostgreSQL knows the names of constraints beyond their table."""
    op.rename_table("import_row", "old_import_row")
    if op.get_bind().dialect.name == "postgresql":
        for name in constraints:
            op.execute(f"ALTER TABLE old_import_row RENAME CONSTRAINT {name} TO old_{name}")


def _columns(kind: sa.JSON) -> list[sa.Column[object]]:
    return [
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("payload", kind, nullable=False),
        sa.Column("changes", kind, nullable=True),
        sa.Column("errors", kind, nullable=True),
        sa.Column("warnings", kind, nullable=True),
    ]


def _carry() -> None:
    op.execute(f"INSERT INTO import_row ({COLUMNS}) SELECT {COLUMNS} FROM old_import_row")  # noqa: S608 - our names
    op.drop_table("old_import_row")
