"""/danh-sach/<list>/thao-tac: something done to many rows of a list: asked first, then done, then told row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for

from portal.blueprints.lists import bp
from portal.blueprints.lists._back import back_query, list_url
from portal.core.errors import NotFound
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.lists.bulk import MOST_ROWS, BulkRow
from portal.web.access import requires
from portal.web.context import work
from portal.web.lists import Bulk, ListSpec, open_to
from portal.web.lists import bulk_pages as pages
from portal.web.lists.bulk_pages import Place
from portal.web.lists.view import BACK

HERE = "/<string:list_name>/thao-tac"
NO_ACTIONS = Bulk(actions=(), key=str, label=str, labels=lambda _work, _ids: {})


@bp.post(HERE)
@requires(Permission.PORTAL_USE)
def confirm_bulk(list_name: str) -> Response:
    """Ask before anything is done. Nothing is written."""
    current = work()
    return pages.confirm(current, _place(current, open_to(current, list_name), acting=True))


@bp.post(f"{HERE}/thuc-hien")
@requires(Permission.PORTAL_USE)
def do_bulk(list_name: str) -> Response:
    """Do it, each row through its own service; the same request once more only tells what was done."""
    current = work()
    return pages.do(current, _place(current, open_to(current, list_name), acting=True))


@bp.get(f"{HERE}/<int:run_id>")
@requires(Permission.PORTAL_USE)
def show_run(list_name: str, run_id: int) -> Response:
    """How many were done, and which rows were passed over and why."""
    current = work()
    return pages.show(current, _place(current, open_to(current, list_name)), run_id)


@bp.post(f"{HERE}/<int:run_id>/hoan-tac")
@requires(Permission.PORTAL_USE)
def undo_bulk(list_name: str, run_id: int) -> Response:
    """Take back what was done, as far as it still can be."""
    current = work()
    return pages.undo(current, _place(current, open_to(current, list_name)), run_id)


def _place(current: Work, spec: ListSpec, acting: bool = False) -> Place:
    if acting and spec.bulk is None:
        raise NotFound
    bulk = spec.bulk or NO_ACTIONS
    given = request.args.get(BACK, "")
    carried: dict[str, Any] = {BACK: given} if given else {}

    def everything() -> Sequence[BulkRow]:
        listing = spec.listing(current, back_query())
        source = spec.source(current, listing)
        items = source.items(current.session.execute(listing.whole(source.stmt).limit(MOST_ROWS + 1)).all())
        return [BulkRow(bulk.key(item), bulk.label(item)) for item in items]

    return Place(
        name=spec.name,
        title=spec.title,
        url=list_url(spec),
        row=spec.row,
        bulk=bulk,
        do_url=url_for("lists.do_bulk", list_name=spec.name, **carried),
        run_url=lambda run_id: url_for("lists.show_run", list_name=spec.name, run_id=run_id, **carried),
        undo_url=lambda run_id: url_for("lists.undo_bulk", list_name=spec.name, run_id=run_id, **carried),
        everything=everything,
    )
