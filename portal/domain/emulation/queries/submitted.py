"""All lines over all units: what an actor may read, with filters and only such sorts as have an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, false, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import AnyRow, AnySelect, Order
from portal.core.prepared import prepared
from portal.core.search.narrowing import begins_words, folded_words
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.emulation.catalogue_models import BlockMember, EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SUBMITTED, RegistrationState, SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.registrations import content_scope
from portal.domain.units.models import Unit, UnitClosure
from portal.domain.units.queries import closure_on, subtree_ids

Line = RegistrationLine
Registration = EmulationRegistration
Origin = aliased(Unit, name="origin")
BY_NAME = Order("ten", (Line.period_id, Line.sort_key, Line.id))
BY_NAME_DOWN = Order("-ten", (Line.period_id, Line.sort_key, Line.id), descending=True)
BY_TITLE = Order("danh-hieu", (Line.period_id, Line.title_id, Line.sort_key, Line.id))
BY_UNIT = Order("don-vi", (Line.period_id, Line.unit_id, Line.sort_key, Line.id))
LINE_ORDERS = {order.name: order for order in (BY_NAME, BY_NAME_DOWN, BY_TITLE, BY_UNIT)}


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What the list is cut to; None or empty: everything.

    `period_ids`: the periods in view, see `period_ids_of`. `unit_id`: this unit and all below it, also what was taken
    in from there.
    `level`: the level of the unit that a line comes from. `direct_only`: only what was sent to the topmost unit that
    the actor looks from, as totals do; without it a line that an upper unit took over stands there alone (see
    `_taken_over`). `counted_only`: what is sent or accepted, as totals count; what was returned to its unit stands in
    lists, not in totals. `named`: the few lines that fit words, title or level, where they are few (see `narrowing`).
    """

    period_ids: tuple[int, ...]
    unit_id: int | None = None
    block_id: int | None = None
    level: str = ""
    title_ids: tuple[int, ...] = ()
    state: RegistrationState | None = None
    subject: SubjectKind | None = None
    words: str = ""
    direct_only: bool = True
    counted_only: bool = False
    named: tuple[int, ...] | None = None

    @property
    def is_wide(self) -> bool:
        """Whether nothing narrows it to a few registrations or lines."""
        return self.unit_id is None and self.block_id is None and self.state is None and self.named is None


def period_ids_of(session: Session, year: int) -> tuple[int, ...]:
    """The ids of a year's periods: as plain values they let the lists stay on their index."""
    stmt = select(RegistrationPeriod.id).where(RegistrationPeriod.year == year).order_by(RegistrationPeriod.id)
    return tuple(session.scalars(stmt))


@prepared
def submitted_lines(actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """Columns of the lines whose content the actor may read, cut to the filter, by name within each period."""
    columns: list[Any] = [
        Line.id,
        Line.period_id,
        Line.registration_id,
        Line.unit_id,
        Line.title_id,
        Line.position,
        Line.sort_key,
        Line.subject,
        Line.name,
        Line.post,
        Line.division,
        Line.birth_year,
        Line.gender,
        Line.note,
        Line.origin_unit_id,
        EmulationTitle.code.label("title_code"),
        EmulationTitle.name.label("title_name"),
        EmulationTitle.short_name.label("title_short_name"),
        EmulationTitle.rank.label("title_rank"),
        Unit.code.label("unit_code"),
        Unit.name.label("unit_name"),
        Unit.short_name.label("unit_short_name"),
        Unit.level_code.label("unit_level"),
        Origin.name.label("origin_name"),
        Origin.short_name.label("origin_short_name"),
        Registration.state,
        Registration.sent_at,
        Registration.paper_no,
        Registration.paper_date,
        Registration.receiver_unit_id,
        RegistrationPeriod.name.label("period_name"),
        RegistrationPeriod.year,
    ]
    return _cut(select(*columns), actor, on, chosen, in_order=chosen.is_wide).order_by(*BY_NAME.columns)


@prepared
def counted_lines(actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """The ids of the same lines, for counting: nothing is shown, so the engine may begin where rows are fewest."""
    return cut(select(Line.id), actor, on, chosen)


def cut(stmt: AnySelect, actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """Join a select over lines to what the filter needs, and cut it to the actor's scope and the filter."""
    return _cut(stmt, actor, on, chosen, in_order=False)


def _cut(stmt: AnySelect, actor: Actor, on: date, chosen: LineFilter, *, in_order: bool) -> AnySelect:
    """`in_order`: the engine is to walk the lines by their index and look each registration up, so that a page costs
    what it shows; else it may begin with the registrations, of which there are few.
    """
    seen = aliased(EmulationRegistration, name="seen") if in_order else Registration
    visible = [content_scope(actor, on, seen)]
    if chosen.direct_only and (direct := direct_to(actor, on, seen)) is not None:
        visible.append(direct)
    if in_order:
        visible = [select(seen.id).where(seen.id == Line.registration_id, *visible).correlate(Line).exists()]
    if not chosen.direct_only:
        visible.append(~_taken_over(actor, on, chosen))
    return (
        stmt.select_from(Line)
        .join(Registration, Registration.id == Line.registration_id)
        .join(Unit, Unit.id == Line.unit_id)
        .join(EmulationTitle, EmulationTitle.id == Line.title_id)
        .join(RegistrationPeriod, RegistrationPeriod.id == Line.period_id)
        .outerjoin(Origin, Origin.id == Line.origin_unit_id)
        .where(*visible, *_conditions(chosen, on))
    )


def _taken_over(actor: Actor, on: date, chosen: LineFilter) -> ColumnElement[bool]:
    """The condition that the unit right above has taken the line into its own registration, and that this copy is in
    view too: then the copy stands for both, so that each line is shown and counted once. A copy keeps the line's key.
    """
    above, copy = aliased(EmulationRegistration, name="above"), aliased(RegistrationLine, name="copy")
    found = [
        above.unit_id == Registration.receiver_unit_id,
        above.period_id.in_(chosen.period_ids),
        copy.registration_id == above.id,
        copy.row_key == Line.row_key,
        content_scope(actor, on, above),
    ]
    if chosen.state is not None:
        found.append(above.state == chosen.state)
    if chosen.counted_only:
        found.append(above.state.in_(sorted(SUBMITTED)))
    if chosen.block_id is not None:
        found.append(above.unit_id.in_(_members(chosen.block_id)))
    if chosen.title_ids:
        found.append(copy.title_id.in_(chosen.title_ids))
    return select(copy.id).where(*found).correlate(Line, Registration).exists()


def _members(block_id: int) -> AnySelect:
    return select(BlockMember.unit_id).where(BlockMember.block_id == block_id)


def key_of(order: Order) -> Callable[[AnyRow], Sequence[Any]]:
    """What gives a row's place in this order, for `fetch_page`."""
    names = [column.key for column in order.columns]
    return lambda row: [getattr(row, name) for name in names]


def direct_to(
    actor: Actor, on: date, reg: type[EmulationRegistration] = EmulationRegistration
) -> ColumnElement[bool] | None:
    """The condition that a registration was sent to the topmost unit from which the actor looks down; None when they
    look from no unit.
    """
    units = sorted(actor.unit_ids(Permission.REGISTRATION_VIEW, Reach.SUBTREE))
    if not units:
        return None
    if len(units) == 1:
        return reg.receiver_unit_id == units[0]
    above = (
        select(UnitClosure.id)
        .where(
            UnitClosure.descendant_id == Unit.id,
            UnitClosure.ancestor_id.in_(units),
            UnitClosure.depth > 0,
            closure_on(on),
        )
        .correlate(Unit)
        .exists()
    )
    return reg.receiver_unit_id.in_(select(Unit.id).where(Unit.id.in_(units), ~above).correlate(None))


def _kin(unit_id: int, on: date) -> AnySelect:
    """The unit, all below it and all above it: only their registrations can hold its lines, and these are few."""
    below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == unit_id, closure_on(on))
    above = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id == unit_id, closure_on(on))
    both = union(below, above).subquery()
    return select(both.c[0])


def _conditions(chosen: LineFilter, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Line.period_id.in_(chosen.period_ids)]
    if chosen.unit_id is not None:
        below = subtree_ids(frozenset({chosen.unit_id}), on)
        found.append(or_(Line.unit_id.in_(below), Line.origin_unit_id.in_(below)))
        found.append(Registration.unit_id.in_(_kin(chosen.unit_id, on)))
    if chosen.block_id is not None:
        found.append(Line.unit_id.in_(_members(chosen.block_id)))
        found.append(Registration.unit_id.in_(_members(chosen.block_id)))
    if chosen.level:
        found.append(func.coalesce(Origin.level_code, Unit.level_code) == chosen.level)
    if chosen.title_ids:
        found.append(Line.title_id.in_(chosen.title_ids))
    if chosen.state is not None:
        found.append(Registration.state == chosen.state)
    if chosen.counted_only:
        found.append(Registration.state.in_(sorted(SUBMITTED)))
    if chosen.subject is not None:
        found.append(Line.subject == chosen.subject)
    if chosen.named is not None:
        found.append(Line.id.in_(chosen.named))
    elif folded_words(chosen.words):
        found.append(begins_words(cast("ColumnElement[str]", Line.folded), chosen.words))
    elif chosen.words:
        found.append(false())
    return found
