"""What can be wrong with the audit chain."""

from __future__ import annotations

from enum import StrEnum


class FaultKind(StrEnum):
    """A fault that `verify` finds."""

    MISSING_LINK = "missing_link"
    BROKEN_LINK = "broken_link"
    CHANGED = "changed"
    MISSING_ENTRY = "missing_entry"
    EXTRA_ENTRY = "extra_entry"
    UNKNOWN_KEY = "unknown_key"
    WRONG_HEAD = "wrong_head"
    CUT = "cut"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FaultKind.MISSING_LINK: "Thiếu mắt xích",
    FaultKind.BROKEN_LINK: "Mắt xích không nối với mắt xích trước",
    FaultKind.CHANGED: "Nội dung, thứ tự hoặc thời điểm bị thay đổi",
    FaultKind.MISSING_ENTRY: "Thiếu dòng nhật ký",
    FaultKind.EXTRA_ENTRY: "Thừa dòng nhật ký",
    FaultKind.UNKNOWN_KEY: "Không có khóa của mắt xích trong vòng khóa",
    FaultKind.WRONG_HEAD: "Mốc cuối chuỗi không khớp với mắt xích cuối",
    FaultKind.CUT: "Chuỗi bị cắt hoặc viết lại so với mốc đã xuất",
}
