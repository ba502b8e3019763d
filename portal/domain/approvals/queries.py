"""Papers on their way: who answers a step, which papers an actor may see, what waits for them, trails and chains."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import AnySelect, Order
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import WORDS_LENGTH, assignment_on
from portal.domain.approvals.enums import UNDER_WAY, ApprovalState, StepRelation
from portal.domain.approvals.kinds import kinds
from portal.domain.approvals.models import Approval, ApprovalHand, ApprovalMove, ChainDefinition, ChainStep
from portal.domain.units.enums import PartSide
from portal.domain.units.models import Unit, UnitChange, UnitChangePart
from portal.domain.units.queries import scope

UNSCOPED = {
    "answering": "who answers the steps of a paper that was loaded in scope",
    "hands_of": "who edited a paper that was loaded in scope",
    "moves_of": "the trail of a paper that was loaded in scope",
    "steps_of": "the steps of a chain: everyone who has papers reads them",
    "current_definition": "a chain: everyone who has papers reads it",
    "open_definition": "a chain that is being written: for those who keep chains, which its service asks",
    "one_definition": "a chain: everyone who has papers reads it",
    "definitions_of": "the editions of a chain; for those who keep chains",
    "chain_overview": "the editions of all chains; for those who keep chains",
    "of_record": "the paper of a record that its feature loaded in scope",
    "one_paper": "cut to its reader: the actor with their seats",
    "papers": "cut to its reader: the actor with their seats",
    "waiting_papers": "cut to its reader: the actor with their seats",
    "returned_papers": "cut to its reader: the actor with their seats",
    "sent_papers": "cut to its reader: the actor with their seats",
    "due_papers": "cut to its reader: the actor with their seats",
}
NEWEST = Order("moi", (Approval.updated_at, Approval.id), descending=True)
OLDEST = Order("cu", (Approval.id,))
_Parts = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that the actor holds, in their own right or by delegation: over these units (one unit, with those that
    became part of it), from a home in these.
    """

    role: Role
    unit_ids: frozenset[int]
    home_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Answerer:
    """A person who can answer a step; `giver_id` when they hold its role by a delegation."""

    user_id: int
    giver_id: int | None
    name: str
    post: str


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """What the list is cut to. `part`: what waits for the actor, what they sent, or all that they may see."""

    part: str = ""
    kind: str = ""
    state: ApprovalState | None = None
    words: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """The actor with what is asked of every list of papers: their seats, read once (two queries)."""

    actor: Actor
    on: date
    seats: tuple[Seat, ...] = field(default=())


def reader_of(session: Session, actor: Actor, on: date) -> Reader:
    """The actor as a reader of papers."""
    principal = aliased(UserAccount)
    rows = session.execute(
        select(RoleAssignment.role, RoleAssignment.unit_id, principal.home_unit_id)
        .join(principal, principal.id == func.coalesce(RoleAssignment.given_by_id, RoleAssignment.user_id))
        .where(RoleAssignment.user_id == actor.user_id, assignment_on(on))
        .order_by(RoleAssignment.id)
    ).all()
    former = _former(session, {i for row in rows for i in (row.unit_id, row.home_unit_id)}, on)
    seats = (
        Seat(row.role, former[row.unit_id] | {row.unit_id}, former[row.home_unit_id] | {row.home_unit_id})
        for row in rows
    )
    return Reader(actor, on, tuple(seats))


def _former(session: Session, unit_ids: Collection[int], on: date) -> _Parts:
    """The units that each of these came of by a reorganisation that is in effect."""
    before, after = aliased(UnitChangePart), aliased(UnitChangePart)
    rows = session.execute(_parts(before, after, on).where(after.unit_id.in_(sorted(unit_ids)))).all()
    return {unit: frozenset(b for b, a in rows if a == unit) for unit in unit_ids}


def _later(session: Session, unit_ids: Collection[int], on: date) -> _Parts:
    """The units that came of each of these by a reorganisation that is in effect."""
    before, after = aliased(UnitChangePart), aliased(UnitChangePart)
    rows = session.execute(_parts(before, after, on).where(before.unit_id.in_(sorted(unit_ids)))).all()
    return {unit: frozenset(a for b, a in rows if b == unit) for unit in unit_ids}


def _parts(before: Any, after: Any, on: date) -> Select[int, int]:
    return (
        select(before.unit_id, after.unit_id)
        .join(after, after.change_id == before.change_id)
        .join(UnitChange, UnitChange.id == before.change_id)
        .where(before.side == PartSide.BEFORE, after.side == PartSide.AFTER, UnitChange.effective_on <= on)
    )


def answering(
    session: Session, approval: Approval, steps: Sequence[ChainStep], on: date
) -> dict[int, tuple[Answerer, ...]]:
    """Who can answer each step today, by its position, by name (two queries); who edited is among them."""
    later = _later(session, {approval.unit_id, approval.division_id}, on)
    bodies = later[approval.unit_id] | {approval.unit_id}
    homes = later[approval.division_id] | {approval.division_id}
    principal = aliased(UserAccount)
    rows = session.execute(
        select(
            RoleAssignment.role,
            RoleAssignment.user_id,
            RoleAssignment.given_by_id,
            UserAccount.full_name,
            UserAccount.post,
            principal.home_unit_id,
        )
        .join(UserAccount, UserAccount.id == RoleAssignment.user_id)
        .join(principal, principal.id == func.coalesce(RoleAssignment.given_by_id, RoleAssignment.user_id))
        .where(
            RoleAssignment.role.in_(sorted({step.role for step in steps})),
            RoleAssignment.unit_id.in_(sorted(bodies)),
            UserAccount.disabled_at.is_(None),
            assignment_on(on),
        )
        .order_by(UserAccount.sort_key, RoleAssignment.given_by_id.is_not(None), RoleAssignment.id)
    ).all()
    return {
        step.position: tuple(
            Answerer(row.user_id, row.given_by_id, row.full_name, row.post)
            for row in rows
            if row.role is step.role and (step.relation is StepRelation.BODY or row.home_unit_id in homes)
        )
        for step in steps
    }


def hands_of(session: Session, approval: Approval) -> frozenset[int]:
    """Who drafted the paper or edited it since it was returned last, and in whose name."""
    edited = session.scalars(select(ApprovalHand.user_id).where(ApprovalHand.approval_id == approval.id))
    given = () if approval.drafted_for_id is None else (approval.drafted_for_id,)
    return frozenset({approval.drafted_by_id, *given, *edited})


def waits_for(reader: Reader) -> ColumnElement[bool]:
    """The condition that a paper waits for the actor: at a step of theirs, and they had no hand in it.

    The statement joins the step that the paper stands at (`at_step`).
    """
    ways = [
        and_(
            ChainStep.role == seat.role,
            Approval.unit_id.in_(sorted(seat.unit_ids)),
            or_(ChainStep.relation == StepRelation.BODY, Approval.division_id.in_(sorted(seat.home_ids))),
        )
        for seat in reader.seats
    ]
    if not ways:
        return false()
    return and_(Approval.state == ApprovalState.RUNNING, or_(*ways), ~_had_hand(reader.actor))


def at_step() -> ColumnElement[bool]:
    """The condition that joins the step that a paper stands at."""
    return and_(ChainStep.definition_id == Approval.definition_id, ChainStep.position == Approval.position)


def _had_hand(actor: Actor) -> ColumnElement[bool]:
    who = sorted(actor.identities)
    edited = exists().where(ApprovalHand.approval_id == Approval.id, ApprovalHand.user_id.in_(who))
    return or_(Approval.drafted_by_id.in_(who), func.coalesce(Approval.drafted_for_id, 0).in_(who), edited)


def _took_part(actor: Actor) -> ColumnElement[bool]:
    """The actor has moved it themselves, or had a hand in it."""
    return or_(
        Approval.drafted_by_id == actor.user_id,
        exists().where(ApprovalMove.approval_id == Approval.id, ApprovalMove.actor_id == actor.user_id),
        exists().where(ApprovalHand.approval_id == Approval.id, ApprovalHand.user_id == actor.user_id),
    )


def visible(reader: Reader) -> ColumnElement[bool]:
    """The condition that the actor may see a paper: they took part, it waits for them, they draft papers of its kind
    for its body, or see those that were put forward there.
    """
    actor = reader.actor
    ways: list[ColumnElement[bool]] = [_took_part(actor), waits_for(reader)]
    for kind in kinds().values():
        drafting, under_way = actor.unit_ids(kind.edit), Approval.state.in_(sorted(UNDER_WAY))
        seen = [and_(under_way, scope(actor, kind.view, Approval.unit_id, reader.on))]
        if drafting:
            seen.append(Approval.unit_id.in_(sorted(drafting)))
        ways.append(and_(Approval.kind_code == kind.code, or_(*seen)))
    return or_(*ways)


def one_paper(reader: Reader, approval_id: int) -> Select[Approval]:
    """A paper that the actor may see."""
    stmt = select(Approval).outerjoin(ChainStep, at_step())
    return stmt.where(Approval.id == approval_id, visible(reader), Approval.kind_code.in_(sorted(kinds())))


def of_record(kind_code: str, record_id: int) -> Select[Approval]:
    """The paper of a feature's record."""
    return select(Approval).where(Approval.kind_code == kind_code, Approval.record_id == record_id)


def papers(reader: Reader, wanted: PaperFilter) -> AnySelect:
    """Rows of the list: the paper's columns, its step, division, drafter and whether it waits for the actor."""
    drafter = aliased(UserAccount)
    mine = waits_for(reader)
    stmt = (
        select(
            Approval.id,
            Approval.kind_code,
            Approval.record_id,
            Approval.title,
            Approval.state,
            Approval.position,
            Approval.unit_id,
            Approval.submitted_at,
            Approval.arrived_at,
            Approval.updated_at,
            Approval.due_on,
            ChainStep.label.label("step_label"),
            Unit.name.label("division_name"),
            drafter.full_name.label("drafter_name"),
            mine.label("is_mine"),
        )
        .join(Unit, Unit.id == Approval.division_id)
        .join(drafter, drafter.id == Approval.drafted_by_id)
        .outerjoin(ChainStep, at_step())
        .where(visible(reader), Approval.kind_code.in_(sorted(kinds())))
        .order_by(Approval.updated_at.desc(), Approval.id.desc())
    )
    if wanted.part == "cho-toi":
        stmt = stmt.where(mine)
    elif wanted.part == "toi-trinh":
        stmt = stmt.where(_had_hand(reader.actor), Approval.state != ApprovalState.DRAFT)
    if wanted.kind:
        stmt = stmt.where(Approval.kind_code == wanted.kind)
    if wanted.state is not None:
        stmt = stmt.where(Approval.state == wanted.state)
    if wanted.overdue:
        stmt = stmt.where(Approval.state == ApprovalState.RUNNING, Approval.due_on < reader.on)
    for word in fold(clean(wanted.words)[:WORDS_LENGTH]).split():
        stmt = stmt.where(Approval.folded.contains(word, autoescape=True))
    return stmt


def steps_of(definition_id: int | None) -> Select[ChainStep]:
    """The steps of a chain in their order."""
    return select(ChainStep).where(ChainStep.definition_id == definition_id).order_by(ChainStep.position)


def moves_of(approval_id: int) -> Select[ApprovalMove, str, str | None]:
    """The trail, the newest first: (move, who, for whom)."""
    who, giver = aliased(UserAccount), aliased(UserAccount)
    return (
        select(ApprovalMove, who.full_name, giver.full_name)
        .join(who, who.id == ApprovalMove.actor_id)
        .outerjoin(giver, giver.id == ApprovalMove.on_behalf_of_id)
        .where(ApprovalMove.approval_id == approval_id)
        .order_by(ApprovalMove.id.desc())
    )


def current_definition(kind_code: str) -> Select[ChainDefinition]:
    """The edition of a kind's chain that papers put forward now go by."""
    d = ChainDefinition
    published = select(d).where(d.kind_code == kind_code, d.published_at.is_not(None))
    return published.order_by(d.edition.desc()).limit(1)


def open_definition(kind_code: str) -> Select[ChainDefinition]:
    """The edition of a kind's chain that is being written."""
    d = ChainDefinition
    return select(d).where(d.kind_code == kind_code, d.published_at.is_(None)).order_by(d.edition.desc()).limit(1)


def one_definition(definition_id: int) -> Select[ChainDefinition]:
    """An edition."""
    return select(ChainDefinition).where(ChainDefinition.id == definition_id)


def definitions_of(kind_code: str) -> AnySelect:
    """All editions of a kind's chain, the newest first: (edition, who published it, how many papers run by it)."""
    running = (
        select(func.count())
        .select_from(Approval)
        .where(Approval.definition_id == ChainDefinition.id, Approval.state == ApprovalState.RUNNING)
        .scalar_subquery()
    )
    return (
        select(ChainDefinition, UserAccount.full_name, running.label("running"))
        .outerjoin(UserAccount, UserAccount.id == ChainDefinition.published_by_id)
        .where(ChainDefinition.kind_code == kind_code)
        .order_by(ChainDefinition.edition.desc())
    )


def chain_overview() -> AnySelect:
    """Every edition of every chain with the number of its steps, by kind, the newest first."""
    steps = select(func.count()).select_from(ChainStep).where(ChainStep.definition_id == ChainDefinition.id)
    return select(ChainDefinition, steps.scalar_subquery().label("steps")).order_by(
        ChainDefinition.kind_code, ChainDefinition.edition.desc()
    )


def waiting_papers(reader: Reader) -> AnySelect:
    """What waits for the actor, what is due first."""
    return _home_columns(waits_for(reader))


def returned_papers(reader: Reader) -> AnySelect:
    """What was returned to the actor as one of its drafters."""
    mine = Approval.drafted_by_id.in_(sorted(reader.actor.identities))
    return _home_columns(and_(Approval.state == ApprovalState.RETURNED, mine))


def sent_papers(reader: Reader, since: Any, until: Any) -> AnySelect:
    """What the actor has put on its way between two instants, the newest first."""
    sent = and_(Approval.submitted_at >= since, Approval.submitted_at < until, Approval.state.in_(sorted(UNDER_WAY)))
    return _home_columns(and_(sent, _had_hand(reader.actor))).order_by(None).order_by(Approval.id.desc())


def due_papers(reader: Reader, first: date, last: date) -> AnySelect:
    """What falls due between two days at a step of the actor's, or, sent by them, at another's."""
    running = and_(Approval.state == ApprovalState.RUNNING, Approval.due_on.between(first, last))
    return _home_columns(and_(running, or_(waits_for(reader), _had_hand(reader.actor))), waits_for(reader))


def _home_columns(condition: ColumnElement[bool], mine: ColumnElement[bool] | None = None) -> AnySelect:
    columns = (
        Approval.id,
        Approval.kind_code,
        Approval.title,
        Approval.state,
        Approval.position,
        Approval.due_on,
        Approval.arrived_at,
        Approval.submitted_at,
        Approval.updated_at,
        ChainStep.label.label("step_label"),
        (false() if mine is None else mine).label("is_mine"),
    )
    stmt = select(*columns).outerjoin(ChainStep, at_step()).where(condition, Approval.kind_code.in_(sorted(kinds())))
    return stmt.order_by(Approval.due_on.is_(None), Approval.due_on, Approval.id)
