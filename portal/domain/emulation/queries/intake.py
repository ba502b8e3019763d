"""Children's registrations beside the unit's own: who has sent, and what differs between a child's lines and their
copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.emulation.catalogue_models import EmulationTitle, PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import IntakeStatus, PeriodSector, SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.periods import EDUCATION
from portal.domain.units.models import Unit, UnitClosure, UnitKind
from portal.domain.units.queries import closure_on, subtree_ids, valid_on

UNSCOPED = {"children_status": "the units right below one that the actor receives for; states are masked by policies"}
COPIED = ("subject", "name", "post", "division", "birth_year", "gender", "title_id", "note")


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """A child's line beside its copy: `line_id` is None when the child has removed it, `copy_id` None when it is not
    taken in.

    `fields` names what differs.
    """

    status: IntakeStatus
    line_id: int | None
    copy_id: int | None
    subject: SubjectKind
    name: str
    post: str
    division: str
    title_name: str
    fields: tuple[str, ...] = ()


def children_status(
    unit_id: int, period_id: int, on: date
) -> Select[Unit, RegistrationPeriod, EmulationRegistration, date]:
    """The units right below that owe a registration in the period's year, each with its own sector's period, its
    registration or
    None, and the due day that was granted to it or None."""
    year = select(RegistrationPeriod.year).where(RegistrationPeriod.id == period_id).scalar_subquery()
    sector = (Unit.sector == EDUCATION) == (RegistrationPeriod.sector == PeriodSector.EDUCATION)
    return (
        select(Unit, RegistrationPeriod, EmulationRegistration, PeriodException.due_on)
        .join(UnitClosure, UnitClosure.descendant_id == Unit.id)
        .join(UnitKind, UnitKind.code == Unit.kind_code)
        .join(RegistrationPeriod, and_(RegistrationPeriod.year == year, sector))
        .outerjoin(
            EmulationRegistration,
            and_(
                EmulationRegistration.unit_id == Unit.id,
                EmulationRegistration.period_id == RegistrationPeriod.id,
                EmulationRegistration.receiver_unit_id == unit_id,
            ),
        )
        .outerjoin(
            PeriodException,
            and_(PeriodException.unit_id == Unit.id, PeriodException.period_id == RegistrationPeriod.id),
        )
        .where(
            UnitClosure.ancestor_id == unit_id,
            UnitClosure.depth == 1,
            closure_on(on),
            valid_on(on),
            UnitKind.owes_registration.is_(True),
        )
        .order_by(Unit.sort_key, Unit.id)
    )


def intake_lines(
    session: Session, own: EmulationRegistration, source: EmulationRegistration, on: date
) -> list[IntakeLine]:
    """The child's lines in their order, each with what became of it in the unit's own; then the copies whose line is
    gone.
    """
    copy = aliased(RegistrationLine)
    line = RegistrationLine
    rows = session.execute(
        select(
            line.id.label("line_id"),
            copy.id.label("copy_id"),
            EmulationTitle.name.label("title_name"),
            *(getattr(line, c).label(c) for c in COPIED),
            *(getattr(copy, c).label(f"copy_{c}") for c in COPIED),
        )
        .join(EmulationTitle, EmulationTitle.id == line.title_id)
        .outerjoin(copy, and_(copy.registration_id == own.id, copy.row_key == line.row_key))
        .where(line.registration_id == source.id)
        .order_by(line.position, line.id)
    )
    return [*map(_compared, rows), *_gone(session, own, source, on)]


def intake_differences(
    session: Session, own: EmulationRegistration, source: EmulationRegistration, on: date
) -> list[IntakeLine]:
    """What the child has that the unit's own has not, or has otherwise, or no more."""
    return [row for row in intake_lines(session, own, source, on) if row.status is not IntakeStatus.SAME]


def _compared(row: Row[Any]) -> IntakeLine:
    fields = tuple(c for c in COPIED if getattr(row, c) != getattr(row, f"copy_{c}"))
    if row.copy_id is None:
        status, fields = IntakeStatus.NEW, ()
    else:
        status = IntakeStatus.CHANGED if fields else IntakeStatus.SAME
    return IntakeLine(
        status, row.line_id, row.copy_id, row.subject, row.name, row.post, row.division, row.title_name, fields
    )


def _gone(session: Session, own: EmulationRegistration, source: EmulationRegistration, on: date) -> list[IntakeLine]:
    """Copies from this child whose row the child no longer has."""
    line = aliased(RegistrationLine)
    copy = RegistrationLine
    rows = session.execute(
        select(copy.id, copy.subject, copy.name, copy.post, copy.division, EmulationTitle.name.label("title_name"))
        .join(EmulationTitle, EmulationTitle.id == copy.title_id)
        .outerjoin(line, and_(line.registration_id == source.id, line.row_key == copy.row_key))
        .where(
            copy.registration_id == own.id,
            copy.origin_line_id.is_(None),
            copy.origin_unit_id.in_(subtree_ids(frozenset({source.unit_id}), on)),
            line.id.is_(None),
        )
        .order_by(copy.position, copy.id)
    )
    return [
        IntakeLine(IntakeStatus.GONE, None, r.id, r.subject, r.name, r.post, r.division, r.title_name) for r in rows
    ]
