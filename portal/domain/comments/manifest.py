"""What the shared part for comments says of itself: kinds of notices, the words of its audit actions."""

from __future__ import annotations

from portal.core.manifest import Manifest
from portal.domain.comments.notice_kinds import NOTICE_KINDS

MANIFEST = Manifest(
    name="comments",
    label="Trao đổi",
    touches_units=("comment.unit_id",),
    retention="Trao đổi: lưu cùng hồ sơ. Nội dung người viết đã xóa thì mất hẳn, chỉ còn dấu vết.",
    audit_labels={
        "comment.added": "Viết trao đổi",
        "comment.edited": "Sửa trao đổi",
        "comment.removed": "Xóa trao đổi",
    },
    audit_words={"comment": "Trao đổi", "mentioned": "Người được nhắc"},
    notice_kinds=NOTICE_KINDS,
)
