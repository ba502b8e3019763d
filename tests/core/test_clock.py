"""The clock: UTC inside, Hưng Yên outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.config import Settings
from portal.core.clock import FixedClock, SystemClock, local
from portal.core.runtime import clock_from


def test_the_day_changes_at_midnight_in_vietnam() -> None:
    clock = FixedClock(datetime(2023, 3, 31, 16, 59, 59, tzinfo=UTC))
    assert clock.today() == date(2023, 3, 31)
    clock.advance(timedelta(seconds=1))
    assert clock.today() == date(2023, 4, 1)
    assert clock.now().tzinfo is UTC
    assert clock.real() == clock.now()


def test_an_instant_reads_seven_hours_later() -> None:
    assert local(datetime(2023, 1, 1, 20, 30, tzinfo=UTC)).strftime("%H:%M %d/%m/%Y") == "03:30 02/01/2023"


def test_the_machines_clock_runs() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first <= second <= first + timedelta(seconds=10)
    assert abs(clock.real() - clock.now()) < timedelta(seconds=10)


def test_a_demonstration_stands_in_its_year_while_time_runs() -> None:
    clock = SystemClock.starting_at(date(2023, 3, 15))
    assert clock.today() == date(2023, 3, 15)
    assert clock.real() - clock.now() > timedelta(days=300)


def test_the_settings_choose_the_clock() -> None:
    settings = Settings.from_env({"PORTAL_ENV": "demo"})
    assert abs(clock_from(settings).now() - SystemClock().now()) < timedelta(seconds=10)


@pytest.mark.parametrize("day", ["15/03/2023", "01/01/2024"])
def test_a_day_in_the_settings_is_today(day: str) -> None:
    settings = Settings.from_env({"PORTAL_ENV": "demo", "PORTAL_TODAY": day})
    assert clock_from(settings).today().strftime("%d/%m/%Y") == day
