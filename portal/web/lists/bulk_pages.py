"""The pages about many rows, wherever the rows stand: asked first, then done, told row by row, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Response, flash, request

from portal.core.errors import NotFound
from portal.domain.access.actor import Work
from portal.domain.lists.bulk import MOST_ROWS, BulkRow, undo_run
from portal.domain.lists.models import BulkRun
from portal.domain.lists.queries import one_run
from portal.web.forms import PortalForm
from portal.web.htmx import page, see_other
from portal.web.lists.bulk import (
    ONCE,
    WHOLE,
    Bulk,
    BulkAction,
    action_of,
    chosen_keys,
    done_text,
    perform,
    rows_named,
)

NOTHING = "Chưa chọn dòng nào. Xin đánh dấu các dòng rồi chọn việc cần làm."
TOO_MANY = f"Mỗi lần làm được nhiều nhất {MOST_ROWS} dòng. Xin thu hẹp bộ lọc hoặc chọn ít dòng hơn."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where rows are dealt with: `name` is what runs are kept under, `title` and `url` lead back to the rows, `row` is
    what one row is called. `everything` gives all rows that may be chosen at once, one more than may be at most.
    """

    name: str
    title: str
    url: str
    row: str
    bulk: Bulk
    do_url: str
    run_url: Callable[[int], str]
    undo_url: Callable[[int], str]
    everything: Callable[[], Sequence[BulkRow]]

    def action(self, name: str) -> BulkAction | None:
        """The action of this name."""
        return next((action for action in self.bulk.actions if action.name == name), None)


def confirm(work: Work, place: Place) -> Response:
    """Ask before anything is done: what, to which rows, with which reason. Nothing is written."""
    action = action_of(work, place.bulk)
    rows = list(place.everything()) if request.form.get(WHOLE) else rows_named(work, place.bulk, chosen_keys())
    return _refused(place, rows) or _ask(place, action, rows, action.form())


def do(work: Work, place: Place) -> Response:
    """Do it, each row through its own service; the same request once more only tells what was done."""
    action = action_of(work, place.bulk)
    form = action.form()
    valid = form.validate()
    rows = rows_named(work, place.bulk, chosen_keys())
    if (refused := _refused(place, rows)) is not None:
        return refused
    if not valid:
        return _ask(place, action, rows, form, 422)
    run = perform(work, place.name, action, rows, form)
    if run.result["skipped"]:
        return see_other(place.run_url(run.id))
    said: dict[str, object] = {"title": done_text(action, run)}
    if action.undo is not None and run.undo:
        said["undo_url"] = place.undo_url(run.id)
    flash(said, "ok")  # type: ignore[arg-type] # a toast with its undo
    return see_other(place.url)


def show(work: Work, place: Place, run_id: int) -> Response:
    """How many were done, and which rows were passed over and why: for the one who did it."""
    run = _run(work, place, run_id)
    action = place.action(run.action)
    may_undo = action is not None and action.undo is not None and bool(run.undo) and run.undone_at is None
    return page(
        "lists/show_run.html",
        title=action.label if action else place.title,
        said=done_text(action, run) if action else f"Đã thực hiện {run.done} dòng.",
        run=run,
        list_title=place.title,
        list_url=place.url,
        undo_url=place.undo_url(run.id) if may_undo else "",
    )


def undo(work: Work, place: Place, run_id: int) -> Response:
    """Take back what was done, as far as it still can be."""
    action = place.action(_run(work, place, run_id).action)
    back = action.undo if action is not None else None
    run = undo_run(work, run_id, lambda kept: back(work, kept) if back else None)
    if run.result.get("not_restored"):
        return see_other(place.run_url(run.id))
    flash(f"Đã hoàn tác {run.result.get('restored', 0)} dòng.", "ok")
    return see_other(place.url)


def _run(work: Work, place: Place, run_id: int) -> BulkRun:
    run: BulkRun | None = work.session.scalars(one_run(work.actor, run_id)).one_or_none()
    if run is None or run.list_name != place.name:
        raise NotFound
    return run


def _refused(place: Place, rows: Sequence[BulkRow]) -> Response | None:
    """Back to the rows, with why, when there are none or too many."""
    if rows and len(rows) <= MOST_ROWS:
        return None
    flash(TOO_MANY if rows else NOTHING, "warn")
    return see_other(place.url)


def _ask(place: Place, action: BulkAction, rows: Sequence[BulkRow], form: PortalForm, status: int = 200) -> Response:
    return page(
        "lists/confirm_bulk.html",
        status=status,
        action=action,
        rows=rows,
        form=form,
        fields=action.fields(form),
        url=place.do_url,
        list_title=place.title,
        list_url=place.url,
        row_name=place.row,
        once_name=ONCE,
        once=request.form.get(ONCE) or secrets.token_hex(8),
    )
