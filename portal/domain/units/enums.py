"""Units: sectors, kinds of reorganisation, and the parts that units play in them."""

from __future__ import annotations

from enum import StrEnum


class UnitSector(StrEnum):
    """The sector that a unit belongs to where that matters: education registers by the school year."""

    NONE = ""
    EDUCATION = "education"
    HEALTH = "health"
    JUSTICE = "justice"
    PARTY = "party"
    UNION = "union"
    CENTRAL = "central"
    ENTERPRISE = "enterprise"

    @property
    def label(self) -> str:
        return _SECTOR_LABELS[self]


class ChangeKind(StrEnum):
    """What a decision does to units."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    DISSOLVE = "dissolve"

    @property
    def label(self) -> str:
        return _CHANGE_LABELS[self]


class PartSide(StrEnum):
    """A unit's part: it stood before the change, stands after it, came along, or is the parent left or joined."""

    BEFORE = "before"
    AFTER = "after"
    CARRIED = "carried"
    OLD_PARENT = "old_parent"
    NEW_PARENT = "new_parent"

    @property
    def label(self) -> str:
        return _SIDE_LABELS[self]


_SECTOR_LABELS = {
    UnitSector.NONE: "Không thuộc ngành nào dưới đây",
    UnitSector.EDUCATION: "Giáo dục",
    UnitSector.HEALTH: "Y tế",
    UnitSector.JUSTICE: "Tư pháp, nội chính",
    UnitSector.PARTY: "Cơ quan Đảng",
    UnitSector.UNION: "Mặt trận, đoàn thể",
    UnitSector.CENTRAL: "Cơ quan Trung ương",
    UnitSector.ENTERPRISE: "Doanh nghiệp",
}

_CHANGE_LABELS = {
    ChangeKind.RENAME: "Đổi tên",
    ChangeKind.MERGE: "Hợp nhất, sáp nhập",
    ChangeKind.SPLIT: "Chia, tách",
    ChangeKind.MOVE: "Chuyển đơn vị cấp trên",
    ChangeKind.DISSOLVE: "Giải thể, kết thúc hoạt động",
}

_SIDE_LABELS = {
    PartSide.BEFORE: "Trước khi sắp xếp",
    PartSide.AFTER: "Sau khi sắp xếp",
    PartSide.CARRIED: "Chuyển theo",
    PartSide.OLD_PARENT: "Cấp trên cũ",
    PartSide.NEW_PARENT: "Cấp trên mới",
}
