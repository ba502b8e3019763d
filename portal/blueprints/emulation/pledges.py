"""Numeric pledges of a registration, one at a time: as rows that htmx swaps, and as whole pages without script."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._drafts import PLEDGE, page_drafts
from portal.blueprints.emulation._page import editable, load_frame, may_edit, readable
from portal.blueprints.emulation._pledges import edit_pledge_row, new_pledge, pledge_row
from portal.blueprints.emulation._show import Opened, Standing, load_brief, load_show, load_standing
from portal.blueprints.emulation.forms import PledgeForm
from portal.blueprints.emulation.registrations import TEMPLATE, int_or_zero, lines_page_in_view, place_errors
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import queries
from portal.domain.emulation.models import EmulationRegistration, RegistrationPledge
from portal.domain.emulation.services import registrations as services
from portal.domain.emulation.services.registrations import PledgeData
from portal.web.access import requires
from portal.web.context import runtime, work
from portal.web.drafts import keeps
from portal.web.htmx import fragment, is_htmx, page, see_other

UNDO = "registration_pledge_undo"
ROWS = "emulation/pledges.html"


@bp.get("/dang-ky/<int:registration_id>/chi-tieu/moi")
@requires(Permission.REGISTRATION_EDIT)
def new_pledge_row(registration_id: int) -> Response:
    """An empty row for a new pledge."""
    w = work()
    found = editable(w, registration_id)
    return _new_again(w, found, PledgeForm(formdata=None), 200)


@bp.post("/dang-ky/<int:registration_id>/chi-tieu")
@requires(Permission.REGISTRATION_EDIT)
@keeps(PLEDGE, check=may_edit, key="{registration_id}/moi", given_up=new_pledge_row)
def add_pledge(registration_id: int) -> Response:
    """Add a pledge; the answer has a fresh row for the next one."""
    form = PledgeForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    if not valid:
        return _new_again(w, found, form, 422)
    before = load_standing(w, found) if is_htmx() else None
    try:
        pledge = services.add_pledge(w, found, form.to_data())
    except InvalidInput as error:
        place_errors(form, error)
        return _new_again(w, found, form, 422)
    said = f"Đã thêm chỉ tiêu: {pledge.name}."
    if before is None:
        return _back(found, said)
    return _saved(w, found, said, before, pledge, adding=True)


@bp.get("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>")
@requires(Permission.REGISTRATION_VIEW)
def show_pledge(registration_id: int, pledge_id: int) -> Response:
    """A pledge to read: the row that takes the place of one under edit when that is given up."""
    w = work()
    found = readable(w, registration_id)
    frame = load_frame(w, found)
    row = pledge_row(frame, _pledge(w, found, pledge_id))
    if is_htmx():
        return fragment(ROWS, "pledge", row=row, can_edit=frame.can_edit)
    return see_other(f"{frame.url}#chi-tieu-{pledge_id}")


@bp.get("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
def edit_pledge(registration_id: int, pledge_id: int) -> Response:
    """A pledge to write in."""
    w = work()
    found = editable(w, registration_id)
    pledge = _pledge(w, found, pledge_id)
    form = PledgeForm(formdata=None)
    form.fill(pledge)
    return _edit_again(w, found, pledge, form, 200)


@bp.post("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
@keeps(PLEDGE, check=may_edit, given_up=show_pledge)
def update_pledge(registration_id: int, pledge_id: int) -> Response:
    """Save a pledge; 409 shows both versions when someone else saved it meanwhile."""
    form = PledgeForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    pledge = _pledge(w, found, pledge_id)
    if not valid:
        return _edit_again(w, found, pledge, form, 422)
    before = load_standing(w, found) if is_htmx() else None
    try:
        saved = services.update_pledge(w, found, pledge_id, int_or_zero(form.version.data), form.to_data())
    except InvalidInput as error:
        place_errors(form, error)
        return _edit_again(w, found, pledge, form, 422)
    except VersionConflict:
        return _edit_again(w, found, pledge, form, 409)
    said = f"Đã lưu chỉ tiêu: {saved.name}."
    if before is None:
        return _back(found, said, f"#chi-tieu-{pledge_id}")
    return _saved(w, found, said, before, saved)


@bp.get("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def confirm_remove_pledge(registration_id: int, pledge_id: int) -> Response:
    """Ask before a pledge is removed, for those without script."""
    w = work()
    found = editable(w, registration_id)
    frame = load_frame(w, found)
    row = pledge_row(frame, _pledge(w, found, pledge_id))
    confirm = {
        "title": f"Xóa chỉ tiêu: {row.name}?",
        "text": "Chỉ tiêu bị bỏ khỏi bản đăng ký; sau khi xóa có thể hoàn tác ngay.",
        "action": row.remove_url,
        "submit_label": "Xóa chỉ tiêu",
        "icon": "trash",
        "danger": True,
        "cancel_url": f"{frame.url}#chi-tieu-{pledge_id}",
    }
    return page("components/confirm_page.html", confirm=confirm)


@bp.post("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def remove_pledge(registration_id: int, pledge_id: int) -> Response:
    """Remove a pledge; the toast can undo it."""
    w = work()
    found = editable(w, registration_id)
    before = load_standing(w, found) if is_htmx() else None
    removed = services.remove_pledge(w, found, pledge_id, int_or_zero(request.args.get("version")))
    flash(_undo_toast(w, found, removed), "ok")  # type: ignore[arg-type] # a toast with its undo
    if before is None:
        return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}#chi-tieu")
    return _saved(w, found, "Đã xóa chỉ tiêu. Có thể hoàn tác.", before)


@bp.post("/dang-ky/<int:registration_id>/chi-tieu/hoan-tac")
@requires(Permission.REGISTRATION_EDIT)
def restore_pledge(registration_id: int) -> Response:
    """Undo a removal: the pledge comes back at the end."""
    token = request.form.get("token", "")
    w = work()
    found = editable(w, registration_id)
    pledge = services.add_pledge(w, found, _removed(w, found, token))
    return _back(found, f"Đã khôi phục chỉ tiêu: {pledge.name}.", f"#chi-tieu-{pledge.id}")


def _new_again(w: Work, found: EmulationRegistration, form: PledgeForm, status: int) -> Response:
    drafts = None if is_htmx() else page_drafts(found.id)
    edit = new_pledge(load_frame(w, found), form, focus="" if form.errors else "name", drafts=drafts)
    if is_htmx():
        return fragment(ROWS, "edit_pledge", status=status, edit=edit)
    opened = Opened(lines_page_in_view(), new_pledge=edit, drafts=drafts)
    return page(TEMPLATE, status=status, show=load_show(w, found, opened))


def _edit_again(
    w: Work, found: EmulationRegistration, pledge: RegistrationPledge, form: PledgeForm, status: int
) -> Response:
    frame = load_frame(w, found)
    theirs = pledge_row(frame, pledge) if status == 409 else None
    if theirs is not None:
        form.version.data = str(pledge.version)  # sending it once more is the choice to keep one's own
    drafts = None if is_htmx() else page_drafts(found.id)
    edit = edit_pledge_row(frame, pledge.id, form, theirs, drafts)
    if is_htmx():
        return fragment(ROWS, "edit_pledge", status=status, edit=edit)
    opened = Opened(lines_page_in_view(), pledge=edit, drafts=drafts)
    return page(TEMPLATE, status=status, show=load_show(w, found, opened))


def _saved(
    w: Work,
    found: EmulationRegistration,
    said: str,
    before: Standing,
    pledge: RegistrationPledge | None = None,
    adding: bool = False,
) -> Response:
    show = load_brief(w, found, Opened())
    return fragment(
        ROWS,
        "saved_pledge",
        show=show,
        row=pledge_row(show.frame, pledge) if pledge is not None else None,
        adding=new_pledge(show.frame, focus="name") if adding else None,
        faults_changed=before.errors != show.errors,
        said=said,
    )


def _back(found: EmulationRegistration, said: str, anchor: str = "#chi-tieu") -> Response:
    flash(said, "ok")
    return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}{anchor}")


def _pledge(w: Work, found: EmulationRegistration, pledge_id: int) -> RegistrationPledge:
    pledge: RegistrationPledge | None = next(
        (p for p in w.session.scalars(queries.pledges_of(found.id)) if p.id == pledge_id), None
    )
    if pledge is None:
        raise NotFound
    return pledge


def _undo_toast(w: Work, found: EmulationRegistration, removed: PledgeData) -> dict[str, object]:
    number = None if removed.number is None else str(removed.number)
    plain = json.dumps({**asdict(removed), "number": number}).encode()
    sealed = runtime().keyring.encrypt(UNDO, plain, f"{w.actor.user_id}/{found.id}")
    return {
        "title": f"Đã xóa chỉ tiêu: {removed.name}",
        "undo_url": url_for("emulation.restore_pledge", registration_id=found.id),
        "undo_fields": {"token": sealed},
    }


def _removed(w: Work, found: EmulationRegistration, token: str) -> PledgeData:
    """The removed pledge out of its seal; NotFound for anything else."""
    try:
        plain = json.loads(runtime().keyring.decrypt(UNDO, token, f"{w.actor.user_id}/{found.id}"))
    except (ValueError, RuntimeError) as error:
        raise NotFound from error
    return PledgeData(**{**plain, "number": None if plain["number"] is None else Decimal(plain["number"])})
