"""What the audit log says of itself: its menu, the words that every feature's entries share."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.domain.access.enums import Permission, Role

MANIFEST = Manifest(
    name="audit",
    label="Nhật ký",
    menu=(
        MenuEntry(
            label="Nhật ký",
            endpoint="audit.list_entries",
            icon="history",
            permission=Permission.AUDIT_VIEW,
            group="Quản trị",
            key="n",
            order=940,
        ),
    ),
    retention="Nhật ký chỉ ghi thêm, không sửa, không xóa; mốc cuối chuỗi được xuất hằng ngày ra ngoài cơ sở dữ liệu.",
    audit_labels={
        "access.refused": "Bị từ chối truy cập",
        "server.backup_made": "Sao lưu từ máy chủ",
        "server.restored": "Khôi phục từ bản sao lưu",
        "job.retried": "Chạy lại việc nền",
        "job.downloaded": "Tải kết quả của việc nền",
    },
    audit_words={
        "old": "Cũ",
        "new": "Mới",
        "name": "Tên",
        "short_name": "Tên ngắn",
        "label": "Tên gọi",
        "code": "Mã",
        "note": "Ghi chú",
        "reason": "Lý do",
        "method": "Cách gọi",
        "path": "Địa chỉ",
        "role": "Vai trò",
        "unit": "Đơn vị",
        "user": "Người dùng",
        "rows": "Số dòng",
        "fields": "Nội dung",
        "kind": "Loại",
        "from": "Từ",
        "to": "Đến",
        "file": "Tệp",
        "size": "Dung lượng",
        "sha256": "Mã băm",
        "owner": "Hồ sơ",
        "files": "Số tệp",
        "at": "Lúc",
        "backup": "Bản sao lưu",
        "stored_file": "Tệp đính kèm",
        "job": "Việc chạy nền",
        "valid_from": "Từ ngày",
        "valid_to": "Đến ngày",
        **{role.value: role.label for role in Role},
    },
)
