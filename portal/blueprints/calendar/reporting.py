"""Kỳ báo cáo: the year's reporting periods with their cut-off and due days, and the rules that set them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response, flash, url_for

from portal.blueprints.calendar import bp
from portal.blueprints.calendar._shared import calendar_tabs, day_and_weekday, year_args
from portal.blueprints.calendar.forms import RuleForm
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.core.manifest import Shown
from portal.domain.access.enums import Permission
from portal.domain.calendar import services
from portal.domain.calendar.models import ReportingPeriodRule
from portal.domain.calendar.periods import ReportingPeriod, due_on, earliest_due, periods_of
from portal.domain.calendar.policies import can_keep
from portal.domain.calendar.queries import load_calendar, one_rule, reporting_rules
from portal.domain.calendar.rules import Term, WorkCalendar
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, today, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.menu import year_in_view

P = Permission
AHEAD = Shown("Chưa đến", "idle", "circle-dashed")
RUNNING = Shown("Đang trong kỳ", "run", "progress")
CLOSED = Shown("Đã chốt, đang lập báo cáo", "warn", "hourglass")
OVER = Shown("Đã qua hạn gửi", "idle", "circle-check")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period with its due day and where it stands today."""

    period: ReportingPeriod
    due_on: date
    due_text: str
    state: Shown


@dataclass(frozen=True, slots=True)
class RuleBox:
    """A rule with its periods of the year in view."""

    rule: ReportingPeriodRule
    term: str
    rows: list[PeriodRow]


@bp.get("/ky-bao-cao")
@requires(P.PORTAL_USE)
def list_reporting_periods() -> Response:
    """The year's periods by kind of report."""
    current, year = work(), year_in_view()
    calendar = load_calendar(current.session)
    rules = current.session.scalars(reporting_rules(date(year, 12, 31))).all()
    return page(
        "calendar/list_reporting_periods.html",
        boxes=[_box(rule, year, calendar) for rule in rules],
        year=year,
        tabs=calendar_tabs(),
        manages=can_keep(actor()),
        confirmed=calendar.is_confirmed(date(year, 1, 1)),
    )


@bp.get("/ky-bao-cao/<int:rule_id>/sua")
@requires(P.CALENDAR_MANAGE)
def edit_rule(rule_id: int) -> Response:
    """The rule in a form."""
    rule = _rule(rule_id)
    return _rule_page(rule, _form_of(rule))


@bp.post("/ky-bao-cao/<int:rule_id>/sua")
@requires(P.CALENDAR_MANAGE)
@keeps("calendar.rule", check=lambda rule_id: _rule(rule_id))  # noqa: PLW0108 - stands below
def update_rule(rule_id: int) -> Response:
    """Save; who saves second sees both versions."""
    form = RuleForm()
    valid = form.validate()
    rule = _rule(rule_id)
    if not valid:
        return _rule_page(rule, form, status=422)
    try:
        services.update_rule(work(), rule_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _rule_page(rule, form, status=422)
    except VersionConflict:
        conflict = conflict_of(form, _form_of(rule), last_saved(services.RULE, rule.id))
        return _rule_page(rule, form, conflict, 409)
    flash(f"Đã lưu quy định “{rule.name}”.", "ok")
    return see_other(url_for("calendar.list_reporting_periods", **year_args()))


def _rule(rule_id: int) -> ReportingPeriodRule:
    found: ReportingPeriodRule | None = work().session.scalars(one_rule(rule_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _rule_page(
    rule: ReportingPeriodRule, form: RuleForm, conflict: Conflict | None = None, status: int = 200
) -> Response:
    return page(
        "calendar/edit_rule.html",
        status=status,
        rule=rule,
        form=form,
        draft=of_form("calendar.rule", rule.id, form, conflict=conflict),
        conflict=conflict,
        list_url=url_for("calendar.list_reporting_periods", **year_args()),
    )


def _form_of(rule: ReportingPeriodRule) -> RuleForm:
    """The rule in its form."""
    return RuleForm(formdata=None, obj=rule, due_unit=rule.due_unit.value)


def _box(rule: ReportingPeriodRule, year: int, calendar: WorkCalendar) -> RuleBox:
    term = Term(rule.due_amount, rule.due_unit)
    periods = periods_of(rule.cycle, year, rule.cutoff_day)
    return RuleBox(rule, term.label, [_row(period, term, calendar) for period in periods])


def _row(period: ReportingPeriod, term: Term, calendar: WorkCalendar) -> PeriodRow:
    due = max(due_on(period, term, calendar), earliest_due(period, calendar))
    return PeriodRow(period, due, day_and_weekday(due), _state(period, due, today()))


def _state(period: ReportingPeriod, due: date, on: date) -> Shown:
    if on < period.starts_on:
        return AHEAD
    if on <= period.cutoff_on:
        return RUNNING
    return CLOSED if on <= due else OVER
