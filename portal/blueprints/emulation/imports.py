"""Lines from a workbook: the template, and the file that is sent in. What follows is the way of every import."""

from __future__ import annotations

import io
import re

from flask import Response, send_file, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import Frame, load_frame
from portal.core.errors import InvalidInput
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import EDITABLE
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.queries.imports import LINES
from portal.domain.emulation.queries.lines import lines_of
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.workbook import Marker
from portal.exports.emulation_template import Template, TemplateRow, TitleRow, line_values, write_template
from portal.imports.emulation import open_registration
from portal.imports.kinds import kinds
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.htmx import page, see_other
from portal.web.imports import ImportForm, earlier_imports, limits_text, receive_workbook
from portal.web.transaction import own_reading

P = Permission
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD = "emulation/import_upload.html"


@bp.get("/dang-ky/<int:registration_id>/mau.xlsx")
@requires(P.REGISTRATION_EDIT)
def download_template(registration_id: int) -> Response:
    """The workbook to be filled in, with the lines as they are now."""
    current = work()
    frame = load_frame(current, open_registration(current, registration_id))
    rows = [_template_row(row[0], row[1].name) for row in current.session.execute(lines_of(registration_id))]
    titles = [
        TitleRow(t.name, t.short_name, t.subject.label, t.scope.label)
        for t in current.session.scalars(titles_valid(frame.period))
    ]
    template = Template(
        unit_name=frame.unit.name,
        period_name=frame.period.name,
        marker=Marker(frame.unit.code, frame.period.code),
        titles=titles,
        made_at=current.clock.now(),
        row_limit=runtime().settings.import_rows,
    )
    content = io.BytesIO()
    count = write_template(content, template, rows)
    content.seek(0)
    detail = {"rows": count}
    record_read("registration.template_downloaded", OBJECT_TYPE, frame.id, unit_id=frame.unit.id, detail=detail)
    name = f"danh-sach-dang-ky-{_stem(frame)}.xlsx"
    return send_file(content, XLSX, as_attachment=True, download_name=name, conditional=False, etag=False)


@bp.get("/dang-ky/<int:registration_id>/nhap")
@requires(P.REGISTRATION_EDIT)
def new_import(registration_id: int) -> Response:
    """Choose a workbook; what waits for a decision is shown too."""
    return _upload_page(_frame(work(), registration_id), ImportForm())


@bp.post("/dang-ky/<int:registration_id>/nhap")
@requires(P.REGISTRATION_EDIT)
def create_import(registration_id: int) -> Response:
    """Take the workbook in and go on to its columns, or to what it would do."""
    form = ImportForm()
    valid = form.validate_on_submit()
    with own_reading() as reading:
        frame = _frame(reading, registration_id)
    if not valid:
        return _upload_page(frame, form, status=422)
    try:
        address = receive_workbook(LINES, registration_id, form.file.data)
    except InvalidInput as error:
        form.file.errors = [text for texts in error.errors.values() for text in texts]
        return _upload_page(frame, form, status=422)
    return see_other(address)


def _frame(current: Work, registration_id: int) -> Frame:
    """The registration into which a workbook may be imported now; raises NotFound, NotAllowed, NotEditable."""
    found = open_registration(current, registration_id)
    if found.state not in EDITABLE:
        raise NotEditable
    return load_frame(current, found)


def _upload_page(frame: Frame, form: ImportForm, status: int = 200) -> Response:
    return page(
        UPLOAD,
        status=status,
        frame=frame,
        form=form,
        limits=limits_text(kinds()[LINES]),
        earlier=earlier_imports(LINES, frame.id),
        template_url=url_for("emulation.download_template", registration_id=frame.id),
        action=url_for("emulation.create_import", registration_id=frame.id),
    )


def _template_row(line: RegistrationLine, title: str) -> TemplateRow:
    return TemplateRow(line_values(line, title))


def _stem(frame: Frame) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(f"{frame.period.code} {frame.unit.short_name}")).strip("-")
