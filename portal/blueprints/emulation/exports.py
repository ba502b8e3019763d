"""The list of lines as XLSX and on paper: exactly what the list's own query shows, in its order."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._export_form import ExportForm
from portal.blueprints.emulation._line_view import LineView, line_view
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.exports._list_paper import XLSX, ListForm, ListHead, printed_text
from portal.exports._workbook import Column, Target
from portal.exports.emulation_lists import (
    PRINTED,
    PRINTED_COLUMNS,
    ListKind,
    Tally,
    columns_by_unit,
    file_name,
    title_heading,
    unit_rows,
)
from portal.jobs.emulation_exports import (
    EXPORTED,
    OBJECT_TYPE,
    PRINTED_LIST,
    ExportOrder,
    audit_detail,
    build,
    head_of,
    request_export,
    row_count,
    rows_of,
    titles_of,
    units_of,
)
from portal.jobs.emulation_papers import LIST_PDF
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.downloads import send_made
from portal.web.htmx import page, see_other
from portal.web.papers import paper_files, queue_pdf

PRINTED_ROWS = 2000
LIST = "emulation.list_registrations"
ONCE = "lan"


@bp.get("/dang-ky/xuat")
@requires(Permission.REGISTRATION_EXPORT)
def choose_export() -> Response:
    """Which list, in which form; long lists are made in the background."""
    return _choose(line_view(work(), LIST), _form())


@bp.get("/dang-ky/xuat.xlsx")
@requires(Permission.REGISTRATION_EXPORT)
def export_registrations() -> Response:
    """The workbook at once; a list that is too long for that leads to the page that queues it."""
    current, form = work(), _form()
    view = line_view(current, LIST)
    if not form.validate():
        return _choose(view, form, status=422)
    order = form.applied_to(view.order)
    limit = runtime().settings.direct_export_rows
    if row_count(current, order, limit + 1) > limit:
        return see_other(view.listing.url("emulation.choose_export", **_chosen(form)))

    def make(stream: BinaryIO, workplace: Path) -> None:
        written = build(current, order, Target(workplace, stream))
        record_read(EXPORTED, OBJECT_TYPE, order.kind.value, detail=audit_detail(order, written))

    return send_made(make, file_name(order.kind, order.year), XLSX)


@bp.post("/dang-ky/xuat")
@requires(Permission.REGISTRATION_EXPORT)
def queue_export() -> Response:
    """Ask the worker for the file; the job's page shows how far it is."""
    current, form = work(), ExportForm()
    view = line_view(current, LIST)
    if not form.validate():
        return _choose(view, form, status=422)
    token = request.form.get(ONCE, "")[:40] or secrets.token_hex(8)
    job_id = request_export(current, form.applied_to(view.order), token)
    return see_other(url_for("jobs.show_job", job_id=job_id))


@bp.get("/dang-ky/in")
@requires(Permission.REGISTRATION_EXPORT)
def print_registrations() -> Response:
    """The same list on A4; lists of more than 2,000 lines go to Excel instead."""
    current, form = work(), _form()
    view = line_view(current, LIST)
    if not form.validate():
        return _choose(view, form, status=422)
    order = form.applied_to(view.order)
    number = row_count(current, order, PRINTED_ROWS + 1)
    parts: dict[str, Any] = {"limit": PRINTED_ROWS if number > PRINTED_ROWS else None}
    pdf = "" if number > PRINTED_ROWS else view.listing.url("emulation.queue_list_pdf", **_chosen(form))
    if number <= PRINTED_ROWS:
        parts.update(_sheet(current, order))
        record_read(PRINTED_LIST, OBJECT_TYPE, order.kind.value, detail={**order.as_json(), "rows": number})
    return page(
        "lists/print_list.html",
        **parts,
        back_url=view.listing.url(),
        files=paper_files(current, xlsx=view.listing.url("emulation.export_registrations", **_chosen(form)), pdf=pdf),
        choose_url=view.listing.url("emulation.choose_export", **_chosen(form)),
    )


@bp.post("/dang-ky/xuat.pdf")
@requires(Permission.REGISTRATION_EXPORT)
def queue_list_pdf() -> Response:
    """Ask the worker for the same list as PDF, up to as many lines as are shown on A4."""
    current, form = work(), _form()
    view = line_view(current, LIST)
    if not form.validate():
        return _choose(view, form, status=422)
    order = form.applied_to(view.order)
    if row_count(current, order, PRINTED_ROWS + 1) > PRINTED_ROWS:
        return see_other(view.listing.url("emulation.choose_export", **_chosen(form)))
    return queue_pdf(current, LIST_PDF, order.as_json())


def _form() -> ExportForm:
    """The choices as the address makes them."""
    return ExportForm(request.args, meta={"csrf": False})


def _chosen(form: ExportForm) -> dict[str, str | None]:
    """The choices as they stand in an address; what is usual is left out."""
    return {f.name: f.data for f in (form.loai, form.the_thuc, form.so_van_ban, form.ngay_van_ban) if _is_set(f)}


def _is_set(field: Any) -> bool:
    return bool(field.data) and field.data != field.default


def _choose(view: LineView, form: ExportForm, status: int = 200) -> Response:
    limit = runtime().settings.direct_export_rows
    number = row_count(work(), view.order, limit + 1)
    return page(
        "emulation/choose_export.html",
        status=status,
        form=form,
        number=min(number, limit),
        queued=number > limit,
        note=view.order.note,
        period=view.order.period,
        query=list(view.listing.query.items()),
        list_url=view.listing.url(),
        export_url=url_for("emulation.export_registrations"),
        print_url=url_for("emulation.print_registrations"),
        queue_url=view.listing.url("emulation.queue_export"),
        once_name=ONCE,
        once=secrets.token_hex(8),
    )


def _sheet(current: Work, order: ExportOrder) -> dict[str, Any]:
    """The printed list: its head, its columns, its rows under their headings, its last sentence or total line."""
    head = head_of(current, order)
    if order.kind is ListKind.BY_UNIT:
        titles = titles_of(current, order)
        rows = list(unit_rows(titles, units_of(current, order)))
        columns = columns_by_unit(titles)
        return {**printed_sheet(head, columns, [("", rows)]), "totals": column_sums(rows, skip=2)}
    tally = Tally()
    if order.kind is ListKind.LINES:
        groups = [("", _printed(rows_of(current, order), tally))]
    else:
        groups = [
            (title_heading(mark, title), _printed(rows_of(current, order, title.id), tally))
            for mark, title in enumerate(titles_of(current, order), 1)
        ]
    return {**printed_sheet(head, PRINTED_COLUMNS, groups), "sentence": tally.sentence}


def printed_sheet(
    head: ListHead, columns: Sequence[Column], groups: Iterable[tuple[str, Iterable[Sequence[Any]]]]
) -> dict[str, Any]:
    """What the template of a printed list reads: every cell as text."""
    return {
        "head": head,
        "annex": head.form is ListForm.ANNEX,
        "columns": columns,
        "groups": [
            (heading, [[printed_text(c, v) for c, v in zip(columns, row, strict=True)] for row in rows])
            for heading, rows in groups
        ],
    }


def _printed(rows: Iterable[AnyRow], tally: Tally) -> list[Sequence[Any]]:
    made: list[Sequence[Any]] = []
    for number, row in enumerate(rows, 1):
        tally.take(row)
        made.append((number, *(field.value(row) for field in PRINTED)))
    return made


def column_sums(rows: Iterable[Sequence[Any]], skip: int) -> list[int]:
    """The sums of the columns after the first `skip`; a blank counts nothing."""
    return [sum(value or 0 for value in column) for column in list(zip(*rows, strict=True))[skip:]]
