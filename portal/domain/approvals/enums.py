"""Approvals: the states of a paper on its way, whose step one is, and the way itself as data."""

from __future__ import annotations

from enum import StrEnum

from portal.core.workflow import Transition, Workflow, states


class ApprovalState(StrEnum):
    """Where a paper stands on its way to the signature."""

    DRAFT = "draft"
    RUNNING = "running"
    RETURNED = "returned"
    APPROVED = "approved"
    ISSUED = "issued"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        return _STATE[self][0]

    @property
    def tone(self) -> str:
        return _STATE[self][1]

    @property
    def icon(self) -> str:
        return _STATE[self][2]


class StepRelation(StrEnum):
    """Who of a step's role answers: those of the drafter's own division, or those of the whole body."""

    DIVISION = "division"
    BODY = "body"

    @property
    def label(self) -> str:
        return "Phòng, ban của người soạn" if self is StepRelation.DIVISION else "Cả cơ quan"


_S = ApprovalState
_STATE = {
    _S.DRAFT: ("Đang soạn", "idle", "circle-dashed"),
    _S.RUNNING: ("Đang trình", "run", "progress"),
    _S.RETURNED: ("Bị trả lại", "warn", "arrow-back-up"),
    _S.APPROVED: ("Đã duyệt, chờ phát hành", "ok", "circle-check"),
    _S.ISSUED: ("Đã phát hành", "ok", "circle-check"),
    _S.ABANDONED: ("Đã bỏ", "idle", "ban"),
}

OPEN_TO_EDIT = states({_S.DRAFT, _S.RETURNED})
"""States in which the drafting side may change the paper."""

UNDER_WAY = states({_S.RUNNING, _S.RETURNED, _S.APPROVED, _S.ISSUED})
"""States of a paper that was put forward: who may see papers of its kind sees it."""

APPROVAL_WORKFLOW: Workflow[ApprovalState] = Workflow(
    "approval",
    (
        Transition("submit", OPEN_TO_EDIT, _S.RUNNING, "Trình", "Trình"),
        Transition("approve", states({_S.RUNNING}), _S.APPROVED, "Duyệt", "Duyệt"),
        Transition("forward", states({_S.RUNNING}), _S.RUNNING, "Đồng ý, chuyển tiếp", "Đồng ý, chuyển tiếp"),
        Transition(
            "back",
            states({_S.RUNNING}),
            _S.RUNNING,
            "Chuyển lại bước trước",
            "Chuyển lại bước trước",
            needs_reason=True,
        ),
        Transition(
            "return", states({_S.RUNNING}), _S.RETURNED, "Trả lại người soạn", "Trả lại người soạn", needs_reason=True
        ),
        Transition("withdraw", states({_S.RUNNING}), _S.DRAFT, "Rút về để sửa", "Rút về để sửa"),
        Transition("reopen", states({_S.APPROVED}), _S.RETURNED, "Mở lại để sửa", "Mở lại để sửa", needs_reason=True),
        Transition("issue", states({_S.APPROVED}), _S.ISSUED, "Ghi văn bản đã ký", "Ghi số, ngày văn bản đã ký"),
        Transition("abandon", OPEN_TO_EDIT, _S.ABANDONED, "Bỏ văn bản", "Bỏ văn bản", needs_reason=True),
    ),
)
