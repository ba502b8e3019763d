"""Accounts: the states that lists show, and why things ended."""

from __future__ import annotations

from enum import StrEnum


class UserState(StrEnum):
    """What an account is at the moment."""

    ACTIVE = "active"
    FIRST_PASSWORD = "first_password"  # noqa: S105 - a state's name
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        return {
            UserState.ACTIVE: "Đang hoạt động",
            UserState.FIRST_PASSWORD: "Chờ đổi mật khẩu lần đầu",
            UserState.DISABLED: "Đã khóa",
        }[self]

    @property
    def tone(self) -> str:
        return {UserState.ACTIVE: "ok", UserState.FIRST_PASSWORD: "warn", UserState.DISABLED: "idle"}[self]

    @property
    def icon(self) -> str:
        return {UserState.ACTIVE: "circle-check", UserState.FIRST_PASSWORD: "key", UserState.DISABLED: "ban"}[self]


class AssignmentState(StrEnum):
    """Where an assignment stands on a day."""

    IN_FORCE = "in_force"
    COMING = "coming"
    OVER = "over"

    @property
    def label(self) -> str:
        return {
            AssignmentState.IN_FORCE: "Đang hiệu lực",
            AssignmentState.COMING: "Chưa đến ngày",
            AssignmentState.OVER: "Đã hết hiệu lực",
        }[self]

    @property
    def tone(self) -> str:
        return {AssignmentState.IN_FORCE: "ok", AssignmentState.COMING: "run", AssignmentState.OVER: "idle"}[self]

    @property
    def icon(self) -> str:
        return {
            AssignmentState.IN_FORCE: "circle-check",
            AssignmentState.COMING: "clock",
            AssignmentState.OVER: "circle-minus",
        }[self]


class DelegationState(StrEnum):
    """Where a delegation stands on a day. `UNBACKED`: its giver does not hold the role, so that nothing may be done."""

    IN_FORCE = "in_force"
    COMING = "coming"
    UNBACKED = "unbacked"
    OVER = "over"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return _DELEGATION[self][0]

    @property
    def tone(self) -> str:
        return _DELEGATION[self][1]

    @property
    def icon(self) -> str:
        return _DELEGATION[self][2]


_DELEGATION = {
    DelegationState.IN_FORCE: ("Đang hiệu lực", "ok", "circle-check"),
    DelegationState.COMING: ("Chưa đến ngày", "run", "clock"),
    DelegationState.UNBACKED: ("Không có hiệu lực", "warn", "alert-triangle"),
    DelegationState.OVER: ("Đã hết hạn", "idle", "circle-minus"),
    DelegationState.REVOKED: ("Đã thu hồi", "idle", "arrow-back-up"),
}


class FactorState(StrEnum):
    """Where a person's second factor stands."""

    ON = "on"
    OFF = "off"
    OWED = "owed"

    @property
    def label(self) -> str:
        return {FactorState.ON: "Đã bật", FactorState.OFF: "Chưa bật", FactorState.OWED: "Cần thiết lập"}[self]

    @property
    def tone(self) -> str:
        return {FactorState.ON: "ok", FactorState.OFF: "idle", FactorState.OWED: "warn"}[self]

    @property
    def icon(self) -> str:
        return {FactorState.ON: "shield-lock", FactorState.OFF: "lock-open", FactorState.OWED: "alert-triangle"}[self]


class SessionEnd(StrEnum):
    """Why a session was ended."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    BY_OWNER = "by_owner"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason's name
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a reason's name
    FACTOR_CHANGED = "factor_changed"
    FACTOR_RESET = "factor_reset"
    DISABLED = "disabled"
    EXPIRED = "expired"


class FailureKind(StrEnum):
    """What a run of failures is counted by."""

    ACCOUNT = "account"
    ADDRESS = "address"
    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - the present password asked again within a session


class RequestKind(StrEnum):
    """What a second person of a confidential module is asked to confirm."""

    GRANT = "grant"
    EXTEND = "extend"
    DELEGATE = "delegate"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind's name
    RESET_FACTOR = "reset_factor"

    @property
    def label(self) -> str:
        return {
            RequestKind.GRANT: "Giao vai trò",
            RequestKind.EXTEND: "Kéo dài thời hạn vai trò",
            RequestKind.DELEGATE: "Ủy quyền vai trò",
            RequestKind.RESET_PASSWORD: "Cấp lại mật khẩu",
            RequestKind.RESET_FACTOR: "Đặt lại xác thực hai bước",
        }[self]


class RequestState(StrEnum):
    """Where such a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return {
            RequestState.PENDING: "Chờ xác nhận",
            RequestState.APPROVED: "Đã xác nhận",
            RequestState.REFUSED: "Không xác nhận",
            RequestState.WITHDRAWN: "Đã rút",
            RequestState.LAPSED: "Quá hạn",
        }[self]

    @property
    def tone(self) -> str:
        return {
            RequestState.PENDING: "run",
            RequestState.APPROVED: "ok",
            RequestState.REFUSED: "bad",
            RequestState.WITHDRAWN: "idle",
            RequestState.LAPSED: "idle",
        }[self]

    @property
    def icon(self) -> str:
        return {
            RequestState.PENDING: "hourglass",
            RequestState.APPROVED: "circle-check",
            RequestState.REFUSED: "circle-x",
            RequestState.WITHDRAWN: "arrow-back-up",
            RequestState.LAPSED: "clock",
        }[self]
