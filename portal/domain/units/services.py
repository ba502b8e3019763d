"""Units: creation with their closure, names and audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.core.errors import InvalidInput
from portal.core.text import clean, fold, sort_key
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.units.models import Unit, UnitClosure, UnitName
from portal.domain.units.queries import closure_on


@dataclass(frozen=True, slots=True)
class UnitData:
    """What a new unit is made of; `parent_id` None only for the province itself."""

    code: str
    name: str
    short_name: str
    level_code: str
    kind_code: str
    valid_from: date
    parent_id: int | None = None
    valid_to: date | None = None
    sector: str = ""
    symbol: str = ""
    place: str = ""
    head_title: str = ""
    note: str = ""


def unit_folded(name: str, short_name: str, code: str) -> str:
    """What unit search compares."""
    return fold(f"{name} {short_name} {code}")


def create_unit(work: Work, data: UnitData) -> Unit:
    """Make a unit under its parent from its first day on. Raises InvalidInput when the code is taken.

    The caller has checked that the actor may manage units there (policies.can_manage).
    """
    code = clean(data.code)
    if work.session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise InvalidInput({"code": ["Mã đơn vị này đã có. Xin chọn mã khác."]})
    unit = Unit(
        code=code,
        name=clean(data.name),
        short_name=clean(data.short_name),
        folded=unit_folded(data.name, data.short_name, code),
        sort_key=sort_key(data.name),
        level_code=data.level_code,
        kind_code=data.kind_code,
        sector=data.sector,
        symbol=clean(data.symbol),
        place=clean(data.place),
        head_title=clean(data.head_title),
        note=data.note,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
    )
    work.session.add(unit)
    work.session.flush()
    add_closure(work, unit.id, data.parent_id, data.valid_from, data.valid_to)
    work.session.add(
        UnitName(
            unit_id=unit.id,
            name=unit.name,
            short_name=unit.short_name,
            valid_from=data.valid_from,
            valid_to=data.valid_to,
        )
    )
    work.session.flush()
    record(work, "unit.created", "unit", unit.id, unit_id=unit.id, detail={"code": unit.code, "name": unit.name})
    return unit


def add_closure(work: Work, unit_id: int, parent_id: int | None, start: date, end: date | None) -> None:
    """Place a unit under its parent (and all above) from a day on."""
    rows = [UnitClosure(ancestor_id=unit_id, descendant_id=unit_id, depth=0, valid_from=start, valid_to=end)]
    if parent_id is not None:
        above = work.session.execute(
            select(UnitClosure.ancestor_id, UnitClosure.depth).where(
                UnitClosure.descendant_id == parent_id, closure_on(start)
            )
        )
        rows += [
            UnitClosure(ancestor_id=a, descendant_id=unit_id, depth=depth + 1, valid_from=start, valid_to=end)
            for a, depth in above
        ]
    work.session.add_all(rows)
