"""A year's list of days off as its page shows it, and what two people who edit it at once are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.confidence import Confidence
from portal.core.errors import NotFound
from portal.core.manifest import Shown
from portal.domain.access.actor import Work
from portal.domain.calendar.models import HolidayYear
from portal.domain.calendar.proposals import proposed_year
from portal.domain.calendar.queries import days_of_year, one_year
from portal.domain.calendar.rules import DayNote, YearDays
from portal.domain.calendar.spans import RestSpan, rest_spans
from portal.web.formats import day as day_text
from portal.web.formats import weekday

CONFIRMED = Shown("Đã xác nhận", "ok", "circle-check")
DRAFTED = Shown("Chưa xác nhận", "warn", "alert-triangle")
PROPOSED = Shown("Dự kiến", "idle", "circle-dashed")
SURE = Shown("Đã đối chiếu", "ok", "check")
TO_CHECK = Shown("Cần đối chiếu", "warn", "alert-triangle")
INDIRECT = Shown("Nguồn gián tiếp", "idle", "info-circle")


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the list. `id` is None for a day that is only proposed."""

    day: date
    weekday: str
    kind: Shown
    name: str
    counterpart: date | None
    source: str
    check: Shown
    id: int | None


@dataclass(frozen=True, slots=True)
class ShownList:
    """A year's list. `stored` is None where nobody has begun one: its rows are the proposal."""

    year: int
    state: Shown
    stored: HolidayYear | None
    rows: Sequence[DayRow]
    spans: Sequence[RestSpan]

    @property
    def confirmed(self) -> bool:
        return self.stored is not None and self.stored.confirmed_at is not None

    @property
    def to_check(self) -> int:
        """How many days still have to be compared with their papers."""
        return sum(row.check is TO_CHECK for row in self.rows)

    @property
    def paper(self) -> str:
        """8056/VPCP-KGVX ngày 01/12/2022."""
        if self.stored is None or not self.stored.paper_no:
            return ""
        return f"{self.stored.paper_no} ngày {day_text(self.stored.paper_date)}"


def load_list(work: Work, year: int) -> ShownList:
    """The year's list, or what is expected where nobody has begun one."""
    stored = work.session.scalars(one_year(year)).one_or_none()
    if stored is None:
        proposed = proposed_year(year)
        rows = [_proposed(note) for note in sorted(proposed.notes.values(), key=lambda note: note.day)]
        return ShownList(year, PROPOSED, None, rows, rest_spans(proposed))
    days = work.session.scalars(days_of_year(year)).all()
    notes = {day.day: DayNote(day.day, day.kind, day.name, day.counterpart) for day in days}
    rows = [
        DayRow(
            day.day, weekday(day.day), _kind(day), day.name, day.counterpart, day.source, _check(day.confidence), day.id
        )
        for day in days
    ]
    state = CONFIRMED if stored.confirmed_at else DRAFTED
    return ShownList(year, state, stored, rows, rest_spans(YearDays(year, notes)))


def named_list(work: Work, year: int) -> HolidayYear:
    """The list of a year. Raises NotFound."""
    found = work.session.scalars(one_year(year)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _kind(day: Any) -> Shown:
    return Shown(day.kind.label, day.kind.tone, day.kind.icon)


def _proposed(note: DayNote) -> DayRow:
    return DayRow(note.day, weekday(note.day), _kind(note), note.name, note.counterpart, "", TO_CHECK, None)


def _check(confidence: Confidence) -> Shown:
    if confidence.needs_check:
        return TO_CHECK
    return SURE if confidence is Confidence.SURE else INDIRECT
