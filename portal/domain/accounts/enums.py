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


class SessionEnd(StrEnum):
    """Why a session was ended."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    BY_OWNER = "by_owner"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason's name
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a reason's name
    FACTOR_RESET = "factor_reset"
    DISABLED = "disabled"
    EXPIRED = "expired"


class FailureKind(StrEnum):
    """What a run of failures is counted by."""

    ACCOUNT = "account"
    ADDRESS = "address"
    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - the present password asked again within a session
