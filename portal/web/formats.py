"""How values read in Vietnamese: days, instants, numbers, days left."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask

from portal.core.clock import local

SOON_DAYS = 3
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
KILO = 1000


def day(value: date | None) -> str:
    """dd/mm/yyyy; empty for None."""
    return value.strftime("%d/%m/%Y") if value else ""


def weekday(value: date) -> str:
    """Thứ Hai to Chủ nhật."""
    return WEEKDAYS[value.weekday()]


def moment(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnam; empty for None."""
    return local(value).strftime("%H:%M %d/%m/%Y") if value else ""


def number(value: Decimal | float | int | None, places: int | None = None) -> str:
    """1.635,5.

    A point between thousands, a comma before decimals; trailing zeros of decimals are dropped unless `places` is
    given.
    """
    if value is None:
        return ""
    text = f"{value:,.{places}f}" if places is not None else f"{value:,}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")).replace("-", "−")


def file_size(size: int) -> str:
    """Bytes as people say them: 812 byte, 34 kB, 1,4 MB."""
    if size < KILO:
        return f"{size} byte"
    if size < KILO * KILO:
        return f"{round(size / KILO)} kB"
    return f"{number(size / KILO / KILO, 1)} MB"


def days_left(due: date | None, today: date) -> str:
    """Words for a due day: Quá 5 ngày, Hôm nay, Ngày mai, Còn 13 ngày."""
    if due is None:
        return ""
    left = (due - today).days
    if left < 0:
        return f"Quá {-left} ngày"
    return {0: "Hôm nay", 1: "Ngày mai"}.get(left, f"Còn {left} ngày")


def due_tone(due: date | None, today: date) -> str:
    """The tone of a due day: bad when past, warn when near."""
    if due is None:
        return "idle"
    left = (due - today).days
    return "bad" if left < 0 else "warn" if left <= SOON_DAYS else "idle"


def init_formats(app: Flask) -> None:
    """Give templates the filters `day`, `moment`, `number`, `file_size`."""
    app.jinja_env.filters.update(day=day, moment=moment, number=number, file_size=file_size)
