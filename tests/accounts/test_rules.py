"""The pure rules of accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import enums, rules
from portal.domain.accounts.enums import AssignmentState, FactorState, FailureKind, RequestState, UserState

NOW = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (2, 0), (3, 2), (4, 4), (5, 8), (11, 512), (12, 900), (99, 900)]
)
def test_the_delay_doubles_up_to_fifteen_minutes(failures: int, seconds: int) -> None:
    assert rules.wait_after(FailureKind.ACCOUNT, failures) == timedelta(seconds=seconds)


def test_an_address_may_fail_more_often() -> None:
    assert rules.wait_after(FailureKind.ADDRESS, 19) == timedelta()
    assert rules.wait_after(FailureKind.ADDRESS, 20) == timedelta(seconds=2)


def test_waiting_is_counted_in_whole_seconds_upwards() -> None:
    last = NOW - timedelta(seconds=1.5)
    assert rules.seconds_to_wait(FailureKind.ACCOUNT, 3, last, NOW) == 1
    assert rules.seconds_to_wait(FailureKind.ACCOUNT, 3, NOW - timedelta(seconds=2), NOW) == 0


def test_failures_are_forgotten() -> None:
    day_ago = NOW - timedelta(hours=24)
    assert rules.failures_that_count(FailureKind.ACCOUNT, 30, day_ago, NOW) == 0
    assert rules.failures_that_count(FailureKind.ACCOUNT, 30, day_ago + timedelta(seconds=1), NOW) == 30
    assert rules.failures_that_count(FailureKind.ADDRESS, 30, NOW - timedelta(minutes=7), NOW) == 23
    assert rules.failures_that_count(FailureKind.ADDRESS, 3, NOW - timedelta(minutes=7), NOW) == 0


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("vangiang.lanhdao", True),
        ("a1", True),
        ("nguyen-van_an", True),
        ("a", False),
        ("1a", False),
        ("Văn", False),
        ("a..b", False),
        ("a b", False),
        ("x" * 61, False),
        (".a", False),
    ],
)
def test_names_to_sign_in_with(name: str, good: bool) -> None:
    assert rules.is_username(name) is good


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
            "Chrome trên Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge trên Windows"),
        ("Mozilla/5.0 (Windows NT 6.1) coc_coc_browser/120 Chrome/114", "Cốc Cốc trên Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox trên Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari trên iPhone"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/120.0", "Chrome trên Android"),
        ("Firefox/1", "Firefox"),
        ("curl/8", "Thiết bị không rõ"),
        ("", "Thiết bị không rõ"),
    ],
)
def test_what_a_browser_calls_itself(agent: str, text: str) -> None:
    assert rules.device_text(agent) == text


def test_an_assignment_holds_from_its_first_through_its_last_day() -> None:
    first, last = date(2023, 3, 1), date(2023, 3, 15)
    day = timedelta(days=1)
    assert rules.assignment_state(first, last, False, first - day) is AssignmentState.COMING
    assert rules.assignment_state(first, last, False, first) is AssignmentState.IN_FORCE
    assert rules.assignment_state(first, last, False, last) is AssignmentState.IN_FORCE
    assert rules.assignment_state(first, last, False, last + day) is AssignmentState.OVER
    assert rules.assignment_state(first, None, True, first) is AssignmentState.OVER


def test_states_of_people_and_factors() -> None:
    assert rules.user_state(True, True) is UserState.DISABLED
    assert rules.user_state(False, True) is UserState.FIRST_PASSWORD
    assert rules.user_state(False, False) is UserState.ACTIVE
    assert rules.factor_state(True, True) is FactorState.ON
    assert rules.factor_state(False, True) is FactorState.OWED
    assert rules.factor_state(False, False) is FactorState.OFF


def test_a_request_lapses_after_fourteen_days() -> None:
    asked = NOW - timedelta(days=14)
    assert rules.request_state(RequestState.PENDING, asked, NOW) is RequestState.PENDING
    assert rules.request_state(RequestState.PENDING, asked - timedelta(seconds=1), NOW) is RequestState.LAPSED
    assert rules.request_state(RequestState.APPROVED, asked - timedelta(days=1), NOW) is RequestState.APPROVED


def test_every_confidential_role_belongs_to_one_module_and_no_other_role_does() -> None:
    for role, spec in ROLES.items():
        owners = [name for name, members in rules.CONFIDENTIAL_MODULES.items() if role in members]
        assert len(owners) == (1 if spec.confidential else 0), role
    assert rules.module_of(Role.RELIGION_OFFICER) == "religion"
    assert rules.module_of(Role.SYSTEM_ADMIN) is None


@pytest.mark.parametrize("kind", [UserState, AssignmentState, FactorState, RequestState])
def test_every_state_has_words_tone_and_icon(kind: type[UserState]) -> None:
    for state in kind:
        assert state.label
        assert state.tone in {"ok", "warn", "bad", "run", "idle"}
        assert state.icon
    assert all(k.label for k in enums.RequestKind)
