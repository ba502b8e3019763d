"""What a unit registered the year before, itself or the units whose place it has taken since."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import AnySelect
from portal.domain.emulation.catalogue_models import EmulationRule, EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SUBMITTED
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.periods import STAGES
from portal.domain.units.enums import ChangeKind, PartSide
from portal.domain.units.models import Unit, UnitChange, UnitChangePart

UNSCOPED = {
    "last_registrations": "last year's registrations of a unit that the actor edits, and of those it was formed of",
    "lines_of_last_year": "lines of registrations that last_registrations gave",
    "rules_by_title": "rules: a catalogue that everyone reads",
}
ROUNDS = 4
FORMING = (ChangeKind.MERGE, ChangeKind.SPLIT)


def predecessors(session: Session, unit_id: int, since: date, on: date) -> frozenset[int]:
    """The units out of which a unit was formed between two days, over several decisions too (a query a round).

    A renamed or moved unit is itself and needs none.
    """
    before, after = aliased(UnitChangePart), aliased(UnitChangePart)
    found: set[int] = set()
    frontier = {unit_id}
    for _ in range(ROUNDS):
        stmt = (
            select(before.unit_id)
            .join(UnitChange, UnitChange.id == before.change_id)
            .join(after, after.change_id == UnitChange.id)
            .where(
                UnitChange.kind.in_(FORMING),
                UnitChange.effective_on >= since,
                UnitChange.effective_on <= on,
                before.side == PartSide.BEFORE,
                after.side == PartSide.AFTER,
                after.unit_id.in_(sorted(frontier)),
            )
        )
        frontier = set(session.scalars(stmt)) - found - {unit_id}
        if not frontier:
            break
        found |= frontier
    return frozenset(found)


def last_registrations(unit_id: int, formed_of: frozenset[int], year: int) -> Select[EmulationRegistration, Unit]:
    """The registrations of the year before: the unit's own in any state, those of the units it was formed of once they
    were sent; the unit's own first.
    """
    reg = EmulationRegistration
    return (
        select(reg, Unit)
        .join(Unit, Unit.id == reg.unit_id)
        .join(RegistrationPeriod, RegistrationPeriod.id == reg.period_id)
        .where(
            RegistrationPeriod.year == year - 1,
            or_(reg.unit_id == unit_id, and_(reg.unit_id.in_(sorted(formed_of)), reg.state.in_(sorted(SUBMITTED)))),
        )
        .order_by((reg.unit_id == unit_id).desc(), Unit.sort_key, reg.id)
    )


def lines_of_last_year(registration_ids: list[int], columns: list[Any]) -> AnySelect:
    """Their lines, registration by registration as they are given, each in its own order."""
    line = RegistrationLine
    title = EmulationTitle
    return (
        select(
            line.id,
            line.registration_id,
            line.row_key,
            line.origin_unit_id,
            title.name.label("title_name"),
            title.code.label("title_code"),
            *columns,
        )
        .join(title, title.id == line.title_id)
        .where(line.registration_id.in_(registration_ids))
        .order_by(line.registration_id, line.position, line.id)
    )


def rules_by_title(regime_code: str) -> Select[str, str, str, Any, str, str, str]:
    """The rules of a regime that are asked at registration, as they read: (title code, kind, operator, number, ref,
    text, citation).
    """
    rule = EmulationRule
    return (
        select(rule.title_code, rule.kind, rule.operator, rule.number, rule.ref, rule.text, rule.citation)
        .where(rule.regime_code == regime_code, rule.stage.in_(STAGES), func.length(rule.title_code) > 0)
        .order_by(rule.title_code, rule.id)
    )
