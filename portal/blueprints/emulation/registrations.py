"""A unit's registration: opening it, its page, saving its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._content import TypedContent, load_content
from portal.blueprints.emulation._drafts import CONTENT, page_drafts
from portal.blueprints.emulation._page import SLUGS, editable, load_frame, may_edit, visible
from portal.blueprints.emulation._show import Opened, Show, load_show
from portal.blueprints.emulation.forms import ContentForm, NewRegistrationForm, expected_numbers, typed_numbers
from portal.core.errors import InvalidInput, RuleBroken, VersionConflict
from portal.core.text import whole_number
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import policies, queries
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.waiting import own_registrations
from portal.domain.emulation.services import registrations as services
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import keeps
from portal.web.formats import day, days_left
from portal.web.htmx import fragment, is_htmx, page, see_other
from portal.web.last_saved import last_saved
from portal.web.menu import year_in_view

TEMPLATE = "emulation/show_registration.html"


@dataclass(frozen=True, slots=True)
class Opening:
    """A unit and a period: its registration when there is one, else whether one can be opened, and why not."""

    unit_id: int
    unit_name: str
    period_id: int
    period_name: str
    due_text: str
    url: str
    state: Any
    reason: str

    @property
    def allowed(self) -> bool:
        return not self.url and not self.reason


@bp.get("/dang-ky/moi")
@requires(Permission.REGISTRATION_EDIT)
def new_registration() -> Response:
    """Choose the unit and the period; with one choice it is one button."""
    return _new_page(work())


@bp.post("/dang-ky/moi")
@requires(Permission.REGISTRATION_EDIT)
def create_registration() -> Response:
    """Open the registration and go to it."""
    form = NewRegistrationForm()
    valid = form.validate()
    w = work()
    if not valid:
        return _new_page(w, status=422, problem="Xin chọn đơn vị và kỳ đăng ký trong danh sách.")
    try:
        made = services.open_registration(w, form.unit_id.data or 0, form.period_id.data or 0)
    except RuleBroken as error:
        return _new_page(w, status=409, problem=error.message)
    flash("Đã lập bản đăng ký. Xin ghi nội dung, chỉ tiêu và danh sách.", "ok")
    return see_other(url_for("emulation.show_registration", registration_id=made.id))


@bp.get("/dang-ky/<int:registration_id>")
@requires(Permission.REGISTRATION_VIEW)
def show_registration(registration_id: int) -> Response:
    """The registration to read and to write; of what is not sent, others see only that it exists."""
    w = work()
    found = visible(w, registration_id)
    if not policies.can_view_content(w.actor, found):
        return page("emulation/hidden_registration.html", frame=load_frame(w, found))
    drafts = page_drafts(found.id) if policies.can_edit(w.actor, found) else None
    return page(TEMPLATE, show=load_show(w, found, Opened(page=lines_page_in_view(), drafts=drafts)))


@bp.post("/dang-ky/<int:registration_id>/noi-dung")
@requires(Permission.REGISTRATION_EDIT)
@keeps(CONTENT, check=may_edit)
def save_content(registration_id: int) -> Response:
    """Save content, staff, movements and expected numbers; with `tiep` go on to that step."""
    form = ContentForm()
    valid = form.validate()
    expected, faulty = expected_numbers(request.form)
    typed = TypedContent(
        form=form,
        movement_ids=form.chosen_movements(),
        expected=typed_numbers(request.form),
        faulty=frozenset(faulty),
    )
    w = work()
    found = editable(w, registration_id)
    if not valid or faulty:
        return _content_page(w, found, typed, 422)
    data = services.ContentData(form.content.data or "", form.staff_count.data, sorted(typed.movement_ids), expected)
    try:
        services.save_content(w, found, int_or_zero(form.version.data), data)
    except InvalidInput as error:
        return _content_page(w, found, _with_errors(typed, error), 422)
    except VersionConflict:
        saved = last_saved(queries.OBJECT_TYPE, found.id, "registration.content_saved")
        return _content_page(w, found, replace(typed, saved=saved), 409)
    return _saved(w, found)


def _saved(w: Work, found: EmulationRegistration) -> Response:
    step = request.form.get("tiep", "")
    if step in SLUGS.values():
        return see_other(url_for("emulation.show_step", registration_id=found.id, step=step))
    if is_htmx():
        flash("Đã lưu nội dung.", "ok")
        return fragment("emulation/content.html", "saved", show=_show(w, found))
    flash("Đã lưu nội dung.", "ok")
    return see_other(url_for("emulation.show_registration", registration_id=found.id))


def _content_page(w: Work, found: EmulationRegistration, typed: TypedContent, status: int) -> Response:
    frame = load_frame(w, found)
    content = load_content(w, frame, list(w.session.scalars(queries.titles_valid(frame.period))), typed)
    show = _show(w, found, Opened(page=lines_page_in_view(), content=content))
    if is_htmx():
        return fragment("emulation/content.html", "form", status=status, show=show)
    return page(TEMPLATE, status=status, show=show)


def _show(w: Work, found: EmulationRegistration, opened: Opened | None = None) -> Show:
    return load_show(w, found, opened or Opened(page=lines_page_in_view()))


def _with_errors(typed: TypedContent, error: InvalidInput) -> TypedContent:
    place_errors(typed.form, error)
    return replace(typed, errors=error.errors)


def place_errors(form: Any, error: InvalidInput, names: dict[str, str] | None = None) -> None:
    """Put a service's sentences beside the fields; `names` maps its field names to the form's where they differ."""
    for key, texts in error.errors.items():
        name = (names or {}).get(key, key)
        if name in form:
            form[name].errors = [*form[name].errors, *texts]


def int_or_zero(text: str | None) -> int:
    """A number out of a hidden field; 0 for anything else, which no version has."""
    return whole_number(text) or 0


def lines_page_in_view() -> int:
    """The page of lines that the address or the form asks for."""
    return int_or_zero(request.values.get("trang")) or 1


def _new_page(w: Work, status: int = 200, problem: str = "") -> Response:
    rows = w.session.execute(own_registrations(w.actor, w.today(), year_in_view())).all()
    openings = [_opening(row, w.today()) for row in rows if policies.can_open(w.actor, row.unit_id)]
    return page(
        "emulation/new_registration.html",
        status=status,
        openings=openings,
        only=_only(openings),
        problem=problem,
        year=year_in_view(),
    )


def _only(openings: Sequence[Opening]) -> Opening | None:
    """The one registration that can be opened, when there is just one."""
    free = [o for o in openings if o.allowed]
    return free[0] if len(free) == 1 else None


def _opening(row: Any, today: date) -> Opening:
    reason = ""
    if row.registration_id is None and today < row.opens_on:
        reason = f"Kỳ này mở từ ngày {day(row.opens_on)}."
    elif row.registration_id is None and today > max(row.closes_on, row.last_day):
        reason = f"Kỳ này đã đóng từ ngày {day(row.closes_on)}. Nếu cần, xin đề nghị cơ quan tiếp nhận gia hạn."
    left = days_left(row.due_on, today)
    return Opening(
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        period_id=row.period_id,
        period_name=row.period_name,
        due_text=f"{day(row.due_on)}, {left[:1].lower()}{left[1:]}",
        url=url_for("emulation.show_registration", registration_id=row.registration_id) if row.registration_id else "",
        state=row.state,
        reason=reason,
    )
