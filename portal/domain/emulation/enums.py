"""Emulation registration: states, kinds and the table of its workflow, with Vietnamese labels."""

from __future__ import annotations

from enum import StrEnum

from portal.core.workflow import Transition, Workflow, states


class RegistrationState(StrEnum):
    """Where a unit's registration stands. `tone` and `icon` are how lists and page heads show it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        return _STATE[self][0]

    @property
    def tone(self) -> str:
        return _STATE[self][1]

    @property
    def icon(self) -> str:
        return _STATE[self][2]


class SubjectKind(StrEnum):
    """What a title is given to."""

    PERSON = "person"
    COLLECTIVE = "collective"
    BOTH = "both"

    @property
    def label(self) -> str:
        return {"person": "Cá nhân", "collective": "Tập thể", "both": "Cá nhân, tập thể"}[self.value]


class TitleFamily(StrEnum):
    """Danh hiệu thi đua (title) or hình thức khen thưởng (form)."""

    TITLE = "title"
    FORM = "form"

    @property
    def label(self) -> str:
        return "Danh hiệu thi đua" if self is TitleFamily.TITLE else "Hình thức khen thưởng"


class TitleScope(StrEnum):
    """The level at which a title is decided."""

    BASE = "base"
    PROVINCE = "province"
    STATE = "state"

    @property
    def label(self) -> str:
        return {"base": "Cấp cơ sở", "province": "Cấp tỉnh", "state": "Cấp Nhà nước"}[self.value]


class PeriodSector(StrEnum):
    """Offices register by calendar year, the education sector by school year."""

    OFFICE = "office"
    EDUCATION = "education"

    @property
    def label(self) -> str:
        return "Cơ quan, đơn vị (theo năm)" if self is PeriodSector.OFFICE else "Ngành giáo dục (theo năm học)"


class MovementKind(StrEnum):
    """A standing movement or a campaign of one year."""

    MOVEMENT = "movement"
    CAMPAIGN = "campaign"

    @property
    def label(self) -> str:
        return "Phong trào" if self is MovementKind.MOVEMENT else "Đợt thi đua"


class BlockRole(StrEnum):
    """A unit's part in its emulation block (cụm, khối thi đua)."""

    LEADER = "leader"
    DEPUTY = "deputy"
    MEMBER = "member"

    @property
    def label(self) -> str:
        return {"leader": "Trưởng khối", "deputy": "Phó trưởng khối", "member": "Thành viên"}[self.value]


_S = RegistrationState
_STATE = {
    _S.DRAFT: ("Bản nháp", "idle", "circle-dashed"),
    _S.IN_REVIEW: ("Chờ lãnh đạo duyệt", "run", "progress"),
    _S.SENT: ("Chờ tiếp nhận", "run", "clock"),
    _S.RETURNED: ("Bị trả lại", "warn", "arrow-back-up"),
    _S.ACCEPTED: ("Đã tiếp nhận", "ok", "circle-check"),
}

EDITABLE = states({_S.DRAFT, _S.RETURNED})
"""States in which the unit's officer may change the registration."""

SUBMITTED = states({_S.SENT, _S.ACCEPTED})
"""States in which the level above sees the content: the unit has sent it."""

REGISTRATION_WORKFLOW: Workflow[RegistrationState] = Workflow(
    "emulation_registration",
    (
        Transition("submit", EDITABLE, _S.IN_REVIEW, "Trình lãnh đạo", "Trình lãnh đạo duyệt"),
        Transition("withdraw", states({_S.IN_REVIEW}), _S.DRAFT, "Rút về để sửa", "Rút về để sửa"),
        Transition(
            "send_back",
            states({_S.IN_REVIEW}),
            _S.DRAFT,
            "Trả lại để sửa",
            "Lãnh đạo trả lại để sửa",
            needs_reason=True,
        ),
        Transition("send", states({_S.IN_REVIEW}), _S.SENT, "Duyệt và gửi", "Duyệt và gửi cấp trên"),
        Transition("send_signed", EDITABLE, _S.SENT, "Gửi bản đã ký", "Gửi bản đã ký"),
        Transition("take_back", states({_S.SENT}), _S.DRAFT, "Thu hồi", "Thu hồi bản đã gửi", needs_reason=True),
        Transition("return", states({_S.SENT}), _S.RETURNED, "Trả lại", "Cấp tiếp nhận trả lại", needs_reason=True),
        Transition("accept", states({_S.SENT}), _S.ACCEPTED, "Tiếp nhận", "Tiếp nhận"),
        Transition("reopen", states({_S.ACCEPTED}), _S.RETURNED, "Mở lại", "Mở lại để sửa", needs_reason=True),
    ),
)


class Gender(StrEnum):
    """A person's gender as a list writes it; a line may leave it open."""

    MALE = "male"
    FEMALE = "female"

    @property
    def label(self) -> str:
        return "Nam" if self is Gender.MALE else "Nữ"


class HiddenState(StrEnum):
    """What the level above sees of a registration that its unit has not sent: that it exists."""

    DRAFTING = "drafting"

    @property
    def label(self) -> str:
        return "Đang soạn"

    @property
    def tone(self) -> str:
        return "idle"

    @property
    def icon(self) -> str:
        return "circle-dashed"


class IntakeStatus(StrEnum):
    """A child's line beside its copy in the registration of the unit above."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"

    @property
    def label(self) -> str:
        return _INTAKE[self][0]

    @property
    def tone(self) -> str:
        return _INTAKE[self][1]

    @property
    def icon(self) -> str:
        return _INTAKE[self][2]


_INTAKE = {
    IntakeStatus.NEW: ("Chưa lấy", "idle", "circle-dashed"),
    IntakeStatus.CHANGED: ("Khác bản đã lấy", "warn", "alert-triangle"),
    IntakeStatus.SAME: ("Đã lấy", "ok", "circle-check"),
    IntakeStatus.GONE: ("Cấp dưới đã xóa", "warn", "alert-triangle"),
}


class CarryStatus(StrEnum):
    """A line of the year before, beside this year's registration."""

    FREE = "free"
    THERE = "there"
    LEFT_OUT = "left_out"

    @property
    def label(self) -> str:
        return _CARRY[self][0]

    @property
    def tone(self) -> str:
        return _CARRY[self][1]

    @property
    def icon(self) -> str:
        return _CARRY[self][2]


_CARRY = {
    CarryStatus.FREE: ("Lấy được", "run", "circle-dashed"),
    CarryStatus.THERE: ("Đã có", "ok", "circle-check"),
    CarryStatus.LEFT_OUT: ("Không lấy", "warn", "alert-triangle"),
}


class UnitStatus(StrEnum):
    """Where a unit stands with the registration that it owes; the last two are for filters."""

    MISSING = "missing"
    DRAFTING = "drafting"
    RETURNED = "returned"
    SENT = "sent"
    ACCEPTED = "accepted"
    UNSENT = "unsent"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return _UNIT_STATUS[self][0]

    @property
    def tone(self) -> str:
        return _UNIT_STATUS[self][1]

    @property
    def icon(self) -> str:
        return _UNIT_STATUS[self][2]

    @classmethod
    def of(cls, state: RegistrationState | None) -> UnitStatus:
        """The status that a registration's state gives its unit."""
        if state is None:
            return cls.MISSING
        return cls.DRAFTING if state in (_S.DRAFT, _S.IN_REVIEW) else cls(state.value)


_UNIT_STATUS = {
    UnitStatus.MISSING: ("Chưa lập", "idle", "circle-dashed"),
    UnitStatus.DRAFTING: ("Đang soạn", "idle", "progress"),
    UnitStatus.RETURNED: ("Bị trả lại", "warn", "arrow-back-up"),
    UnitStatus.SENT: ("Chờ tiếp nhận", "run", "clock"),
    UnitStatus.ACCEPTED: ("Đã tiếp nhận", "ok", "circle-check"),
    UnitStatus.UNSENT: ("Chưa gửi", "warn", "alert-triangle"),
    UnitStatus.OVERDUE: ("Quá hạn chưa gửi", "bad", "alert-octagon"),
}
