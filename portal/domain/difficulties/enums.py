"""Difficulties and proposals of units: kinds, fields of work, states, and the way of one as a table."""

from __future__ import annotations

from enum import StrEnum

from portal.core.workflow import Transition, Workflow, states


class DifficultyKind(StrEnum):
    """What a unit brings forward."""

    DIFFICULTY = "difficulty"
    PROPOSAL = "proposal"

    @property
    def label(self) -> str:
        return "Khó khăn, vướng mắc" if self is DifficultyKind.DIFFICULTY else "Kiến nghị, đề xuất"


class WorkField(StrEnum):
    """The field of work that it concerns."""

    STAFFING = "staffing"
    REFORM = "reform"
    EMULATION = "emulation"
    RELIGION = "religion"
    ARCHIVES = "archives"
    YOUTH = "youth"
    INSPECTIONS = "inspections"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _FIELD[self]


_FIELD = {
    WorkField.STAFFING: "Tổ chức bộ máy, biên chế, công chức",
    WorkField.REFORM: "Cải cách hành chính",
    WorkField.EMULATION: "Thi đua, khen thưởng",
    WorkField.RELIGION: "Tôn giáo (nội dung chung)",
    WorkField.ARCHIVES: "Văn thư, lưu trữ",
    WorkField.YOUTH: "Thanh niên",
    WorkField.INSPECTIONS: "Thanh tra, kiểm tra",
    WorkField.OTHER: "Lĩnh vực khác",
}


class AnswerAudience(StrEnum):
    """Who reads the answer: the unit that asked, or every unit."""

    UNIT = "unit"
    ALL = "all"

    @property
    def label(self) -> str:
        return "Chỉ đơn vị đã nêu" if self is AnswerAudience.UNIT else "Mọi đơn vị (mục Hỏi đáp)"


class DifficultyState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    ASSIGNED = "assigned"
    ASKED = "asked"
    IN_REVIEW = "in_review"
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return _STATE[self][0]

    @property
    def tone(self) -> str:
        return _STATE[self][1]

    @property
    def icon(self) -> str:
        return _STATE[self][2]


_S = DifficultyState
_STATE = {
    _S.DRAFT: ("Bản nháp", "idle", "circle-dashed"),
    _S.SENT: ("Chờ tiếp nhận", "run", "clock"),
    _S.RECEIVED: ("Chờ phân công", "run", "inbox"),
    _S.ASSIGNED: ("Đang xử lý", "run", "progress"),
    _S.ASKED: ("Chờ đơn vị bổ sung", "warn", "arrow-back-up"),
    _S.IN_REVIEW: ("Chờ duyệt trả lời", "run", "hourglass"),
    _S.ANSWERED: ("Đã trả lời", "ok", "circle-check"),
    _S.CLOSED: ("Đã kết thúc", "ok", "checks"),
    _S.REFUSED: ("Không giải quyết", "bad", "circle-x"),
    _S.DROPPED: ("Đơn vị đã bỏ", "idle", "ban"),
}
EDITABLE = states({_S.DRAFT, _S.ASKED})
"""States in which the unit may change text and files."""
UNSENT = states({_S.DRAFT, _S.DROPPED})
"""States that nobody outside the unit knows of."""
OPENED = states({_S.RECEIVED, _S.ASSIGNED, _S.ASKED, _S.IN_REVIEW, _S.ANSWERED, _S.CLOSED, _S.REFUSED})
"""States in which the Sở reads the content."""
ANSWERED = states({_S.ANSWERED, _S.CLOSED})
"""States in which the answer is out."""
OWED = states({_S.ASSIGNED, _S.IN_REVIEW})
"""States in which the Sở owes an answer by the due day."""

DIFFICULTY_WORKFLOW: Workflow[DifficultyState] = Workflow(
    "difficulty",
    (
        Transition("send", states({_S.DRAFT}), _S.SENT, "Gửi Sở Nội vụ", "Gửi Sở Nội vụ"),
        Transition("take_back", states({_S.SENT}), _S.DRAFT, "Thu hồi", "Thu hồi để sửa"),
        Transition("drop", states({_S.DRAFT}), _S.DROPPED, "Bỏ, không gửi", "Bỏ, không gửi"),
        Transition("open", states({_S.SENT}), _S.RECEIVED, "Tiếp nhận", "Mở, tiếp nhận"),
        Transition("assign", states({_S.RECEIVED}), _S.ASSIGNED, "Phân công", "Phân công xử lý"),
        Transition(
            "forward", states({_S.ASSIGNED}), _S.ASSIGNED, "Chuyển người khác", "Chuyển xử lý", needs_reason=True
        ),
        Transition(
            "ask_back", states({_S.ASSIGNED}), _S.ASKED, "Đề nghị bổ sung", "Đề nghị bổ sung", needs_reason=True
        ),
        Transition("supplement", states({_S.ASKED}), _S.ASSIGNED, "Gửi bổ sung", "Gửi bổ sung", needs_reason=True),
        Transition("submit_answer", states({_S.ASSIGNED}), _S.IN_REVIEW, "Trình trả lời", "Trình duyệt trả lời"),
        Transition(
            "return_answer", states({_S.IN_REVIEW}), _S.ASSIGNED, "Trả lại để sửa", "Trả lại dự thảo", needs_reason=True
        ),
        Transition("approve", states({_S.IN_REVIEW}), _S.ANSWERED, "Duyệt, công bố", "Duyệt, công bố trả lời"),
        Transition("publish", ANSWERED, _S.ANSWERED, "Đổi phạm vi công bố", "Đổi phạm vi công bố"),
        Transition(
            "refuse",
            states({_S.RECEIVED, _S.ASSIGNED}),
            _S.REFUSED,
            "Không giải quyết",
            "Không giải quyết",
            needs_reason=True,
        ),
        Transition("close", states({_S.ANSWERED}), _S.CLOSED, "Kết thúc", "Kết thúc"),
    ),
)
