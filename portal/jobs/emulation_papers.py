"""The papers of emulation: the Bản đăng ký put together from what is stored, its PDF and that of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.core.errors import NotAllowed, NotFound
from portal.core.filestore import FileStore
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.domain.emulation import policies, queries
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.pages import counts_by_title, frame_of
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.units.models import Unit
from portal.exports._workbook import Target
from portal.exports.emulation_lists import file_name
from portal.exports.emulation_paper import (
    PaperLine,
    PaperPledge,
    PaperSource,
    PaperTitle,
    PaperUnit,
    RegistrationPaper,
    compose,
    write,
)
from portal.exports.emulation_word import WORD_PAPER, context_of
from portal.jobs.api import JobHandler
from portal.jobs.emulation_exports import EXPORTED, ExportOrder, build
from portal.jobs.emulation_exports import OBJECT_TYPE as LIST_TYPE
from portal.jobs.papers import PaperPdf
from portal.jobs.word_papers import filled

REGISTRATION_PDF, LIST_PDF = "emulation.registration_pdf", "emulation.list_pdf"
DOCUMENT_EXPORTED = "registration.document_exported"


def registration_paper(work: Work, registration: EmulationRegistration) -> tuple[RegistrationPaper, str]:
    """The Bản đăng ký of a registration that was loaded in scope, and the name of its file without an ending."""
    unit, receiver, period = work.session.execute(frame_of(registration.id)).one()
    return compose(_source(work, registration, unit, receiver, period)), paper_name(period, unit)


def registration_document(work: Work, files: FileStore, paper: RegistrationPaper) -> bytes:
    """The paper as DOCX: by the office's template where one holds, else in the portal's own layout."""
    by_template = filled(work, files, WORD_PAPER, lambda: context_of(paper))
    return write(paper, work.clock.now()) if by_template is None else by_template


def paper_name(period: RegistrationPeriod, unit: Unit) -> str:
    """ban-dang-ky-thi-dua-2023-326: plain letters, whatever the reader's system."""
    words = fold(period.name.removeprefix("Đăng ký ")).replace(" ", "-")
    return f"ban-dang-ky-{words}-{unit.code.lower()}"


def _source(
    work: Work, reg: EmulationRegistration, unit: Unit, receiver: Unit, period: RegistrationPeriod
) -> PaperSource:
    lines = work.session.execute(queries.lines_of(reg.id))
    return PaperSource(
        unit=PaperUnit(
            name=unit.name,
            level_code=unit.level_code,
            kind_code=unit.kind_code,
            place=unit.place,
            head_title=unit.head_title,
            symbol=unit.symbol,
            parent_name=receiver.name,
        ),
        receiver_name=receiver.name,
        receiver_level=receiver.level_code,
        period_name=period.name,
        year=period.year,
        content=reg.content,
        staff_count=reg.staff_count,
        pledges=[
            PaperPledge(p.name, p.number, p.unit_of_measure, p.note)
            for p in work.session.scalars(queries.pledges_of(reg.id))
        ],
        movements=[m.name for m in work.session.scalars(queries.movements_of(reg.id))],
        titles=_titles(work, reg, period),
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


def _titles(work: Work, reg: EmulationRegistration, period: RegistrationPeriod) -> list[PaperTitle]:
    """The titles that the unit expects or names, from the lowest: both numbers beside each other."""
    named = {key: count for key, _, count in work.session.execute(counts_by_title(reg.id))}
    expected = {title.id: count for title, count in work.session.execute(queries.expected_of(reg.id))}
    titles = work.session.scalars(queries.titles_valid(period))
    return [
        PaperTitle(t.name, expected.get(t.id), named.get(t.id, 0)) for t in titles if t.id in expected or t.id in named
    ]


def _readable(work: Work, payload: Mapping[str, Any]) -> EmulationRegistration:
    """The registration, when the owner of the job may read its content now. Raises NotFound, NotAllowed."""
    wanted = queries.get_registration(work.actor, int(payload["registration_id"]), work.today())
    found = work.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    if not policies.can_view_content(work.actor, found):
        raise NotAllowed
    return found


def _write_registration(work: Work, files: FileStore, payload: Mapping[str, Any], folder: Path) -> Path:
    paper, name = registration_paper(work, _readable(work, payload))
    path = folder / f"{name}.docx"
    path.write_bytes(registration_document(work, files, paper))
    return path


def _note_registration(work: Work, payload: Mapping[str, Any]) -> None:
    found = _readable(work, payload)
    record(work, DOCUMENT_EXPORTED, OBJECT_TYPE, found.id, unit_id=found.unit_id, detail={"saved_as": "PDF"})


def _write_list(work: Work, files: FileStore, payload: Mapping[str, Any], folder: Path) -> Path:  # noqa: ARG001
    order = ExportOrder.from_json(payload)
    path = folder / file_name(order.kind, order.year)
    with path.open("w+b") as stream:
        build(work, order, Target(folder, stream))
    return path


def _note_list(work: Work, payload: Mapping[str, Any]) -> None:
    order = ExportOrder.from_json(payload)
    record(work, EXPORTED, LIST_TYPE, order.kind.value, detail={**order.as_json(), "saved_as": "PDF"})


def _list_title(payload: Mapping[str, Any]) -> str:
    order = ExportOrder.from_json(payload)
    return f"{order.kind.label.lower()}, {order.period.lower()}"


HANDLERS: tuple[JobHandler, ...] = (
    PaperPdf(
        REGISTRATION_PDF,
        Permission.REGISTRATION_VIEW,
        lambda payload: str(payload["called"]),
        _write_registration,
        _note_registration,
    ),
    PaperPdf(LIST_PDF, Permission.REGISTRATION_EXPORT, _list_title, _write_list, _note_list),
)
