"""Accounts: pure rules over values. The growing delay, limits of sessions, and what a browser calls itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from portal.domain.access.enums import Role
from portal.domain.accounts.enums import AssignmentState, FactorState, FailureKind, RequestState, UserState

LONGEST_WAIT = timedelta(minutes=15)
FREE_TRIES: Mapping[FailureKind, int] = {
    FailureKind.ACCOUNT: 3,
    FailureKind.ADDRESS: 20,  # a whole office may sit behind one address
    FailureKind.FACTOR: 3,
    FailureKind.PASSWORD: 3,
}
FORGOTTEN_AFTER = timedelta(hours=24)
REQUEST_GOOD_FOR = timedelta(days=14)
CONFIDENTIAL_MODULES: Mapping[str, frozenset[Role]] = {
    "religion": frozenset(
        {
            Role.RELIGION_OFFICER,
            Role.RELIGION_APPROVER,
            Role.DISTRICT_RELIGION_OFFICER,
            Role.DISTRICT_RELIGION_HEAD,
        }
    ),
}
ADDRESS_FORGETS_EVERY = timedelta(minutes=1)
_USERNAME = re.compile(r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$")
MIN_USERNAME = 2
MAX_USERNAME = 60


def wait_after(kind: FailureKind, failures: int) -> timedelta:
    """How long the next try waits after so many failures in a row: 2, 4, 8 … seconds, 15 minutes at most."""
    over = failures - FREE_TRIES[kind]
    if over < 0:
        return timedelta()
    seconds = 2.0 ** min(over + 1, 16)
    return min(timedelta(seconds=seconds), LONGEST_WAIT)


def failures_that_count(kind: FailureKind, failures: int, last_at: datetime, now: datetime) -> int:
    """Failures are forgotten a day after the last; of an address one every minute, since many people share it."""
    if now - last_at >= FORGOTTEN_AFTER:
        return 0
    return max(0, failures - (now - last_at) // ADDRESS_FORGETS_EVERY) if kind is FailureKind.ADDRESS else failures


def seconds_to_wait(kind: FailureKind, failures: int, last_at: datetime, now: datetime) -> int:
    """Whole seconds until the next try is taken, 0 when it may be made now."""
    counted = failures_that_count(kind, failures, last_at, now)
    left = last_at + wait_after(kind, counted) - now
    return max(0, -int(-left.total_seconds() // 1))


def session_alive(created_at: datetime, seen_at: datetime, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether a session is within both limits: idle since it was last used, absolute since it began."""
    return now - seen_at <= idle and now - created_at <= absolute


def user_state(disabled: bool, must_change_password: bool) -> UserState:
    """An account's state."""
    if disabled:
        return UserState.DISABLED
    return UserState.FIRST_PASSWORD if must_change_password else UserState.ACTIVE


def assignment_state(valid_from: date, valid_to: date | None, ended: bool, on: date) -> AssignmentState:
    """Where an assignment stands on that day (its last day counts)."""
    if ended or (valid_to is not None and valid_to < on):
        return AssignmentState.OVER
    return AssignmentState.COMING if valid_from > on else AssignmentState.IN_FORCE


def factor_state(confirmed: bool, needed: bool) -> FactorState:
    """Where a second factor stands: confirmed, owed because a role asks for it, or not in use."""
    if confirmed:
        return FactorState.ON
    return FactorState.OWED if needed else FactorState.OFF


def module_of(role: Role) -> str | None:
    """The confidential module that a role belongs to."""
    return next((name for name, members in CONFIDENTIAL_MODULES.items() if role in members), None)


def request_state(state: RequestState, requested_at: datetime, now: datetime) -> RequestState:
    """A request's state; one that waited fourteen days has lapsed."""
    lapsed = state is RequestState.PENDING and now - requested_at > REQUEST_GOOD_FOR
    return RequestState.LAPSED if lapsed else state


def is_username(text: str) -> bool:
    """Lower-case letters without marks and digits, parts joined by a point, hyphen or underscore: vangiang.lanhdao."""
    return MIN_USERNAME <= len(text) <= MAX_USERNAME and bool(_USERNAME.match(text))


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_text(agent: str) -> str:
    """The browser and system that a user agent names, in a few words."""
    browser = next((name for mark, name in _BROWSERS if mark.lower() in agent.lower()), "")
    if not browser and "Safari/" in agent:
        browser = "Safari"
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} trên {system}"
    return browser or system or "Thiết bị không rõ"
