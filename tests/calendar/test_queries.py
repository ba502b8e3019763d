"""The calendar as it stands in the database."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.calendar.models import HolidayYear, ReportingPeriodRule
from portal.domain.calendar.queries import days_of_year, load_calendar, reporting_rules

D = date


def test_confirmed_years_count_as_listed_and_others_as_proposed(session: Session) -> None:
    calendar = load_calendar(session)
    assert [calendar.is_confirmed(D(year, 1, 1)) for year in (2021, 2022, 2023, 2024, 2025)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert calendar.add_working_days(D(2023, 4, 28), 1) == D(2023, 5, 4)
    assert calendar.is_working_day(D(2024, 5, 4))
    assert not calendar.is_working_day(D(2025, 5, 2))
    year = session.get_one(HolidayYear, 2024)
    year.confirmed_at = None
    session.flush()
    assert not load_calendar(session).is_confirmed(D(2024, 1, 1))


def test_the_announced_lists_agree_with_the_proposals(session: Session) -> None:
    calendar = load_calendar(session)
    for year in (2022, 2023, 2024):
        listed = {row.day: row.kind for row in session.scalars(days_of_year(year))}
        assert listed == {day: note.kind for day, note in calendar.year(year).notes.items()}
        assert listed


def test_an_empty_confirmed_list_has_weekends_alone(session: Session) -> None:
    now = session.get_one(HolidayYear, 2023).confirmed_at
    session.add(HolidayYear(year=2031, paper_no="1/TB", paper_date=D(2030, 12, 1), confirmed_at=now))
    session.flush()
    assert load_calendar(session).is_working_day(D(2031, 1, 1))


def test_reporting_rules_of_a_day(session: Session) -> None:
    found = session.scalars(reporting_rules(D(2023, 3, 15))).all()
    assert [(rule.name, rule.cutoff_day) for rule in found][:2] == [("Báo cáo tháng", 14), ("Báo cáo quý", 14)]
    assert session.scalars(reporting_rules(D(2019, 3, 11))).all() == []
    assert len(found) == len(session.scalars(select(ReportingPeriodRule)).all())
