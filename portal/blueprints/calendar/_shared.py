"""What the calendar's pages share: the tabs over them, days of the week, what sets a day apart in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for

from portal.core.manifest import Shown
from portal.domain.calendar.enums import DayKind
from portal.domain.calendar.rules import DayNote, WorkCalendar
from portal.web.context import today
from portal.web.formats import day as day_text
from portal.web.formats import weekday
from portal.web.lists import Tab
from portal.web.menu import year_in_view

PAGES = (
    ("calendar.show_month", "Theo tháng"),
    ("calendar.list_days_off", "Ngày nghỉ, ngày làm bù"),
    ("calendar.list_reporting_periods", "Kỳ báo cáo"),
)


def calendar_tabs() -> list[Tab]:
    """The calendar's pages, all of the year in view."""
    return [Tab(label, url_for(endpoint, **year_args()), endpoint == request.endpoint) for endpoint, label in PAGES]


def year_args() -> dict[str, Any]:
    """The year in view as it stands in addresses: the present one is silent."""
    year = year_in_view()
    return {} if year == today().year else {"nam": year}


def mark(note: DayNote | None) -> Shown | None:
    """What sets a day apart, with an icon: Giỗ Tổ Hùng Vương; Nghỉ bù Quốc khánh; Làm việc bù cho ngày 29/04."""
    if note is None:
        return None
    text = note.name if note.kind is DayKind.HOLIDAY else f"{note.kind.label}{_of(note)}"
    return Shown(text, note.kind.tone, note.kind.icon)


def _of(note: DayNote) -> str:
    if note.counterpart is None:
        return f" {note.name}"
    other = f"{note.counterpart:%d/%m}"
    return f", làm bù ngày {other}" if note.kind is DayKind.SWAP_OFF else f" cho ngày {other}"


def time_left(due: date, on: date, calendar: WorkCalendar) -> str:
    """How long there is until a due day: Hôm nay; Còn 16 ngày (12 ngày làm việc); Quá 5 ngày."""
    days = (due - on).days
    if days < 0:
        return f"Quá {-days} ngày"
    if days == 0:
        return "Hôm nay"
    working = calendar.working_days_between(on, due)
    return f"Còn {days} ngày ({working} ngày làm việc)" if working else f"Còn {days} ngày, toàn ngày nghỉ"


def day_and_weekday(day: date) -> str:
    """Thứ Sáu, 31/03/2023."""
    return f"{weekday(day)}, {day_text(day)}"
