"""A month as its page shows it: weeks of days with what is due, what is overdue, what sets days apart."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from portal.blueprints.calendar._shared import day_and_weekday, mark, time_left
from portal.core.manifest import DueItem, Shown
from portal.domain.access.actor import Work
from portal.domain.calendar.due import due_for
from portal.domain.calendar.queries import load_calendar
from portal.domain.calendar.rules import WorkCalendar
from portal.web.formats import SOON_DAYS
from portal.web.menu import FIRST_YEAR, year_in_view

LOOK_BACK, LOOK_AHEAD = timedelta(days=366), timedelta(days=120)
MOST_IN_CELL = 3
MOST_LISTED = 100
DONE_ICON, LATE_ICON = "circle-check", "alert-octagon"
Address = str


@dataclass(frozen=True, slots=True)
class DueRow:
    """One thing that is due, with its link and the time left."""

    item: DueItem
    url: str
    day_text: str
    left: Shown

    @property
    def glyph(self) -> Shown:
        """The sign before it in a narrow cell: done, overdue, or its state."""
        if self.item.done:
            return Shown("Đã xong", "ok", DONE_ICON)
        return self.left if self.left.tone == "bad" else self.item.state


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the grid; those of other months are shown empty."""

    day: date
    inside: bool
    off: bool
    today: bool
    mark: Shown | None
    rows: Sequence[DueRow]

    @property
    def first(self) -> Sequence[DueRow]:
        """What stands in the cell itself."""
        return self.rows if len(self.rows) <= MOST_IN_CELL else self.rows[: MOST_IN_CELL - 1]

    @property
    def more(self) -> int:
        """How many things stand only in the list beside."""
        return len(self.rows) - len(self.first)


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the grid with its number (ISO 8601, as office diaries count)."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of the month that is set apart, for the list below."""

    day_text: str
    mark: Shown


@dataclass(frozen=True, slots=True)
class Month:
    """A month's page. `nearest` is the next thing due after it, told when the month is empty."""

    year: int
    number: int
    weeks: Sequence[Week]
    overdue: Sequence[DueRow]
    due: Sequence[DueRow]
    special: Sequence[SpecialDay]
    working_days: int
    confirmed: bool
    nearest: DueRow | None
    nearest_url: str
    previous_url: Address
    next_url: Address
    today_url: Address

    @property
    def name(self) -> str:
        return f"tháng {self.number}/{self.year}"

    @property
    def lists(self) -> dict[str, tuple[Sequence[DueRow], int]]:
        """The overdue and the month's own rows as pages list them, with how many more there are."""
        rows = {"overdue": self.overdue, "due": self.due}
        return {name: (found[:MOST_LISTED], max(0, len(found) - MOST_LISTED)) for name, found in rows.items()}

    @property
    def count_text(self) -> str:
        """Read out after a change of the month."""
        open_rows = [row for row in self.due if not row.item.done]
        if not self.due:
            return f"Không có việc đến hạn trong {self.name}"
        done = len(self.due) - len(open_rows)
        return f"{len(self.due)} việc đến hạn trong {self.name}" + (f", đã xong {done}" if done else "")


def month_in_view(today: date) -> int:
    """The month of the address (?thang=3), else the present one."""
    raw = request.args.get("thang", "")
    return int(raw) if raw.isdecimal() and len(raw) <= 2 and 1 <= int(raw) <= 12 else today.month


def load_month(work: Work) -> Month:
    """The month in view with everything that falls due in it, and what is overdue."""
    today, year = work.today(), year_in_view()
    number = month_in_view(today)
    first, last = date(year, number, 1), _last_day(year, number)
    calendar = load_calendar(work.session)
    found = due_for(work, min(first, today - LOOK_BACK), max(last, today) + LOOK_AHEAD)
    rows = [_row(item, today, calendar) for item in found]
    due = [row for row in rows if first <= row.item.due_on <= last]
    late = [row for row in rows if row.item.due_on < today and not row.item.done]
    after = next((row for row in rows if row.item.due_on > last and not row.item.done), None) if not due else None
    return Month(
        year=year,
        number=number,
        weeks=_weeks(year, number, today, calendar, due),
        overdue=sorted(late, key=lambda row: (row.item.watched, row.item.due_on)),
        due=due,
        special=_special(first, last, calendar),
        working_days=calendar.working_days_between(first - timedelta(days=1), last),
        confirmed=calendar.is_confirmed(first),
        nearest=after,
        nearest_url=month_url(after.item.due_on, today) if after else "",
        previous_url=month_url(first - timedelta(days=1), today),
        next_url=month_url(last + timedelta(days=1), today),
        today_url=month_url(today, today) if (year, number) != (today.year, today.month) else "",
    )


def month_url(day: date, today: date, endpoint: str = "calendar.show_month") -> Address:
    """The page of a day's month; empty beyond the years that pages show. The present year is silent."""
    if not FIRST_YEAR <= day.year <= today.year + 1:
        return ""
    values: dict[str, Any] = {"thang": day.month}
    if day.year != today.year:
        values["nam"] = day.year
    return url_for(endpoint, **values)


def _row(item: DueItem, today: date, calendar: WorkCalendar) -> DueRow:
    days = (item.due_on - today).days
    if item.done:
        left = Shown(item.state.label, item.state.tone, item.state.icon)
    else:
        tone = "bad" if days < 0 else "warn" if days <= SOON_DAYS else "idle"
        left = Shown(time_left(item.due_on, today, calendar), tone, LATE_ICON if days < 0 else "clock")
    return DueRow(item, url_for(item.endpoint, **item.values), day_and_weekday(item.due_on), left)


def _weeks(year: int, number: int, today: date, calendar: WorkCalendar, due: Iterable[DueRow]) -> list[Week]:
    by_day: dict[date, list[DueRow]] = {}
    for row in due:
        by_day.setdefault(row.item.due_on, []).append(row)
    return [
        Week(days[0].isocalendar().week, [_cell(day, day.month == number, today, calendar, by_day) for day in days])
        for days in Calendar().monthdatescalendar(year, number)
    ]


def _cell(day: date, inside: bool, today: date, calendar: WorkCalendar, by_day: dict[date, list[DueRow]]) -> Cell:
    if not inside:
        return Cell(day, inside=False, off=False, today=False, mark=None, rows=())
    off = not calendar.is_working_day(day)
    return Cell(day, True, off, day == today, mark(calendar.note(day)), by_day.get(day, ()))


def _special(first: date, last: date, calendar: WorkCalendar) -> list[SpecialDay]:
    found = []
    for note in sorted(calendar.year(first.year).notes.values(), key=lambda note: note.day):
        shown = mark(note)
        if shown is not None and first <= note.day <= last:
            found.append(SpecialDay(day_and_weekday(note.day), shown))
    return found


def _last_day(year: int, number: int) -> date:
    after = date(year + number // 12, number % 12 + 1, 1)
    return after - timedelta(days=1)
