"""Loads the lists of days off and the rules of periodic reports where they are missing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.core.confidence import Confidence
from portal.domain.access.actor import Work
from portal.domain.calendar.enums import DayKind, ReportingCycle, TermUnit
from portal.domain.calendar.models import CalendarDay, HolidayYear, ReportingPeriodRule
from seed.tables import read_table


def load_days_off(work: Work) -> None:
    """The years' lists with their days; a year that has a list stays as the office has it."""
    known = set(work.session.scalars(select(HolidayYear.year)))
    work.session.add_all(
        HolidayYear(
            year=int(r["year"]),
            paper_no=r["paper_no"],
            paper_date=date.fromisoformat(r["paper_date"]),
            note=r["note"],
            confirmed_at=work.clock.now(),
        )
        for r in read_table("holiday_years")
        if int(r["year"]) not in known
    )
    work.session.flush()
    work.session.add_all(_day(r) for r in read_table("calendar_days") if date.fromisoformat(r["day"]).year not in known)


def load_reporting_rules(work: Work) -> None:
    """The rules of periodic reports that are not there yet."""
    known = set(work.session.scalars(select(ReportingPeriodRule.code)))
    work.session.add_all(_rule(r) for r in read_table("reporting_period_rules") if r["code"] not in known)
    work.session.flush()


def _day(r: dict[str, str]) -> CalendarDay:
    day = date.fromisoformat(r["day"])
    return CalendarDay(
        year=day.year,
        day=day,
        kind=DayKind(r["kind"]),
        name=r["name"],
        counterpart=date.fromisoformat(r["counterpart"]) if r["counterpart"] else None,
        source=r["source"],
        confidence=Confidence(r["confidence"]),
    )


def _rule(r: dict[str, str]) -> ReportingPeriodRule:
    return ReportingPeriodRule(
        code=r["code"],
        name=r["name"],
        cycle=ReportingCycle(r["cycle"]),
        cutoff_day=int(r["cutoff_day"]),
        due_amount=int(r["due_amount"]),
        due_unit=TermUnit(r["due_unit"]),
        citation=r["citation"],
        confidence=Confidence(r["confidence"]),
        valid_from=date.fromisoformat(r["valid_from"]),
        valid_to=date.fromisoformat(r["valid_to"]) if r["valid_to"] else None,
    )
