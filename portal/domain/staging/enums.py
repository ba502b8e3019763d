"""Imports from a workbook: where a batch stands, and what a row would do, with Vietnamese labels."""

from __future__ import annotations

from enum import StrEnum


class ImportState(StrEnum):
    """A file waits until its columns are known, is read, and waits for a decision; then it is applied, in whole or in
    part, or given up.
    """

    MAPPING = "mapping"
    READING = "reading"
    STAGED = "staged"
    APPLIED = "applied"
    PARTLY = "partly"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _BATCH[self][0]

    @property
    def tone(self) -> str:
        return _BATCH[self][1]

    @property
    def icon(self) -> str:
        return _BATCH[self][2]


class ImportRowState(StrEnum):
    """What a row of the workbook does to the records; a faulty row does nothing."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"

    @property
    def label(self) -> str:
        return _ROW[self][0]

    @property
    def tone(self) -> str:
        return _ROW[self][1]

    @property
    def icon(self) -> str:
        return _ROW[self][2]


_BATCH = {
    ImportState.MAPPING: ("Chờ chọn cột", "run", "clock"),
    ImportState.READING: ("Đang đọc", "run", "progress"),
    ImportState.STAGED: ("Chờ xác nhận", "run", "clock"),
    ImportState.APPLIED: ("Đã nhập", "ok", "circle-check"),
    ImportState.PARTLY: ("Đã nhập dòng hợp lệ", "warn", "alert-triangle"),
    ImportState.CANCELLED: ("Đã hủy", "idle", "circle-x"),
}
_ROW = {
    ImportRowState.NEW: ("Thêm mới", "run", "plus"),
    ImportRowState.CHANGED: ("Thay đổi", "run", "pencil"),
    ImportRowState.SAME: ("Không đổi", "idle", "check"),
    ImportRowState.FAULTY: ("Cần sửa", "bad", "alert-octagon"),
}
OPEN = frozenset({ImportState.MAPPING, ImportState.READING, ImportState.STAGED})
"""States in which nothing has been decided yet."""
