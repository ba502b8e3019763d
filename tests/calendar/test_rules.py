"""Working days and terms over the proposed days of 2018 to 2050."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.clock import LOCAL
from portal.domain.calendar.enums import DayKind, TermUnit
from portal.domain.calendar.proposals import proposed_year
from portal.domain.calendar.rules import DayNote, Term, WorkCalendar, YearDays

DAYS = st.dates(date(2018, 1, 1), date(2049, 12, 31))
COUNTS = st.integers(0, 700)
CALENDAR = WorkCalendar(proposed_year)
few = settings(max_examples=60, deadline=None)
D = date


def test_tet_2023_and_the_days_around_it() -> None:
    """Nghỉ Tết Quý Mão 20-26/01/2023; 2/1 in lieu of the Sunday 1/1."""
    off = [D(2023, 1, day) for day in range(1, 32) if not CALENDAR.is_working_day(D(2023, 1, day))]
    assert off == [D(2023, 1, d) for d in (1, 2, 7, 8, 14, 15, 20, 21, 22, 23, 24, 25, 26, 28, 29)]
    assert CALENDAR.add_working_days(D(2023, 1, 19), 1) == D(2023, 1, 27)
    assert CALENDAR.add_working_days(D(2023, 1, 19), 2) == D(2023, 1, 30)
    assert CALENDAR.subtract_working_days(D(2023, 1, 27), 1) == D(2023, 1, 19)
    assert CALENDAR.next_working_day(D(2023, 1, 22)) == D(2023, 1, 27)
    assert CALENDAR.previous_working_day(D(2023, 1, 22)) == D(2023, 1, 19)
    assert CALENDAR.working_days_between(D(2023, 1, 18), D(2023, 1, 27)) == 2
    assert CALENDAR.working_days_between(D(2023, 1, 27), D(2023, 1, 18)) == -2


def test_swapped_days_change_places() -> None:
    """29/4/2024 off for the Saturday 4/5/2024."""
    assert not CALENDAR.is_working_day(D(2024, 4, 29))
    assert CALENDAR.is_working_day(D(2024, 5, 4))
    assert CALENDAR.add_working_days(D(2024, 4, 26), 1) == D(2024, 5, 2)
    assert CALENDAR.add_working_days(D(2024, 5, 3), 1) == D(2024, 5, 4)
    note = CALENDAR.note(D(2024, 5, 4))
    assert note is not None
    assert (note.kind, note.counterpart) == (DayKind.SWAP_WORK, D(2024, 4, 29))


def test_terms_in_days_roll_over_days_off_and_hours_do_not() -> None:
    start = D(2023, 4, 14)
    assert CALENDAR.due_day(start, Term(15)) == D(2023, 5, 4)
    assert CALENDAR.due_day(start, Term(15, roll=False)) == D(2023, 4, 29)
    assert CALENDAR.due_day(start, Term(15, TermUnit.WORKING)) == D(2023, 5, 10)
    assert CALENDAR.due_day(D(2023, 4, 29), Term(0, TermUnit.WORKING)) == D(2023, 5, 4)
    noon = datetime(2023, 4, 28, 5, tzinfo=UTC)
    assert CALENDAR.due_instant(noon, Term(24, TermUnit.HOUR)) == noon + timedelta(hours=24)
    assert CALENDAR.due_instant(noon, Term(1, TermUnit.WORKING)) == datetime(2023, 5, 5, tzinfo=LOCAL)
    assert Term(5, TermUnit.WORKING).label == "5 ngày làm việc"
    with pytest.raises(ValueError, match="hours"):
        CALENDAR.due_day(start, Term(24, TermUnit.HOUR))


@given(DAYS, COUNTS)
@few
def test_adding_and_subtracting_undo_each_other(day: date, count: int) -> None:
    start = CALENDAR.next_working_day(day)
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.subtract_working_days(end, count) == start
    assert CALENDAR.working_days_between(start, end) == count


@given(DAYS, DAYS, COUNTS, COUNTS)
@few
def test_a_later_start_or_a_longer_term_never_ends_earlier(one: date, other: date, short: int, more: int) -> None:
    first, second = sorted((one, other))
    for add in (CALENDAR.add_working_days, CALENDAR.subtract_working_days):
        assert add(first, short) <= add(second, short)
    assert CALENDAR.add_working_days(one, short) <= CALENDAR.add_working_days(one, short + more)


@given(DAYS, COUNTS, st.sampled_from([TermUnit.CALENDAR, TermUnit.WORKING]))
@few
def test_no_term_ends_on_a_day_off(day: date, count: int, unit: TermUnit) -> None:
    assert CALENDAR.is_working_day(CALENDAR.due_day(day, Term(count, unit)))
    assert CALENDAR.is_working_day(CALENDAR.subtract_working_days(day, count))


@given(DAYS, st.integers(0, 60))
@few
def test_counting_agrees_with_looking_at_every_day(day: date, span: int) -> None:
    end = day + timedelta(days=span)
    seen = [day + timedelta(days=n) for n in range(1, span + 1)]
    assert CALENDAR.working_days_between(day, end) == sum(map(CALENDAR.is_working_day, seen))


@given(st.dates(date(1900, 6, 1), date(2199, 12, 31)))
@few
def test_years_beyond_the_proposals_have_their_weekends(day: date) -> None:
    assert CALENDAR.add_working_days(day, 0) == CALENDAR.next_working_day(day)
    if day.weekday() >= 5 and CALENDAR.note(day) is None:
        assert not CALENDAR.is_working_day(day)


def test_a_year_is_asked_once_and_far_years_are_refused() -> None:
    asked: list[int] = []

    def days_of(year: int) -> YearDays:
        asked.append(year)
        return YearDays(year, {D(year, 3, 8): DayNote(D(year, 3, 8), DayKind.HOLIDAY, "Ngày nghỉ")}, confirmed=True)

    calendar = WorkCalendar(days_of)
    assert calendar.working_days_between(D(2020, 1, 1), D(2029, 12, 31)) == 2601
    assert calendar.is_confirmed(D(2025, 1, 1))
    assert asked == list(range(2020, 2030))
    for far in (lambda: calendar.note(D(9999, 1, 1)), lambda: calendar.add_working_days(D(2023, 1, 1), 5001)):
        with pytest.raises(ValueError, match=r"holds no year|out of range"):
            far()
