"""A workbook that was read and not yet applied: it outlives the request, the browser and the server.

Nothing here knows what the rows are of: the kind of the import does (portal.imports.kinds).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, JSONValue, KeyText, enum_type
from portal.domain.staging.enums import ImportRowState, ImportState

SPARSE = JSON(none_as_null=True)
"""Of most rows there is nothing to say: that is no value at all. Rows are kept as written: nothing is asked inside."""


class ImportBatch(Base):
    """One workbook on its way into one record (or, without `subject_id`, into the portal).

    `kind` says what is imported, `subject_id` into which record, `unit_id` whose way of writing is remembered. The
    content lies in the file store under `sha256`. `layout` is how the chosen sheet is laid out, `mapping` which column
    is which field. `notes` are sentences about the workbook as a whole. The counts are those of the rows by state.
    `job_id` is the background job that reads or applies it, where there is one.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_subject", "kind", "subject_id", "id"),
        Index("ix_import_batch_user", "user_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(KeyText(40))
    subject_id: Mapped[int | None] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    file_format: Mapped[str] = mapped_column(String(4), default="xlsx")
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notes: Mapped[list[Any]] = mapped_column(JSONValue, default=list)
    state: Mapped[ImportState] = mapped_column(enum_type(ImportState, 20), default=ImportState.MAPPING)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    new_count: Mapped[int] = mapped_column(Integer, default=0)
    changed_count: Mapped[int] = mapped_column(Integer, default=0)
    same_count: Mapped[int] = mapped_column(Integer, default=0)
    faulty_count: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def row_count(self) -> int:
        return self.new_count + self.changed_count + self.same_count + self.faulty_count


class ImportRow(Base):
    """One row of the workbook, or one of its parts where crosses in several columns make several.

    `number` is its row there. `payload` holds its texts by field ("cells"), what was understood by them where that is
    other than what is written ("read"), columns other than the field's usual one ("places") and the headings of groups
    above it ("groups"). `changes` maps a field to [before, after]; `errors` and `warnings` hold {"field", "text"}.
    There is no foreign key: rows come and go with their batch through this feature's services alone, and checking
    20,000 of them one by one would take a tenth of the import's time.
    """

    __tablename__ = "import_row"
    __table_args__ = ({"sqlite_with_rowid": False},)  # one tree, in the order of the file: nothing else is asked for

    batch_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=0)
    state: Mapped[ImportRowState] = mapped_column(enum_type(ImportRowState, 20))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changes: Mapped[dict[str, Any] | None] = mapped_column(SPARSE)
    errors: Mapped[list[Any] | None] = mapped_column(SPARSE)
    warnings: Mapped[list[Any] | None] = mapped_column(SPARSE)


class ImportColumnChoice(Base):
    """What a unit chose for a column with this heading (folded) when it last imported lists of this kind."""

    __tablename__ = "import_column_choice"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "heading"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(KeyText(40))
    heading: Mapped[str] = mapped_column(KeyText(200))
    choice: Mapped[str] = mapped_column(String(200))
    chosen_at: Mapped[datetime] = mapped_column()


ROW_TABLE = cast(Table, ImportRow.__table__)
"""The plain table, for statements over many rows."""
