"""Let every feature import through the same tables.

A batch says of which kind it is, keeps its file, and how that is read.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.core.db import KeyText, UTCDateTime

revision = "0013_share_imports"
down_revision = "0012_type_file_previews"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SPARSE = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LINES = "emulation.lines"
PIECE = 500

batches = sa.table(
    "import_batch",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("registration_id", sa.Integer),
    sa.column("subject_id", sa.Integer),
    sa.column("unit_id", sa.Integer),
    sa.column("header_row", sa.Integer),
    sa.column("columns", JSON),
    sa.column("mapping", JSON),
)
rows = sa.table(
    "import_row",
    sa.column("id", sa.Integer),
    sa.column("changes", SPARSE),
    sa.column("errors", SPARSE),
    sa.column("warnings", SPARSE),
)
registrations = sa.table("emulation_registration", sa.column("id", sa.Integer), sa.column("unit_id", sa.Integer))


def upgrade() -> None:
    _column_choices()
    op.drop_index("ix_import_batch_registration", table_name="import_batch")
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("kind", KeyText(40), nullable=False, server_default=LINES))
        batch.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("file_format", sa.String(4), nullable=False, server_default="xlsx"))
        batch.add_column(sa.Column("layout", JSON, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("mapping", JSON, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        batch.alter_column("file_digest", new_column_name="sha256", existing_type=sa.String(64))
    _carry_batches()
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint("fk_import_batch_registration_id_emulation_registration", type_="foreignkey")
        batch.drop_column("registration_id")
        batch.drop_column("header_row")
        batch.drop_column("columns")
        batch.alter_column("unit_id", existing_type=sa.Integer(), nullable=False)
        for name, kind in (("kind", KeyText(40)), ("file_format", sa.String(4)), ("layout", JSON), ("mapping", JSON)):
            batch.alter_column(name, existing_type=kind, server_default=None)
        batch.create_foreign_key("fk_import_batch_unit_id_unit", "unit", ["unit_id"], ["id"])
        batch.create_foreign_key("fk_import_batch_job_id_job", "job", ["job_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_import_batch_subject", "import_batch", ["kind", "subject_id", "id"])
    op.create_index("ix_import_batch_user", "import_batch", ["user_id", "kind", "id"])
    _parts_of_rows()


def _column_choices() -> None:
    op.create_table(
        "import_column_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", KeyText(40), nullable=False),
        sa.Column("heading", KeyText(200), nullable=False),
        sa.Column("choice", sa.String(200), nullable=False),
        sa.Column("chosen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_import_column_choice_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_import_column_choice"),
        sa.UniqueConstraint("unit_id", "kind", "heading", name="uq_import_column_choice_unit_id_kind_heading"),
    )


def _carry_batches() -> None:
    """What was read before belongs to its registration and that one's unit; letters of columns become their places."""
    connection = op.get_bind()
    unit = sa.select(registrations.c.unit_id).where(registrations.c.id == batches.c.registration_id).scalar_subquery()
    connection.execute(sa.update(batches).values(subject_id=batches.c.registration_id, unit_id=unit))
    for key, columns in connection.execute(sa.select(batches.c.id, batches.c.columns)).all():
        places = {name: [_place(letters)] for name, letters in columns.items()}
        mapping = {"columns": places, "marks": {}, "groups": False, "fixed": {}}
        connection.execute(sa.update(batches).where(batches.c.id == key).values(mapping=mapping))


def _parts_of_rows() -> None:
    op.drop_index("ix_import_row_state", table_name="import_row")
    with op.batch_alter_table("import_row") as batch:
        batch.add_column(sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
        for name in ("changes", "errors", "warnings"):
            batch.alter_column(name, existing_type=JSON, nullable=True)
        batch.drop_constraint("uq_import_row_batch_id_number", type_="unique")
        batch.create_unique_constraint("uq_import_row_batch_id_number_part", ["batch_id", "number", "part"])
    with op.batch_alter_table("import_row") as batch:
        batch.alter_column("part", existing_type=sa.Integer(), server_default=None)
    op.create_index("ix_import_row_state", "import_row", ["batch_id", "state", "number", "part"])
    connection = op.get_bind()
    last = 0
    while found := connection.execute(sa.select(rows).where(rows.c.id > last).order_by(rows.c.id).limit(PIECE)).all():
        for row in found:
            told = {"changes": row.changes or None, "errors": _plain(row.errors), "warnings": _plain(row.warnings)}
            connection.execute(sa.update(rows).where(rows.c.id == row.id).values(**told))
        last = found[-1].id


def downgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM import_row"))
    connection.execute(sa.text("DELETE FROM import_batch"))
    op.drop_index("ix_import_row_state", table_name="import_row")
    with op.batch_alter_table("import_row") as batch:
        batch.drop_constraint("uq_import_row_batch_id_number_part", type_="unique")
        batch.drop_column("part")
        for name in ("changes", "errors", "warnings"):
            batch.alter_column(name, existing_type=JSON, nullable=False)
        batch.create_unique_constraint("uq_import_row_batch_id_number", ["batch_id", "number"])
    op.create_index("ix_import_row_state", "import_row", ["batch_id", "state", "number"])
    op.drop_index("ix_import_batch_user", table_name="import_batch")
    op.drop_index("ix_import_batch_subject", table_name="import_batch")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint("fk_import_batch_job_id_job", type_="foreignkey")
        batch.drop_constraint("fk_import_batch_unit_id_unit", type_="foreignkey")
        for name in ("kind", "subject_id", "unit_id", "file_format", "layout", "mapping", "job_id"):
            batch.drop_column(name)
        batch.alter_column("sha256", new_column_name="file_digest", existing_type=sa.String(64))
        batch.add_column(sa.Column("registration_id", sa.Integer(), nullable=False))
        batch.add_column(sa.Column("header_row", sa.Integer(), nullable=False))
        batch.add_column(sa.Column("columns", JSON, nullable=False))
        batch.create_foreign_key(
            "fk_import_batch_registration_id_emulation_registration",
            "emulation_registration",
            ["registration_id"],
            ["id"],
        )
    op.create_index("ix_import_batch_registration", "import_batch", ["registration_id", "id"])
    op.drop_table("import_column_choice")


def _plain(findings: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Sentences without the mark of who found them."""
    return [{"field": f["field"], "text": f["text"]} for f in findings or []] or None


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
