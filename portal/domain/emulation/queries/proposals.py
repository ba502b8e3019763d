"""Tờ trình: those that the actor may see, their lines, and the accepted lines that wait to be put into one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import AnySelect, Order
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor
from portal.domain.accounts.models import UserAccount
from portal.domain.approvals.models import Approval, ChainStep
from portal.domain.approvals.queries import Reader, at_step, reader_of, visible
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import RegistrationState, TitleScope
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.proposal_models import EmulationProposal, ProposalLine
from portal.domain.units.models import Unit

KIND = "emulation_proposal"
NEWEST = Order("moi", (EmulationProposal.id,), descending=True)
MOST_OFFERED = 50
UNSCOPED = {
    "proposals": "cut to its reader: the actor with their seats",
    "proposal_lines": "lines of a paper that was loaded in scope",
    "paper_frame": "the period and body of a paper that was loaded in scope",
    "candidates": "accepted lines sent to the body whose paper was loaded in scope",
    "candidate_units": "units whose accepted lines may stand in a paper that was loaded in scope",
    "lines_named": "accepted lines sent to the body whose paper was loaded in scope",
    "lines_in_papers": "how many lines of a registration loaded in scope stand in papers",
}


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """What the offered lines are narrowed to."""

    title_id: int | None = None
    scope: TitleScope | None = None
    unit_id: int | None = None
    words: str = ""


def proposals(reader: Reader) -> AnySelect:
    """Rows of the list: the papers that the reader may see, with where they are."""
    author = aliased(UserAccount)
    return (
        select(
            EmulationProposal.id,
            EmulationProposal.subject,
            EmulationProposal.line_count,
            EmulationProposal.paper_no,
            EmulationProposal.paper_symbol,
            EmulationProposal.paper_date,
            RegistrationPeriod.name.label("period_name"),
            RegistrationPeriod.year,
            Approval.state,
            Approval.due_on,
            Approval.updated_at,
            ChainStep.label.label("step_label"),
            author.full_name.label("author_name"),
        )
        .join(Approval, _way())
        .join(RegistrationPeriod, RegistrationPeriod.id == EmulationProposal.period_id)
        .join(author, author.id == EmulationProposal.created_by_id)
        .outerjoin(ChainStep, at_step())
        .where(visible(reader))
        .order_by(EmulationProposal.id.desc())
    )


def get_proposal(
    session: Session, actor: Actor, proposal_id: int, on: date
) -> tuple[EmulationProposal, Approval] | None:
    """A paper with its way, when the actor may see it."""
    stmt = (
        select(EmulationProposal, Approval)
        .join(Approval, _way())
        .outerjoin(ChainStep, at_step())
        .where(EmulationProposal.id == proposal_id, visible(reader_of(session, actor, on)))
    )
    row = session.execute(stmt).one_or_none()
    return None if row is None else (row[0], row[1])


def _way() -> Any:
    return (Approval.kind_code == KIND) & (Approval.record_id == EmulationProposal.id)


def paper_frame(proposal_id: int) -> Select[RegistrationPeriod, Unit]:
    """The period and the body of a paper."""
    return (
        select(RegistrationPeriod, Unit)
        .join(EmulationProposal, EmulationProposal.period_id == RegistrationPeriod.id)
        .join(Unit, Unit.id == EmulationProposal.unit_id)
        .where(EmulationProposal.id == proposal_id)
    )


def proposal_lines(proposal_id: int) -> Select[ProposalLine, EmulationTitle]:
    """The lines in their order."""
    return (
        select(ProposalLine, EmulationTitle)
        .join(EmulationTitle, EmulationTitle.id == ProposalLine.title_id)
        .where(ProposalLine.proposal_id == proposal_id)
        .order_by(ProposalLine.position, ProposalLine.id)
    )


def candidates(proposal: EmulationProposal, wanted: CandidateFilter) -> AnySelect:
    """Accepted lines of the paper's period, sent to its body, that stand in no paper: (line, title, unit, origin)."""
    origin = aliased(Unit)
    line, reg = RegistrationLine, EmulationRegistration
    stmt = (
        select(line, EmulationTitle, Unit.name.label("unit_name"), origin.name.label("origin_name"))
        .join(reg, reg.id == line.registration_id)
        .join(EmulationTitle, EmulationTitle.id == line.title_id)
        .join(Unit, Unit.id == line.unit_id)
        .outerjoin(origin, origin.id == line.origin_unit_id)
        .where(_offered(proposal), ~exists().where(ProposalLine.line_id == line.id))
        .order_by(EmulationTitle.rank.desc(), Unit.sort_key, line.sort_key, line.id)
    )
    if wanted.title_id is not None:
        stmt = stmt.where(line.title_id == wanted.title_id)
    if wanted.scope is not None:
        stmt = stmt.where(EmulationTitle.scope == wanted.scope)
    if wanted.unit_id is not None:
        stmt = stmt.where(line.unit_id == wanted.unit_id)
    for word in fold(clean(wanted.words)[:100]).split():
        stmt = stmt.where(line.folded.contains(word, autoescape=True))
    return stmt


def lines_named(proposal: EmulationProposal, line_ids: Collection[int]) -> AnySelect:
    """Those of these lines that may stand in the paper, as `candidates`."""
    return candidates(proposal, CandidateFilter()).where(RegistrationLine.id.in_(sorted(line_ids)))


def candidate_units(proposal: EmulationProposal) -> Select[int, str]:
    """The units that have accepted lines in the paper's period: (id, name)."""
    of = select(EmulationRegistration.unit_id).where(
        EmulationRegistration.period_id == proposal.period_id,
        EmulationRegistration.receiver_unit_id == proposal.unit_id,
        EmulationRegistration.state == RegistrationState.ACCEPTED,
    )
    return select(Unit.id, Unit.name).where(Unit.id.in_(of)).order_by(Unit.sort_key, Unit.id)


def lines_in_papers(registration_id: int) -> Select[int]:
    """How many lines of a registration stand in papers."""
    of = select(RegistrationLine.id).where(RegistrationLine.registration_id == registration_id)
    return select(func.count()).select_from(ProposalLine).where(ProposalLine.line_id.in_(of))


def _offered(proposal: EmulationProposal) -> Any:
    reg = EmulationRegistration
    return (
        (RegistrationLine.period_id == proposal.period_id)
        & (reg.receiver_unit_id == proposal.unit_id)
        & (reg.state == RegistrationState.ACCEPTED)
    )
