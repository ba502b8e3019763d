"""A year's list is begun, corrected and confirmed; deadlines follow what is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.confidence import Confidence
from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.domain.audit.models import AuditEntry
from portal.domain.calendar import services
from portal.domain.calendar.enums import DayKind, TermUnit
from portal.domain.calendar.models import CalendarDay, HolidayYear, ReportingPeriodRule
from portal.domain.calendar.queries import load_calendar
from portal.domain.calendar.rules import YearDays
from portal.domain.calendar.services import DayData, ListExists, PaperData, RuleData
from portal.domain.calendar.spans import rest_spans
from tests.emulation.domain.builders import WorkAs

D = date
SWAP = DayData(D(2024, 12, 31), DayKind.SWAP_OFF, "Dịp Tết Dương lịch", D(2025, 1, 4), "Công văn 1/VPCP")
PAPER = PaperData("99/VPCP-KGVX", D(2023, 3, 10), "Nghỉ Tết từ 25/01 đến hết 02/02")
RULE = RuleData("Báo cáo tháng", 20, 3, TermUnit.CALENDAR, "Công văn 5/SNV-VP")


@pytest.fixture
def version(read: Callable[..., Any]) -> Callable[[int], int]:
    """version(2023): the version of a year's list."""
    return lambda year: int(read(select(HolidayYear.version).where(HolidayYear.year == year))[0])


def errors_of(work: Any, verb: Callable[..., Any], *args: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        verb(work, *args)
    return refused.value.errors


def test_a_list_counts_only_when_it_is_confirmed(work_as: WorkAs, version: Callable[[int], int]) -> None:
    with work_as("vanphong") as work:
        made = services.begin_year(work, 2025)
        work.session.flush()
        extra = DayData(D(2025, 3, 3), DayKind.HOLIDAY, "Ngày nghỉ riêng")
        services.add_day(work, 2025, made.version, extra)
        assert made.version == 2
        assert load_calendar(work.session).is_working_day(D(2025, 3, 3))
    with work_as("giamdoc") as work:
        services.confirm_year(work, 2025, version(2025), PAPER)
        calendar = load_calendar(work.session)
        assert calendar.is_confirmed(D(2025, 1, 1))
        assert not calendar.is_working_day(D(2025, 3, 3))
        assert not calendar.is_working_day(D(2025, 5, 2))
        assert calendar.is_working_day(D(2025, 4, 26))
        days = work.session.scalars(select(CalendarDay).where(CalendarDay.year == 2025)).all()
        assert {(day.source, day.confidence) for day in days} == {("99/VPCP-KGVX ngày 10/03/2023", Confidence.SURE)}


def test_swapped_days_go_together_also_over_the_turn_of_the_year(
    work_as: WorkAs, read: Callable[..., Any], version: Callable[[int], int]
) -> None:
    with work_as("vanphong") as work:
        day = services.add_day(work, 2024, version(2024), SWAP)
        calendar = load_calendar(work.session)
        assert (calendar.is_working_day(D(2024, 12, 31)), calendar.is_working_day(D(2025, 1, 4))) == (False, True)
        assert not calendar.is_working_day(D(2025, 1, 27)), "the proposal of the year beside stays"
        key = day.id
    with work_as("vanphong") as work:
        services.update_day(work, key, version(2024), replace(SWAP, work_day=D(2025, 1, 11)))
    other = read(select(CalendarDay).where(CalendarDay.day == D(2025, 1, 11)))[0]
    assert (other.kind, other.counterpart, other.year) == (DayKind.SWAP_WORK, D(2024, 12, 31), 2024)
    with work_as("vanphong") as work:
        plain = replace(SWAP, kind=DayKind.IN_LIEU, day=D(2024, 12, 30), work_day=None)
        services.update_day(work, other.id, version(2024), plain)
    assert read(select(CalendarDay.day).where(CalendarDay.day > D(2024, 12, 1))) == [D(2024, 12, 30)]


def test_removing_one_swapped_day_removes_both(
    work_as: WorkAs, read: Callable[..., Any], version: Callable[[int], int]
) -> None:
    stmt = select(CalendarDay).where(CalendarDay.day == D(2024, 5, 4))
    with work_as("vanphong") as work:
        services.remove_day(work, read(stmt)[0].id, version(2024))
    assert read(select(CalendarDay.day).where(CalendarDay.day.in_([D(2024, 4, 29), D(2024, 5, 4)]))) == []
    actions = read(select(AuditEntry.action).where(AuditEntry.object_type == "holiday_year"))
    assert actions == ["calendar.day_removed"]


def test_what_makes_no_sense_is_refused_with_the_reason(work_as: WorkAs, version: Callable[[int], int]) -> None:
    with work_as("vanphong") as work:
        now = version(2024)
        assert errors_of(work, services.add_day, 2024, now, replace(SWAP, source="")).keys() == {"source"}
        assert errors_of(work, services.add_day, 2024, now, replace(SWAP, name=" ")).keys() == {"name"}
        assert errors_of(work, services.add_day, 2024, now, replace(SWAP, day=D(2023, 12, 29))).keys() >= {"day"}
        assert errors_of(work, services.add_day, 2024, now, replace(SWAP, day=D(2024, 12, 28))).keys() == {"day"}
        for work_day in (None, D(2025, 1, 6), D(2025, 6, 7)):
            assert errors_of(work, services.add_day, 2024, now, replace(SWAP, work_day=work_day)).keys() == {"work_day"}
        taken = errors_of(work, services.add_day, 2024, now, replace(SWAP, day=D(2024, 4, 30), work_day=D(2024, 5, 4)))
        assert taken["day"] == ["Ngày 30/04/2024 đã có trong danh sách: Nghỉ lễ, tết, Ngày Chiến thắng."]
        assert "work_day" in taken
        late = errors_of(work, services.confirm_year, 2024, now, replace(PAPER, paper_date=D(2023, 3, 16), paper_no=""))
        assert late.keys() == {"paper_no", "paper_date"}


def test_nobody_overwrites_and_nobody_else_edits(work_as: WorkAs, version: Callable[[int], int]) -> None:
    with work_as("vanphong") as work:
        with pytest.raises(VersionConflict):
            services.add_day(work, 2024, version(2024) + 1, SWAP)
        with pytest.raises(ListExists):
            services.begin_year(work, 2023)
        for missing in (lambda: services.begin_year(work, 1999), lambda: services.remove_day(work, 10**6, 1)):
            with pytest.raises(NotFound):
                missing()
    for who in ("thidua", "vangiang", "quantri"):
        with work_as(who) as work:
            for verb, args in (
                (services.begin_year, (2026,)),
                (services.confirm_year, (2024, 1, PAPER)),
                (services.add_day, (2024, 1, SWAP)),
                (services.update_day, (1, 1, SWAP)),
                (services.remove_day, (1, 1)),
                (services.update_rule, (1, 1, RULE)),
            ):
                with pytest.raises(NotAllowed):
                    verb(work, *args)


def test_a_rule_of_reports_keeps_the_decrees_working_day(work_as: WorkAs, read: Callable[..., Any]) -> None:
    rule = read(select(ReportingPeriodRule).order_by(ReportingPeriodRule.id))[0]
    with work_as("vanphong") as work:
        wrong = replace(RULE, cutoff_day=32, due_amount=0, due_unit=TermUnit.HOUR)
        found = errors_of(work, services.update_rule, rule.id, rule.version, wrong)
        assert found.keys() == {"cutoff_day", "due_amount", "due_unit"}
        assert "ít nhất 1 ngày làm việc" in found["due_amount"][0]
        services.update_rule(work, rule.id, rule.version, RULE)
        with pytest.raises(VersionConflict):
            services.update_rule(work, rule.id, 0, RULE)
    entry = read(select(AuditEntry).where(AuditEntry.action == "calendar.rule_updated"))[0]
    assert entry.detail["cutoff_day"] == ["14", "20"]
    assert read(select(ReportingPeriodRule.confidence).where(ReportingPeriodRule.id == rule.id)) == [Confidence.SURE]


def test_stretches_of_days_off_take_in_the_weekends(work_as: WorkAs) -> None:
    with work_as("vangiang") as work:
        calendar = load_calendar(work.session)
    spans = [(s.first, s.last, s.days, s.names) for year in (2023, 2024) for s in rest_spans(calendar.year(year))]
    assert (D(2023, 1, 20), D(2023, 1, 26), 7, ("Tết Nguyên đán",)) in spans
    assert (D(2024, 4, 27), D(2024, 5, 1), 5, ("Ngày Chiến thắng", "Ngày Quốc tế lao động")) in spans
    assert (D(2023, 9, 1), D(2023, 9, 4), 4, ("Quốc khánh",)) in spans
    assert len(spans) == 9
    assert rest_spans(YearDays(2030, {})) == []
