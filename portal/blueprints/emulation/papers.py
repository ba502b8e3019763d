"""The official Bản đăng ký: its preview, which is printed from the browser too, as DOCX, as PDF by the worker."""

from __future__ import annotations

import io

from flask import Response, send_file, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import readable
from portal.domain.access.enums import Permission
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.papers.queries import current_template
from portal.exports.emulation_paper import NOTHING
from portal.exports.emulation_word import WORD_PAPER
from portal.jobs.emulation_papers import (
    DOCUMENT_EXPORTED,
    REGISTRATION_PDF,
    registration_document,
    registration_paper,
)
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.htmx import page
from portal.web.papers import paper_files, queue_pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/dang-ky/<int:registration_id>/ban-dang-ky.docx")
@requires(Permission.REGISTRATION_VIEW)
def download_document(registration_id: int) -> Response:
    """The Bản đăng ký as a DOCX file, made from what is stored now."""
    w = work()
    found = readable(w, registration_id)
    paper, name = registration_paper(w, found)
    content = registration_document(w, runtime().files, paper)
    record_read(DOCUMENT_EXPORTED, OBJECT_TYPE, found.id, unit_id=found.unit_id)
    return send_file(
        io.BytesIO(content), DOCX, as_attachment=True, download_name=f"{name}.docx", conditional=False, etag=False
    )


@bp.post("/dang-ky/<int:registration_id>/ban-dang-ky.pdf")
@requires(Permission.REGISTRATION_VIEW)
def queue_document_pdf(registration_id: int) -> Response:
    """Ask the worker for the Bản đăng ký as PDF; the job's page gives the file."""
    w = work()
    found = readable(w, registration_id)
    paper, _ = registration_paper(w, found)
    called = f"{paper.title}, {' '.join(paper.head.issuer)}"
    return queue_pdf(w, REGISTRATION_PDF, {"registration_id": found.id, "called": called})


@bp.get("/dang-ky/<int:registration_id>/in")
@requires(Permission.REGISTRATION_VIEW)
def print_registration(registration_id: int) -> Response:
    """The same paper as it will be: looked at first, printed from the browser or taken away as a file."""
    w = work()
    found = readable(w, registration_id)
    paper, _ = registration_paper(w, found)
    files = paper_files(
        w,
        docx=url_for("emulation.download_document", registration_id=found.id),
        pdf=url_for("emulation.queue_document_pdf", registration_id=found.id),
    )
    held = w.session.scalars(current_template(WORD_PAPER.code)).one_or_none()
    edition = held.edition if held else 0
    back = url_for("emulation.show_registration", registration_id=found.id)
    record_read("registration.printed", OBJECT_TYPE, found.id, unit_id=found.unit_id)
    return page(
        "emulation/print_registration.html", paper=paper, nothing=NOTHING, files=files, edition=edition, back_url=back
    )
