"""Units: creation with their closure, names and audit; corrections of what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.text import clean, clean_lines, fold, sort_key
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.units import placement, rules
from portal.domain.units.models import Unit, UnitKind, UnitLevel, UnitName
from portal.domain.units.policies import can_manage
from portal.domain.units.queries import name_row_on

FOLDED_LENGTH = 310


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


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What may be corrected of a unit: how it was typed, not what a decision makes of it."""

    name: str
    short_name: str
    sector: str = ""
    symbol: str = ""
    place: str = ""
    head_title: str = ""
    note: str = ""


def unit_folded(name: str, short_name: str, code: str, former: Iterable[str] = ()) -> str:
    """What unit search compares: present and former names, and the code."""
    return fold(" ".join([name, short_name, code, *former]))[:FOLDED_LENGTH].rstrip()


def create_unit(work: Work, data: UnitData) -> Unit:
    """Make a unit under its parent from its first day on. Raises InvalidInput, by field.

    The caller has checked that the actor may manage units there (add_unit does); the start data comes this way too.
    """
    code = clean(data.code)
    _check_new(work, data, code)
    unit = Unit(
        code=code,
        name=clean(data.name),
        short_name=clean(data.short_name),
        folded=unit_folded(data.name, data.short_name, code),
        sort_key=sort_key(data.name),
        level_code=data.level_code,
        kind_code=data.kind_code,
        sector=clean(data.sector),
        symbol=clean(data.symbol),
        place=clean(data.place),
        head_title=clean(data.head_title),
        note=clean_lines(data.note),
        valid_from=data.valid_from,
        valid_to=data.valid_to,
    )
    work.session.add(unit)
    work.session.flush()
    placement.place(work.session, unit.id, data.parent_id, data.valid_from, data.valid_to)
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


def add_unit(work: Work, data: UnitData) -> Unit:
    """Make a unit under a parent that the actor manages. Raises NotAllowed, InvalidInput."""
    if data.parent_id is None or not can_manage(work, data.parent_id):
        raise NotAllowed
    lock_tree(work)
    lock_unit(work, data.parent_id)
    return create_unit(work, data)


def correct_unit(work: Work, unit_id: int, facts: UnitFacts, version: int) -> Unit:
    """Correct what was typed; a new name by a decision is a renaming instead (see reorganisation).

    Raises NotFound, NotAllowed, VersionConflict when someone else changed the unit meanwhile.
    """
    unit = lock_unit(work, unit_id)
    if not can_manage(work, unit_id):
        raise NotAllowed
    if unit.version != version:
        raise VersionConflict
    new = _cleaned(facts)
    old = {name: getattr(unit, name) for name in new}
    changed = {name: {"old": old[name], "new": value} for name, value in new.items() if value != old[name]}
    if not changed:
        return unit
    if "name" in changed or "short_name" in changed:
        _correct_name(work, unit, new["name"], new["short_name"])
    for name, value in new.items():
        setattr(unit, name, value)
    work.session.flush()
    record(work, "unit.corrected", "unit", unit.id, unit_id=unit.id, detail=changed)
    return unit


def settle_names(work: Work) -> int:
    """Give units the names whose day has come, where they still bear the one before; returns how many."""
    today = work.today()
    rows = work.session.execute(
        select(Unit, UnitName)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(*name_row_on(today), (UnitName.name != Unit.name) | (UnitName.short_name != Unit.short_name))
    ).all()
    for unit, name in rows:
        bear_name(work, unit, name.name, name.short_name)
    work.session.flush()
    return len(rows)


def bear_name(work: Work, unit: Unit, name: str, short_name: str) -> None:
    """Write a unit's present name where lists and search read it."""
    former = work.session.scalars(
        select(UnitName.name).where(UnitName.unit_id == unit.id, UnitName.name != name).order_by(UnitName.valid_from)
    ).all()
    unit.name, unit.short_name = name, short_name
    unit.folded = unit_folded(name, short_name, unit.code, former)
    unit.sort_key = sort_key(name)


def level_of_kind(work: Work, kind_code: str) -> str:
    """The level that units of a kind are of; empty when there is no such kind."""
    return work.session.scalar(select(UnitKind.level_code).where(UnitKind.code == kind_code)) or ""


def lock_unit(work: Work, unit_id: int) -> Unit:
    """The unit, locked until the transaction ends and read anew. Raises NotFound."""
    unit = work.session.scalars(
        select(Unit).where(Unit.id == unit_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one_or_none()
    if unit is None:
        raise NotFound
    return unit


def lock_tree(work: Work) -> None:
    """Let one change of the tree run at a time: two moves that each are right could together make a circle."""
    work.session.execute(select(Unit.id).order_by(Unit.id).limit(1).with_for_update(key_share=True))


def check_levels(work: Work, level_codes: Iterable[str], parent: Unit, field: str) -> None:
    """Raises InvalidInput on `field` when a unit of one of these levels cannot stand under that parent."""
    ranks = {row.code: row.rank for row in work.session.execute(select(UnitLevel.code, UnitLevel.rank))}
    above, lowest = ranks[parent.level_code], max(ranks.values())
    if not all(rules.may_stand_under(ranks[code], above, lowest) for code in level_codes):
        raise InvalidInput({field: [f"{parent.short_name} không phải cấp trên của loại đơn vị này."]})


def _check_new(work: Work, data: UnitData, code: str) -> None:
    errors: dict[str, list[str]] = {}
    if not rules.is_code(code):
        errors["code"] = ["Mã chỉ gồm chữ in hoa không dấu, chữ số, dấu chấm, gạch ngang; tối đa 20 ký tự."]
    elif work.session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        errors["code"] = ["Mã đơn vị này đã có. Xin chọn mã khác."]
    empty = ("name", clean(data.name)), ("short_name", clean(data.short_name))
    errors |= {field: ["Nhập tên đơn vị."] for field, value in empty if not value}
    kind = work.session.get(UnitKind, data.kind_code)
    if kind is None or kind.level_code != data.level_code:
        errors["kind_code"] = ["Chọn loại đơn vị trong danh sách."]
    if errors:
        raise InvalidInput(errors)
    if data.parent_id is None:
        return
    parent = work.session.get_one(Unit, data.parent_id)
    if not parent.is_valid(data.valid_from) or not _outlasts(parent.valid_to, data.valid_to):
        raise InvalidInput({"valid_from": ["Đơn vị cấp trên không hoạt động suốt thời gian này."]})
    check_levels(work, [data.level_code], parent, "kind_code")


def _outlasts(parent_end: date | None, end: date | None) -> bool:
    return parent_end is None or (end is not None and end <= parent_end)


def _cleaned(facts: UnitFacts) -> dict[str, Any]:
    values = {name: clean(value) for name, value in asdict(facts).items()}
    values["note"] = clean_lines(facts.note)
    empty = {name: ["Nhập tên đơn vị."] for name in ("name", "short_name") if not values[name]}
    if empty:
        raise InvalidInput(empty)
    return values


def _correct_name(work: Work, unit: Unit, name: str, short_name: str) -> None:
    """The name's own row is corrected with it: the unit never bore the mistyped one."""
    day = rules.day_within(unit.valid_from, unit.valid_to, work.today())
    work.session.execute(
        update(UnitName).where(UnitName.unit_id == unit.id, *name_row_on(day)).values(name=name, short_name=short_name)
    )
    bear_name(work, unit, name, short_name)
