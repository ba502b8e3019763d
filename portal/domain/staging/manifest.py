"""What imports from workbooks say of themselves."""

from __future__ import annotations

from portal.core.manifest import Manifest
from portal.core.notices import NoticeKind

IMPORT_READY = "staging.ready"

MANIFEST = Manifest(
    name="staging",
    label="Nhập dữ liệu từ tệp",
    touches_units=("import_batch.unit_id", "import_column_choice.unit_id"),
    audit_labels={"import.returned": "Tải tệp nhập trả lại để sửa"},
    audit_words={"import_batch": "Lần nhập từ tệp"},
    notice_kinds=(NoticeKind(IMPORT_READY, "Tệp nhập đã đọc xong, chờ xác nhận"),),
    retention="Tệp nhập và các dòng đã đọc: 30 ngày. Cách đọc cột của đơn vị: giữ để gợi ý lần sau.",
)
