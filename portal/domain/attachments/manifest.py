"""What the shared part for files says of itself: what waits for whom, the words of its audit actions."""

from __future__ import annotations

from datetime import timedelta

from portal.core.clock import local
from portal.core.manifest import Manifest, MenuEntry, WaitingItem
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.owners import owners
from portal.domain.attachments.queries import infected_of

AREA = "Tệp đính kèm"
TOLD_FOR = timedelta(days=30)
NAMELESS = "một tệp"
AUDIT_LABELS = {
    "attachment.added": "Thêm tệp đính kèm",
    "attachment.removed": "Gỡ tệp đính kèm",
    "attachment.restored": "Khôi phục tệp đính kèm",
    "attachment.infected": "Phát hiện tệp đính kèm có mã độc",
    "attachment.viewed": "Xem tệp đính kèm",
    "attachment.downloaded": "Tải tệp đính kèm",
    "attachment.rule_changed": "Sửa giới hạn của tệp đính kèm",
}
AUDIT_WORDS = {
    "stored_file": "Tệp đính kèm",
    "file_rule": "Giới hạn của tệp đính kèm",
    "sha256": "Mã kiểm tra SHA-256",
    "found": "Kết quả quét",
    "max_megabytes": "Dung lượng lớn nhất",
    "max_count": "Số tệp nhiều nhất",
    "keep_days": "Số ngày giữ tệp đã gỡ",
}


def waiting(work: Work, year: int) -> list[WaitingItem]:  # noqa: ARG001 - a file waits in every year
    """Files that the actor brought and in which the scanner found something lately (one query)."""
    since = work.clock.now() - TOLD_FOR
    return [
        WaitingItem(
            f"Gỡ, thay tệp có mã độc: {_name(file)}",
            AREA,
            "attachments.show_file",
            {"file_id": file.id},
            since=local(file.scanned_at).date() if file.scanned_at else None,
            note="Tệp đã bị khóa, không ai tải được",
        )
        for file in work.session.scalars(infected_of(work.actor.user_id, since))
    ]


def _name(file: StoredFile) -> str:
    """The file's name; of a confidential record only that there is one."""
    owner = owners().get(file.owner_type)
    return NAMELESS if owner is None or owner.confidential else file.name


MANIFEST = Manifest(
    name="attachments",
    label=AREA,
    menu=(MenuEntry(AREA, "attachments.list_rules", "paperclip", Permission.FILE_RULE_MANAGE, "Quản trị", order=960),),
    waiting=waiting,
    touches_units=("stored_file.unit_id",),
    retention="Tệp của hồ sơ: lưu cùng hồ sơ. Tệp đã gỡ: khôi phục được trong số ngày đặt cho từng loại, rồi xóa hẳn.",
    audit_labels=AUDIT_LABELS,
    audit_words=AUDIT_WORDS,
)
