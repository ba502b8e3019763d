"""What approvals say of themselves."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.domain.access.enums import Permission
from portal.domain.approvals.due import due, sent, waiting
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.notice_kinds import NOTICE_KINDS

MANIFEST = Manifest(
    name="approvals",
    label="Trình ký",
    menu=(
        MenuEntry("Trình ký", "approvals.list_papers", "rubber-stamp", Permission.PAPER_VIEW, key="k", order=12),
        MenuEntry(
            "Quy trình trình ký", "approvals.list_chains", "list-check", Permission.CHAIN_MANAGE, "Quản trị", order=930
        ),
    ),
    waiting=waiting,
    sent=sent,
    due=due,
    notice_kinds=NOTICE_KINDS,
    touches_units=("approval.unit_id", "approval.division_id"),
    retention="Vết trình ký, ý kiến, quy trình từng bản: lưu cùng hồ sơ của văn bản; không xóa trong cổng.",
    audit_labels={
        "approval.begun": "Lập văn bản để trình",
        "approval.submitted": "Trình văn bản",
        "approval.forwarded": "Cho ý kiến, chuyển văn bản tiếp",
        "approval.sent_back": "Chuyển văn bản lại bước trước",
        "approval.returned": "Trả văn bản cho người soạn",
        "approval.approved": "Duyệt văn bản",
        "approval.withdrawn": "Rút văn bản về để sửa",
        "approval.reopened": "Mở lại văn bản đã duyệt",
        "approval.issued": "Ghi số, ngày văn bản đã ký",
        "approval.abandoned": "Bỏ văn bản",
        "chain.begun": "Lập bản mới của quy trình trình ký",
        "chain.step_added": "Thêm bước vào quy trình trình ký",
        "chain.step_updated": "Sửa bước của quy trình trình ký",
        "chain.step_moved": "Đổi thứ tự bước của quy trình trình ký",
        "chain.step_removed": "Bỏ bước khỏi quy trình trình ký",
        "chain.discarded": "Bỏ bản quy trình đang soạn",
        "chain.published": "Ban hành quy trình trình ký",
    },
    audit_words={
        "approval": "Văn bản trình ký",
        "chain_definition": "Quy trình trình ký",
        "edition": "Bản số",
        "step": "Bước",
        **{state.value: state.label for state in ApprovalState},
    },
)
