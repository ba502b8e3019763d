"""Registration periods: which one a unit follows, its due day and last day, and the catalogue that is valid in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.core.clock import local
from portal.core.prepared import prepared
from portal.domain.emulation.catalogue_models import (
    EmulationMovement,
    EmulationRule,
    EmulationTitle,
    PeriodException,
    RegistrationPeriod,
)
from portal.domain.emulation.enums import PeriodSector
from portal.domain.units.models import Unit

UNSCOPED = {
    "period_for": "periods: a catalogue that everyone reads",
    "periods_of_year": "periods: a catalogue that everyone reads",
    "periods_to_choose": "periods: a catalogue that everyone reads",
    "open_periods": "periods: a catalogue that everyone reads",
    "periods_for_units": "the periods of units that the caller took from the actor's grants",
    "exception_for": "the exception of a unit whose registration was loaded in scope",
    "titles_valid": "titles: a catalogue that everyone reads",
    "movements_valid": "movements: a catalogue that everyone reads",
    "rules_of": "rules: a catalogue that everyone reads",
}
EDUCATION = "education"
STAGES = ("registration", "both")


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a period as they hold for one unit; all inclusive. `excepted`: a later day was granted."""

    opens_on: date
    due_on: date
    closes_on: date
    excepted: bool = False

    def is_open(self, on: date) -> bool:
        """Whether the unit may open and send its registration on that day."""
        return self.opens_on <= on <= self.closes_on

    def days_late(self, sent_at: datetime | None, on: date) -> int:
        """By how many days the sending came after the due day, or, when nothing is sent, by how many it is overdue; 0
        when in time.
        """
        day = local(sent_at).date() if sent_at is not None else on
        return max(0, (day - self.due_on).days)


def sector_of(unit: Unit) -> PeriodSector:
    """Schools and the education authority follow the school year, all others the calendar year."""
    return PeriodSector.EDUCATION if unit.sector == EDUCATION else PeriodSector.OFFICE


def period_for(unit: Unit, year: int) -> Select[RegistrationPeriod]:
    """The period of that year which the unit follows."""
    return select(RegistrationPeriod).where(
        RegistrationPeriod.year == year, RegistrationPeriod.sector == sector_of(unit)
    )


@prepared
def periods_to_choose(year: int) -> Select[int, str]:
    """The periods of a year as a list offers them: (id, name)."""
    period = RegistrationPeriod
    return select(period.id, period.name).where(period.year == year).order_by(period.id)


def periods_of_year(year: int) -> Select[RegistrationPeriod]:
    """The office's and the school year's period of a year."""
    return select(RegistrationPeriod).where(RegistrationPeriod.year == year).order_by(RegistrationPeriod.id)


def open_periods(on: date) -> Select[RegistrationPeriod]:
    """The periods that are open on that day, the latest first."""
    return (
        select(RegistrationPeriod)
        .where(RegistrationPeriod.opens_on <= on, RegistrationPeriod.closes_on >= on)
        .order_by(RegistrationPeriod.opens_on.desc(), RegistrationPeriod.id)
    )


def periods_for_units(unit_ids: frozenset[int], on: date) -> Select[Unit, RegistrationPeriod]:
    """The open periods of these units, each in its own sector; a granted exception keeps a period open for its unit."""
    sector = (Unit.sector == EDUCATION) == (RegistrationPeriod.sector == PeriodSector.EDUCATION)
    granted = (
        select(PeriodException.id)
        .where(
            PeriodException.period_id == RegistrationPeriod.id,
            PeriodException.unit_id == Unit.id,
            PeriodException.due_on >= on,
        )
        .exists()
    )
    return (
        select(Unit, RegistrationPeriod)
        .join(RegistrationPeriod, sector)
        .where(
            Unit.id.in_(sorted(unit_ids)),
            RegistrationPeriod.opens_on <= on,
            or_(RegistrationPeriod.closes_on >= on, granted),
        )
        .order_by(Unit.sort_key, Unit.id, RegistrationPeriod.opens_on.desc())
    )


def exception_for(period_id: int, unit_id: int) -> Select[PeriodException]:
    """The exception that was granted to a unit."""
    return select(PeriodException).where(PeriodException.period_id == period_id, PeriodException.unit_id == unit_id)


def window_of(session: Session, period: RegistrationPeriod, unit_id: int) -> Window:
    """The period's days for one unit, its exception taken in."""
    granted = session.scalars(exception_for(period.id, unit_id)).one_or_none()
    return window(period, granted.due_on if granted else None)


def window(period: RegistrationPeriod, granted: date | None) -> Window:
    """The period's days, with the day that was granted to the unit when there is one."""
    if granted is None:
        return Window(period.opens_on, period.due_on, period.closes_on)
    return Window(period.opens_on, granted, max(period.closes_on, granted), excepted=True)


def due_day(session: Session, period: RegistrationPeriod, unit_id: int) -> date:
    """The day by which the unit is to send."""
    return window_of(session, period, unit_id).due_on


def titles_valid(period: RegistrationPeriod) -> Select[EmulationTitle]:
    """The titles and forms that exist in the period's year, from the lowest."""
    title = EmulationTitle
    return (
        select(title)
        .where(
            or_(title.valid_from.is_(None), title.valid_from <= date(period.year, 12, 31)),
            or_(title.valid_to.is_(None), title.valid_to >= date(period.year, 1, 1)),
        )
        .order_by(title.rank, title.id)
    )


def movements_valid(year: int) -> Select[EmulationMovement]:
    """The movements and campaigns of a year that are not closed, standing movements first."""
    return (
        select(EmulationMovement)
        .where(
            EmulationMovement.year_from <= year, EmulationMovement.year_to >= year, EmulationMovement.closed.is_(False)
        )
        .order_by(EmulationMovement.kind.desc(), EmulationMovement.id)
    )


def rules_of(period: RegistrationPeriod) -> Select[EmulationRule]:
    """The rules of the period's regime that are asked at registration."""
    return (
        select(EmulationRule)
        .where(and_(EmulationRule.regime_code == period.regime_code, EmulationRule.stage.in_(STAGES)))
        .order_by(EmulationRule.id)
    )
