"""/danh-sach/<list>/thao-tac: something done to many rows of a list: asked first, then done, then told row by row."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.lists import bp
from portal.blueprints.lists._back import back_query, list_url
from portal.core.errors import NotFound
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.lists.bulk import MOST_ROWS, BulkRow, undo_run
from portal.domain.lists.models import BulkRun
from portal.domain.lists.queries import one_run
from portal.web.access import requires
from portal.web.context import work
from portal.web.forms import PortalForm
from portal.web.htmx import page, see_other
from portal.web.lists import ListSpec, open_to
from portal.web.lists import bulk as rows_of
from portal.web.lists.bulk import ONCE, WHOLE, Bulk, BulkAction
from portal.web.lists.view import BACK

HERE = "/<string:list_name>/thao-tac"
NOTHING = "Chưa chọn dòng nào. Xin đánh dấu các dòng rồi chọn việc cần làm."
TOO_MANY = f"Mỗi lần làm được nhiều nhất {MOST_ROWS} dòng. Xin thu hẹp bộ lọc hoặc chọn ít dòng hơn."


@bp.post(HERE)
@requires(Permission.PORTAL_USE)
def confirm_bulk(list_name: str) -> Response:
    """Ask before anything is done: what, to which rows, with which reason. Nothing is written."""
    current = work()
    spec = open_to(current, list_name)
    action = rows_of.action_of(current, spec.bulk)
    rows = _chosen(current, spec)
    if not rows or len(rows) > MOST_ROWS:
        flash(TOO_MANY if rows else NOTHING, "warn")
        return see_other(list_url(spec))
    return _ask(spec, action, rows, action.form())


@bp.post(f"{HERE}/thuc-hien")
@requires(Permission.PORTAL_USE)
def do_bulk(list_name: str) -> Response:
    """Do it, each row through its own service; the same request once more only tells what was done."""
    current = work()
    spec = open_to(current, list_name)
    action = rows_of.action_of(current, spec.bulk)
    form = action.form()
    valid = form.validate()
    rows = rows_of.rows_named(current, _bulk(spec), rows_of.chosen_keys())
    if not rows or len(rows) > MOST_ROWS:
        flash(TOO_MANY if rows else NOTHING, "warn")
        return see_other(list_url(spec))
    if not valid:
        return _ask(spec, action, rows, form, 422)
    run = rows_of.perform(current, spec.name, action, rows, form)
    if run.result["skipped"]:
        return see_other(_run_url(spec, run))
    flash(_toast(spec, action, run), "ok")  # type: ignore[arg-type] # a toast with its undo
    return see_other(list_url(spec))


@bp.get(f"{HERE}/<int:run_id>")
@requires(Permission.PORTAL_USE)
def show_run(list_name: str, run_id: int) -> Response:
    """How many were done, and which rows were passed over and why: for the one who did it."""
    current = work()
    spec = open_to(current, list_name)
    run = current.session.scalars(one_run(current.actor, run_id)).one_or_none()
    action = _action_named(spec, run.action) if run is not None else None
    if run is None or run.list_name != spec.name:
        raise NotFound
    return page(
        "lists/show_run.html",
        title=action.label if action else spec.title,
        said=rows_of.done_text(action, run) if action else f"Đã thực hiện {run.done} dòng.",
        run=run,
        list_title=spec.title,
        list_url=list_url(spec),
        undo_url=_undo_url(spec, run) if action and action.undo and run.undo and run.undone_at is None else "",
    )


@bp.post(f"{HERE}/<int:run_id>/hoan-tac")
@requires(Permission.PORTAL_USE)
def undo_bulk(list_name: str, run_id: int) -> Response:
    """Take back what was done, as far as it still can be."""
    current = work()
    spec = open_to(current, list_name)
    run = current.session.scalars(one_run(current.actor, run_id)).one_or_none()
    action = _action_named(spec, run.action) if run is not None and run.list_name == spec.name else None
    back = action.undo if action is not None else None
    if run is None or run.list_name != spec.name:
        raise NotFound
    run = undo_run(current, run_id, lambda kept: back(current, kept) if back else None)
    if run.result.get("not_restored"):
        return see_other(_run_url(spec, run))
    flash(f"Đã hoàn tác {run.result.get('restored', 0)} dòng.", "ok")
    return see_other(list_url(spec))


def _bulk(spec: ListSpec) -> Bulk:
    if spec.bulk is None:
        raise NotFound
    return spec.bulk


def _action_named(spec: ListSpec, name: str) -> BulkAction | None:
    return next((a for a in (spec.bulk.actions if spec.bulk else ()) if a.name == name), None)


def _chosen(current: Work, spec: ListSpec) -> list[BulkRow]:
    """The rows that were ticked, or all of the filter: one more than may be, so that too many are told from enough."""
    bulk = _bulk(spec)
    if not request.form.get(WHOLE):
        return rows_of.rows_named(current, bulk, rows_of.chosen_keys())
    listing = spec.listing(current, back_query())
    source = spec.source(current, listing)
    items = source.items(current.session.execute(listing.whole(source.stmt).limit(MOST_ROWS + 1)).all())
    return [BulkRow(bulk.key(item), bulk.label(item)) for item in items]


def _ask(spec: ListSpec, action: BulkAction, rows: list[BulkRow], form: PortalForm, status: int = 200) -> Response:
    return page(
        "lists/confirm_bulk.html",
        status=status,
        action=action,
        rows=rows,
        form=form,
        fields=action.fields(form),
        url=url_for("lists.do_bulk", list_name=spec.name, **_carried()),
        list_title=spec.title,
        list_url=list_url(spec),
        row_name=spec.row,
        once_name=ONCE,
        once=request.form.get(ONCE) or secrets.token_hex(8),
    )


def _toast(spec: ListSpec, action: BulkAction, run: BulkRun) -> dict[str, object]:
    said: dict[str, object] = {"title": rows_of.done_text(action, run)}
    if action.undo is not None and run.undo:
        said["undo_url"] = _undo_url(spec, run)
    return said


def _run_url(spec: ListSpec, run: BulkRun) -> str:
    return url_for("lists.show_run", list_name=spec.name, run_id=run.id, **_carried())


def _undo_url(spec: ListSpec, run: BulkRun) -> str:
    return url_for("lists.undo_bulk", list_name=spec.name, run_id=run.id, **_carried())


def _carried() -> dict[str, Any]:
    given = request.args.get(BACK, "")
    return {BACK: given} if given else {}
