"""Working days, terms and their ends: pure functions over the days that a year sets apart.

A term in days does not count the day it begins on, and one that ends on a day off ends with the next working day (Bộ
luật Dân sự 2015, Điều 147 và 148).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from portal.core.clock import LOCAL
from portal.domain.calendar.enums import DayKind, TermUnit

SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_TERM = 5000


@dataclass(frozen=True, slots=True)
class DayNote:
    """What sets a day apart: a holiday, a day in lieu, one of two swapped days (`counterpart` is the other one)."""

    day: date
    kind: DayKind
    name: str
    counterpart: date | None = None


@dataclass(frozen=True, slots=True)
class YearDays:
    """The days that a year sets apart; `confirmed` when they stand in its official list, else they are a proposal."""

    year: int
    notes: Mapping[date, DayNote]
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take: 24 giờ, 15 ngày, 5 ngày làm việc.

    `roll`: a term in calendar days that ends on a day off ends with the next working day.
    """

    amount: int
    unit: TermUnit = TermUnit.CALENDAR
    roll: bool = True

    @property
    def label(self) -> str:
        return f"{self.amount} {self.unit.label}"


@dataclass(slots=True)
class WorkCalendar:
    """The working days of Vietnam's offices. `days_of(year)` gives what a year sets apart; it is asked once a year.

    Days must lie in 1900 to 2200, terms be at most 5,000 days: ValueError otherwise.
    """

    days_of: Callable[[int], YearDays]
    _years: dict[int, YearDays] = field(default_factory=dict)
    _working: dict[int, list[int]] = field(default_factory=dict)

    def year(self, year: int) -> YearDays:
        """What a year sets apart."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"The calendar holds no year {year}.")
        if year not in self._years:
            self._years[year] = self.days_of(year)
        return self._years[year]

    def note(self, day: date) -> DayNote | None:
        """What sets the day apart, if anything does (an ordinary Sunday has no note)."""
        return self.year(day.year).notes.get(day)

    def is_confirmed(self, day: date) -> bool:
        """Whether the day's year has its official list."""
        return self.year(day.year).confirmed

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        note = self.note(day)
        return day.weekday() < SATURDAY if note is None else not note.kind.is_off

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def previous_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted; 0: the day itself or the next working day."""
        if _checked(count) == 0:
            return self.next_working_day(day)
        year, rest = day.year, count
        found = self._working_ordinals(year)
        place = bisect_right(found, day.toordinal())
        while place + rest > len(found):
            rest -= len(found) - place
            year, place = year + 1, 0
            found = self._working_ordinals(year)
        return date.fromordinal(found[place + rest - 1])

    def subtract_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day before `day`; 0: the day itself or the working day before it."""
        if _checked(count) == 0:
            return self.previous_working_day(day)
        year, rest = day.year, count
        found = self._working_ordinals(year)
        place = bisect_left(found, day.toordinal())
        while rest > place:
            rest -= place
            year -= 1
            found = self._working_ordinals(year)
            place = len(found)
        return date.fromordinal(found[place - rest])

    def add_calendar_days(self, day: date, count: int, *, roll: bool = False) -> date:
        """`count` days after `day`; with `roll` a day off becomes the next working day. A negative count goes back."""
        end = day + timedelta(days=_checked(abs(count)) * (1 if count >= 0 else -1))
        return self.next_working_day(end) if roll else end

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and with `end`; negative when `end` is before `start`.

        The working days left on `start` for what is due on `end`.
        """
        if end < start:
            return -self.working_days_between(end, start)
        whole = sum(len(self._working_ordinals(year)) for year in range(start.year, end.year))
        before = bisect_right(self._working_ordinals(start.year), start.toordinal())
        return whole + bisect_right(self._working_ordinals(end.year), end.toordinal()) - before

    def due_day(self, start: date, term: Term) -> date:
        """The last day of a term in days that begins on `start`. Raises ValueError for a term in hours."""
        if term.unit is TermUnit.HOUR:
            raise ValueError("A term in hours ends at an instant: due_instant.")
        if term.unit is TermUnit.WORKING:
            return self.add_working_days(start, term.amount)
        return self.add_calendar_days(start, term.amount, roll=term.roll)

    def due_instant(self, start: datetime, term: Term) -> datetime:
        """The instant at which a term ends: so many hours after `start` by the clock, or the end of its last day.

        Urgent terms in hours run on through days off. The answer is in the time of Vietnam.
        """
        begin = start.astimezone(LOCAL)
        if term.unit is TermUnit.HOUR:
            return begin + timedelta(hours=_checked(term.amount))
        last = self.due_day(begin.date(), term)
        return datetime.combine(last + timedelta(days=1), time(), LOCAL)

    def _working_ordinals(self, year: int) -> list[int]:
        if year not in self._working:
            first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
            notes = {day.toordinal(): note.kind.is_off for day, note in self.year(year).notes.items()}
            # Day 1 of the calendar was a Monday: the remainder of a day's number tells the day of the week.
            self._working[year] = [n for n in range(first, end) if not notes.get(n, (n - 1) % 7 >= SATURDAY)]
        return self._working[year]


def _checked(count: int) -> int:
    if not 0 <= count <= LONGEST_TERM:
        raise ValueError(f"A term of {count} days is out of range.")
    return count
