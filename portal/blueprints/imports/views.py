"""GET /nhap-tep/<batch> and its progress, POST …/ap-dung and …/huy, GET …/tra-lai.xlsx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.imports import bp
from portal.blueprints.imports._rows import Rows
from portal.blueprints.imports.forms import ApplyForm
from portal.core.jobs import JobState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.staging import queries, services
from portal.domain.staging.enums import ImportRowState, ImportState
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import RowVerdict
from portal.exports.returned_workbook import write_returned
from portal.imports import engine
from portal.imports.kinds import ImportKind, Link, Place
from portal.imports.returned import returned_sheet
from portal.jobs.imports import progress_of, request_applying
from portal.jobs.services import JobView
from portal.web.access import quiet, requires
from portal.web.audit_reads import record_read
from portal.web.context import work
from portal.web.downloads import send_made
from portal.web.formats import moment, number
from portal.web.htmx import fragment, page, see_other
from portal.web.imports import counts_text, source_for, url_of
from portal.web.transaction import own_reading

P = Permission
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUSY = frozenset({JobState.QUEUED, JobState.RUNNING})
NAME_LIMIT = 60
WHOLE = "tat-ca"


@dataclass(frozen=True, slots=True)
class Progress:
    """What the macro `job_progress` reads."""

    title: str
    state: str
    percent: float | None
    detail: str
    message: str
    result_url: str
    result_label: str


@bp.get("/<int:batch_id>")
@requires(P.PORTAL_USE)
def show_import(batch_id: int) -> Response:
    """What the workbook would do, row by row; while it is read, how far that is; after the decision, what it did."""
    current = work()
    kind, batch = engine.load_batch(current, batch_id)
    if batch.state is ImportState.MAPPING:
        return see_other(url_for("imports.choose_columns", batch_id=batch_id))
    job = progress_of(current, batch)
    if job is not None and (job.state in BUSY or batch.state is ImportState.READING):
        return _progress_page(current, kind, batch, job)
    return _batch_page(current, kind, batch, ApplyForm(formdata=None), job)


@bp.get("/<int:batch_id>/tien-do")
@requires(P.PORTAL_USE)
@quiet
def show_progress(batch_id: int) -> Response:
    """The moving part of the page, asked for every two seconds; it does not keep the session alive."""
    current = work()
    _, batch = engine.load_batch(current, batch_id)
    job = progress_of(current, batch)
    return fragment("imports/progress.html", "progress", **_progress(batch, job))


@bp.post("/<int:batch_id>/ap-dung")
@requires(P.PORTAL_USE)
def apply_import(batch_id: int) -> Response:
    """Import all rows, or by explicit choice the sound ones. What has moved since is looked at again first."""
    form = ApplyForm()
    only_sound = form.validate_on_submit() and bool(form.only_sound.data)
    later, moved = _look_again(batch_id)
    current = work()
    kind, batch = engine.load_batch(current, batch_id, lock=True)
    try:
        if later:
            request_applying(current, batch, only_sound=only_sound)
            return see_other(_url(batch))
        if moved:
            services.change_verdicts(current, batch, moved)
            flash(
                "Dữ liệu đã thay đổi từ lúc đọc tệp. Kết quả dưới đây vừa được đối chiếu lại; xin xem rồi nhập.", "warn"
            )
            return see_other(_url(batch))
        engine.apply_batch(current, kind, batch, only_sound=only_sound)
    except services.RowsFaulty as error:
        form.only_sound.errors = [error.message]
        return _batch_page(current, kind, batch, form, None, status=422)
    flash(f"Đã nhập {kind.noun}. {counts_text(batch)}.", "ok")
    return see_other(_url(batch))


@bp.post("/<int:batch_id>/huy")
@requires(P.PORTAL_USE)
def cancel_import(batch_id: int) -> Response:
    """Give the workbook up; nothing changes."""
    current = work()
    kind, batch = engine.load_batch(current, batch_id, lock=True)
    engine.cancel_batch(current, kind, batch)
    flash("Đã bỏ tệp vừa đọc. Dữ liệu không thay đổi.", "ok")
    return see_other(url_of(kind.place(current, batch).upload))


@bp.get("/<int:batch_id>/tra-lai.xlsx")
@requires(P.PORTAL_USE)
def download_returned(batch_id: int) -> Response:
    """The rows to be corrected (or the whole table) in the file's own layout, each fault beside its row."""
    current = work()
    kind, batch = engine.load_batch(current, batch_id)
    whole = request.args.get("dong") == WHOLE
    rows = list(current.session.scalars(queries.rows_of(batch.id, ImportRowState.FAULTY)))
    looks = kind.looks(current, batch)
    layout = engine.layout_of(batch)
    sheet = returned_sheet(source_for(batch.sha256, batch.file_format), kind, looks, layout, rows, whole=whole)
    name = batch.file_name.rpartition(".")[0][:NAME_LIMIT] or "tep"
    record_read("import.returned", "import_batch", batch.id, unit_id=batch.unit_id, detail={"rows": len(sheet.rows)})
    return send_made(lambda stream, _: write_returned(stream, sheet), f"{name} - can sua.xlsx", XLSX)


def _look_again(batch_id: int) -> tuple[bool, dict[tuple[int, int], RowVerdict]]:
    """Whether the worker is to apply the batch, else the rows that would do something else now than was shown.

    Raises NotFound, and what forbids importing into the record.
    """
    with own_reading() as reading:
        kind, batch = engine.load_batch(reading, batch_id)
        if batch.state is not ImportState.STAGED:
            return False, {}
        target = kind.target(reading, batch.subject_id)
        if batch.row_count > kind.direct_rows:
            return True, {}
        return False, engine.moved_rows(reading, batch, target)


def _batch_page(
    current: Work, kind: ImportKind, batch: ImportBatch, form: ApplyForm, job: JobView | None, status: int = 200
) -> Response:
    place = kind.place(current, batch)
    given = request.args.get("trang", "")
    rows = Rows(current, kind, batch)
    failed = job.message if job is not None and job.state is JobState.FAILED else ""
    said = job.message if job is not None and job.state is JobState.DONE and batch.state is ImportState.STAGED else ""
    return page(
        "imports/show_import.html",
        status=status,
        **_frame(place, batch),
        kind=kind,
        form=form,
        view=rows.view(request.args.get("loai", ""), int(given) if _is_small(given) else 1),
        open=batch.state is ImportState.STAGED and not place.closed,
        counts=counts_text(batch),
        importable=batch.new_count + batch.changed_count,
        faults=rows.fault_links(),
        given_back=rows.has_faulty(),
        failed=failed,
        said=said,
        finished_at=moment(batch.finished_at),
        urls=_urls(batch, place),
    )


def _progress_page(current: Work, kind: ImportKind, batch: ImportBatch, job: JobView) -> Response:
    place = kind.place(current, batch)
    return page(
        "imports/progress.html",
        **_frame(place, batch),
        **_progress(batch, job),
        failed=job.state is JobState.FAILED,
        urls=_urls(batch, place),
    )


def _progress(batch: ImportBatch, job: JobView | None) -> dict[str, Any]:
    if job is None:
        shown = Progress("Việc đọc tệp", JobState.DONE.value, None, "", "", _url(batch), "Xem kết quả")
    else:
        detail = f"Đã xử lý {number(job.progress)} trong {number(job.total)} dòng." if job.total else ""
        url = _url(batch) if job.state is JobState.DONE else ""
        shown = Progress(job.title, job.state.value, job.percent, detail, job.message, url, "Xem kết quả")
    return {"progress": shown, "poll_url": url_for("imports.show_progress", batch_id=batch.id)}


def _frame(place: Place, batch: ImportBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "place": place,
        "crumbs": [("Trang chủ", url_for("home.show_home")), *((c.label, url_of(c)) for c in place.crumbs)],
        "read_at": moment(batch.created_at),
    }


def _urls(batch: ImportBatch, place: Place) -> dict[str, str]:
    def of(endpoint: str, **values: Any) -> str:
        return url_for(f"imports.{endpoint}", batch_id=batch.id, **values)

    after: Link | None = place.after
    return {
        "apply": of("apply_import"),
        "cancel": of("cancel_import"),
        "columns": of("choose_columns") if batch.layout else "",
        "faulty": of("download_returned"),
        "whole": of("download_returned", dong=WHOLE),
        "upload": url_of(place.upload),
        "home": url_of(place.home),
        "after": url_of(after) if after else "",
    }


def _url(batch: ImportBatch) -> str:
    return url_for("imports.show_import", batch_id=batch.id)


def _is_small(text: str) -> bool:
    return text.isdecimal() and len(text) < 6
