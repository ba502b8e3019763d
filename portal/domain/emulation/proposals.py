"""Tờ trình as the shared parts see them: a kind of papers that go through a chain, and a record that holds files."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals import policies as way_policies
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.errors import PaperNotEditable
from portal.domain.approvals.kinds import DocumentKind, RecordView
from portal.domain.approvals.services import papers
from portal.domain.attachments.owners import PDF_ONLY, FileKind, FileOwner, OwnerView
from portal.domain.emulation.proposal_models import EmulationProposal
from portal.domain.emulation.queries.proposals import KIND, get_proposal, paper_frame
from portal.domain.emulation.services import proposals as services
from portal.domain.emulation.services.proposals import OBJECT_TYPE

SIGNED, FURTHER = "proposal_signed", "proposal_further"
ENDPOINT = "emulation.show_proposal"


def show(work: Work, proposal_id: int) -> RecordView:
    """What the page of the way shows of a paper."""
    found = work.session.get_one(EmulationProposal, proposal_id)
    period, _ = work.session.execute(paper_frame(proposal_id)).one()
    number = f"{found.paper_no}/{found.paper_symbol}" if found.paper_no else ""
    signed = f"{number}, ngày {found.paper_date:%d/%m/%Y}" if number and found.paper_date else ""
    facts = (
        ("Kính gửi", found.recipient),
        ("Kỳ đăng ký", period.name),
        ("Danh sách", f"{found.line_count} dòng"),
        ("Văn bản đã ký", signed),
    )
    return RecordView(facts, tuple(line for line in found.content.splitlines() if line.strip()))


def _find(work: Work, owner_id: int, lock: bool = False) -> OwnerView | None:
    row = get_proposal(work.session, work.actor, owner_id, work.today())
    if row is None:
        return None
    found, way = row
    if lock:
        papers.lock(work, way)
    return OwnerView(
        unit_id=found.unit_id,
        title=way.title,
        endpoint=ENDPOINT,
        values={"proposal_id": found.id},
        may_read=True,
        may_change=way_policies.can_edit(work.actor, way),
        closed=PaperNotEditable.message if way_policies.drafts(work.actor, way) else "",
        fixed=frozenset() if found.signed_file_id is None else frozenset({found.signed_file_id}),
        sees=lambda file: (
            file.kind != SIGNED or (way.state is ApprovalState.ISSUED and file.id == found.signed_file_id)
        ),
    )


def _changed(work: Work, owner_id: int) -> None:
    """Who adds or removes a file has edited: they do not approve the paper."""
    papers.note_hand(work, papers.of_record(work, KIND, owner_id))


PROPOSALS = DocumentKind(
    KIND,
    "Tờ trình danh hiệu thi đua",
    view=Permission.PROPOSAL_VIEW,
    edit=Permission.PROPOSAL_EDIT,
    endpoint=ENDPOINT,
    key="proposal_id",
    show=show,
    faults=services.faults,
    follow=services.follow,
)
PROPOSAL_FILES = FileOwner(
    OBJECT_TYPE,
    "to-trinh-thi-dua",
    (
        FileKind(SIGNED, "Tờ trình đã ký", PDF_ONLY, addable=False),
        FileKind(FURTHER, "Tài liệu kèm theo tờ trình"),
    ),
    _find,
    _changed,
)
