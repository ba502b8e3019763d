"""Stretches of days off: what people read a year's list for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.calendar.rules import DayNote, WorkCalendar, YearDays

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RestSpan:
    """Days off in a row, weekends taken in; `names` are the occasions in it."""

    first: date
    last: date
    names: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def rest_spans(year: YearDays) -> list[RestSpan]:
    """The stretches of days off of a year that hold a day of its list, by day."""
    calendar = WorkCalendar(lambda wanted: year if wanted == year.year else YearDays(wanted, {}))
    found: list[RestSpan] = []
    for note in sorted(year.notes.values(), key=lambda note: note.day):
        if note.kind.is_off and not (found and note.day <= found[-1].last):
            first, last = _stretch(note.day, calendar)
            inside = (n for n in year.notes.values() if n.kind.is_off and first <= n.day <= last)
            found.append(RestSpan(first, last, _names(inside)))
    return found


def _stretch(day: date, calendar: WorkCalendar) -> tuple[date, date]:
    first = last = day
    while not calendar.is_working_day(first - ONE_DAY):
        first -= ONE_DAY
    while not calendar.is_working_day(last + ONE_DAY):
        last += ONE_DAY
    return first, last


def _names(notes: Iterable[DayNote]) -> tuple[str, ...]:
    """The occasions without the day of the moon, each once; a swapped day beside a holiday is none of its own."""
    ordered = sorted(notes, key=lambda note: (note.kind.is_swap, note.day))
    named = [note for note in ordered if not (note.kind.is_swap and not ordered[0].kind.is_swap)]
    return tuple(dict.fromkeys(note.name.partition(" (")[0] for note in named))
