"""On which day a rule reminds of a thing: pure functions over the working calendar.

A reminder never comes on a day off. What would fall on one comes on the last working day before it: what is due in Tết
is told before Tết. After the due day a reminder stays after it: there it comes on the next working day instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.manifest import DueItem
from portal.domain.calendar.enums import TermUnit
from portal.domain.calendar.rules import WorkCalendar
from portal.domain.reminders.enums import ReminderSide

LATE = timedelta(days=7)  # a reminder that no worker sent on its day is still sent for so long
SPARE = 20  # days that a long holiday may move a reminder by


@dataclass(frozen=True, slots=True)
class Timing:
    """How long before or after the due day."""

    side: ReminderSide
    amount: int
    unit: TermUnit

    @property
    def code(self) -> str:
        """`before-3-working`: what a reminder's key is made of, whatever row says it."""
        return f"{self.side.value}-{self.amount}-{self.unit.value}"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that one person is reminded of today."""

    timing: Timing
    item: DueItem

    @property
    def key(self) -> str:
        """The same for the same thing, due day and distance: each receiver is told once."""
        return f"remind:{self.timing.code}:{self.item.due_on:%Y%m%d}:{self.item.key}"


def reminder_day(timing: Timing, due_on: date, calendar: WorkCalendar) -> date:
    """The working day on which the reminder comes."""
    if timing.side is ReminderSide.ON:
        return calendar.previous_working_day(due_on)
    if timing.side is ReminderSide.BEFORE:
        if timing.unit is TermUnit.WORKING:
            return calendar.subtract_working_days(due_on, timing.amount)
        return calendar.previous_working_day(due_on - timedelta(days=timing.amount))
    if timing.unit is TermUnit.WORKING:
        return calendar.add_working_days(due_on, timing.amount)
    day = due_on + timedelta(days=timing.amount)
    before = calendar.previous_working_day(day)
    return before if before > due_on else calendar.next_working_day(day)


def reach(timings: Iterable[Timing], today: date) -> tuple[date, date]:
    """The first and the last due day that any of the rules may remind of today."""
    found = list(timings)
    back = max((t.amount for t in found if t.side is ReminderSide.AFTER), default=0)
    ahead = max((t.amount for t in found if t.side is ReminderSide.BEFORE), default=0)
    return today - LATE - timedelta(days=back * 2 + SPARE), today + timedelta(days=ahead * 2 + SPARE)


def reminders(
    items: Iterable[DueItem], timings: Iterable[Timing], today: date, calendar: WorkCalendar
) -> Iterator[Reminder]:
    """What one person is reminded of today, each thing once: of several rules the one whose day came last.

    What is done, and what others do, is left out.
    """
    rules = list(timings)
    for item in items:
        if item.done or item.watched:
            continue
        days = [(reminder_day(timing, item.due_on, calendar), timing) for timing in rules]
        ripe = [(day, timing.code, timing) for day, timing in days if today - LATE < day <= today]
        if ripe:
            yield Reminder(max(ripe, key=lambda one: one[:2])[2], item)
