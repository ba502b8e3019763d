"""What a year is expected to set apart, until its official list is there.

`proposed_days.csv` is written by `python -m scripts.propose_holidays` from the library that keeps Vietnam's public
holidays; a test compares the two. A year that it does not hold has its weekends alone.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.domain.calendar.enums import DayKind
from portal.domain.calendar.rules import DayNote, YearDays

FILE = Path(__file__).parent / "proposed_days.csv"


def proposed_year(year: int) -> YearDays:
    """The days that the year is expected to set apart."""
    return YearDays(year, MappingProxyType(_all().get(year, {})))


def proposed_years() -> range:
    """The years that proposals are there for."""
    return range(min(_all()), max(_all()) + 1)


@cache
def _all() -> dict[int, dict[date, DayNote]]:
    years: dict[int, dict[date, DayNote]] = {}
    with FILE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            day = date.fromisoformat(row["day"])
            other = date.fromisoformat(row["counterpart"]) if row["counterpart"] else None
            years.setdefault(day.year, {})[day] = DayNote(day, DayKind(row["kind"]), row["name"], other)
    return years
