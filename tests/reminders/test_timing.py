"""On which day a rule reminds: never on a day off, before Tết for what is due in Tết, after it for what is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.core.manifest import DueItem, Shown
from portal.domain.calendar.enums import DayKind, TermUnit
from portal.domain.calendar.rules import DayNote, WorkCalendar, YearDays
from portal.domain.reminders.enums import ReminderSide
from portal.domain.reminders.timing import Timing, reach, reminder_day, reminders

TET = {date(2023, 1, day): DayNote(date(2023, 1, day), DayKind.HOLIDAY, "Tết Quý Mão") for day in range(20, 27)}
CALENDAR = WorkCalendar(lambda year: YearDays(year, TET if year == 2023 else {}, True))
WORKING, CALENDAR_DAYS = TermUnit.WORKING, TermUnit.CALENDAR
THREE_BEFORE = Timing(ReminderSide.BEFORE, 3, WORKING)
ON = Timing(ReminderSide.ON, 0, WORKING)
ONE_AFTER = Timing(ReminderSide.AFTER, 1, WORKING)
OPEN = Shown("Chưa xong", "idle", "circle-dashed")


@pytest.mark.parametrize(
    ("timing", "due", "day"),
    [
        (THREE_BEFORE, (31, 3), (28, 3)),
        (THREE_BEFORE, (27, 1), (17, 1)),  # the first working day after Tết
        (THREE_BEFORE, (23, 1), (17, 1)),
        (ON, (31, 3), (31, 3)),
        (ON, (23, 1), (19, 1)),  # in Tết: told before it
        (ON, (26, 3), (24, 3)),  # a Sunday
        (ONE_AFTER, (19, 1), (27, 1)),
        (ONE_AFTER, (23, 1), (27, 1)),
        (ONE_AFTER, (31, 3), (3, 4)),
        (Timing(ReminderSide.BEFORE, 2, CALENDAR_DAYS), (28, 1), (19, 1)),
        (Timing(ReminderSide.AFTER, 5, CALENDAR_DAYS), (17, 1), (19, 1)),  # falls into Tết, still after the due day
        (Timing(ReminderSide.AFTER, 2, CALENDAR_DAYS), (19, 1), (27, 1)),  # the working day before is the due day
    ],
)
def test_reminder_day(timing: Timing, due: tuple[int, int], day: tuple[int, int]) -> None:
    due_on, expected = (date(2023, month, number) for number, month in (due, day))
    assert reminder_day(timing, due_on, CALENDAR) == expected
    first, last = reach([timing], expected)
    assert first <= due_on <= last


def test_days_that_no_worker_saw_are_made_up_for_and_a_thing_is_told_once_a_day() -> None:
    item = DueItem("t:1", "Gửi đăng ký", "Thi đua", "x", {}, date(2023, 1, 23), OPEN)
    rules = [ON, THREE_BEFORE, ONE_AFTER]

    def on(day: date) -> list[str]:
        return [one.timing.code for one in reminders([item], rules, day, CALENDAR)]

    assert on(date(2023, 1, 16)) == []
    assert on(date(2023, 1, 17)) == on(date(2023, 1, 18)) == [THREE_BEFORE.code]
    assert on(date(2023, 1, 19)) == [ON.code]
    assert on(date(2023, 1, 27)) == [ONE_AFTER.code]
    assert on(date(2023, 1, 27) + timedelta(days=7)) == []
    done = DueItem("t:1", "Gửi đăng ký", "Thi đua", "x", {}, date(2023, 1, 23), OPEN, done=True)
    watched = DueItem("t:1", "Gửi đăng ký", "Thi đua", "x", {}, date(2023, 1, 23), OPEN, watched=True)
    assert list(reminders([done, watched], rules, date(2023, 1, 19), CALENDAR)) == []
