"""A day that someone sets as a deadline and that is a day off: said beside it, with the next working day."""

from __future__ import annotations

from datetime import date

from portal.domain.access.actor import Work
from portal.domain.calendar.queries import load_calendar
from portal.domain.calendar.rules import LAST_YEAR, WorkCalendar
from portal.web.formats import day as day_text
from portal.web.formats import weekday


def day_off_text(work: Work, what: str, day: date) -> str:
    """Hạn gửi 30/04/2023 là ngày nghỉ: Chủ nhật, Ngày Chiến thắng. Ngày làm việc tiếp theo: Thứ Năm, 04/05/2023.

    Empty for a working day. One query.
    """
    if day.year >= LAST_YEAR:
        return ""
    calendar = load_calendar(work.session)
    return "" if calendar.is_working_day(day) else _text(calendar, what, day)


def _text(calendar: WorkCalendar, what: str, day: date) -> str:
    note, following = calendar.note(day), calendar.next_working_day(day)
    why = f"{weekday(day)}, {note.name}" if note else weekday(day)
    expected = "" if calendar.is_confirmed(day) else " (theo ngày nghỉ dự kiến)"
    after = f"{weekday(following)}, {day_text(following)}"
    return f"{what} {day_text(day)} là ngày nghỉ{expected}: {why}. Ngày làm việc tiếp theo: {after}."
