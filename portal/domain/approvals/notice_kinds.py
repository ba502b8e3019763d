"""What approvals tell people of."""

from __future__ import annotations

from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.enums import Permission

WAITING = "approvals.waiting"
RETURNED = "approvals.returned"
DECIDED = "approvals.decided"
_VIEW = Permission.PAPER_VIEW
NOTICE_KINDS = (
    NoticeKind(WAITING, "Văn bản trình chờ ông/bà cho ý kiến", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
    NoticeKind(RETURNED, "Văn bản trình bị trả lại", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
    NoticeKind(DECIDED, "Văn bản trình đã được duyệt, đã phát hành", _VIEW, mail=MailChoice.DIGEST),
)
