"""Difficulties: which an actor may know of, those open to all units, who may answer, what waits and falls due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import Order
from portal.core.text import fold
from portal.core.workflow import WorkflowStep
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_on
from portal.domain.difficulties.enums import (
    ANSWERED,
    DIFFICULTY_WORKFLOW,
    OPENED,
    OWED,
    UNSENT,
    AnswerAudience,
    DifficultyKind,
    DifficultyState,
    WorkField,
)
from portal.domain.difficulties.models import Difficulty
from portal.domain.units.models import Unit
from portal.domain.units.queries import subtree_ids

UNSCOPED = {
    "published": "answers that are open to every unit",
    "one_published": "an answer that is open to every unit",
    "trail_with_names": "the trail of an item that was loaded in scope",
    "answerers": "people of the Sở who may be given an item",
    "people_named": "the people that an item loaded in scope names",
}
OBJECT_TYPE = DIFFICULTY_WORKFLOW.object_type
NEWEST = Order("moi", (Difficulty.id,), descending=True)
S = DifficultyState
P = Permission
MOST_WAITING = 30


@dataclass(frozen=True, slots=True)
class DifficultyFilter:
    """What the list is cut to."""

    year: int | None = None
    words: str = ""
    state: DifficultyState | None = None
    kind: DifficultyKind | None = None
    work_field: WorkField | None = None
    unit_id: int | None = None
    overdue: bool = False


def in_scope(actor: Actor, on: date, *, content: bool = False) -> ColumnElement[bool]:
    """The condition that the actor may know of an item (with `content`: may read it).

    Their own unit's in every state; as the Sở what was sent, and its content once somebody there has received it.
    """
    own = actor.unit_ids(P.DIFFICULTY_VIEW, Reach.OWN)
    tree = actor.unit_ids(P.DIFFICULTY_VIEW, Reach.SUBTREE)
    ways: list[ColumnElement[bool]] = []
    if own:
        ways.append(Difficulty.unit_id.in_(sorted(own)))
    if tree:
        known = Difficulty.state.in_(sorted(OPENED)) if content else Difficulty.state.not_in(sorted(UNSENT))
        ways.append(and_(Difficulty.unit_id.in_(subtree_ids(tree, on)), known))
    return or_(*ways) if ways else false()


def one_item(actor: Actor, item_id: int, on: date) -> Select[Difficulty]:
    """One item, when the actor may know of it."""
    return select(Difficulty).where(Difficulty.id == item_id, in_scope(actor, on))


def item_rows(actor: Actor, wanted: DifficultyFilter, on: date) -> Select[*tuple[Any, ...]]:
    """The items that the actor may know of, cut to what is wanted: (item, unit name, name of who answers)."""
    stmt = _with_names().where(in_scope(actor, on))
    if wanted.state is None:
        stmt = stmt.where(Difficulty.state != S.DROPPED)
    return _cut(stmt, wanted, on).order_by(Difficulty.id.desc())


def published(wanted: DifficultyFilter, on: date) -> Select[*tuple[Any, ...]]:
    """The questions whose answer every unit reads."""
    return _cut(_with_names().where(is_public()), wanted, on).order_by(Difficulty.id.desc())


def one_published(item_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """One question whose answer every unit reads."""
    return published(DifficultyFilter(), on).where(Difficulty.id == item_id)


def is_public() -> ColumnElement[bool]:
    """The condition that an answer is open to every unit."""
    return and_(Difficulty.audience == AnswerAudience.ALL, Difficulty.state.in_(sorted(ANSWERED)))


def _with_names() -> Select[*tuple[Any, ...]]:
    return (
        select(Difficulty, Unit.name.label("unit_name"), UserAccount.full_name.label("assignee"))
        .join(Unit, Unit.id == Difficulty.unit_id)
        .outerjoin(UserAccount, UserAccount.id == Difficulty.assignee_id)
    )


def _cut(stmt: Select[*tuple[Any, ...]], wanted: DifficultyFilter, on: date) -> Select[*tuple[Any, ...]]:
    same = {
        Difficulty.year: wanted.year,
        Difficulty.state: wanted.state,
        Difficulty.kind: wanted.kind,
        Difficulty.work_field: wanted.work_field,
        Difficulty.unit_id: wanted.unit_id,
    }
    for column, value in same.items():
        if value is not None:
            stmt = stmt.where(column == value)
    for word in fold(wanted.words).split():
        stmt = stmt.where(Difficulty.folded.contains(word, autoescape=True))
    return stmt.where(Difficulty.state.in_(sorted(OWED)), Difficulty.due_on < on) if wanted.overdue else stmt


def units_asking(actor: Actor, on: date) -> Select[int, str]:
    """The units that the actor sees items of: (id, name)."""
    ids = select(Difficulty.unit_id).where(in_scope(actor, on))
    return select(Unit.id, Unit.name).where(Unit.id.in_(ids)).order_by(Unit.sort_key, Unit.id)


def item_labels(actor: Actor, ids: Collection[int], on: date) -> Select[int, str]:
    """What people call these items, of those that the actor may know of."""
    return select(Difficulty.id, Difficulty.title).where(Difficulty.id.in_(sorted(ids)), in_scope(actor, on))


def trail_with_names(item_id: int) -> Select[*tuple[Any, ...]]:
    """The steps of an item, the newest first: (step, who, for whom)."""
    giver = aliased(UserAccount)
    return (
        select(WorkflowStep, UserAccount.full_name.label("who"), giver.full_name.label("giver"))
        .join(UserAccount, UserAccount.id == WorkflowStep.actor_id)
        .outerjoin(giver, giver.id == WorkflowStep.on_behalf_of_id)
        .where(WorkflowStep.object_type == OBJECT_TYPE, WorkflowStep.object_id == item_id)
        .order_by(WorkflowStep.id.desc())
    )


def answerers(on: date) -> Select[int, str, str]:
    """Who may be given an item: (id, name, where they work)."""
    roles = [role for role, spec in ROLES.items() if P.DIFFICULTY_ANSWER in spec.grants]
    held = select(RoleAssignment.user_id).where(RoleAssignment.role.in_(roles), assignment_on(on))
    return (
        select(UserAccount.id, UserAccount.full_name, Unit.short_name)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(UserAccount.id.in_(held), UserAccount.disabled_at.is_(None))
        .order_by(UserAccount.sort_key, UserAccount.id)
    )


def people_named(item: Difficulty) -> Select[int, str]:
    """Names of those whom an item names."""
    ids = [one for one in (item.created_by_id, item.assignee_id, item.answered_by_id) if one is not None]
    return select(UserAccount.id, UserAccount.full_name).where(UserAccount.id.in_(ids))


def waiting_items(session: Session, actor: Actor, on: date) -> list[Any]:
    """What waits for the actor (one query): to complete, to receive, to assign, to answer, to approve."""
    ways: list[ColumnElement[bool]] = [
        and_(Difficulty.state == S.ASSIGNED, Difficulty.assignee_id.in_(sorted(actor.identities)))
    ]
    if units := actor.unit_ids(P.DIFFICULTY_EDIT):
        mine = Difficulty.unit_id.in_(sorted(units))
        ways.append(and_(Difficulty.state.in_((S.DRAFT, S.ASKED)), mine))
    if actor.can(P.DIFFICULTY_RECEIVE):
        ways.append(Difficulty.state.in_((S.SENT, S.RECEIVED)))
    if actor.can(P.DIFFICULTY_APPROVE):
        drafted = Difficulty.answered_by_id.in_(sorted(actor.identities))
        ways.append(and_(Difficulty.state == S.IN_REVIEW, ~drafted))
    stmt = _with_names().where(in_scope(actor, on), or_(*ways)).order_by(Difficulty.id).limit(MOST_WAITING)
    return list(session.execute(stmt))


def sent_items(actor: Actor, year: int, on: date) -> Select[*tuple[Any, ...]]:
    """What the actor's own units have sent in a year, the newest first."""
    units = sorted(actor.unit_ids(P.DIFFICULTY_EDIT))
    own = Difficulty.unit_id.in_(units), Difficulty.state.not_in(sorted(UNSENT))
    return item_rows(actor, DifficultyFilter(year), on).where(*own)


def due_items(actor: Actor, on: date, first: date, last: date) -> Select[*tuple[Any, ...]]:
    """The items whose answer falls due in these days: the actor's own to answer, and all for who receives."""
    stmt = _with_names().where(
        in_scope(actor, on),
        Difficulty.due_on >= first,
        Difficulty.due_on <= last,
        Difficulty.state.in_(sorted(OWED | ANSWERED | {S.ASKED})),
    )
    if not actor.can(P.DIFFICULTY_RECEIVE):
        stmt = stmt.where(Difficulty.assignee_id.in_(sorted(actor.identities)))
    return stmt.order_by(Difficulty.due_on, Difficulty.id)
