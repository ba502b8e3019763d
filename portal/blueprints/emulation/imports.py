"""Lines from a workbook: the template, reading it, the look before anything happens, the decision, rows given back."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any, BinaryIO, cast

from flask import Response, flash, request, send_file, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._import_view import (
    counts_text,
    earlier_imports,
    fault_links,
    faulty_rows,
    has_faulty,
    import_frame,
    marker_of,
    own_registration,
    rows_view,
    titles_of,
)
from portal.blueprints.emulation._page import Frame, load_frame
from portal.blueprints.emulation.import_forms import ApplyForm, ImportForm
from portal.core.errors import InvalidInput
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.attachments.rules import clean_name
from portal.domain.emulation.enums import EDITABLE
from portal.domain.emulation.import_enums import ImportRowState, ImportState
from portal.domain.emulation.import_models import ImportBatch
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.queries.lines import lines_of
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.services import imports as services
from portal.domain.emulation.services.import_rows import RowInput, RowVerdict, check_rows
from portal.domain.emulation.services.shared import load_for_write
from portal.exports.emulation_template import Template, TemplateRow, TitleRow, line_values, returned_row, write_template
from portal.imports._package import MEGABYTE, PackageLimits
from portal.imports._sheet import SheetLimits
from portal.imports.emulation import ReadWorkbook, read_lines
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, today, work
from portal.web.formats import moment, number
from portal.web.htmx import page, see_other
from portal.web.transaction import own_reading

P = Permission
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSION = ".xlsx"
UPLOAD, SHOWN = "emulation/import_upload.html", "emulation/import_show.html"


@bp.get("/dang-ky/<int:registration_id>/mau.xlsx")
@requires(P.REGISTRATION_EDIT)
def download_template(registration_id: int) -> Response:
    """The workbook to be filled in, with the lines as they are now."""
    current = work()
    frame = load_frame(current, own_registration(current, registration_id))
    rows = [_template_row(row[0], row[1].name) for row in current.session.execute(lines_of(registration_id))]
    return _workbook(current, frame, rows, f"danh-sach-dang-ky-{_stem(frame)}", "registration.template_downloaded")


@bp.get("/dang-ky/<int:registration_id>/nhap")
@requires(P.REGISTRATION_EDIT)
def new_import(registration_id: int) -> Response:
    """Choose a workbook; what waits for a decision is shown too."""
    current = work()
    return _upload_page(current, import_frame(current, registration_id), ImportForm())


@bp.post("/dang-ky/<int:registration_id>/nhap")
@requires(P.REGISTRATION_EDIT)
def create_import(registration_id: int) -> Response:
    """Read and check the workbook, all before the transaction opens; keep it staged and show what it would do."""
    form = ImportForm()
    valid = form.validate_on_submit()
    with own_reading() as reading:
        frame = import_frame(reading, registration_id)
        titles = titles_of(reading, frame)
    if not valid:
        return _upload_page(work(), frame, form, status=422)
    stream, name = cast(BinaryIO, form.file.data.stream), form.file.data.filename
    try:
        read = read_lines(stream, titles, marker_of(frame), today(), _limits())
        rows = _inputs(read)
        with own_reading() as reading:
            verdicts = check_rows(reading, frame.registration, rows)
    except InvalidInput as error:
        form.file.errors = [text for texts in error.errors.values() for text in texts]
        return _upload_page(work(), frame, form, status=422)
    current = work()
    registration = load_for_write(current, registration_id)
    batch = services.stage_import(current, registration, _facts(read, stream, name), rows, verdicts)
    return see_other(_batch_url(batch))


@bp.get("/dang-ky/<int:registration_id>/nhap/<int:batch_id>")
@requires(P.REGISTRATION_EDIT)
def show_import(registration_id: int, batch_id: int) -> Response:
    """What the workbook would do, row by row; after the decision, what it did."""
    current = work()
    return _batch_page(current, services.load_import(current, registration_id, batch_id), ApplyForm(formdata=None))


@bp.post("/dang-ky/<int:registration_id>/nhap/<int:batch_id>/ap-dung")
@requires(P.REGISTRATION_EDIT)
def apply_import(registration_id: int, batch_id: int) -> Response:
    """Import all rows, or by explicit choice the sound ones. What has moved since is looked at again first."""
    form = ApplyForm()
    only_sound = form.validate_on_submit() and bool(form.only_sound.data)
    moved = _moved(registration_id, batch_id)
    current = work()
    if moved:
        batch = services.restage(current, registration_id, batch_id, moved)
        flash(
            "Danh sách đã thay đổi từ lúc đọc tệp. Kết quả dưới đây vừa được đối chiếu lại; xin xem rồi nhập.", "warn"
        )
        return see_other(_batch_url(batch))
    try:
        batch = services.apply_import(current, registration_id, batch_id, only_sound=only_sound)
    except services.RowsFaulty as error:
        form.only_sound.errors = [error.message]
        return _batch_page(current, services.load_import(current, registration_id, batch_id), form, status=422)
    flash(f"Đã nhập danh sách. {counts_text(batch)}.", "ok")
    return see_other(_batch_url(batch))


@bp.post("/dang-ky/<int:registration_id>/nhap/<int:batch_id>/huy")
@requires(P.REGISTRATION_EDIT)
def cancel_import(registration_id: int, batch_id: int) -> Response:
    """Give the workbook up; the registration stays as it is."""
    services.cancel_import(work(), registration_id, batch_id)
    flash("Đã bỏ tệp vừa đọc. Danh sách đăng ký không thay đổi.", "ok")
    return see_other(url_for("emulation.new_import", registration_id=registration_id))


@bp.get("/dang-ky/<int:registration_id>/nhap/<int:batch_id>/dong-loi.xlsx")
@requires(P.REGISTRATION_EDIT)
def download_faulty_rows(registration_id: int, batch_id: int) -> Response:
    """The faulty rows as a workbook to be corrected and sent in again, each fault beside its row."""
    current = work()
    batch = services.load_import(current, registration_id, batch_id)
    frame = load_frame(current, own_registration(current, registration_id))
    rows = [returned_row(row.payload["cells"], row.errors) for row in faulty_rows(current, batch)]
    return _workbook(
        current, frame, rows, f"dong-can-sua-{_stem(frame)}", "registration.faulty_rows_downloaded", faulty=True
    )


def _moved(registration_id: int, batch_id: int) -> dict[int, RowVerdict]:
    """The rows that would do something else now than was shown; NotFound, NotAllowed, NotEditable on the way."""
    with own_reading() as reading:
        batch = services.load_import(reading, registration_id, batch_id)
        if batch.state is not ImportState.STAGED:
            return {}
        frame = import_frame(reading, registration_id)
        return services.recheck(reading, batch, frame.registration)


def _upload_page(current: Work, frame: Frame, form: ImportForm, status: int = 200) -> Response:
    limits = _limits()
    return page(
        UPLOAD,
        status=status,
        frame=frame,
        form=form,
        size_limit=f"{limits.package.file_bytes // MEGABYTE} MB",
        row_limit=number(limits.rows),
        earlier=earlier_imports(current, frame.id),
        template_url=url_for("emulation.download_template", registration_id=frame.id),
        action=url_for("emulation.create_import", registration_id=frame.id),
    )


def _batch_page(current: Work, batch: ImportBatch, form: ApplyForm, status: int = 200) -> Response:
    frame = load_frame(current, own_registration(current, batch.registration_id))
    given = request.args.get("trang", "")
    rows = rows_view(current, batch, request.args.get("loai", ""), int(given) if _is_small(given) else 1)
    ids: dict[str, Any] = {"registration_id": batch.registration_id, "batch_id": batch.id}
    return page(
        SHOWN,
        status=status,
        frame=frame,
        batch=batch,
        form=form,
        view=rows,
        open=batch.state is ImportState.STAGED and frame.registration.state in EDITABLE,
        counts=counts_text(batch),
        importable=batch.new_count + batch.changed_count,
        faults=fault_links(current, batch),
        given_back=has_faulty(current, batch),
        read_at=moment(batch.created_at),
        finished_at=moment(batch.finished_at),
        faulty_state=ImportRowState.FAULTY,
        apply_url=url_for("emulation.apply_import", **ids),
        cancel_url=url_for("emulation.cancel_import", **ids),
        faulty_url=url_for("emulation.download_faulty_rows", **ids),
        upload_url=url_for("emulation.new_import", registration_id=batch.registration_id),
    )


def _is_small(text: str) -> bool:
    return text.isdecimal() and len(text) < 6


def _batch_url(batch: ImportBatch) -> str:
    return url_for("emulation.show_import", registration_id=batch.registration_id, batch_id=batch.id)


def _limits() -> SheetLimits:
    settings = runtime().settings
    return SheetLimits(settings.import_rows, PackageLimits(file_bytes=settings.max_upload_bytes))


def _inputs(read: ReadWorkbook) -> list[RowInput]:
    return [
        RowInput(
            row.number,
            row.cells,
            row.command,
            [(field, error.message) for field, error in row.errors],
            [(field, error.message) for field, error in row.warnings],
        )
        for row in read.rows
    ]


def _facts(read: ReadWorkbook, stream: BinaryIO, name: str | None) -> services.WorkbookFacts:
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    return services.WorkbookFacts(clean_name(name, EXTENSION), digest, read.header_row, read.columns, read.notes)


def _template_row(line: RegistrationLine, title: str) -> TemplateRow:
    return TemplateRow(line_values(line, title))


def _stem(frame: Frame) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(f"{frame.period.code} {frame.unit.short_name}")).strip("-")


def _workbook(
    current: Work, frame: Frame, rows: list[TemplateRow], stem: str, action: str, *, faulty: bool = False
) -> Response:
    """A workbook in the template's layout as a download; that it was taken is logged first."""
    titles = [TitleRow(t.name, t.short_name, t.subject.label, t.scope.label) for t in titles_of(current, frame)]
    template = Template(
        unit_name=frame.unit.name,
        period_name=frame.period.name,
        marker=marker_of(frame),
        titles=titles,
        made_at=current.clock.now(),
        row_limit=runtime().settings.import_rows,
        faulty=faulty,
    )
    content = io.BytesIO()
    count = write_template(content, template, rows)
    content.seek(0)
    record_read(action, OBJECT_TYPE, frame.id, unit_id=frame.unit.id, detail={"rows": count})
    return send_file(
        content, XLSX, as_attachment=True, download_name=f"{stem}{EXTENSION}", conditional=False, etag=False
    )
