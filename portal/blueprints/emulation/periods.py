"""Kỳ đăng ký: the periods, their days and rounding, and later days granted to single units."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._catalogue import catalogue_tabs, named_unit, one, small_number
from portal.blueprints.emulation._catalogue_lists import PERIODS
from portal.blueprints.emulation.catalogue_forms import ExceptionForm, NewPeriodForm, PeriodForm
from portal.core.errors import InvalidInput, RuleBroken, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.calendar.queries import load_calendar
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import PeriodSector
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services import periods as services
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, work
from portal.web.days_off import day_off_text
from portal.web.drafts import NEW, keeps, of_form
from portal.web.fields import put_errors
from portal.web.formats import day
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import list_page
from portal.web.menu import year_in_view

P = Permission
FIRST_DAY, DUE_DAY, LAST_DAY = (1, 3), (3, 31), (6, 30)


@bp.get("/ky-dang-ky")
@requires(P.CATALOGUE_VIEW)
def list_periods() -> Response:
    """Every period, the newest first."""
    manages = actor().can(P.PERIOD_MANAGE)
    return list_page(PERIODS, "emulation/list_periods.html", tabs=catalogue_tabs(), manages=manages)


@bp.get("/ky-dang-ky/moi")
@requires(P.PERIOD_MANAGE)
def new_period() -> Response:
    """A form with the usual days of the year in view."""
    year, current = year_in_view(), work()
    form = NewPeriodForm(
        formdata=None,
        year=year,
        name=f"Đăng ký thi đua năm {year}",
        opens_on=date(year, *FIRST_DAY),
        due_on=load_calendar(current.session).next_working_day(date(year, *DUE_DAY)),
        closes_on=date(year, *LAST_DAY),
    )
    return _new_page(current, form)


@bp.post("/ky-dang-ky/moi")
@requires(P.PERIOD_MANAGE)
@keeps("emulation.new_period", check=lambda: None)
def create_period() -> Response:
    """Open the period."""
    form = NewPeriodForm()
    current = work()
    _offer(current, form)
    if not form.validate():
        return _new_page(current, form, 422)
    try:
        made = services.create_period(current, form.year.data or 0, PeriodSector(form.sector.data), form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _new_page(current, form, 422)
    flash(f"Đã thêm “{made.name}”.", "ok")
    _warn(current, "Hạn gửi", made.due_on)
    return see_other(url_for("emulation.list_periods"))


@bp.get("/ky-dang-ky/<int:period_id>/sua")
@requires(P.PERIOD_MANAGE)
def edit_period(period_id: int) -> Response:
    """The period in a form, with the later days that were granted."""
    current = work()
    period = one(current, queries.one_period(period_id))
    return _edit_page(current, period, PeriodForm(formdata=None, obj=period), ExceptionForm(formdata=None))


@bp.post("/ky-dang-ky/<int:period_id>/sua")
@requires(P.PERIOD_MANAGE)
@keeps("emulation.period", check=lambda period_id: one(work(), queries.one_period(period_id)))
def update_period(period_id: int) -> Response:
    """Save; who saves second sees both versions."""
    form = PeriodForm()
    current = work()
    _offer(current, form)
    period = one(current, queries.one_period(period_id))
    grant = ExceptionForm(formdata=None)
    if not form.validate():
        return _edit_page(current, period, form, grant, status=422)
    try:
        services.update_period(current, period_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(current, period, form, grant, status=422)
    except VersionConflict:
        stored = PeriodForm(formdata=None, obj=period)
        _offer(current, stored)
        conflict = conflict_of(form, stored, last_saved(services.PERIOD, period_id))
        return _edit_page(current, period, form, grant, conflict=conflict, status=409)
    flash("Đã lưu kỳ đăng ký.", "ok")
    _warn(current, "Hạn gửi", period.due_on)
    return see_other(url_for("emulation.list_periods"))


@bp.post("/ky-dang-ky/<int:period_id>/xoa")
@requires(P.PERIOD_MANAGE)
def delete_period(period_id: int) -> Response:
    """Remove a period that nobody has used."""
    current = work()
    period = one(current, queries.one_period(period_id))
    name = period.name
    try:
        services.delete_period(current, period_id, small_number(request.form.get("version")))
    except RuleBroken as error:
        form = PeriodForm(formdata=None, obj=period)
        return _edit_page(current, period, form, ExceptionForm(formdata=None), problem=error.message, status=409)
    flash(f"Đã xóa “{name}”.", "ok")
    return see_other(url_for("emulation.list_periods"))


@bp.post("/ky-dang-ky/<int:period_id>/gia-han")
@requires(P.PERIOD_MANAGE)
def create_exception(period_id: int) -> Response:
    """Grant one unit a later day, or change the day that it has."""
    form = ExceptionForm()
    valid = form.validate()
    current = work()
    period = one(current, queries.one_period(period_id))
    if valid:
        try:
            unit = named_unit(current, form.unit.data or "", P.PERIOD_MANAGE)
            granted = services.grant_exception(current, period_id, unit, form.to_data())
            flash(f"Đã gia hạn cho {unit.short_name} đến {day(granted.due_on)}.", "ok")
            _warn(current, "Ngày gia hạn", granted.due_on)
            return see_other(url_for("emulation.edit_period", period_id=period_id, _anchor="gia-han"))
        except InvalidInput as error:
            put_errors(form, error)
    return _edit_page(current, period, PeriodForm(formdata=None, obj=period), form, status=422)


@bp.post("/ky-dang-ky/<int:period_id>/gia-han/<int:exception_id>/bo")
@requires(P.PERIOD_MANAGE)
def withdraw_exception(period_id: int, exception_id: int) -> Response:
    """Hold the unit to the common day again."""
    services.withdraw_exception(work(), period_id, exception_id)
    flash("Đã bỏ gia hạn.", "ok")
    return see_other(url_for("emulation.edit_period", period_id=period_id, _anchor="gia-han"))


def _new_page(current: Work, form: NewPeriodForm, status: int = 200) -> Response:
    _offer(current, form)
    draft = of_form("emulation.new_period", NEW, form, back=url_for("emulation.new_period"))
    return page("emulation/new_period.html", form=form, draft=draft, status=status)


def _edit_page(
    current: Work,
    period: RegistrationPeriod,
    form: PeriodForm,
    grant: ExceptionForm,
    *,
    problem: str = "",
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    _offer(current, form)
    return page(
        "emulation/edit_period.html",
        status=status,
        period=period,
        form=form,
        draft=of_form("emulation.period", period.id, form, back=url_for("emulation.edit_period", period_id=period.id)),
        grant=grant,
        problem=problem,
        day_off=day_off_text(current, "Hạn gửi", period.due_on),
        conflict=conflict,
        exceptions=current.session.execute(queries.exceptions_of(period.id)).all(),
        suggest_url=url_for("units.find_units"),
    )


def _warn(current: Work, what: str, day_set: date) -> None:
    """Say after saving that the day is a day off, and which working day follows."""
    text = day_off_text(current, what, day_set)
    if text:
        flash({"title": "Ngày này là ngày nghỉ", "text": text}, "warn")  # type: ignore[arg-type] # a toast of two lines


def _offer(current: Work, form: PeriodForm) -> None:
    form.offer(current.session.scalars(queries.regimes()))
