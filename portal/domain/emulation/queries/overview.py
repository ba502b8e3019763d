"""What the lists over units add: where the actor looks from, choices for filters, who issues papers, level figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.core.pagination import AnySelect, Order
from portal.core.prepared import prepared
from portal.core.stamp import recalled
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.emulation.catalogue_models import (
    BlockMember,
    EmulationBlock,
    EmulationTitle,
    RegistrationPeriod,
)
from portal.domain.emulation.enums import SUBMITTED, RegistrationState
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.completeness import due_on, join_owing
from portal.domain.emulation.queries.submitted import Line, LineFilter, Origin, Registration, submitted_lines
from portal.domain.units.models import Unit, UnitClosure, UnitKind, UnitLevel
from portal.domain.units.queries import closure_on, scope, valid_on

UNSCOPED = {
    "titles_in": "a catalogue that everyone reads",
    "with_urgency": "a column that is added to a list in scope",
    "with_more": "columns that are added to a list in scope",
}


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where the actor looks at registrations.

    `own`: the units that they work for; `tops`: of these the ones that have none of them above; `has_below`: units that
    the actor sees stand below one of them; `sees_province`: one of them is the province.
    """

    own: frozenset[int]
    tops: frozenset[int]
    has_below: bool
    sees_province: bool


def vantage(session: Session, actor: Actor, on: date, permission: Permission = Permission.REGISTRATION_VIEW) -> Vantage:
    """Where the actor's view begins (two queries over catalogues)."""
    own = actor.unit_ids(permission)
    tree = actor.unit_ids(permission, Reach.SUBTREE)
    tops = own - {unit_id for (unit_id,) in recalled(session, _below(tree, own, on))}
    rows = recalled(session, _with_children(frozenset(tops), on))
    return Vantage(
        own,
        frozenset(tops),
        has_below=any(has_child and unit_id in tree for unit_id, _, has_child in rows),
        sees_province=any(level == "province" for _, level, _ in rows),
    )


@prepared
def _below(tree: frozenset[int], own: frozenset[int], on: date) -> Select[int]:
    link = UnitClosure
    return select(link.descendant_id).where(
        link.ancestor_id.in_(sorted(tree)), link.descendant_id.in_(sorted(own)), link.depth > 0, closure_on(on)
    )


@prepared
def _with_children(unit_ids: frozenset[int], on: date) -> Select[int, str, bool]:
    link = UnitClosure
    child = select(link.id).where(link.ancestor_id == Unit.id, link.depth == 1, closure_on(on)).exists()
    return select(Unit.id, Unit.level_code, child).where(Unit.id.in_(sorted(unit_ids)))


@prepared
def units_to_choose(actor: Actor, seen: Vantage, asked: int | None, on: date) -> Select[int, str]:
    """The units right below the actor's topmost ones that register, and the one asked for: (id, short name)."""
    direct = select(UnitClosure.descendant_id).where(
        UnitClosure.ancestor_id.in_(sorted(seen.tops)), UnitClosure.depth == 1, closure_on(on)
    )
    chosen = Unit.id.in_(direct) if asked is None else or_(Unit.id.in_(direct), Unit.id == asked)
    return (
        select(Unit.id, Unit.short_name)
        .join(UnitKind, and_(UnitKind.code == Unit.kind_code, UnitKind.owes_registration.is_(True)))
        .where(chosen, valid_on(on), scope(actor, Permission.REGISTRATION_VIEW, Unit.id, on))
        .order_by(Unit.sort_key, Unit.id)
    )


@prepared
def levels_to_choose(actor: Actor, on: date) -> Select[str, str]:
    """The levels that owe registrations in the actor's scope, from the top: (code, label)."""
    owing = (
        select(Unit.level_code)
        .join(UnitKind, and_(UnitKind.code == Unit.kind_code, UnitKind.owes_registration.is_(True)))
        .where(valid_on(on), scope(actor, Permission.REGISTRATION_VIEW, Unit.id, on))
    )
    return select(UnitLevel.code, UnitLevel.label).where(UnitLevel.code.in_(owing)).order_by(UnitLevel.rank)


@prepared
def blocks_to_choose(actor: Actor, year: int, on: date) -> Select[int, str]:
    """The year's blocks that have a member in the actor's scope: (id, name)."""
    seen = select(BlockMember.block_id).where(scope(actor, Permission.REGISTRATION_VIEW, BlockMember.unit_id, on))
    return (
        select(EmulationBlock.id, EmulationBlock.name)
        .where(EmulationBlock.year == year, EmulationBlock.id.in_(seen))
        .order_by(EmulationBlock.id)
    )


@prepared
def titles_in(year: int) -> Select[int, str, str, str]:
    """The titles and forms that exist in a year, the highest first: (id, code, name, short name)."""
    title = EmulationTitle
    return (
        select(title.id, title.code, title.name, title.short_name)
        .where(
            or_(title.valid_from.is_(None), title.valid_from <= date(year, 12, 31)),
            or_(title.valid_to.is_(None), title.valid_to >= date(year, 1, 1)),
        )
        .order_by(title.rank.desc(), title.id)
    )


def lines_in_full(actor: Actor, on: date, chosen: LineFilter, year: int) -> AnySelect:
    """`submitted_lines` with what exports and prints add, cut to where the actor may export."""
    return with_more(submitted_lines(actor, on, chosen), year).where(may_export(actor, on))


def with_more(stmt: AnySelect, year: int) -> AnySelect:
    """A select of lines with the columns that only some look at.

    Added: level_label, block_name (of the year), work_unit_name (where the person works), title_family, period_code.
    """
    block = (
        select(BlockMember.unit_id, func.min(EmulationBlock.name).label("name"))
        .join(EmulationBlock, EmulationBlock.id == BlockMember.block_id)
        .where(EmulationBlock.year == year)
        .group_by(BlockMember.unit_id)
        .subquery()
    )
    return (
        stmt.add_columns(
            UnitLevel.label.label("level_label"),
            block.c.name.label("block_name"),
            func.coalesce(Origin.name, Unit.name).label("work_unit_name"),
            EmulationTitle.family.label("title_family"),
            RegistrationPeriod.code.label("period_code"),
        )
        .join(UnitLevel, UnitLevel.code == Unit.level_code)
        .outerjoin(block, block.c.unit_id == Line.unit_id)
    )


def may_export(actor: Actor, on: date) -> ColumnElement[bool]:
    """The condition that a registration lies where the actor may export."""
    return scope(actor, Permission.REGISTRATION_EXPORT, Registration.unit_id, on)


def may_export_unit(actor: Actor, on: date) -> ColumnElement[bool]:
    """The condition that a unit lies where the actor may export."""
    return scope(actor, Permission.REGISTRATION_EXPORT, Unit.id, on)


def by_urgency(on: date) -> Order:
    """Units that owe, what needs someone first: overdue, returned, not begun, in writing, sent, accepted.

    The rows are as many as there are units, never more: this order needs no index.
    """
    return Order("uu-tien", (_urgency(on), Unit.sort_key, Unit.id))


def with_urgency(stmt: AnySelect, on: date) -> AnySelect:
    """A select of units that owe, with the column `urgency` that the order needs."""
    return stmt.add_columns(_urgency(on).label("urgency"))


def urgency_key(row: Any) -> list[Any]:
    """A unit's place in that order."""
    return [row.urgency, row.sort_key, row.id]


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """Completeness of one level: units that owe, sent (accepted among them), returned, in writing, missing, overdue."""

    code: str
    label: str
    owing: int = 0
    sent: int = 0
    accepted: int = 0
    returned: int = 0
    drafting: int = 0
    missing: int = 0
    overdue: int = 0

    @property
    def percent(self) -> float:
        """The share that has sent, 0 to 100."""
        return 100 * self.sent / self.owing if self.owing else 0.0


def level_figures(session: Session, actor: Actor, on: date, year: int) -> list[LevelFigure]:
    """Completeness by level, from the top, over all units in the actor's scope (one query)."""
    state = EmulationRegistration.state
    unsent = or_(state.is_(None), state.not_in(sorted(SUBMITTED)))
    writing = state.in_([RegistrationState.DRAFT, RegistrationState.IN_REVIEW])
    counted: dict[str, ColumnElement[bool]] = {
        "sent": state.in_(sorted(SUBMITTED)),
        "accepted": state == RegistrationState.ACCEPTED,
        "returned": state == RegistrationState.RETURNED,
        "drafting": writing,
        "missing": state.is_(None),
        "overdue": and_(unsent, on > due_on),
    }
    columns = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in counted.items()]
    stmt = (
        join_owing(
            select(UnitLevel.code, UnitLevel.label, func.count().label("owing"), *columns),
            RegistrationPeriod.year == year,
            on,
        )
        .join(UnitLevel, UnitLevel.code == Unit.level_code)
        .where(scope(actor, Permission.COMPLETENESS_VIEW, Unit.id, on))
        .group_by(UnitLevel.code, UnitLevel.label, UnitLevel.rank)
        .order_by(UnitLevel.rank)
    )
    return [LevelFigure(**row._mapping) for row in session.execute(stmt)]


def summed(figures: Iterable[LevelFigure], label: str) -> LevelFigure:
    """Several figures as one."""
    rows = list(figures)
    names = ("owing", "sent", "accepted", "returned", "drafting", "missing", "overdue")
    return LevelFigure("", label, **{name: sum(getattr(row, name) for row in rows) for name in names})


def _urgency(on: date) -> ColumnElement[int]:
    state = EmulationRegistration.state
    unsent = or_(state.is_(None), state.not_in(sorted(SUBMITTED)))
    return case(
        (and_(unsent, on > due_on), 0),
        (state == RegistrationState.RETURNED, 1),
        (state.is_(None), 2),
        (unsent, 3),
        (state == RegistrationState.SENT, 4),
        else_=5,
    )
