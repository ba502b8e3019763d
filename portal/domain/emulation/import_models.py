"""A workbook that was read and not yet applied: it outlives the request, the browser and the server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, JSONValue, enum_type
from portal.domain.emulation.import_enums import ImportRowState, ImportState


class ImportBatch(Base):
    """One reading of one workbook for one registration.

    `columns` maps a field to its column letter, `header_row` is the row of the headings (from 1): what messages name
    cells by. `notes` are sentences about the workbook as a whole. The counts are those of the rows by state.
    """

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_registration", "registration_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(64))
    header_row: Mapped[int] = mapped_column(Integer)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notes: Mapped[list[Any]] = mapped_column(JSONValue, default=list)
    state: Mapped[ImportState] = mapped_column(enum_type(ImportState, 20), default=ImportState.STAGED)
    new_count: Mapped[int] = mapped_column(Integer, default=0)
    changed_count: Mapped[int] = mapped_column(Integer, default=0)
    same_count: Mapped[int] = mapped_column(Integer, default=0)
    faulty_count: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ImportRow(Base):
    """One row of the workbook.

    `number` is its row there. `payload` holds the cells as they were read ("cells"), the line that they make ("line",
    None when they make none) and its key ("row_key"). `changes` maps a field to [before, after]; `errors` and
    `warnings` hold {"field", "text"}, those that the reader found marked {"read": true}.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        Index("ix_import_row_state", "batch_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[ImportRowState] = mapped_column(enum_type(ImportRowState, 20))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    errors: Mapped[list[Any]] = mapped_column(JSONValue, default=list)
    warnings: Mapped[list[Any]] = mapped_column(JSONValue, default=list)
