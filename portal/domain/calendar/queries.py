"""The calendar that everyone works by, the lists of its years, and the rules of periodic reports."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.core.pagination import AnySelect
from portal.domain.calendar.models import CalendarDay, HolidayYear, ReportingPeriodRule
from portal.domain.calendar.proposals import proposed_year
from portal.domain.calendar.rules import DayNote, WorkCalendar, YearDays

UNSCOPED = {
    "confirmed_days": "days off are public",
    "listed_years": "days off are public",
    "days_of_year": "days off are public",
    "one_year": "days off are public",
    "one_day": "days off are public",
    "one_rule": "the rules of periodic reports: a catalogue that everyone reads",
    "reporting_rules": "the rules of periodic reports: a catalogue that everyone reads",
}


def load_calendar(session: Session) -> WorkCalendar:
    """The working days as they are known now, in one query; years without an official list are proposals."""
    found: dict[int, dict[date, DayNote]] = defaultdict(dict)
    confirmed: set[int] = set()
    for row in session.execute(confirmed_days()):
        confirmed.add(row.year)
        if row.day is not None:  # a swapped day may lie in the year beside its list's
            found[row.day.year][row.day] = DayNote(row.day, row.kind, row.name, row.counterpart)

    def days_of(year: int) -> YearDays:
        proposed = {} if year in confirmed else proposed_year(year).notes
        return YearDays(year, {**proposed, **found[year]}, year in confirmed)

    return WorkCalendar(days_of)


def confirmed_days() -> AnySelect:
    """The days of the confirmed lists, by day; a list without days has one row with none."""
    c = CalendarDay
    return (
        select(HolidayYear.year, c.day, c.kind, c.name, c.counterpart)
        .outerjoin(c, c.year == HolidayYear.year)
        .where(HolidayYear.confirmed_at.is_not(None))
        .order_by(HolidayYear.year, c.day)
    )


def listed_years() -> Select[HolidayYear]:
    """The years that have a list, the latest first."""
    return select(HolidayYear).order_by(HolidayYear.year.desc())


def one_year(year: int) -> Select[HolidayYear]:
    """A year's list."""
    return select(HolidayYear).where(HolidayYear.year == year)


def days_of_year(year: int) -> Select[CalendarDay]:
    """The days of a year's list in their order."""
    return select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day)


def one_day(day_id: int) -> Select[HolidayYear, CalendarDay]:
    """A day with the list that it stands on."""
    stmt = select(HolidayYear, CalendarDay).join(CalendarDay, CalendarDay.year == HolidayYear.year)
    return stmt.where(CalendarDay.id == day_id)


def one_rule(rule_id: int) -> Select[ReportingPeriodRule]:
    """A rule of periodic reports."""
    return select(ReportingPeriodRule).where(ReportingPeriodRule.id == rule_id)


def reporting_rules(on: date) -> Select[ReportingPeriodRule]:
    """The rules of periodic reports that hold on a day."""
    r = ReportingPeriodRule
    valid = (r.valid_from <= on, or_(r.valid_to.is_(None), r.valid_to > on))
    return select(r).where(*valid).order_by(r.id)
