"""Writes portal/domain/calendar/proposed_days.csv from the `holidays` library: python -m scripts.propose_holidays.

Run it after an upgrade of the library. It is a tool of development: the portal reads the file, so that no process of
it carries the holidays of all countries (some 46 MB).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO

from holidays import country_holidays

from portal.domain.calendar.enums import DayKind
from portal.domain.calendar.proposals import FILE

FIRST_YEAR, LAST_YEAR = 2018, 2050
Row = tuple[date, DayKind, str, date | None]
TET, EVE = "Tết Nguyên đán", "Giao thừa Tết Nguyên Đán"
LUNAR = {EVE: "Giao thừa", "Tết Nguyên Đán": "mùng 1"}
NUMBERS = {"hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6}
WORDS = {"Ngày Giỗ Tổ Hùng Vương": "Giỗ Tổ Hùng Vương", "Ngày Quốc tế Lao động": "Ngày Quốc tế lao động"}
IN_LIEU = " (nghỉ bù)"
SWAP = "Hoán đổi ngày làm việc"
SWAPPED = re.compile(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})")


def proposed_rows(first: int = FIRST_YEAR, last: int = LAST_YEAR) -> list[Row]:
    """What the library says that the years set apart, by day: day, kind, name, the other day of a swap."""
    found = country_holidays("VN", years=range(first, last + 1), language="vi")
    rows = [row for day, name in found.items() for row in _rows(day, name)]
    return sorted(row for row in rows if first <= row[0].year <= last)


def text() -> str:
    """The file as it should read."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("day", "kind", "name", "counterpart"))
    for day, kind, name, other in proposed_rows():
        writer.writerow((day.isoformat(), kind.value, name, other.isoformat() if other else ""))
    return stream.getvalue()


def _rows(day: date, name: str) -> Iterator[Row]:
    swapped = SWAPPED.search(name)
    if swapped:
        other = date(*(int(part) for part in reversed(swapped.groups())))
        yield day, DayKind.SWAP_OFF, SWAP, other
        yield other, DayKind.SWAP_WORK, SWAP, day
        return
    first = name.split("; ", maxsplit=1)[0]
    if first.endswith(IN_LIEU):
        yield day, DayKind.IN_LIEU, _plain(first.removesuffix(IN_LIEU)), None
    else:
        yield day, DayKind.HOLIDAY, _plain(first), None


def _plain(name: str) -> str:
    """The names as Bộ luật Lao động (Điều 112) writes them; the days of Tết with their day of the moon."""
    if name == "29 Tết":
        return f"{TET} (trước Giao thừa)"
    if name in LUNAR:
        return f"{TET} ({LUNAR[name]})"
    nth = re.match(r"Mùng (\w+) Tết", name)
    if nth:
        return f"{TET} (mùng {NUMBERS[nth[1]]})"
    return WORDS.get(name, name)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
