"""What comments tell people of."""

from __future__ import annotations

from portal.core.notices import MailChoice, NoticeKind

MENTIONED = "comments.mentioned"
WRITTEN = "comments.written"
NOTICE_KINDS = (
    NoticeKind(MENTIONED, "Được nhắc đến trong trao đổi", mail=MailChoice.DIGEST),
    NoticeKind(WRITTEN, "Trao đổi mới ở hồ sơ mình tham gia"),
)
