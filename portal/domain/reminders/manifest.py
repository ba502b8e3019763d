"""What reminders say of themselves."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.enums import Permission
from portal.domain.reminders.enums import ReminderSide
from portal.domain.reminders.services import KIND

MANIFEST = Manifest(
    name="reminders",
    label="Nhắc việc",
    menu=(MenuEntry("Nhắc việc", "reminders.list_rules", "bell", Permission.REMINDER_MANAGE, "Quản trị", order=970),),
    retention="Quy tắc nhắc việc: đến khi quản trị viên xóa; lời nhắc giữ như thông báo.",
    notice_kinds=(
        NoticeKind(
            KIND,
            "Nhắc việc đến hạn",
            choices=(MailChoice.NONE, MailChoice.AT_ONCE),
            hint="Bản tin đầu ngày đã có mục việc đến hạn.",
        ),
    ),
    audit_labels={
        "reminders.rule_added": "Thêm quy tắc nhắc việc",
        "reminders.rule_updated": "Sửa quy tắc nhắc việc",
        "reminders.rule_paused": "Tạm dừng quy tắc nhắc việc",
        "reminders.rule_resumed": "Dùng lại quy tắc nhắc việc",
        "reminders.rule_deleted": "Xóa quy tắc nhắc việc",
    },
    audit_words={
        "reminder_rule": "Quy tắc nhắc việc",
        "area": "Lĩnh vực",
        "rule": "Quy tắc",
        **{side.value: side.label for side in ReminderSide},
    },
)
