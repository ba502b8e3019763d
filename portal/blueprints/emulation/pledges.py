"""Numeric pledges of a registration, one at a time: as rows that htmx swaps, and as whole pages without script."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal

from flask import Response, flash, make_response, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._changes import pledge_removed, pledge_saved
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

AGAIN = "them_lai"
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
    pledge = _pledge_there(w, found, pledge_id)
    if pledge is None:
        if pledge_removed(w, found.id, pledge_id) is None:
            raise NotFound
        return make_response("") if is_htmx() else see_other(f"{frame.url}#chi-tieu")
    if is_htmx():
        return fragment(ROWS, "pledge", row=pledge_row(frame, pledge), can_edit=frame.can_edit)
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


def _may_write(registration_id: int, pledge_id: int) -> None:
    """Raise unless the actor may save this pledge now, or its draft after it was removed."""
    w = work()
    found = editable(w, registration_id)
    if _pledge_there(w, found, pledge_id) is None and pledge_removed(w, found.id, pledge_id) is None:
        raise NotFound


@bp.post("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
@keeps(PLEDGE, check=_may_write, given_up=show_pledge)
def update_pledge(registration_id: int, pledge_id: int) -> Response:
    """Save a pledge; 409 shows both versions when someone else saved it meanwhile, or offers to add it anew."""
    form = PledgeForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    pledge = _pledge_there(w, found, pledge_id)
    if pledge is None:
        return _gone(w, found, pledge_id, form, valid)
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
    return _ask_removal(w, found, pledge_id)


def _ask_removal(
    w: Work, found: EmulationRegistration, pledge_id: int, status: int = 200, problem: str = ""
) -> Response:
    frame = load_frame(w, found)
    row = pledge_row(frame, _pledge(w, found, pledge_id))
    confirm = {
        "title": f"Xóa chỉ tiêu: {row.name}?",
        "text": f"{problem} Chỉ tiêu bị bỏ khỏi bản đăng ký; sau khi xóa có thể hoàn tác ngay.".strip(),
        "action": row.remove_url,
        "submit_label": "Xóa chỉ tiêu",
        "icon": "trash",
        "danger": True,
        "cancel_url": f"{frame.url}#chi-tieu-{pledge_id}",
    }
    return page("components/confirm_page.html", status=status, confirm=confirm)


@bp.post("/dang-ky/<int:registration_id>/chi-tieu/<int:pledge_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def remove_pledge(registration_id: int, pledge_id: int) -> Response:
    """Remove a pledge; the toast can undo it."""
    w = work()
    found = editable(w, registration_id)
    before = load_standing(w, found) if is_htmx() else None
    try:
        removed = services.remove_pledge(w, found, pledge_id, int_or_zero(request.args.get("version")))
    except VersionConflict:
        return _not_removed(w, found, pledge_id)
    except NotFound:
        removed_by = pledge_removed(w, found.id, pledge_id)
        if removed_by is None:
            raise
        told = f"{removed_by.who} đã xóa chỉ tiêu này trước đó."
        return _back(found, told) if before is None else _saved(w, found, told, before)
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
    met = (pledge, pledge_saved(w, found.id, pledge.id)) if status == 409 else None
    drafts = None if is_htmx() else page_drafts(found.id)
    edit = edit_pledge_row(frame, pledge.id, form, drafts, met)
    if is_htmx():
        return fragment(ROWS, "edit_pledge", status=status, edit=edit)
    opened = Opened(lines_page_in_view(), pledge=edit, drafts=drafts)
    return page(TEMPLATE, status=status, show=load_show(w, found, opened))


def _gone(w: Work, found: EmulationRegistration, pledge_id: int, form: PledgeForm, valid: bool) -> Response:
    """The pledge was removed while it was being edited: what was typed stays, sending it once more adds it anew."""
    removed = pledge_removed(w, found.id, pledge_id)
    if removed is None:
        raise NotFound
    status, wanted = 409, request.form.get(AGAIN) == "1"
    before = load_standing(w, found) if is_htmx() else None
    if wanted and not valid:
        status = 422
    elif wanted:
        try:
            pledge = services.add_pledge(w, found, form.to_data())
        except InvalidInput as error:
            place_errors(form, error)
            status = 422
        else:
            said = f"Đã thêm chỉ tiêu: {pledge.name}."
            return _back(found, said) if before is None else _saved(w, found, said, before, pledge)
    edit = edit_pledge_row(load_frame(w, found), pledge_id, form, gone=removed)
    if is_htmx():
        return fragment(ROWS, "edit_pledge", status=status, edit=edit)
    return page(TEMPLATE, status=status, show=load_show(w, found, Opened(lines_page_in_view(), pledge=edit)))


def _not_removed(w: Work, found: EmulationRegistration, pledge_id: int) -> Response:
    """Someone saved the pledge meanwhile: it stays, and is shown as it is now."""
    saved = pledge_saved(w, found.id, pledge_id)
    told = f"Chưa xóa: {saved.who} vừa sửa chỉ tiêu này lúc {saved.at}. Xin xem lại rồi xóa nếu vẫn cần."
    if not is_htmx():
        return _ask_removal(w, found, pledge_id, 409, told)
    flash(told, "warn")
    row = pledge_row(load_frame(w, found), _pledge(w, found, pledge_id))
    return fragment(ROWS, "kept_pledge", status=409, row=row, said=told)


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


def _pledge_there(w: Work, found: EmulationRegistration, pledge_id: int) -> RegistrationPledge | None:
    return next((p for p in w.session.scalars(queries.pledges_of(found.id)) if p.id == pledge_id), None)


def _pledge(w: Work, found: EmulationRegistration, pledge_id: int) -> RegistrationPledge:
    pledge = _pledge_there(w, found, pledge_id)
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
