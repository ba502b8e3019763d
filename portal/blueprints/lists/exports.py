"""/danh-sach/<list>/xuat.xlsx, /xuat and /in: exactly what a list shows, as XLSX and on paper, in official layout."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, request, url_for

from portal.blueprints.lists import bp
from portal.core.errors import RuleBroken
from portal.domain.access.enums import Permission
from portal.exports._list_paper import XLSX
from portal.exports._workbook import Target
from portal.jobs.list_exports import EXPORTED, OBJECT_TYPE, PRINTED_LIST, request_list
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.downloads import send_made
from portal.web.htmx import page, see_other
from portal.web.lists.taking import PRINTED_ROWS, Taken, may_see_jobs, taken

ONCE, ONCE_LENGTH = "lan", 40


class TooLong(RuleBroken):
    """The list is longer than what is made at once, and the person has no page where a file could wait for them."""

    message = "Danh sách quá dài để xuất một lần. Xin thu hẹp bộ lọc rồi xuất lại."


@bp.get("/<string:list_name>/xuat.xlsx")
@requires(Permission.PORTAL_USE)
def export_list(list_name: str) -> Response:
    """The workbook at once; a list that is too long for that leads to the page that queues it."""
    found = taken(list_name, request.args)
    if found.count(runtime().settings.direct_export_rows).capped:
        return see_other(_url("lists.ask_export", found))

    def make(stream: BinaryIO, workplace: Path) -> None:
        detail = found.detail
        written = found.write(Target(workplace, stream))
        record_read(EXPORTED, OBJECT_TYPE, found.spec.name, detail={**detail, "rows": written.rows})

    return send_made(make, found.file_name, XLSX)


@bp.get("/<string:list_name>/xuat")
@requires(Permission.PORTAL_USE)
def ask_export(list_name: str) -> Response:
    """What is about to be made in the background: how much, cut to what, with which columns."""
    current, found = work(), taken(list_name, request.args)
    limit = runtime().settings.direct_export_rows
    return page(
        "lists/ask_export.html",
        spec=found.spec,
        count=found.count(limit),
        note=found.listing.note,
        labels=", ".join(column.label for column in found.columns),
        list_url=found.listing.url(),
        export_url=_url("lists.export_list", found),
        queue_url=_url("lists.queue_export", found) if may_see_jobs(current) else "",
        once_name=ONCE,
        once=secrets.token_hex(8),
        too_long=TooLong.message,
    )


@bp.post("/<string:list_name>/xuat")
@requires(Permission.PORTAL_USE)
def queue_export(list_name: str) -> Response:
    """Ask the worker for the file; the job's page shows how far it is."""
    current, found = work(), taken(list_name, request.args)
    if not may_see_jobs(current):
        raise TooLong
    token = request.form.get(ONCE, "")[:ONCE_LENGTH] or secrets.token_hex(8)
    job_id = request_list(current, found.spec.name, found.payload(), token)
    return see_other(url_for("jobs.show_job", job_id=job_id))


@bp.get("/<string:list_name>/in")
@requires(Permission.PORTAL_USE)
def print_list(list_name: str) -> Response:
    """The same list on A4; longer ones go to Excel instead."""
    found = taken(list_name, request.args)
    parts: dict[str, Any] = {"limit": PRINTED_ROWS}
    if not found.count(PRINTED_ROWS).capped:
        detail, parts = found.detail, found.sheet()
        record_read(PRINTED_LIST, OBJECT_TYPE, found.spec.name, detail={**detail, "rows": parts["number"]})
    return page(
        "lists/print_list.html",
        **parts,
        back_url=found.listing.url(),
        export_url=_url("lists.export_list", found),
    )


def _url(endpoint: str, found: Taken) -> str:
    return url_for(endpoint, list_name=found.spec.name, **found.query)  # type: ignore[arg-type]
