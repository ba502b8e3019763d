"""Who owes a registration and where it stands: the plan asks for every unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.clock import LOCAL
from portal.core.pagination import AnyRow, AnySelect, Order
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import BlockMember, PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import SUBMITTED, PeriodSector, RegistrationState, UnitStatus
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.periods import EDUCATION
from portal.domain.emulation.queries.registrations import content_scope
from portal.domain.units.models import Unit, UnitClosure, UnitKind
from portal.domain.units.queries import closure_on, matching, scope, subtree_ids, valid_on

UNSCOPED = {"join_owing": "a frame that the callers cut to the actor's scope"}
Registration = EmulationRegistration
Parent = aliased(Unit, name="parent")
due_on: ColumnElement[date] = func.coalesce(PeriodException.due_on, RegistrationPeriod.due_on)
BY_UNIT = Order("don-vi", (Unit.sort_key, Unit.id))
BY_UNIT_DOWN = Order("-don-vi", (Unit.sort_key, Unit.id), descending=True)
OWING_ORDERS = {order.name: order for order in (BY_UNIT, BY_UNIT_DOWN)}


@dataclass(frozen=True, slots=True)
class OwingFilter:
    """What the list of units is cut to.

    `under`: this unit and all below; `direct_to`: only the units right below this one.
    """

    year: int
    under: int | None = None
    direct_to: int | None = None
    block_id: int | None = None
    level: str = ""
    status: UnitStatus | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The figure of the plan: units that owe, of which sent (accepted among them), late, returned, drafting, without
    any, overdue.
    """

    owing: int = 0
    sent: int = 0
    accepted: int = 0
    late: int = 0
    returned: int = 0
    drafting: int = 0
    missing: int = 0
    overdue: int = 0

    @property
    def percent(self) -> float:
        """The share of units that have sent, 0 to 100."""
        return 100 * self.sent / self.owing if self.owing else 0.0


def units_owing(actor: Actor, on: date, chosen: OwingFilter) -> AnySelect:
    """The units that owe a registration in the year, with its state, sending and due day, in the Vietnamese order.

    Columns: unit_id, code, name, short_name, sort_key, level_code, kind_label, parent_id, parent_name, period_id,
    due_on, excepted,
    registration_id, state, sent_at, paper_no, version, line_count and person_count (None where the content is not for
    the actor).
    """
    readable = content_scope(actor, on)
    columns: list[Any] = [
        Unit.id.label("unit_id"),
        Unit.id,
        Unit.code,
        Unit.name,
        Unit.short_name,
        Unit.sort_key,
        Unit.level_code,
        UnitKind.label.label("kind_label"),
        Parent.id.label("parent_id"),
        Parent.short_name.label("parent_name"),
        RegistrationPeriod.id.label("period_id"),
        due_on.label("due_on"),
        PeriodException.id.is_not(None).label("excepted"),
        Registration.id.label("registration_id"),
        Registration.state,
        Registration.version,
        case((Registration.state.in_(sorted(SUBMITTED)), Registration.sent_at)).label("sent_at"),
        case((readable, Registration.paper_no)).label("paper_no"),
        case((readable, Registration.line_count)).label("line_count"),
        case((readable, Registration.person_count)).label("person_count"),
    ]
    return _cut(join_owing(select(*columns), _of_year(chosen), on), actor, on, chosen).order_by(*BY_UNIT.columns)


def unit_labels(actor: Actor, unit_ids: Collection[int], on: date) -> Select[int, str]:
    """The names of those of these units whose completeness the actor sees."""
    return select(Unit.id, Unit.name).where(
        Unit.id.in_(sorted(unit_ids)), scope(actor, Permission.COMPLETENESS_VIEW, Unit.id, on)
    )


def owing_key(row: AnyRow) -> list[Any]:
    """A unit's place in the list, for `fetch_page`."""
    return [row.sort_key, row.id]


def join_owing(stmt: AnySelect, periods: ColumnElement[bool], on: date) -> AnySelect:
    """Join units that owe to the period of their sector among `periods`, the unit above, their exception and their
    registration.
    """
    sector = (Unit.sector == EDUCATION) == (RegistrationPeriod.sector == PeriodSector.EDUCATION)
    return (
        stmt.select_from(Unit)
        .join(UnitKind, and_(UnitKind.code == Unit.kind_code, UnitKind.owes_registration.is_(True)))
        .join(RegistrationPeriod, and_(periods, sector))
        .join(UnitClosure, and_(UnitClosure.descendant_id == Unit.id, UnitClosure.depth == 1, closure_on(on)))
        .join(Parent, Parent.id == UnitClosure.ancestor_id)
        .outerjoin(
            PeriodException,
            and_(PeriodException.period_id == RegistrationPeriod.id, PeriodException.unit_id == Unit.id),
        )
        .outerjoin(Registration, and_(Registration.unit_id == Unit.id, Registration.period_id == RegistrationPeriod.id))
        .where(valid_on(on))
    )


def completeness(session: Session, actor: Actor, on: date, chosen: OwingFilter) -> Completeness:
    """The figure of the plan over the units of the filter (two queries, however many units)."""
    late = _sent_late(session.scalars(_due_days(chosen.year)).all())
    keys: list[Any] = [
        Registration.state.label("state"),
        (on > due_on).label("overdue"),
        late.label("late"),
    ]
    stmt = _cut(join_owing(select(*keys, func.count().label("number")), _of_year(chosen), on), actor, on, chosen)
    groups = session.execute(stmt.group_by(*(key.element for key in keys))).all()
    return _summed(groups)


def _summed(groups: Iterable[AnyRow]) -> Completeness:
    count: dict[str, int] = dict.fromkeys(Completeness.__slots__, 0)
    for state, overdue, late, number in groups:
        count["owing"] += number
        if state in SUBMITTED:
            count["sent"] += number
            count["accepted"] += number if state is RegistrationState.ACCEPTED else 0
            count["late"] += number if late else 0
        else:
            count["overdue"] += number if overdue else 0
            kind = "missing" if state is None else "returned" if state is RegistrationState.RETURNED else "drafting"
            count[kind] += number
    return Completeness(**count)


def _of_year(chosen: OwingFilter) -> ColumnElement[bool]:
    return RegistrationPeriod.year == chosen.year


def _due_days(year: int) -> AnySelect:
    granted = select(PeriodException.due_on).join(
        RegistrationPeriod, RegistrationPeriod.id == PeriodException.period_id
    )
    plain = select(RegistrationPeriod.due_on)
    return plain.where(RegistrationPeriod.year == year).union(granted.where(RegistrationPeriod.year == year))  # type: ignore[return-value]


def _sent_late(due_days: Iterable[date]) -> ColumnElement[bool]:
    """Sent after its due day ended in Vietnam; spelled out for each due day that occurs, since engines differ in date
    arithmetic.
    """
    return or_(
        false(),
        *(and_(due_on == day, Registration.sent_at >= _end_of(day)) for day in sorted(due_days)),
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LOCAL)


def _cut(stmt: AnySelect, actor: Actor, on: date, chosen: OwingFilter) -> AnySelect:
    found: list[ColumnElement[bool]] = [scope(actor, Permission.COMPLETENESS_VIEW, Unit.id, on)]
    if chosen.under is not None:
        found.append(Unit.id.in_(subtree_ids(frozenset({chosen.under}), on)))
    if chosen.direct_to is not None:
        found.append(Parent.id == chosen.direct_to)
    if chosen.block_id is not None:
        found.append(Unit.id.in_(select(BlockMember.unit_id).where(BlockMember.block_id == chosen.block_id)))
    if chosen.level:
        found.append(Unit.level_code == chosen.level)
    if chosen.words:
        found.append(matching(chosen.words))
    if chosen.status is not None:
        found.append(_has_status(chosen.status, on))
    return stmt.where(*found)


def _has_status(status: UnitStatus, on: date) -> ColumnElement[bool]:
    state = Registration.state
    unsent = or_(state.is_(None), state.not_in(sorted(SUBMITTED)))
    return {
        UnitStatus.MISSING: Registration.id.is_(None),
        UnitStatus.DRAFTING: state.in_([RegistrationState.DRAFT, RegistrationState.IN_REVIEW]),
        UnitStatus.RETURNED: state == RegistrationState.RETURNED,
        UnitStatus.SENT: state == RegistrationState.SENT,
        UnitStatus.ACCEPTED: state == RegistrationState.ACCEPTED,
        UnitStatus.UNSENT: unsent,
        UnitStatus.OVERDUE: and_(unsent, on > due_on),
    }[status]
