"""Reporting periods of Nghị định 09/2019/NĐ-CP: from the 15th to the 14th."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.calendar.enums import ReportingCycle, TermUnit
from portal.domain.calendar.periods import (
    due_on,
    earliest_due,
    next_period,
    period,
    period_containing,
    period_to_report,
    periods_of,
    previous_period,
)
from portal.domain.calendar.proposals import proposed_year
from portal.domain.calendar.rules import Term, WorkCalendar

C = ReportingCycle
D = date
CALENDAR = WorkCalendar(proposed_year)
CYCLES = st.sampled_from(list(C))
CUTOFFS = st.integers(1, 31)
few = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("cycle", "number", "starts_on", "cutoff_on", "name"),
    [
        (C.MONTH, 1, D(2022, 12, 15), D(2023, 1, 14), "tháng 1/2023"),
        (C.MONTH, 3, D(2023, 2, 15), D(2023, 3, 14), "tháng 3/2023"),
        (C.QUARTER, 1, D(2022, 12, 15), D(2023, 3, 14), "quý I/2023"),
        (C.QUARTER, 4, D(2023, 9, 15), D(2023, 12, 14), "quý IV/2023"),
        (C.HALF_YEAR, 1, D(2022, 12, 15), D(2023, 6, 14), "6 tháng đầu năm 2023"),
        (C.HALF_YEAR, 2, D(2023, 6, 15), D(2023, 12, 14), "6 tháng cuối năm 2023"),
        (C.NINE_MONTHS, 1, D(2022, 12, 15), D(2023, 9, 14), "9 tháng năm 2023"),
        (C.YEAR, 1, D(2022, 12, 15), D(2023, 12, 14), "năm 2023"),
    ],
)
def test_the_decrees_periods(cycle: C, number: int, starts_on: date, cutoff_on: date, name: str) -> None:
    found = period(cycle, 2023, number)
    assert (found.starts_on, found.cutoff_on, found.name) == (starts_on, cutoff_on, name)
    assert previous_period(next_period(found)) == found


def test_a_month_that_has_no_such_day_is_cut_off_on_its_last() -> None:
    found = period(C.MONTH, 2024, 2, cutoff_day=31)
    assert (found.starts_on, found.cutoff_on) == (D(2024, 2, 1), D(2024, 2, 29))


@given(CYCLES, st.integers(2000, 2100), CUTOFFS)
@few
def test_periods_join_without_gap_or_overlap(cycle: C, year: int, cutoff_day: int) -> None:
    periods = periods_of(cycle, year, cutoff_day)
    for one in periods:
        following = next_period(one)
        assert one.starts_on <= one.cutoff_on
        if cycle is not C.NINE_MONTHS:
            assert following.starts_on == one.cutoff_on + timedelta(days=1)
        assert previous_period(following) == one


@given(CYCLES, st.dates(D(2000, 1, 1), D(2100, 1, 1)), CUTOFFS)
@few
def test_every_day_is_reported_once(cycle: C, day: date, cutoff_day: int) -> None:
    found = period_containing(cycle, day, cutoff_day)
    if found is None:
        assert cycle is C.NINE_MONTHS
        assert not period(cycle, day.year, 1, cutoff_day).contains(day)
        return
    assert found.contains(day)
    assert not next_period(found).contains(day)
    assert not previous_period(found).contains(day)
    closed = period_to_report(cycle, day, cutoff_day)
    assert closed.cutoff_on < day <= next_period(closed).cutoff_on


def test_the_period_being_reported_is_the_last_one_closed() -> None:
    assert period_to_report(C.MONTH, D(2023, 3, 15)).name == "tháng 3/2023"
    assert period_to_report(C.MONTH, D(2023, 3, 14)).name == "tháng 2/2023"
    assert period_to_report(C.YEAR, D(2023, 3, 15)).name == "năm 2022"
    assert period_containing(C.NINE_MONTHS, D(2023, 10, 1)) is None


def test_reports_are_due_working_days_after_the_cut_off() -> None:
    january = period(C.MONTH, 2023, 1)
    assert due_on(january, Term(2, TermUnit.WORKING), CALENDAR) == D(2023, 1, 17)
    assert earliest_due(january, CALENDAR) == D(2023, 1, 16)
    assert due_on(january, Term(7), CALENDAR) == D(2023, 1, 27)


def test_what_a_cycle_has_not_is_refused() -> None:
    for number, cutoff_day in ((5, 14), (0, 14), (1, 0), (1, 32)):
        with pytest.raises(ValueError, match="has no period"):
            period(C.QUARTER, 2023, number, cutoff_day)
