"""The lines of a registration, one at a time: as rows that htmx swaps, and as whole pages without script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import _list as lists
from portal.blueprints.emulation import bp
from portal.blueprints.emulation._drafts import LINE, page_drafts
from portal.blueprints.emulation._line_edit import EditRow, edit_row, new_row
from portal.blueprints.emulation._line_row import PAGE, Checks, LineRow, page_count, page_of, page_query
from portal.blueprints.emulation._page import Frame, editable, load_frame, may_edit, readable
from portal.blueprints.emulation._show import Opened, Show, Standing, load_brief, load_show, load_standing
from portal.blueprints.emulation.forms import LineForm
from portal.blueprints.emulation.registrations import TEMPLATE, int_or_zero, lines_page_in_view, place_errors
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import queries
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.pages import known_names
from portal.domain.emulation.services import lines as services
from portal.domain.emulation.services.lines import LineSnapshot
from portal.web.access import requires
from portal.web.context import runtime, work
from portal.web.drafts import keeps
from portal.web.htmx import fragment, is_htmx, page, see_other

UNDO = "registration_line_undo"
FIELDS = {"title_id": "title", "subject": "title"}
ROWS = "emulation/lines.html"


@dataclass(frozen=True, slots=True)
class Answer:
    """What changed on the page: the rows in place of the one that was sent, then what stands elsewhere."""

    show: Show
    said: str
    rows: Sequence[LineRow] = ()
    adding: EditRow | None = None
    others: Sequence[LineRow] = ()
    numbers: Sequence[tuple[int, int]] = ()
    faults_changed: bool = False


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
    row = _row(w, frame, load_standing(w, found).checks, line_id)
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


@bp.post("/dang-ky/<int:registration_id>/dong/<int:line_id>/sua")
@requires(Permission.REGISTRATION_EDIT)
@keeps(LINE, check=may_edit, given_up=show_line)
def update_line(registration_id: int, line_id: int) -> Response:
    """Save a line; 409 shows both versions when someone else saved it meanwhile."""
    form = LineForm()
    valid = form.validate()
    w = work()
    found = editable(w, registration_id)
    line = _line(w, found, line_id)
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
    return _answer(
        Answer(show, said, rows, others=_changed(show, before, line_id), faults_changed=_moved(show, before))
    )


@bp.get("/dang-ky/<int:registration_id>/dong/<int:line_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def confirm_remove_line(registration_id: int, line_id: int) -> Response:
    """Ask before a line is removed, for those without script."""
    w = work()
    found = editable(w, registration_id)
    frame = load_frame(w, found)
    row = _row(w, frame, load_standing(w, found).checks, line_id)
    query = page_query(page_of(row.number))
    confirm = {
        "title": f"Xóa dòng {row.number}: {row.name}?",
        "text": f"{row.title}. Dòng bị bỏ khỏi bản đăng ký; sau khi xóa có thể hoàn tác ngay.",
        "action": row.remove_url,
        "submit_label": "Xóa dòng",
        "icon": "trash",
        "danger": True,
        "cancel_url": f"{frame.url}{query}#dong-{line_id}",
    }
    return page("components/confirm_page.html", confirm=confirm)


@bp.post("/dang-ky/<int:registration_id>/dong/<int:line_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def remove_line(registration_id: int, line_id: int) -> Response:
    """Remove a line; the toast can undo it."""
    w = work()
    found = editable(w, registration_id)
    number = lists.numbers(w, load_frame(w, found)).get(line_id, 0)
    before = load_standing(w, found) if is_htmx() else None
    snapshot = services.remove_line(w, found, line_id, int_or_zero(request.args.get("version")))
    flash(_undo_toast(w, found, number, snapshot), "ok")  # type: ignore[arg-type] # a toast with its undo
    asked = lines_page_in_view()
    if before is None:
        return see_other(
            f"{url_for('emulation.show_registration', registration_id=found.id)}{page_query(asked)}#danh-sach"
        )
    said = f"Đã xóa dòng {number}. Có thể hoàn tác."
    show = load_show(w, found, Opened(page=min(asked, page_count(found.line_count))))
    if (
        not show.lines.is_last or show.lines.page != asked
    ):  # rows of the next page have moved up: the whole panel is swapped
        return _whole_list(Answer(show, said))
    after = [row for row in show.lines.rows if row.number >= number]
    neighbour = (after or list(show.lines.rows[-1:]))[:1]
    others = [r for r in _changed(show, before, line_id) if r.id not in {n.id for n in neighbour}]
    return _answer(
        Answer(
            show,
            said,
            others=[*(replace(n, focus=True) for n in neighbour), *others],
            numbers=[(row.id, row.number) for row in after],
            faults_changed=bool(show.errors or before.errors),  # the numbers of the lines have moved
        )
    )


@bp.post("/dang-ky/<int:registration_id>/dong/hoan-tac")
@requires(Permission.REGISTRATION_EDIT)
def restore_line(registration_id: int) -> Response:
    """Undo a removal: the line comes back in its place."""
    token = request.form.get("token", "")
    w = work()
    found = editable(w, registration_id)
    line = services.restore_line(w, found, _snapshot(w, found, token))
    number = lists.numbers(w, load_frame(w, found))[line.id]
    flash(f"Đã khôi phục dòng {number}: {line.name}.", "ok")
    query = page_query(page_of(number))
    return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}{query}#dong-{line.id}")


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
    others = _changed(show, before, line.id)
    return _answer(Answer(show, said, rows, adding, others, faults_changed=_moved(show, before)))


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
    row = _row(w, frame, load_standing(w, found).checks, line.id)
    theirs = row if status == 409 else None
    if theirs is not None:
        form.version.data = str(line.version)  # sending it once more is the choice to keep one's own
    number = page_of(row.number)
    drafts = None if is_htmx() else page_drafts(found.id)
    edit = edit_row(frame, _titles(w, frame), line.id, row.number, number, form, theirs, drafts)
    if is_htmx():
        return fragment(ROWS, "edit_line", status=status, edit=edit)
    return page(TEMPLATE, status=status, show=load_show(w, found, Opened(page=number, line=edit, drafts=drafts)))


def _row(w: Work, frame: Frame, checks: Checks, line_id: int) -> LineRow:
    row = lists.load_row(w, frame, checks, line_id)
    if row is None:
        raise NotFound
    return row


def _line(w: Work, found: EmulationRegistration, line_id: int) -> RegistrationLine:
    line: RegistrationLine | None = w.session.scalars(queries.line_of(found.id, line_id)).one_or_none()
    if line is None:
        raise NotFound
    return line


def _titles(w: Work, frame: Frame) -> list[EmulationTitle]:
    return list(w.session.scalars(queries.titles_valid(frame.period)))


def _changed(show: Show, before: Standing, line_id: int) -> list[LineRow]:
    """The other rows of this page of which the checks say something else than before."""
    return [
        row for row in show.lines.rows if row.id != line_id and before.checks.about(row.id) != (row.notes, row.marks)
    ]


def _moved(show: Show, before: Standing) -> bool:
    """Whether the summary of what blocks is another one now."""
    return before.errors != show.errors


def _answer(answer: Answer) -> Response:
    return fragment(ROWS, "saved_line", answer=answer)


def _whole_list(answer: Answer) -> Response:
    response = fragment(ROWS, "list", answer=answer)
    response.headers["HX-Retarget"] = "#danh-sach"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _undo_toast(w: Work, found: EmulationRegistration, number: int, snapshot: LineSnapshot) -> dict[str, object]:
    sealed = runtime().keyring.encrypt(UNDO, json.dumps(asdict(snapshot)).encode(), _context(w, found))
    return {
        "title": f"Đã xóa dòng {number}: {snapshot.name}",
        "undo_url": url_for("emulation.restore_line", registration_id=found.id),
        "undo_fields": {"token": sealed},
    }


def _snapshot(w: Work, found: EmulationRegistration, token: str) -> LineSnapshot:
    """The removed line out of its seal; NotFound for anything else."""
    try:
        plain = json.loads(runtime().keyring.decrypt(UNDO, token, _context(w, found)))
    except (ValueError, RuntimeError) as error:
        raise NotFound from error
    return LineSnapshot(**{**plain, "subject": SubjectKind(plain["subject"])})


def _context(w: Work, found: EmulationRegistration) -> str:
    return f"{w.actor.user_id}/{found.id}"
