"""On which side of a due day a reminder comes."""

from __future__ import annotations

from enum import StrEnum


class ReminderSide(StrEnum):
    """Before the due day, on it, or after it."""

    BEFORE = "before"
    ON = "on"
    AFTER = "after"

    @property
    def label(self) -> str:
        return {"before": "Trước hạn", "on": "Đúng ngày hạn", "after": "Sau hạn"}[self.value]
