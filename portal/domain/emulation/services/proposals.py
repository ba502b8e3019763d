"""Tờ trình on registered titles: drawn up, filled with accepted lines, and the signed paper recorded.

The paper's way (portal.domain.approvals) is locked before anything of it changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean, clean_lines
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals.models import Approval
from portal.domain.approvals.services import papers
from portal.domain.attachments.models import StoredFile
from portal.domain.audit.services import attempt, record
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.proposal_models import EmulationProposal, ProposalLine
from portal.domain.emulation.queries.proposals import KIND, get_proposal, lines_named, proposal_lines

OBJECT_TYPE = "emulation_proposal"
PDF = "application/pdf"
LONGEST_TEXT, EARLIEST_PAPER_DAYS = 20_000, 400
TAKEN = "Có dòng vừa được đưa vào tờ trình khác. Chưa dòng nào được thêm; xin chọn lại."


@dataclass(frozen=True, slots=True)
class ProposalData:
    """The paper's text; `grounds` (căn cứ) and `content` are paragraphs, one a line."""

    subject: str
    recipient: str = ""
    grounds: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class SignedData:
    """What văn thư gave, and who signed as the paper says it."""

    paper_no: str
    paper_symbol: str
    paper_date: date | None
    signer_name: str
    signer_title: str
    signed_file_id: int | None = None


def load(work: Work, proposal_id: int) -> tuple[EmulationProposal, Approval]:
    """A paper with its way. Raises NotFound when the actor may not see it."""
    found = get_proposal(work.session, work.actor, proposal_id, work.today())
    if found is None:
        raise NotFound
    return found


def create(work: Work, period_id: int, unit_id: int, data: ProposalData) -> EmulationProposal:
    """Begin a paper. Raises NotAllowed, InvalidInput."""
    if not work.actor.holds_at(Permission.PROPOSAL_EDIT, unit_id):
        raise NotAllowed
    values = _values(data)
    if work.session.get(RegistrationPeriod, period_id) is None:
        raise InvalidInput({"period_id": ["Xin chọn kỳ đăng ký."]})
    now = work.clock.now()
    made = EmulationProposal(
        period_id=period_id,
        unit_id=unit_id,
        created_by_id=work.actor.user_id,
        created_at=now,
        updated_at=now,
        **values,
    )
    work.session.add(made)
    work.session.flush()
    papers.begin(work, KIND, made.id, _title(made), unit_id)
    _audit(work, "proposal.created", made)
    return made


def save(work: Work, proposal: EmulationProposal, way: Approval, version: int, data: ProposalData) -> None:
    """Write the text anew. Raises NotAllowed, PaperNotEditable, VersionConflict, InvalidInput."""
    papers.begin_edit(work, way)
    work.session.refresh(proposal)
    if proposal.version != version:
        raise VersionConflict
    for name, value in _values(data).items():
        setattr(proposal, name, value)
    _finish(work, proposal, way, "proposal.saved")


def add_lines(work: Work, proposal: EmulationProposal, way: Approval, line_ids: Collection[int]) -> int:
    """Put accepted lines at the end of the paper; returns how many.

    Raises RuleBroken when one of them is no longer to be had: in another paper, or its registration reopened.
    """
    papers.begin_edit(work, way)
    if not line_ids:
        raise InvalidInput({"lines": ["Xin chọn ít nhất một dòng."]})
    of = select(RegistrationLine.registration_id).where(RegistrationLine.id.in_(sorted(line_ids)))
    held = select(EmulationRegistration.id).where(EmulationRegistration.id.in_(of)).order_by(EmulationRegistration.id)
    work.session.execute(held.with_for_update()).all()  # none of them is reopened until the lines are in
    rows = work.session.execute(lines_named(proposal, line_ids)).all()
    if len(rows) != len(set(line_ids)):
        raise RuleBroken(TAKEN)
    first = 1 + (work.session.scalar(select(func.max(ProposalLine.position)).where(_of(proposal))) or 0)
    try:
        with attempt(work.session):
            work.session.add_all(
                ProposalLine(
                    proposal_id=proposal.id,
                    position=place,
                    line_id=row[0].id,
                    subject=row[0].subject,
                    name=row[0].name,
                    post=row[0].post,
                    place=", ".join(part for part in (row[0].division, row.origin_name, row.unit_name) if part)[:400],
                    title_id=row[0].title_id,
                )
                for place, row in enumerate(rows, first)
            )
            work.session.flush()
    except IntegrityError as error:
        raise RuleBroken(TAKEN) from error
    _finish(work, proposal, way, "proposal.lines_added", {"count": len(rows)})
    return len(rows)


def remove_line(work: Work, proposal: EmulationProposal, way: Approval, proposal_line_id: int) -> None:
    """Take a line out; those after it move up."""
    papers.begin_edit(work, way)
    lines = [line for line, _ in work.session.execute(proposal_lines(proposal.id))]
    gone = next((line for line in lines if line.id == proposal_line_id), None)
    if gone is None:
        raise NotFound
    work.session.delete(gone)
    for place, line in enumerate((line for line in lines if line is not gone), 1):
        line.position = place
    _finish(work, proposal, way, "proposal.line_removed", {"count": 1})


def may_record(work: Work, proposal: EmulationProposal) -> bool:
    """Whether the actor writes down what văn thư gave."""
    return work.actor.holds_at(Permission.PROPOSAL_RECORD, proposal.unit_id)


def record_paper(work: Work, proposal: EmulationProposal, way: Approval, version: int, data: SignedData) -> None:
    """Record number, symbol, day, signer and the signed PDF of the approved paper: it is locked from then on."""
    if not may_record(work, proposal):
        raise NotAllowed
    papers.lock(work, way)
    if way.version != version:
        raise VersionConflict
    values = _signed_values(work, proposal, data)
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.updated_at = work.clock.now()
    _audit(work, "proposal.paper_recorded", proposal, {"paper_no": f"{data.paper_no}/{data.paper_symbol}"})
    papers.issue(work, way)


def faults(work: Work, proposal_id: int) -> list[str]:
    """What keeps the paper from being put forward."""
    found = work.session.get_one(EmulationProposal, proposal_id)
    said = [
        (not found.line_count, "chưa có dòng nào trong danh sách"),
        (not found.recipient, "chưa ghi nơi kính gửi"),
        (not found.content, "chưa có nội dung"),
    ]
    missing = [words for is_missing, words in said if is_missing]
    return [f"Chưa trình được: {', '.join(missing)}."] if missing else []


def follow(work: Work, proposal_id: int, action: str) -> None:
    """A paper that is given up lets its lines go."""
    if action == "abandon":
        free = update(ProposalLine).where(ProposalLine.proposal_id == proposal_id).values(line_id=None)
        work.session.execute(free)


def _of(proposal: EmulationProposal) -> Any:
    return ProposalLine.proposal_id == proposal.id


def _title(proposal: EmulationProposal) -> str:
    return f"Tờ trình {proposal.subject[:1].lower()}{proposal.subject[1:]}"


def _finish(
    work: Work, proposal: EmulationProposal, way: Approval, action: str, detail: dict[str, Any] | None = None
) -> None:
    work.session.flush()
    proposal.line_count = work.session.scalar(select(func.count()).select_from(ProposalLine).where(_of(proposal))) or 0
    proposal.updated_at = work.clock.now()
    papers.finish_edit(work, way, _title(proposal))
    _audit(work, action, proposal, detail)


def _values(data: ProposalData) -> dict[str, str]:
    values = {
        "subject": clean(data.subject),
        "recipient": clean(data.recipient),
        "grounds": clean_lines(data.grounds),
        "content": clean_lines(data.content),
    }
    errors: dict[str, list[str]] = {}
    if not values["subject"]:
        errors["subject"] = ["Xin ghi trích yếu."]
    for name, text in values.items():
        limit = LONGEST_TEXT if name in ("grounds", "content") else 200
        if len(text) > limit:
            errors[name] = [f"Dài quá {limit} ký tự."]
    if errors:
        raise InvalidInput(errors)
    return values


def _signed_values(work: Work, proposal: EmulationProposal, data: SignedData) -> dict[str, Any]:
    asked = {
        "paper_no": (clean(data.paper_no), 20, "Xin ghi số văn bản."),
        "paper_symbol": (clean(data.paper_symbol), 40, "Xin ghi ký hiệu văn bản."),
        "signer_name": (clean(data.signer_name), 120, "Xin ghi họ tên người ký."),
        "signer_title": (clean(data.signer_title), 160, "Xin ghi chức vụ người ký."),
    }
    errors: dict[str, list[str]] = {}
    for name, (text, limit, missing) in asked.items():
        if not text or len(text) > limit:
            errors[name] = [f"Dài quá {limit} ký tự." if text else missing]
    age = -1 if data.paper_date is None else (work.today() - data.paper_date).days
    if not 0 <= age <= EARLIEST_PAPER_DAYS:
        errors["paper_date"] = ["Xin ghi ngày văn bản, không sau hôm nay."]
    file = work.session.get(StoredFile, data.signed_file_id or 0)
    owned = file is not None and (file.owner_type, file.owner_id) == (OBJECT_TYPE, proposal.id)
    if file is None or not owned or file.content_type != PDF or file.scan_state == "infected":
        errors["signed_file"] = ["Xin chọn tệp PDF của bản đã ký, đóng dấu."]
    if errors:
        raise InvalidInput(errors)
    values = {name: text for name, (text, _, _) in asked.items()}
    return {**values, "paper_date": data.paper_date, "signed_file_id": data.signed_file_id}


def _audit(work: Work, action: str, proposal: EmulationProposal, detail: dict[str, Any] | None = None) -> None:
    giver = work.actor.acts_for(Permission.PROPOSAL_EDIT, proposal.unit_id)
    record(work, action, OBJECT_TYPE, proposal.id, unit_id=proposal.unit_id, on_behalf_of_id=giver, detail=detail or {})
