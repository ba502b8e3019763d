"""Reorganisations by decision: rename, move, dissolve, merge, split.

They end what was and begin what is: nothing is overwritten, so that every day keeps the tree and the names that it had.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from portal.core.errors import InvalidInput, NotAllowed
from portal.core.text import clean, clean_lines
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.units import placement, rules
from portal.domain.units.enums import ChangeKind, PartSide
from portal.domain.units.models import Unit, UnitChange, UnitChangePart, UnitClosure, UnitName
from portal.domain.units.policies import can_manage, can_restructure
from portal.domain.units.queries import name_row_on
from portal.domain.units.services import (
    UnitData,
    bear_name,
    check_levels,
    create_unit,
    level_of_kind,
    lock_tree,
    lock_unit,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The paper that a reorganisation rests on."""

    number: str
    signed_on: date
    effective_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that a merger or a split founds. What is left empty is taken from the unit before it."""

    code: str
    name: str
    short_name: str
    kind_code: str
    symbol: str = ""
    place: str = ""
    head_title: str = ""


def rename_unit(work: Work, unit_id: int, decision: Decision, name: str, short_name: str) -> UnitChange:
    """Give a unit a new official name from a day on; papers of earlier days keep the old one.

    Raises NotAllowed, InvalidInput by field.
    """
    unit = _begin(work, [unit_id], decision)[0]
    on = decision.effective_on
    name, short_name = clean(name), clean(short_name)
    missing = {key: ["Nhập tên mới."] for key, value in (("name", name), ("short_name", short_name)) if not value}
    if missing:
        raise InvalidInput(missing)
    borne = _name_row(work, unit, on)
    if (name, short_name) == (borne.name, borne.short_name):
        raise InvalidInput({"name": ["Tên mới trùng tên đang dùng."]})
    old, borne.valid_to = borne.name, on
    work.session.add(UnitName(unit_id=unit.id, name=name, short_name=short_name, valid_from=on))
    work.session.flush()
    if on <= work.today():
        bear_name(work, unit, name, short_name)
    change = _record_change(work, ChangeKind.RENAME, decision)
    _take_part(work, change, unit, PartSide.AFTER, old_name=old, new_name=name)
    work.session.flush()
    detail = {"decision": change.decision_no, "effective_on": on.isoformat(), "name": {"old": old, "new": name}}
    record(work, "unit.renamed", "unit", unit.id, unit_id=unit.id, detail=detail)
    return change


def move_unit(work: Work, unit_id: int, decision: Decision, parent_id: int) -> UnitChange:
    """Put a unit, with all below it, under another one from a day on. Raises NotAllowed, InvalidInput by field."""
    unit = _begin(work, [unit_id], decision)[0]
    old_parent = _parent_of(work, unit.id, decision.effective_on)
    parent = _new_parent(work, [unit], parent_id, decision.effective_on)
    if old_parent.id == parent.id:
        raise InvalidInput({"parent": ["Đơn vị đang trực thuộc đơn vị này."]})
    check_levels(work, [unit.level_code], parent, "parent")
    placement.move_under(work.session, [unit.id], parent.id, decision.effective_on)
    change = _record_change(work, ChangeKind.MOVE, decision)
    _take_part(work, change, unit, PartSide.AFTER)
    _take_part(work, change, old_parent, PartSide.OLD_PARENT)
    _take_part(work, change, parent, PartSide.NEW_PARENT)
    work.session.flush()
    detail = _detail(decision, parent={"old": old_parent.code, "new": parent.code})
    record(work, "unit.moved", "unit", unit.id, unit_id=unit.id, detail=detail)
    return change


def dissolve_unit(work: Work, unit_id: int, decision: Decision) -> UnitChange:
    """End a unit that nothing stands under from that day on. Raises NotAllowed, InvalidInput by field."""
    unit = _begin(work, [unit_id], decision)[0]
    below = {child for child, _ in _children(work, [unit.id], decision.effective_on)}
    if below:
        text = f"Còn {len(below)} đơn vị trực thuộc từ ngày này. Chuyển hoặc kết thúc các đơn vị đó trước."
        raise InvalidInput({"effective_on": [text]})
    change = _record_change(work, ChangeKind.DISSOLVE, decision)
    _end(work, change, unit, decision)
    return change


def merge_units(
    work: Work, unit_ids: Sequence[int], decision: Decision, target: NewUnit | int, parent_id: int | None = None
) -> Unit:
    """End units and found a new one in their place, or take them into one that stays (`target` is then its id).

    What stands below them comes under the target, which is returned. `parent_id` is the new unit's parent (None: the
    first unit's). Raises NotAllowed, InvalidInput by field.
    """
    units = _begin(work, unit_ids, decision)
    on = decision.effective_on
    carried = _children(work, unit_ids, on)
    if isinstance(target, int):
        into = _new_parent(work, units, target, on, field="into")
        change = _record_change(work, ChangeKind.MERGE, decision)
        _take_part(work, change, into, PartSide.AFTER, new_name=into.name)
    else:
        parent = _new_parent(work, units, parent_id or _parent_of(work, units[0].id, on).id, on)
        change = _record_change(work, ChangeKind.MERGE, decision)
        into = _found(work, change, target, units[0], parent, on)
    goals = {child: into for child, _ in carried}
    _carry(work, change, carried, goals, on, "into" if isinstance(target, int) else "kind_code")
    for unit in units:
        _end(work, change, unit, decision)
    detail = _detail(decision, sources=[u.code for u in units], carried=len(goals))
    record(work, "unit.merged", "unit", into.id, unit_id=into.id, detail=detail)
    return into


def split_unit(
    work: Work,
    unit_id: int,
    decision: Decision,
    founded: Sequence[NewUnit],
    shares: Mapping[int, int],
    keep: bool,
) -> UnitChange:
    """Found units out of one, under its parent; `keep` says that it stays itself (tách), else it ends (chia).

    `shares` gives a child's id the index of the new unit that it comes under; the others stay, which only a unit that
    stays itself allows. Raises NotAllowed, InvalidInput by field; a new unit's fields by index and name ("0.code").
    """
    unit = _begin(work, [unit_id], decision)[0]
    on = decision.effective_on
    if len(founded) < (1 if keep else 2):
        text = "Nhập ít nhất một đơn vị mới." if keep else "Chia đơn vị thì cần ít nhất hai đơn vị mới."
        raise InvalidInput({"founded": [text]})
    children = _children(work, [unit.id], on)
    homeless = {child for child, _ in children} - set(shares)
    if homeless and not keep:
        raise InvalidInput({"shares": [f"Còn {len(homeless)} đơn vị trực thuộc chưa chọn đơn vị mới."]})
    parent = _parent_of(work, unit.id, on)
    change = _record_change(work, ChangeKind.SPLIT, decision)
    made = [_found(work, change, new, unit, parent, on, f"{i}.") for i, new in enumerate(founded)]
    goals = {child: made[shares[child]] for child, _ in children if child in shares}
    _carry(work, change, [pair for pair in children if pair[0] in goals], goals, on, "shares")
    if keep:
        _take_part(work, change, unit, PartSide.BEFORE, old_name=unit.name, new_name=unit.name)
    else:
        _end(work, change, unit, decision)
    detail = _detail(decision, founded=[u.code for u in made], carried=len(goals))
    record(work, "unit.split", "unit", unit.id, unit_id=unit.id, detail=detail)
    return change


def _begin(work: Work, unit_ids: Sequence[int], decision: Decision) -> list[Unit]:
    """Lock, authorise, and check the paper and the day for each unit that a decision changes."""
    if not unit_ids:
        raise InvalidInput({"units": ["Chọn ít nhất một đơn vị."]})
    if len(set(unit_ids)) != len(unit_ids):
        raise InvalidInput({"units": ["Mỗi đơn vị chỉ chọn một lần."]})
    lock_tree(work)
    units = {unit_id: lock_unit(work, unit_id) for unit_id in sorted(unit_ids)}
    if not all(can_restructure(work, unit_id) for unit_id in unit_ids):
        raise NotAllowed
    errors = dict(
        rules.decision_errors(clean(decision.number), decision.signed_on, decision.effective_on, work.today())
    )
    for unit in units.values():
        text = _day_error(work, unit, decision.effective_on)
        if text:
            errors.setdefault("effective_on", []).append(text)
    if errors:
        raise InvalidInput(errors)
    return [units[unit_id] for unit_id in unit_ids]


def _day_error(work: Work, unit: Unit, on: date) -> str | None:
    """Changes are recorded in the order of their days: one that another rests on cannot be slipped in before it."""
    if unit.valid_to is not None:
        return f"{unit.short_name} kết thúc từ ngày {unit.valid_to:%d/%m/%Y}."
    last = work.session.scalar(
        select(func.max(UnitClosure.valid_from)).where(UnitClosure.descendant_id == unit.id, UnitClosure.depth == 1)
    )
    named = work.session.scalar(select(func.max(UnitName.valid_from)).where(UnitName.unit_id == unit.id))
    newest = max(day for day in (unit.valid_from, last, named) if day is not None)
    if on <= newest:
        return f"{unit.short_name} có thay đổi ngày {newest:%d/%m/%Y}; ngày có hiệu lực phải sau ngày đó."
    return None


def _parent_of(work: Work, unit_id: int, on: date) -> Unit:
    return work.session.scalars(
        select(Unit)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, UnitClosure.depth == 1)
        .where(UnitClosure.valid_from <= on, or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > on))
    ).one()


def _new_parent(work: Work, units: Sequence[Unit], parent_id: int, on: date, field: str = "parent") -> Unit:
    """The unit that others come under: managed by the actor, there for good, and on no later day below any of them."""
    parent = lock_unit(work, parent_id)
    if not can_manage(work, parent_id):
        raise NotAllowed
    if not parent.is_valid(on) or parent.valid_to is not None:
        raise InvalidInput({field: [f"{parent.short_name} không hoạt động từ ngày này trở đi."]})
    circle = work.session.scalar(
        select(func.count())
        .select_from(UnitClosure)
        .where(
            UnitClosure.ancestor_id.in_([u.id for u in units]),
            UnitClosure.descendant_id == parent_id,
            or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > on),
        )
    )
    if circle:
        raise InvalidInput({field: [f"{parent.short_name} nằm trong các đơn vị được sắp xếp hoặc bên dưới chúng."]})
    return parent


def _children(work: Work, unit_ids: Collection[int], on: date) -> list[tuple[int, int]]:
    """Who stands right below these units on a day or later, save those units themselves: (child id, parent id)."""
    rows = work.session.execute(
        select(UnitClosure.descendant_id, UnitClosure.ancestor_id).where(
            UnitClosure.ancestor_id.in_(sorted(unit_ids)),
            UnitClosure.descendant_id.not_in(sorted(unit_ids)),
            UnitClosure.depth == 1,
            or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > on),
        )
    )
    return [(row.descendant_id, row.ancestor_id) for row in rows]


def _carry(
    work: Work,
    change: UnitChange,
    children: Sequence[tuple[int, int]],
    goals: Mapping[int, Unit],
    on: date,
    field: str,
) -> None:
    """Put children under their new parents, each group in one go."""
    units = {child_id: work.session.get_one(Unit, child_id) for child_id in sorted(goals)}
    for goal in {g.id: g for g in goals.values()}.values():
        check_levels(work, {u.level_code for u in units.values() if goals[u.id].id == goal.id}, goal, field)
        for left in sorted({parent for _, parent in children}):
            group = [child for child, parent in children if parent == left and goals[child].id == goal.id]
            if group:
                placement.move_under(work.session, group, goal.id, on, leaving=left)
    for child_id, unit in units.items():
        _take_part(work, change, unit, PartSide.CARRIED, new_name=goals[child_id].name)


def _found(work: Work, change: UnitChange, new: NewUnit, model: Unit, parent: Unit, on: date, prefix: str = "") -> Unit:
    """Make a unit that a decision founds; the model's sector, and what was left empty, go over to it."""
    data = UnitData(
        code=new.code,
        name=new.name,
        short_name=new.short_name,
        level_code=level_of_kind(work, new.kind_code),
        kind_code=new.kind_code,
        valid_from=on,
        parent_id=parent.id,
        sector=model.sector,
        symbol=new.symbol or model.symbol,
        place=new.place or model.place,
        head_title=new.head_title or model.head_title,
    )
    try:
        unit = create_unit(work, data)
    except InvalidInput as error:
        raise InvalidInput({prefix + name: texts for name, texts in error.errors.items()}) from error
    _take_part(work, change, unit, PartSide.AFTER, new_name=unit.name)
    return unit


def _end(work: Work, change: UnitChange, unit: Unit, decision: Decision) -> None:
    """End a unit: its days, its place, its name."""
    on = decision.effective_on
    placement.end_placement(work.session, unit.id, on)
    unit.valid_to = on
    borne = _name_row(work, unit, on)
    borne.valid_to = on
    _take_part(work, change, unit, PartSide.BEFORE, old_name=borne.name)
    work.session.flush()
    record(work, "unit.ended", "unit", unit.id, unit_id=unit.id, detail=_detail(decision))


def _name_row(work: Work, unit: Unit, on: date) -> UnitName:
    return work.session.scalars(select(UnitName).where(UnitName.unit_id == unit.id, *name_row_on(on))).one()


def _record_change(work: Work, kind: ChangeKind, decision: Decision) -> UnitChange:
    change = UnitChange(
        kind=kind,
        decision_no=clean(decision.number),
        decision_date=decision.signed_on,
        effective_on=decision.effective_on,
        note=clean_lines(decision.note),
    )
    work.session.add(change)
    work.session.flush()
    return change


def _take_part(
    work: Work, change: UnitChange, unit: Unit, side: PartSide, old_name: str = "", new_name: str = ""
) -> None:
    work.session.add(
        UnitChangePart(change_id=change.id, unit_id=unit.id, side=side, old_name=old_name, new_name=new_name)
    )


def _detail(decision: Decision, **more: object) -> dict[str, object]:
    return {"decision": clean(decision.number), "effective_on": decision.effective_on.isoformat(), **more}
