"""The official Bản đăng ký: as DOCX, as a print view."""

from __future__ import annotations

import io

from flask import Response, send_file

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import Frame, load_frame, readable
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import queries
from portal.domain.emulation.queries.pages import counts_by_title
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.exports.emulation_paper import (
    NOTHING,
    PaperLine,
    PaperPledge,
    PaperSource,
    PaperTitle,
    PaperUnit,
    RegistrationPaper,
    compose,
    write,
)
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import work
from portal.web.htmx import page

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/dang-ky/<int:registration_id>/ban-dang-ky.docx")
@requires(Permission.REGISTRATION_VIEW)
def download_document(registration_id: int) -> Response:
    """The Bản đăng ký as a DOCX file, made from what is stored now."""
    w = work()
    found = readable(w, registration_id)
    frame = load_frame(w, found)
    content = write(_paper(w, frame), w.clock.now())
    record_read("registration.document_exported", OBJECT_TYPE, found.id, unit_id=found.unit_id)
    return send_file(
        io.BytesIO(content), DOCX, as_attachment=True, download_name=_file_name(frame), conditional=False, etag=False
    )


@bp.get("/dang-ky/<int:registration_id>/in")
@requires(Permission.REGISTRATION_VIEW)
def print_registration(registration_id: int) -> Response:
    """The same paper to be printed from the browser."""
    w = work()
    found = readable(w, registration_id)
    frame = load_frame(w, found)
    paper = _paper(w, frame)
    back = frame.url
    record_read("registration.printed", OBJECT_TYPE, found.id, unit_id=found.unit_id)
    return page("emulation/print_registration.html", paper=paper, nothing=NOTHING, back_url=back)


def _file_name(frame: Frame) -> str:
    """ban-dang-ky-thi-dua-2023-326.docx: plain letters, whatever the reader's system."""
    words = fold(frame.period.name.removeprefix("Đăng ký ")).replace(" ", "-")
    return f"ban-dang-ky-{words}-{frame.unit.code.lower()}.docx"


def _paper(w: Work, frame: Frame) -> RegistrationPaper:
    reg, unit = frame.registration, frame.unit
    lines = w.session.execute(queries.lines_of(reg.id))
    return compose(
        PaperSource(
            unit=PaperUnit(
                name=unit.name,
                level_code=unit.level_code,
                kind_code=unit.kind_code,
                place=unit.place,
                head_title=unit.head_title,
                symbol=unit.symbol,
                parent_name=frame.receiver.name,
            ),
            receiver_name=frame.receiver.name,
            receiver_level=frame.receiver.level_code,
            period_name=frame.period.name,
            year=frame.period.year,
            content=reg.content,
            staff_count=reg.staff_count,
            pledges=[
                PaperPledge(p.name, p.number, p.unit_of_measure, p.note)
                for p in w.session.scalars(queries.pledges_of(reg.id))
            ],
            movements=[m.name for m in w.session.scalars(queries.movements_of(reg.id))],
            titles=_titles(w, frame),
            lines=[
                PaperLine(
                    line.subject, line.name, line.post, line.division or origin or "", title.name, title.rank, line.note
                )
                for line, title, origin in lines
            ],
            paper_no=reg.paper_no,
            paper_date=reg.paper_date,
            signer_name=reg.signer_name,
            signer_title=reg.signer_title,
        )
    )


def _titles(w: Work, frame: Frame) -> list[PaperTitle]:
    """The titles that the unit expects or names, from the lowest: both numbers beside each other."""
    named = {key: count for key, _, count in w.session.execute(counts_by_title(frame.id))}
    expected = {title.id: count for title, count in w.session.execute(queries.expected_of(frame.id))}
    titles = w.session.scalars(queries.titles_valid(frame.period))
    return [
        PaperTitle(t.name, expected.get(t.id), named.get(t.id, 0)) for t in titles if t.id in expected or t.id in named
    ]
