"""Removing a line of a registration, and undoing it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import _list as lists
from portal.blueprints.emulation import bp
from portal.blueprints.emulation._changes import line_removed, line_saved
from portal.blueprints.emulation._line_answers import ROWS, Answer, answer, changed, moved, whole_list
from portal.blueprints.emulation._line_row import Checks, LineRow, page_count, page_of, page_query
from portal.blueprints.emulation._page import Frame, editable, load_frame
from portal.blueprints.emulation._show import Opened, Standing, load_brief, load_show, load_standing
from portal.blueprints.emulation.registrations import int_or_zero, lines_page_in_view
from portal.core.errors import NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.services import lines as services
from portal.domain.emulation.services.lines import LineSnapshot
from portal.web.access import requires
from portal.web.context import runtime, work
from portal.web.htmx import fragment, is_htmx, page, see_other

UNDO = "registration_line_undo"


@bp.get("/dang-ky/<int:registration_id>/dong/<int:line_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def confirm_remove_line(registration_id: int, line_id: int) -> Response:
    """Ask before a line is removed, for those without script."""
    w = work()
    return _ask_removal(w, editable(w, registration_id), line_id)


def _ask_removal(w: Work, found: EmulationRegistration, line_id: int, status: int = 200, problem: str = "") -> Response:
    frame = load_frame(w, found)
    row = _row(w, frame, load_standing(w, found).checks, line_id)
    query = page_query(page_of(row.number))
    text = f"{row.title}. Dòng bị bỏ khỏi bản đăng ký; sau khi xóa có thể hoàn tác ngay."
    confirm = {
        "title": f"Xóa dòng {row.number}: {row.name}?",
        "text": f"{problem} {text}".strip(),
        "action": row.remove_url,
        "submit_label": "Xóa dòng",
        "icon": "trash",
        "danger": True,
        "cancel_url": f"{frame.url}{query}#dong-{line_id}",
    }
    return page("components/confirm_page.html", status=status, confirm=confirm)


def _not_removed(w: Work, found: EmulationRegistration, line_id: int) -> Response:
    """Someone saved the line meanwhile: it stays, and is shown as it is now."""
    saved = line_saved(w, found.id, line_id)
    told = f"Chưa xóa: {saved.who} vừa sửa dòng này lúc {saved.at}. Xin xem lại rồi xóa nếu vẫn cần."
    if not is_htmx():
        return _ask_removal(w, found, line_id, 409, told)
    flash(told, "warn")
    row = _row(w, load_frame(w, found), load_standing(w, found).checks, line_id)
    return fragment(ROWS, "kept_line", status=409, row=replace(row, focus=True), said=told)


def _removed_before(w: Work, found: EmulationRegistration, line_id: int, before: Standing | None) -> Response:
    """Someone removed it before: nothing is left to do but to say so."""
    removed = line_removed(w, found.id, line_id)
    if removed is None:
        raise NotFound
    told = f"{removed.who} đã xóa dòng này trước đó."
    flash(told, "run")
    if before is None:
        return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}#danh-sach")
    show = load_brief(w, found, Opened(page=min(lines_page_in_view(), page_count(found.line_count))))
    return answer(Answer(show, told, others=changed(show, before, line_id), faults_changed=moved(show, before)))


@bp.post("/dang-ky/<int:registration_id>/dong/<int:line_id>/xoa")
@requires(Permission.REGISTRATION_EDIT)
def remove_line(registration_id: int, line_id: int) -> Response:
    """Remove a line; the toast can undo it."""
    w = work()
    found = editable(w, registration_id)
    number = lists.numbers(w, load_frame(w, found)).get(line_id, 0)
    before = load_standing(w, found) if is_htmx() else None
    try:
        snapshot = services.remove_line(w, found, line_id, int_or_zero(request.args.get("version")))
    except VersionConflict:
        return _not_removed(w, found, line_id)
    except NotFound:
        return _removed_before(w, found, line_id, before)
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
        return whole_list(Answer(show, said))
    after = [row for row in show.lines.rows if row.number >= number]
    neighbour = (after or list(show.lines.rows[-1:]))[:1]
    others = [r for r in changed(show, before, line_id) if r.id not in {n.id for n in neighbour}]
    return answer(
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


def _row(w: Work, frame: Frame, checks: Checks, line_id: int) -> LineRow:
    row = lists.load_row(w, frame, checks, line_id)
    if row is None:
        raise NotFound
    return row


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
