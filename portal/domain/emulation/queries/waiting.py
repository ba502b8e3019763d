"""What waits for a person in emulation, and what their unit has sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.core.pagination import AnySelect
from portal.core.prepared import prepared
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import SUBMITTED, RegistrationState
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.completeness import Parent, due_on, join_owing
from portal.domain.units.models import Unit

WRITING = (Permission.REGISTRATION_EDIT, Permission.REGISTRATION_APPROVE, Permission.REGISTRATION_SEND)
Receiver = aliased(Unit, name="receiver")


def in_view(year: int, on: date) -> ColumnElement[bool]:
    """The periods of the year in view; in the present year also those of another year that are open now (a school year
    begins in
    autumn of the year before)."""
    of_year = RegistrationPeriod.year == year
    if year != on.year:
        return of_year
    return or_(of_year, and_(RegistrationPeriod.opens_on <= on, RegistrationPeriod.closes_on >= on))


@prepared
def own_registrations(actor: Actor, on: date, year: int) -> AnySelect:
    """The registrations that the actor writes, approves or sends, one row for each of their units and periods, also
    where none is
    opened yet: unit_id, unit_name, period_id, period_name, opens_on, due_on, last_day, registration_id, state, sent_at,
    updated_at,
    decided_at, paper_no, receiver_name, receiver_level."""
    return _own(actor, in_view(year, on), on)


def registrations_due(actor: Actor, on: date, first: date, last: date) -> AnySelect:
    """The same rows for the periods, of whatever year, whose due day for the unit lies in these days."""
    return _own(actor, RegistrationPeriod.due_on <= last, on).where(due_on.between(first, last))


def receiving_due(actor: Actor, on: date, first: date, last: date) -> AnySelect:
    """The due days in this span of the units right below those that the actor receives for, one row for each period and
    day: period_id, period_name, year, closes_on, due_on, excepted (a later day was granted), owing and missing (how
    many units owe, how many of them have not sent)."""
    sent = EmulationRegistration.state.in_(sorted(SUBMITTED))
    excepted = PeriodException.id.is_not(None)
    columns: list[Any] = [
        RegistrationPeriod.id.label("period_id"),
        RegistrationPeriod.name.label("period_name"),
        RegistrationPeriod.year,
        RegistrationPeriod.closes_on,
        due_on.label("due_on"),
        excepted.label("excepted"),
        func.count().label("owing"),
        func.sum(case((sent, 0), else_=1)).label("missing"),
    ]
    return (
        join_owing(select(*columns), RegistrationPeriod.due_on <= last, on)
        .where(Parent.id.in_(sorted(actor.unit_ids(Permission.REGISTRATION_RECEIVE))), due_on.between(first, last))
        .group_by(
            RegistrationPeriod.id,
            RegistrationPeriod.name,
            RegistrationPeriod.year,
            RegistrationPeriod.closes_on,
            due_on,
            excepted,
        )
        .order_by(due_on, RegistrationPeriod.id, excepted)
    )


def _own(actor: Actor, periods: ColumnElement[bool], on: date) -> AnySelect:
    units = sorted(frozenset().union(*(actor.unit_ids(p) for p in WRITING)))
    reg = EmulationRegistration
    last_day = func.coalesce(PeriodException.due_on, RegistrationPeriod.closes_on)
    columns: list[Any] = [
        Unit.id.label("unit_id"),
        Unit.name.label("unit_name"),
        RegistrationPeriod.id.label("period_id"),
        RegistrationPeriod.name.label("period_name"),
        RegistrationPeriod.year,
        RegistrationPeriod.opens_on,
        RegistrationPeriod.closes_on,
        last_day.label("last_day"),
        due_on.label("due_on"),
        PeriodException.id.is_not(None).label("excepted"),
        reg.id.label("registration_id"),
        reg.state,
        reg.sent_at,
        reg.updated_at,
        reg.decided_at,
        reg.paper_no,
        Receiver.name.label("receiver_name"),
        Receiver.level_code.label("receiver_level"),
    ]
    return (
        join_owing(select(*columns), periods, on)
        .outerjoin(Receiver, Receiver.id == reg.receiver_unit_id)
        .where(Unit.id.in_(units))
        .order_by(RegistrationPeriod.due_on, Unit.sort_key, Unit.id, RegistrationPeriod.id)
    )


def to_receive(actor: Actor, on: date, year: int) -> AnySelect:
    """The registrations that wait to be received by the actor's units, the longest waiting first: registration_id,
    unit_name,
    period_name, sent_at."""
    reg = EmulationRegistration
    return (
        select(
            reg.id.label("registration_id"),
            Unit.name.label("unit_name"),
            RegistrationPeriod.name.label("period_name"),
            reg.sent_at,
        )
        .join(Unit, Unit.id == reg.unit_id)
        .join(RegistrationPeriod, RegistrationPeriod.id == reg.period_id)
        .where(
            reg.receiver_unit_id.in_(sorted(actor.unit_ids(Permission.REGISTRATION_RECEIVE))),
            reg.state == RegistrationState.SENT,
            in_view(year, on),
        )
        .order_by(reg.sent_at, reg.id)
    )


def watched_levels(actor: Actor) -> AnySelect:
    """The units from which the actor watches completeness, with their level, the highest first: unit_id, name,
    level_code.
    """
    units = sorted(actor.unit_ids(Permission.COMPLETENESS_VIEW))
    return (
        select(Unit.id.label("unit_id"), Unit.name, Unit.level_code)
        .where(Unit.id.in_(units))
        .order_by(Unit.sort_key, Unit.id)
    )
