"""What the channel tells people of."""

from __future__ import annotations

from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.enums import Permission

ARRIVED = "difficulties.arrived"
ASSIGNED = "difficulties.assigned"
TO_APPROVE = "difficulties.to_approve"
ASKED = "difficulties.asked"
ANSWERED = "difficulties.answered"
_VIEW = Permission.DIFFICULTY_VIEW
NOTICE_KINDS = (
    NoticeKind(ARRIVED, "Vướng mắc, kiến nghị mới gửi đến Sở", _VIEW, mail=MailChoice.DIGEST),
    NoticeKind(ASSIGNED, "Được giao trả lời, dự thảo bị trả lại, đơn vị đã bổ sung", _VIEW, fixed=True),
    NoticeKind(TO_APPROVE, "Trả lời trình duyệt", _VIEW, mail=MailChoice.DIGEST),
    NoticeKind(ASKED, "Sở đề nghị bổ sung", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
    NoticeKind(ANSWERED, "Sở đã trả lời hoặc không giải quyết", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
)
