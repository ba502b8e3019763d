"""Ngày nghỉ, ngày làm bù: a year's list, begun from the proposal, corrected, confirmed with its paper."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, request, url_for

from portal.blueprints.calendar import bp
from portal.blueprints.calendar._list import load_list, named_list
from portal.blueprints.calendar._shared import calendar_tabs, day_and_weekday
from portal.blueprints.calendar.forms import KINDS, DayForm, PaperForm
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.domain.access.enums import Permission
from portal.domain.calendar import services
from portal.domain.calendar.enums import DayKind
from portal.domain.calendar.models import CalendarDay, HolidayYear
from portal.domain.calendar.policies import can_keep
from portal.domain.calendar.queries import one_day
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.formats import day as day_text
from portal.web.htmx import page, see_other
from portal.web.last_saved import Saved, last_saved
from portal.web.menu import year_in_view

P = Permission


@bp.get("/ngay-nghi")
@requires(P.PORTAL_USE)
def list_days_off() -> Response:
    """The days off and swapped days of the year in view, and how sure they are."""
    shown = load_list(work(), year_in_view())
    return page("calendar/list_days_off.html", shown=shown, tabs=calendar_tabs(), manages=can_keep(actor()))


@bp.post("/ngay-nghi/<int:year>/lap")
@requires(P.CALENDAR_MANAGE)
def begin_list(year: int) -> Response:
    """Begin the year's list from what is expected."""
    services.begin_year(work(), year)
    flash(f"Đã lập danh sách năm {year} từ ngày dự kiến. Xin đối chiếu với văn bản rồi xác nhận.", "ok")
    return see_other(_list_url(year))


@bp.get("/ngay-nghi/<int:year>/xac-nhan")
@requires(P.CALENDAR_MANAGE)
def edit_paper(year: int) -> Response:
    """Ask for the paper that announced the days."""
    current = work()
    found = named_list(current, year)
    return _paper_page(found, PaperForm(formdata=None, obj=found))


@bp.post("/ngay-nghi/<int:year>/xac-nhan")
@requires(P.CALENDAR_MANAGE)
@keeps("calendar.paper", check=lambda year: named_list(work(), year))
def confirm_list(year: int) -> Response:
    """Confirm the list: deadlines are counted by it from now on."""
    form = PaperForm()
    valid = form.validate()
    current = work()
    found = named_list(current, year)
    if not valid:
        return _paper_page(found, form, status=422)
    try:
        services.confirm_year(current, year, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _paper_page(found, form, status=422)
    except VersionConflict:
        stored = PaperForm(formdata=None, obj=found)
        return _paper_page(found, form, conflict_of(form, stored, last_saved(services.YEAR, year)), 409)
    flash(f"Đã xác nhận danh sách ngày nghỉ năm {year}.", "ok")
    return see_other(_list_url(year))


@bp.get("/ngay-nghi/<int:year>/them")
@requires(P.CALENDAR_MANAGE)
def new_day(year: int) -> Response:
    """A form for a day, or two swapped days."""
    found = named_list(work(), year)
    return _day_page(found, DayForm(formdata=None, version=found.version))


@bp.post("/ngay-nghi/<int:year>/them")
@requires(P.CALENDAR_MANAGE)
@keeps("calendar.day", key="{year}/moi", check=lambda year: named_list(work(), year))
def create_day(year: int) -> Response:
    """Put the day on the list."""
    form = DayForm()
    valid = form.validate()
    current = work()
    found = named_list(current, year)
    if not valid:
        return _day_page(found, form, status=422)
    try:
        made = services.add_day(current, year, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _day_page(found, form, status=422)
    except VersionConflict:
        form.version.data, form.version.raw_data = found.version, None
        return _day_page(found, form, saved=last_saved(services.YEAR, year), status=409)
    flash(f"Đã thêm {day_and_weekday(made.day)}.", "ok")
    return see_other(_list_url(year))


@bp.get("/ngay-nghi/ngay/<int:day_id>/sua")
@requires(P.CALENDAR_MANAGE)
def edit_day(day_id: int) -> Response:
    """The day in a form; of two swapped days always the one off."""
    found, day = _day(day_id)
    return _day_page(found, _form_of(found, day), day)


@bp.post("/ngay-nghi/ngay/<int:day_id>/sua")
@requires(P.CALENDAR_MANAGE)
@keeps("calendar.day", check=lambda day_id: _day(day_id))  # noqa: PLW0108 - stands below
def update_day(day_id: int) -> Response:
    """Save; who saves second sees both versions."""
    form = DayForm()
    valid = form.validate()
    found, day = _day(day_id)
    current = work()
    if not valid:
        return _day_page(found, form, day, status=422)
    try:
        services.update_day(current, day_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _day_page(found, form, day, status=422)
    except VersionConflict:
        conflict = conflict_of(form, _form_of(found, day), last_saved(services.YEAR, found.year))
        return _day_page(found, form, day, conflict, status=409)
    flash(f"Đã lưu {day_and_weekday(day.day)}.", "ok")
    return see_other(_list_url(found.year))


@bp.post("/ngay-nghi/ngay/<int:day_id>/bo")
@requires(P.CALENDAR_MANAGE)
def delete_day(day_id: int) -> Response:
    """Take the day, or both swapped days, off the list; the toast can put it back."""
    found, day = _day(day_id)
    stored = {name: text for name, text in _stored(day).items() if name != "kind"}
    kind = DayKind.SWAP_OFF if day.kind.is_swap else day.kind
    given = request.form.get("version", "")
    services.remove_day(work(), day_id, int(given) if given.isdecimal() and len(given) < 10 else 0)
    toast = {
        "title": f"Đã bỏ ngày {stored['day']} khỏi danh sách năm {found.year}",
        "undo_url": url_for("calendar.create_day", year=found.year),
        "undo_fields": {**stored, "kind": kind.value, "version": found.version},
    }
    flash(toast, "ok")  # type: ignore[arg-type] # a toast with its undo
    return see_other(_list_url(found.year))


def _list_url(year: int) -> str:
    return url_for("calendar.list_days_off", nam=year)


def _day(day_id: int) -> tuple[HolidayYear, CalendarDay]:
    found = work().session.execute(one_day(day_id)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _form_of(found: HolidayYear, day: CalendarDay) -> DayForm:
    """The day in its form."""
    form = DayForm(formdata=None, version=found.version)
    form.kind.data = (DayKind.SWAP_OFF if day.kind.is_swap else day.kind).value
    form.day.data, form.work_day.data = _off_and_work(day)
    form.name.data, form.source.data = day.name, day.source
    return form


def _off_and_work(day: CalendarDay) -> tuple[date | None, date | None]:
    return (day.counterpart, day.day) if day.kind is DayKind.SWAP_WORK else (day.day, day.counterpart)


def _stored(day: CalendarDay) -> dict[str, str]:
    """What is stored, as people read it, by the form's fields."""
    off, worked = _off_and_work(day)
    kind = DayKind.SWAP_OFF if day.kind.is_swap else day.kind
    return {
        "kind": dict(KINDS)[kind],
        "day": day_text(off),
        "work_day": day_text(worked),
        "name": day.name,
        "source": day.source,
    }


def _day_page(
    found: HolidayYear,
    form: DayForm,
    day: CalendarDay | None = None,
    conflict: Conflict | None = None,
    *,
    saved: Saved | None = None,
    status: int = 200,
) -> Response:
    return page(
        "calendar/edit_day.html",
        status=status,
        form=form,
        year=found.year,
        day=day,
        draft=of_form("calendar.day", day.id if day else f"{found.year}/moi", form, conflict=conflict),
        conflict=conflict,
        saved=saved,
        confirmed=found.confirmed_at is not None,
        list_url=_list_url(found.year),
    )


def _paper_page(found: HolidayYear, form: PaperForm, conflict: Conflict | None = None, status: int = 200) -> Response:
    shown = load_list(work(), found.year)
    return page(
        "calendar/confirm_list.html",
        status=status,
        form=form,
        shown=shown,
        draft=of_form("calendar.paper", found.year, form, conflict=conflict),
        conflict=conflict,
        list_url=_list_url(found.year),
    )
