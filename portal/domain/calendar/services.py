"""Verbs on the calendar: a year's list is begun from the proposal, corrected and confirmed with its paper.

Every change locks the list's row and moves its version, so that two people never undo each other's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from portal.core.confidence import Confidence
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean, clean_lines
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.calendar.enums import DayKind, TermUnit
from portal.domain.calendar.models import CalendarDay, HolidayYear, ReportingPeriodRule
from portal.domain.calendar.periods import LEAST_TERM
from portal.domain.calendar.policies import can_keep
from portal.domain.calendar.proposals import proposed_year
from portal.domain.calendar.queries import days_of_year, one_year
from portal.domain.calendar.rules import SATURDAY

YEAR, DAY, RULE = "holiday_year", "calendar_day", "reporting_period_rule"
FIRST_YEAR, LAST_YEAR = 2000, 2100
NAME_LENGTH, SOURCE_LENGTH, PAPER_LENGTH, NOTE_LENGTH = 120, 200, 60, 1000
MOST_SWAP_DAYS = 92
Errors = dict[str, list[str]]


class ListExists(RuleBroken):
    """The year's list has been begun by somebody else."""

    message = "Năm này đã có danh sách ngày nghỉ. Xin tải lại trang để xem."


@dataclass(frozen=True, slots=True)
class DayData:
    """A day as it is typed. Of two swapped days `day` is the one off, `work_day` the one worked instead."""

    day: date
    kind: DayKind
    name: str
    work_day: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class PaperData:
    """The paper that announced a year's days off."""

    paper_no: str
    paper_date: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleData:
    """How a cycle of reports is cut off and when it is due; the term is in days."""

    name: str
    cutoff_day: int
    due_amount: int
    due_unit: TermUnit
    citation: str = ""


def begin_year(work: Work, year: int) -> HolidayYear:
    """Begin a year's list from the proposal. Raises NotAllowed, NotFound (a year out of range), ListExists."""
    _check_right(work)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    made = HolidayYear(year=year)
    try:
        with work.session.begin_nested():
            work.session.add(made)
    except IntegrityError as error:
        raise ListExists from error
    taken = set(work.session.scalars(select(CalendarDay.day).where(CalendarDay.day.between(*_ends(year)))))
    days = [note for note in proposed_year(year).notes.values() if note.day not in taken]
    work.session.add_all(
        CalendarDay(
            year=year,
            day=note.day,
            kind=note.kind,
            name=note.name,
            counterpart=note.counterpart,
            confidence=Confidence.UNSURE,
        )
        for note in days
    )
    work.session.flush()
    record(work, "calendar.year_begun", YEAR, year, detail={"days": len(days)})
    return made


def confirm_year(work: Work, year: int, version: int, data: PaperData) -> HolidayYear:
    """Confirm a year's list with its paper, or correct the paper; from now on deadlines are counted by it.

    Whoever confirms has compared the days with the paper: what had no source has this one.
    Raises NotAllowed, NotFound, VersionConflict, InvalidInput (paper_no, paper_date, note).
    """
    _check_right(work)
    found = _locked(work, year, version)
    errors: Errors = {}
    number = _text(errors, "paper_no", data.paper_no, PAPER_LENGTH, "Nhập số, ký hiệu văn bản.")
    note = clean_lines(data.note)
    if len(note) > NOTE_LENGTH:
        errors["note"] = [f"Dài quá {NOTE_LENGTH} ký tự."]
    if data.paper_date > work.today():
        errors["paper_date"] = [f"Ngày văn bản không được sau hôm nay, {work.today():%d/%m/%Y}."]
    _refuse(errors)
    found.paper_no, found.paper_date, found.note = number, data.paper_date, note
    found.confirmed_at, found.confirmed_by_id = work.clock.now(), work.actor.user_id
    source = f"{number} ngày {data.paper_date:%d/%m/%Y}"
    days = work.session.scalars(days_of_year(year)).all()
    for day in days:
        day.source, day.confidence = day.source or source, Confidence.SURE
    detail = {"paper_no": number, "paper_date": data.paper_date.isoformat(), "days": len(days)}
    record(work, "calendar.year_confirmed", YEAR, year, detail=detail)
    work.session.flush()
    return found


def add_day(work: Work, year: int, version: int, data: DayData) -> CalendarDay:
    """Put a day, or two swapped days, on a year's list. Raises NotAllowed, NotFound, VersionConflict, InvalidInput."""
    _check_right(work)
    found = _locked(work, year, version)
    values = _checked(found, data)
    _refuse(_taken(work, data, frozenset()))
    made = CalendarDay(year=year)
    _put(work, made, None, values)
    _moved(work, found, "calendar.day_added", made)
    return made


def update_day(work: Work, day_id: int, version: int, data: DayData) -> CalendarDay:
    """Change a day; of two swapped ones both. Raises NotAllowed, NotFound, VersionConflict, InvalidInput."""
    _check_right(work)
    day, other = _pair(work, day_id)
    found = _locked(work, day.year, version)
    values = _checked(found, data)
    _refuse(_taken(work, data, frozenset({day.id} if other is None else {day.id, other.id})))
    if other is not None and day.kind is DayKind.SWAP_WORK:
        day, other = other, day
    _put(work, day, other, values)
    _moved(work, found, "calendar.day_updated", day)
    return day


def remove_day(work: Work, day_id: int, version: int) -> CalendarDay:
    """Take a day, or both swapped days, off the list. Raises NotAllowed, NotFound, VersionConflict."""
    _check_right(work)
    day, other = _pair(work, day_id)
    found = _locked(work, day.year, version)
    work.session.delete(day)
    if other is not None:
        work.session.delete(other)
    _moved(work, found, "calendar.day_removed", day)
    return day


def update_rule(work: Work, rule_id: int, version: int, data: RuleData) -> ReportingPeriodRule:
    """Change how a cycle of reports is cut off and when it is due.

    Raises NotAllowed, NotFound, VersionConflict, InvalidInput (name, cutoff_day, due_amount, due_unit, citation).
    """
    _check_right(work)
    stmt = select(ReportingPeriodRule).where(ReportingPeriodRule.id == rule_id).with_for_update()
    rule = work.session.scalars(stmt.execution_options(populate_existing=True)).one_or_none()
    if rule is None:
        raise NotFound
    if rule.version != version:
        raise VersionConflict
    values = _rule_values(data)
    changed = {name: [_plain(getattr(rule, name)), _plain(v)] for name, v in values.items() if getattr(rule, name) != v}
    for name in changed:
        setattr(rule, name, values[name])
    if changed:
        rule.confidence = Confidence.SURE if values["citation"] else Confidence.UNSURE
        record(work, "calendar.rule_updated", RULE, rule.id, detail=changed)
        work.session.flush()
    return rule


def _rule_values(data: RuleData) -> dict[str, Any]:
    errors: Errors = {}
    values = {
        "name": _text(errors, "name", data.name, NAME_LENGTH, "Nhập tên báo cáo."),
        "cutoff_day": data.cutoff_day,
        "due_amount": data.due_amount,
        "due_unit": data.due_unit,
        "citation": _text(errors, "citation", data.citation, SOURCE_LENGTH),
    }
    if not 1 <= data.cutoff_day <= 31:
        errors["cutoff_day"] = ["Ngày chốt số liệu phải từ 1 đến 31."]
    if data.due_unit is TermUnit.HOUR:
        errors["due_unit"] = ["Hạn gửi báo cáo tính bằng ngày hoặc ngày làm việc."]
    if not LEAST_TERM.amount <= data.due_amount <= 366:
        text = "Hạn gửi phải sau ngày chốt số liệu ít nhất 1 ngày làm việc (Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5)"
        errors["due_amount"] = [f"{text} và không quá 366 ngày."]
    _refuse(errors)
    return values


def _check_right(work: Work) -> None:
    if not can_keep(work.actor):
        raise NotAllowed


def _locked(work: Work, year: int, version: int) -> HolidayYear:
    stmt = one_year(year).with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    if found.version != version:
        raise VersionConflict
    return found


def _pair(work: Work, day_id: int) -> tuple[CalendarDay, CalendarDay | None]:
    """A day of a list, and the one that it is swapped with."""
    day = work.session.get(CalendarDay, day_id)
    if day is None:
        raise NotFound
    if day.counterpart is None:
        return day, None
    return day, work.session.scalars(select(CalendarDay).where(CalendarDay.day == day.counterpart)).one_or_none()


def _checked(found: HolidayYear, data: DayData) -> dict[str, Any]:
    errors: Errors = {}
    values = {
        "kind": data.kind,
        "name": _text(errors, "name", data.name, NAME_LENGTH, "Nhập tên ngày lễ hoặc lý do."),
        "source": _text(errors, "source", data.source, SOURCE_LENGTH),
        "day": data.day,
        "work_day": data.work_day if data.kind.is_swap else None,
    }
    if found.confirmed_at is not None and not values["source"]:
        errors["source"] = ["Danh sách đã xác nhận: nhập văn bản làm căn cứ sửa."]
    if data.day.year != found.year:
        errors["day"] = [f"Ngày phải trong năm {found.year}."]
    elif data.kind is not DayKind.HOLIDAY and data.day.weekday() >= SATURDAY:
        errors["day"] = ["Ngày này là thứ Bảy hoặc Chủ nhật, vốn đã nghỉ hằng tuần."]
    if data.kind.is_swap:
        _check_swap(data, errors)
    _refuse(errors)
    return values


def _check_swap(data: DayData, errors: Errors) -> None:
    if data.work_day is None:
        errors["work_day"] = ["Nhập ngày làm việc bù."]
    elif data.work_day.weekday() < SATURDAY:
        errors["work_day"] = ["Ngày làm bù phải là thứ Bảy hoặc Chủ nhật."]
    elif abs((data.work_day - data.day).days) > MOST_SWAP_DAYS:
        errors["work_day"] = ["Ngày làm bù cách ngày nghỉ hơn ba tháng; xin kiểm tra lại."]


def _taken(work: Work, data: DayData, own: frozenset[int]) -> Errors:
    """Days of the input that already stand on a list, on other rows than the ones that are changed."""
    wanted = {"day": data.day, "work_day": data.work_day if data.kind.is_swap else None}
    days = [day for day in wanted.values() if day is not None]
    stmt = select(CalendarDay).where(CalendarDay.day.in_(days), CalendarDay.id.not_in(own))
    rows = {row.day: row for row in work.session.scalars(stmt)}
    return {
        field: [f"Ngày {day:%d/%m/%Y} đã có trong danh sách: {rows[day].kind.label}, {rows[day].name}."]
        for field, day in wanted.items()
        if day in rows
    }


def _put(work: Work, day: CalendarDay, other: CalendarDay | None, values: Mapping[str, Any]) -> None:
    """Write a day, and make, change or delete the one that it is swapped with."""
    kind, work_day = values["kind"], values["work_day"]
    if work_day is None and other is not None:
        work.session.delete(other)
        work.session.flush()  # its day is free before another row takes it
    confidence = Confidence.SURE if values["source"] else Confidence.UNSURE
    day.day, day.counterpart = values["day"], work_day
    day.kind = DayKind.SWAP_OFF if kind.is_swap else kind
    day.name, day.source, day.confidence = values["name"], values["source"], confidence
    if work_day is not None:
        other = other or CalendarDay(year=day.year)
        other.day, other.counterpart, other.kind = work_day, day.day, DayKind.SWAP_WORK
        other.name, other.source, other.confidence = values["name"], values["source"], confidence
        work.session.add(other)
    work.session.add(day)


def _moved(work: Work, found: HolidayYear, action: str, day: CalendarDay) -> None:
    flag_modified(found, "note")
    work.session.flush()
    detail = {
        "day": day.day.isoformat(),
        "kind": day.kind.value,
        "name": day.name,
        "counterpart": day.counterpart.isoformat() if day.counterpart else "",
        "source": day.source,
    }
    record(work, action, YEAR, found.year, detail=detail)


def _ends(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _plain(value: Any) -> str:
    return str(value)


def _text(errors: Errors, field: str, value: str, limit: int, missing: str = "") -> str:
    text = clean(value)
    if not text and missing:
        errors.setdefault(field, []).append(missing)
    elif len(text) > limit:
        errors.setdefault(field, []).append(f"Dài quá {limit} ký tự.")
    return text


def _refuse(errors: Mapping[str, list[str]]) -> None:
    if errors:
        raise InvalidInput(errors)
