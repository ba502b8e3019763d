"""Reporting periods: the 15th to the 14th, or whatever day the rule cuts them off on (Nghị định 09/2019/NĐ-CP).

A period carries the number and the year of the month in which it is cut off: the 14/12/2022 cut-off ends the year 2022,
and the 15/12/2022 belongs to tháng 1, quý I, 6 tháng, 9 tháng and năm 2023.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.calendar.enums import ReportingCycle, TermUnit
from portal.domain.calendar.rules import Term, WorkCalendar

CUTOFF_DAY = 14
MONTHS = 12
LEAST_TERM = Term(1, TermUnit.WORKING)
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """One period of a cycle: `number` counts within the year (tháng 1 to 12, quý 1 to 4, 6 tháng 1 and 2).

    Days are inclusive; figures are closed at the end of `cutoff_on`.
    """

    cycle: ReportingCycle
    year: int
    number: int
    starts_on: date
    cutoff_on: date
    cutoff_day: int = CUTOFF_DAY

    @property
    def name(self) -> str:
        """As papers name it: tháng 3/2023, quý I/2023, 6 tháng đầu năm 2023, 9 tháng năm 2023, năm 2023."""
        return {
            ReportingCycle.MONTH: f"tháng {self.number}/{self.year}",
            ReportingCycle.QUARTER: f"quý {_ROMAN[(self.number - 1) % 4]}/{self.year}",
            ReportingCycle.HALF_YEAR: f"6 tháng {'đầu' if self.number == 1 else 'cuối'} năm {self.year}",
            ReportingCycle.NINE_MONTHS: f"9 tháng năm {self.year}",
            ReportingCycle.YEAR: f"năm {self.year}",
        }[self.cycle]

    @property
    def code(self) -> str:
        """A key for records and addresses: 2023-month-3."""
        return f"{self.year}-{self.cycle.value}-{self.number}"

    def contains(self, day: date) -> bool:
        """Whether what happened on that day is reported in this period."""
        return self.starts_on <= day <= self.cutoff_on


def period(cycle: ReportingCycle, year: int, number: int, cutoff_day: int = CUTOFF_DAY) -> ReportingPeriod:
    """The `number`-th period of a year. Raises ValueError when the cycle has no such period or no month such a day."""
    if not 1 <= number <= len(cycle.ends) or not 1 <= cutoff_day <= 31:
        raise ValueError(f"{cycle.value} has no period {number} cut off on day {cutoff_day}.")
    month = cycle.ends[number - 1]
    before = year * MONTHS + month - 1 - cycle.months
    starts_on = _cutoff(before // MONTHS, before % MONTHS + 1, cutoff_day) + timedelta(days=1)
    return ReportingPeriod(cycle, year, number, starts_on, _cutoff(year, month, cutoff_day), cutoff_day)


def periods_of(cycle: ReportingCycle, year: int, cutoff_day: int = CUTOFF_DAY) -> list[ReportingPeriod]:
    """A year's periods in their order."""
    return [period(cycle, year, number, cutoff_day) for number in range(1, len(cycle.ends) + 1)]


def next_period(of: ReportingPeriod) -> ReportingPeriod:
    """The period after this one, in the next year after the last."""
    if of.number < len(of.cycle.ends):
        return period(of.cycle, of.year, of.number + 1, of.cutoff_day)
    return period(of.cycle, of.year + 1, 1, of.cutoff_day)


def previous_period(of: ReportingPeriod) -> ReportingPeriod:
    """The period before this one, in the year before for the first."""
    if of.number > 1:
        return period(of.cycle, of.year, of.number - 1, of.cutoff_day)
    return period(of.cycle, of.year - 1, len(of.cycle.ends), of.cutoff_day)


def period_containing(cycle: ReportingCycle, day: date, cutoff_day: int = CUTOFF_DAY) -> ReportingPeriod | None:
    """The period in which a day is reported.

    None where the cycle leaves the day out: after 14/9 no report of 9 tháng covers it.
    """
    found = (p for year in (day.year, day.year + 1) for p in periods_of(cycle, year, cutoff_day) if p.contains(day))
    return next(found, None)


def period_to_report(cycle: ReportingCycle, day: date, cutoff_day: int = CUTOFF_DAY) -> ReportingPeriod:
    """The last period whose figures are closed on that day: the one whose report is being written."""
    years = (day.year, day.year - 1)
    closed = [p for year in years for p in periods_of(cycle, year, cutoff_day) if p.cutoff_on < day]
    return max(closed, key=lambda p: p.cutoff_on)


def due_on(of: ReportingPeriod, term: Term, calendar: WorkCalendar) -> date:
    """The day by which the period's report is sent."""
    return calendar.due_day(of.cutoff_on, term)


def earliest_due(of: ReportingPeriod, calendar: WorkCalendar) -> date:
    """The earliest day by which a report may be asked for: one working day after the figures are closed.

    Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5.
    """
    return calendar.due_day(of.cutoff_on, LEAST_TERM)


def _cutoff(year: int, month: int, cutoff_day: int) -> date:
    return date(year, month, min(cutoff_day, monthrange(year, month)[1]))
