"""What emulation tells people of."""

from __future__ import annotations

from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.enums import Permission

TO_APPROVE = "emulation.to_approve"
SENT_ON = "emulation.sent_on"
RETURNED = "emulation.returned"
ACCEPTED = "emulation.accepted"
RECEIVED = "emulation.received"
EXTENDED = "emulation.extended"
_VIEW = Permission.REGISTRATION_VIEW
NOTICE_KINDS = (
    NoticeKind(TO_APPROVE, "Bản đăng ký trình duyệt", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
    NoticeKind(RETURNED, "Bản đăng ký bị trả lại", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
    NoticeKind(ACCEPTED, "Bản đăng ký được tiếp nhận, được mở lại", _VIEW, mail=MailChoice.DIGEST),
    NoticeKind(SENT_ON, "Bản đăng ký của đơn vị đã được duyệt, gửi đi", _VIEW),
    NoticeKind(RECEIVED, "Đơn vị trực thuộc gửi, thu hồi bản đăng ký", _VIEW, mail=MailChoice.DIGEST),
    NoticeKind(EXTENDED, "Đơn vị được gia hạn gửi đăng ký", _VIEW, fixed=True, mail=MailChoice.AT_ONCE),
)
