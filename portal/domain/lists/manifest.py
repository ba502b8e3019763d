"""What lists say of themselves: the words of their audit actions."""

from __future__ import annotations

from portal.core.manifest import Manifest

MANIFEST = Manifest(
    name="lists",
    label="Danh sách",
    touches_units=("saved_filter.unit_id",),
    retention="Cột và bộ lọc đã lưu: giữ đến khi người dùng xóa. Kết quả thao tác hàng loạt: 30 ngày.",
    audit_labels={
        "saved_filter.created": "Lưu bộ lọc",
        "saved_filter.changed": "Sửa bộ lọc đã lưu",
        "saved_filter.deleted": "Xóa bộ lọc đã lưu",
        "list.exported": "Xuất danh sách ra Excel",
        "list.printed": "In danh sách",
        "list.bulk_done": "Thực hiện hàng loạt",
        "list.bulk_undone": "Hoàn tác thao tác hàng loạt",
    },
    audit_words={
        "saved_filter": "Bộ lọc đã lưu",
        "list": "Danh sách",
        "columns": "Cột",
        "query": "Bộ lọc",
        "bulk_run": "Lần thực hiện hàng loạt",
        "bulk_action": "Việc",
        "done": "Số dòng đã làm",
        "skipped": "Số dòng bỏ qua",
    },
)
