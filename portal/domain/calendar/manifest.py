"""What the calendar says of itself: its menu, and the words of its audit actions."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.domain.access.enums import Permission
from portal.domain.calendar.enums import DayKind, TermUnit

MANIFEST = Manifest(
    name="calendar",
    label="Lịch",
    menu=(MenuEntry("Lịch", "calendar.show_month", "calendar-due", Permission.PORTAL_USE, key="l", order=10),),
    retention="Ngày nghỉ, ngày làm bù từng năm: giữ mãi, vì thời hạn của việc cũ tính theo lịch của năm đó.",
    audit_labels={
        "calendar.year_begun": "Lập danh sách ngày nghỉ của năm",
        "calendar.year_confirmed": "Xác nhận danh sách ngày nghỉ",
        "calendar.day_added": "Thêm ngày nghỉ, ngày làm bù",
        "calendar.day_updated": "Sửa ngày nghỉ, ngày làm bù",
        "calendar.day_removed": "Bỏ ngày nghỉ, ngày làm bù",
        "calendar.rule_updated": "Sửa quy định kỳ báo cáo",
    },
    audit_words={
        "holiday_year": "Danh sách ngày nghỉ",
        "reporting_period_rule": "Quy định kỳ báo cáo",
        "days": "Số ngày",
        "day": "Ngày",
        "counterpart": "Ngày hoán đổi",
        "source": "Căn cứ",
        "cutoff_day": "Ngày chốt số liệu",
        "due_amount": "Thời hạn gửi",
        "due_unit": "Cách tính thời hạn",
        "citation": "Văn bản quy định",
        **{kind.value: kind.label for kind in DayKind},
        **{unit.value: unit.label for unit in TermUnit},
    },
)
