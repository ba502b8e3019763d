"""The lines of a registration, one at a time: as rows that htmx swaps, and as whole pages without script."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, flash, make_response, request, url_for

from portal.blueprints.emulation import _list as lists
from portal.blueprints.emulation import bp
from portal.blueprints.emulation._changes import line_removed, line_saved
from portal.blueprints.emulation._drafts import LINE, page_drafts
from portal.blueprints.emulation._line_answers import ROWS, Answer, answer, changed, moved
from portal.blueprints.emulation._line_edit import edit_row, gone_row, new_row
from portal.blueprints.emulation._line_row import PAGE, page_count, page_of, page_query
from portal.blueprints.emulation._page import Frame, editable, load_frame, may_edit, readable
from portal.blueprints.emulation._show import Opened, Standing, load_brief, load_show, load_standing
from portal.blueprints.emulation.forms import LineForm
from portal.blueprints.emulation.registrations import TEMPLATE, int_or_zero, place_errors
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import queries
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.pages import known_names
from portal.domain.emulation.services import lines as services
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import keeps
from portal.web.htmx import fragment, is_htmx, page, see_other

AGAIN = "them_lai"
FIELDS = {"title_id": "title", "subject": "title"}


@bp.get("/dang-ky/<int:registration_id>/dong/moi")
@requires(Permission.REGISTRATION_EDIT)
def new_line(registration_id: int) -> Response:
    """The row for a new line, at the end of the last page of lines."""
    w = work()
    found = editable(w, registration_id)
    frame = load_frame(w, found)
    form = LineForm(formdata=None)
    form.title.data = request.args.get("danh-hieu", "")
    last = page_count(found.line_count)
    drafts = None if is_htmx() else page_drafts(found.id)
    focus = "name" if form.title.data else "title"
    edit = new_row(frame, _titles(w, frame), last, form, focus, drafts)
    if is_htmx():
        return fragment(ROWS, "edit_line", edit=edit)
    return page(TEMPLATE, show=load_show(w, found, Opened(page=last, new_line=edit, drafts=drafts)))


@bp.post("/dang-ky/<int:registration_id>/dong")
@requires(Permission.REGISTRATION_EDIT)
@keeps(LINE, check=may_edit, key="{registration_id}/moi", given_up=new_line)
def add_line(registration_id: int) -> Response:
    """Add a line; the answer has a fresh row with the same title, so that many can be typed one after the other."""
    form = LineForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    if not valid:
        return _new_again(w, found, form, 422)
    before = load_standing(w, found) if is_htmx() else None
    try:
        line = services.add_line(w, found, form.to_data())
    except InvalidInput as error:
        place_errors(form, error, FIELDS)
        return _new_again(w, found, form, 422)
    said = f"Đã thêm dòng {found.line_count}: {line.name}."
    again = url_for("emulation.new_line", registration_id=found.id, **{"danh-hieu": form.title.data})
    if before is None or (found.line_count > 1 and found.line_count % PAGE == 1):
        flash(said, "ok")
        return see_other(again)
    return _added(w, found, line, form, before, said)


@bp.get("/dang-ky/<int:registration_id>/dong/<int:line_id>")
@requires(Permission.REGISTRATION_VIEW)
def show_line(registration_id: int, line_id: int) -> Response:
    """A line to read: the row that takes the place of one under edit when that is given up."""
    w = work()
    found = readable(w, registration_id)
    frame = load_frame(w, found)
    row = lists.load_row(w, frame, load_standing(w, found).checks, line_id)
    if row is None:
        if line_removed(w, found.id, line_id) is None:
            raise NotFound
        return make_response("") if is_htmx() else see_other(f"{frame.url}#danh-sach")
    if is_htmx():
        return fragment(ROWS, "line", row=replace(row, focus=True), can_edit=frame.can_edit)
    return see_other(f"{frame.url}{page_query(page_of(row.number))}#dong-{line_id}")


@bp.get("/dang-ky/<int:registration_id>/dong/<int:line_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
def edit_line(registration_id: int, line_id: int) -> Response:
    """A line to write in."""
    w = work()
    found = editable(w, registration_id)
    line = _line(w, found, line_id)
    form = LineForm(formdata=None)
    form.fill(line)
    return _edit_again(w, found, line, form, 200)


def _may_write(registration_id: int, line_id: int) -> None:
    """Raise unless the actor may save this line now, or its draft after it was removed."""
    w = work()
    found = editable(w, registration_id)
    there = w.session.scalars(queries.line_of(found.id, line_id)).one_or_none()
    if there is None and line_removed(w, found.id, line_id) is None:
        raise NotFound


@bp.post("/dang-ky/<int:registration_id>/dong/<int:line_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
@keeps(LINE, check=_may_write, given_up=show_line)
def update_line(registration_id: int, line_id: int) -> Response:
    """Save a line; 409 shows both versions when someone else saved it meanwhile, or offers to add it anew."""
    form = LineForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    line: RegistrationLine | None = w.session.scalars(queries.line_of(found.id, line_id)).one_or_none()
    if line is None:
        return _gone(w, found, line_id, form, valid)
    if not valid:
        return _edit_again(w, found, line, form, 422)
    before = load_standing(w, found) if is_htmx() else None
    try:
        services.update_line(w, found, line_id, int_or_zero(form.version.data), form.to_data())
    except InvalidInput as error:
        place_errors(form, error, FIELDS)
        return _edit_again(w, found, line, form, 422)
    except VersionConflict:
        return _edit_again(w, found, line, form, 409)
    number = lists.numbers(w, load_frame(w, found))[line_id]
    said = f"Đã lưu dòng {number}."
    if before is None:
        flash(said, "ok")
        query = page_query(page_of(number))
        return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}{query}#dong-{line_id}")
    show = load_brief(w, found, Opened(page=page_of(number)))
    saved = next(row for row in show.lines.rows if row.id == line_id)
    rows = [replace(saved, is_new=True, focus=True)]
    return answer(Answer(show, said, rows, others=changed(show, before, line_id), faults_changed=moved(show, before)))


@bp.get("/dang-ky/<int:registration_id>/goi-y")
@requires(Permission.REGISTRATION_EDIT)
def suggest_names(registration_id: int) -> Response:
    """Names that the unit has written before and that begin like what is being typed."""
    w = work()
    found = editable(w, registration_id)
    words = request.args.get("name", "")
    names = list(w.session.scalars(known_names(found.unit_id, words))) if words.strip() else []
    return fragment(ROWS, "names", names=names)


def _added(
    w: Work, found: EmulationRegistration, line: RegistrationLine, form: LineForm, before: Standing, said: str
) -> Response:
    fresh = LineForm(formdata=None)
    fresh.title.data = form.title.data
    frame = load_frame(w, found)
    last = page_count(found.line_count)
    adding = new_row(frame, _titles(w, frame), last, fresh, focus="name")
    show = load_brief(w, found, Opened(page=last))
    rows = [replace(row, is_new=True) for row in show.lines.rows if row.id == line.id]
    others = changed(show, before, line.id)
    return answer(Answer(show, said, rows, adding, others, faults_changed=moved(show, before)))


def _new_again(w: Work, found: EmulationRegistration, form: LineForm, status: int) -> Response:
    frame = load_frame(w, found)
    last = page_count(found.line_count)
    wrong = next((f.short_name for f in form if f.errors), "name")
    edit = new_row(frame, _titles(w, frame), last, form, focus=wrong)
    if is_htmx():
        return fragment(ROWS, "edit_line", status=status, edit=edit)
    return page(TEMPLATE, status=status, show=load_show(w, found, Opened(page=last, new_line=edit)))


def _edit_again(w: Work, found: EmulationRegistration, line: RegistrationLine, form: LineForm, status: int) -> Response:
    frame = load_frame(w, found)
    number = lists.numbers(w, frame)[line.id]
    met = (line, line_saved(w, found.id, line.id)) if status == 409 else None
    drafts = None if is_htmx() else page_drafts(found.id)
    edit = edit_row(frame, _titles(w, frame), line.id, number, form, drafts, met)
    if is_htmx():
        return fragment(ROWS, "edit_line", status=status, edit=edit)
    opened = Opened(page=page_of(number), line=edit, drafts=drafts)
    return page(TEMPLATE, status=status, show=load_show(w, found, opened))


def _gone(w: Work, found: EmulationRegistration, line_id: int, form: LineForm, valid: bool) -> Response:
    """The line was removed while it was being edited: what was typed stays, sending it once more adds it anew."""
    removed = line_removed(w, found.id, line_id)
    if removed is None:
        raise NotFound
    status, wanted = 409, request.form.get(AGAIN) == "1"
    before = load_standing(w, found) if is_htmx() else None
    if wanted and not valid:
        status = 422
    elif wanted:
        try:
            line = services.add_line(w, found, form.to_data())
        except InvalidInput as error:
            place_errors(form, error, FIELDS)
            status = 422
        else:
            return _added_anew(w, found, line, before)
    frame, last = load_frame(w, found), page_count(found.line_count)
    edit = gone_row(frame, _titles(w, frame), line_id, form, removed)
    if is_htmx():
        return fragment(ROWS, "edit_line", status=status, edit=edit)
    return page(TEMPLATE, status=status, show=load_show(w, found, Opened(page=last, gone=edit)))


def _added_anew(w: Work, found: EmulationRegistration, line: RegistrationLine, before: Standing | None) -> Response:
    said, last = f"Đã thêm dòng {found.line_count}: {line.name}.", page_count(found.line_count)
    if before is None:
        flash(said, "ok")
        address = url_for("emulation.show_registration", registration_id=found.id)
        return see_other(f"{address}{page_query(last)}#dong-{line.id}")
    show = load_brief(w, found, Opened(page=last))
    rows = [replace(row, is_new=True, focus=True) for row in show.lines.rows if row.id == line.id]
    others = changed(show, before, line.id)
    return answer(Answer(show, said, rows, others=others, faults_changed=moved(show, before)))


def _line(w: Work, found: EmulationRegistration, line_id: int) -> RegistrationLine:
    line: RegistrationLine | None = w.session.scalars(queries.line_of(found.id, line_id)).one_or_none()
    if line is None:
        raise NotFound
    return line


def _titles(w: Work, frame: Frame) -> list[EmulationTitle]:
    return list(w.session.scalars(queries.titles_valid(frame.period)))
