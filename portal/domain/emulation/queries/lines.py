"""The lines of one registration."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select

from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.models import RegistrationLine
from portal.domain.units.models import Unit

UNSCOPED = {
    "lines_of": "lines of a registration that was loaded in scope",
    "line_of": "a line of a registration that was loaded in scope",
    "lines_by_id": "lines of a registration that was loaded in scope",
}


def lines_of(registration_id: int) -> Select[RegistrationLine, EmulationTitle, str | None]:
    """The lines in their order: (line, title, short name of the unit that it was taken in from or None)."""
    return (
        select(RegistrationLine, EmulationTitle, Unit.short_name)
        .join(EmulationTitle, EmulationTitle.id == RegistrationLine.title_id)
        .outerjoin(Unit, Unit.id == RegistrationLine.origin_unit_id)
        .where(RegistrationLine.registration_id == registration_id)
        .order_by(RegistrationLine.position, RegistrationLine.id)
    )


def lines_by_id(registration_id: int, line_ids: Collection[int]) -> Select[RegistrationLine]:
    """Some lines of a registration, in their order."""
    return (
        select(RegistrationLine)
        .where(RegistrationLine.registration_id == registration_id, RegistrationLine.id.in_(sorted(line_ids)))
        .order_by(RegistrationLine.position, RegistrationLine.id)
    )


def line_of(registration_id: int, line_id: int) -> Select[RegistrationLine]:
    """One line of a registration."""
    return select(RegistrationLine).where(
        RegistrationLine.registration_id == registration_id, RegistrationLine.id == line_id
    )
