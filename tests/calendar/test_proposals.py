"""The proposed days agree with the library that they come from, and with what was announced."""

from __future__ import annotations

from datetime import date

from portal.domain.calendar.enums import DayKind
from portal.domain.calendar.proposals import FILE, proposed_year, proposed_years
from scripts.propose_holidays import text


def test_the_file_is_what_the_library_says() -> None:
    assert FILE.read_text(encoding="utf-8") == text()


def test_every_year_has_its_days_and_tet_lies_where_the_moon_puts_it() -> None:
    first_days = {
        2023: date(2023, 1, 22),
        2024: date(2024, 2, 10),
        2025: date(2025, 1, 29),
        2026: date(2026, 2, 17),
        2027: date(2027, 2, 6),
        2030: date(2030, 2, 2),  # a day before the Chinese new year
    }
    for year, day in first_days.items():
        assert proposed_year(year).notes[day].name == "Tết Nguyên đán (mùng 1)"
    for year in proposed_years():
        notes = proposed_year(year).notes
        assert sum(note.kind is DayKind.HOLIDAY for note in notes.values()) >= 10
        assert all(day.year == year == note.day.year for day, note in notes.items())
        assert not proposed_year(year).confirmed
    assert proposed_year(1999).notes == {}
