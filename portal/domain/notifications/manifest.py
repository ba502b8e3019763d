"""What notifications say of themselves."""

from __future__ import annotations

from portal.core.manifest import Manifest
from portal.core.notices import MailChoice, NoticeKind
from portal.domain.notifications.queries import DIGEST
from portal.domain.notifications.services import take

JOB_ENDED = "jobs.ended"
MANIFEST = Manifest(
    name="notifications",
    label="Thông báo",
    touches_units=("notice.unit_id",),
    retention="Thông báo đã đọc: 60 ngày; thông báo chưa đọc: một năm.",
    takes_news=take,
    notice_kinds=(
        NoticeKind(JOB_ENDED, "Việc chạy nền đã xong hoặc không thành công"),
        NoticeKind(
            DIGEST,
            "Bản tin đầu ngày làm việc",
            mail=MailChoice.DIGEST,
            choices=(MailChoice.DIGEST, MailChoice.NONE),
            on_portal=False,
            hint="Việc đang chờ, sắp đến hạn và các thông báo được xếp vào bản tin.",
        ),
    ),
)
