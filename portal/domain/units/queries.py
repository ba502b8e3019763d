"""Units: the scope of an actor, parents, children and lists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import Order
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.units.models import Unit, UnitChange, UnitChangePart, UnitClosure, UnitKind, UnitLevel, UnitName

DIVISION = "department_division"
"""A phòng issues no papers of its own: they go out in the name of the body above it."""
UNSCOPED = {
    "issuing_unit": "the body in whose name a person's lists are issued: the one that they work in",
    "subtree_ids": "the condition that scopes are made of",
    "parent_id_of": "the line above a unit that was loaded in scope; who stands above whom is public",
    "children_of": "the units below one that was loaded in scope",
    "children_since": "the units below one that was loaded in scope",
    "one_kind": "a catalogue that everyone reads",
    "one_level": "a catalogue that everyone reads",
    "ancestors_of": "the line above a unit that was loaded in scope; who stands above whom is public",
    "child_counts": "figures for rows that were loaded in scope",
    "names_of": "the dated names of a unit that was loaded in scope",
    "name_on": "the name that a record of that day is printed with",
    "short_names": "the names beside records that were loaded in scope",
    "changes_of": "the history of a unit that was loaded in scope; decisions on units are public",
    "parts_of": "the units of decisions that were loaded with their unit; decisions on units are public",
    "levels": "a catalogue that everyone reads",
    "kinds": "a catalogue that everyone reads",
    "kind_rows": "a catalogue that everyone reads",
    "root_ids": "which units have none above them: public",
}
BY_NAME = Order("ten", (Unit.sort_key, Unit.id))
BY_CODE = Order("ma", (Unit.code,))
BY_LEVEL = Order("cap", (UnitLevel.rank, UnitKind.label, UnitKind.code))
SUGGESTIONS = 40
MOST_IN_REACH = 256


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What a list of units is cut to. `on` is the day that it shows; None for the rest: everything."""

    on: date
    words: str = ""
    level: str | None = None
    kind: str | None = None
    parent_id: int | None = None


def valid_on(on: date) -> ColumnElement[bool]:
    """The condition that a unit exists on that day."""
    return and_(Unit.valid_from <= on, or_(Unit.valid_to.is_(None), Unit.valid_to > on))


def closure_on(on: date) -> ColumnElement[bool]:
    """The condition that a closure row holds on that day."""
    return and_(UnitClosure.valid_from <= on, or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > on))


def subtree_ids(unit_ids: frozenset[int], on: date) -> Select[int]:
    """The ids of these units and of all below them on that day."""
    return select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id.in_(sorted(unit_ids)), closure_on(on))


def scope(actor: Actor, permission: Permission, column: Any, on: date) -> ColumnElement[bool]:
    """The condition that `column` (a unit's id) lies where the actor holds the permission.

    Every list and every record is cut to it.
    """
    own = actor.unit_ids(permission, Reach.OWN)
    tree = actor.unit_ids(permission, Reach.SUBTREE)
    parts: list[ColumnElement[bool]] = []
    if own:
        parts.append(column.in_(sorted(own)))
    if tree:
        parts.append(column.in_(subtree_ids(tree, on)))
    return or_(*parts) if parts else false()


def units_in_reach(
    session: Session, actor: Actor, permission: Permission, on: date, most: int = MOST_IN_REACH
) -> tuple[int, ...] | None:
    """The units where the actor holds the permission on that day; None when there are more than `most` (one query)."""
    if not actor.can(permission):
        return ()
    found = session.scalars(select(Unit.id).where(scope(actor, permission, Unit.id, on)).limit(most + 1)).all()
    return tuple(sorted(found)) if len(found) <= most else None


def units_near(actor: Actor, permission: Permission, on: date, chosen: int | None = None) -> Select[int, str]:
    """Units to narrow by: the roots of the actor's reach, those right below, and the chosen one: (id, name)."""
    roots = sorted(actor.unit_ids(permission))
    near = select(UnitClosure.descendant_id).where(
        UnitClosure.ancestor_id.in_(roots), UnitClosure.depth <= 1, closure_on(on)
    )
    return (
        select(Unit.id, Unit.name)
        .where(or_(Unit.id.in_(near), Unit.id == chosen), valid_on(on), scope(actor, permission, Unit.id, on))
        .order_by(Unit.sort_key, Unit.id)
    )


def visible_to(actor: Actor, on: date, permission: Permission = Permission.UNIT_VIEW) -> Select[Unit]:
    """The units that stand in the actor's reach on that day, in the Vietnamese order."""
    return select(Unit).where(scope(actor, permission, Unit.id, on)).order_by(Unit.sort_key, Unit.id)


def one_in_reach(actor: Actor, unit_id: int, on: date, permission: Permission) -> Select[Unit]:
    """A unit, when it exists on that day where the actor holds the permission."""
    return visible_to(actor, on, permission).where(Unit.id == unit_id, valid_on(on)).order_by(None)


def parent_id_of(unit_id: int, on: date) -> Select[int]:
    """The id of the unit right above on that day."""
    return select(UnitClosure.ancestor_id).where(
        UnitClosure.descendant_id == unit_id, UnitClosure.depth == 1, closure_on(on)
    )


def children_of(unit_id: int, on: date) -> Select[Unit]:
    """The units right below on that day, in the Vietnamese order."""
    return (
        select(Unit)
        .join(UnitClosure, UnitClosure.descendant_id == Unit.id)
        .where(UnitClosure.ancestor_id == unit_id, UnitClosure.depth == 1, closure_on(on), valid_on(on))
        .order_by(Unit.sort_key, Unit.id)
    )


def children_since(unit_id: int, since: date) -> Select[Unit]:
    """The units that stand right below on that day or later, in the Vietnamese order."""
    below = select(UnitClosure.descendant_id).where(
        UnitClosure.ancestor_id == unit_id,
        UnitClosure.depth == 1,
        or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > since),
    )
    return select(Unit).where(Unit.id.in_(below)).order_by(Unit.sort_key, Unit.id)


def ancestors_of(unit_id: int, on: date) -> Select[Unit, int]:
    """The units above, the nearest first, with their distance."""
    return (
        select(Unit, UnitClosure.depth)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, UnitClosure.depth > 0, closure_on(on))
        .order_by(UnitClosure.depth)
    )


def matching(words: str) -> ColumnElement[bool]:
    """The condition that a unit's name or code holds every word, with or without marks.

    It reads every row: units are hundreds, so that no index would be faster.
    """
    return and_(*(Unit.folded.contains(word, autoescape=True) for word in fold(words).split(" ") if word))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor may read of a unit: it stands in their reach, or stood there, or will."""
    own = actor.unit_ids(Permission.UNIT_VIEW)
    tree = actor.unit_ids(Permission.UNIT_VIEW, Reach.SUBTREE)
    return or_(
        Unit.id.in_(sorted(own)),
        exists().where(UnitClosure.descendant_id == Unit.id, UnitClosure.ancestor_id.in_(sorted(tree))),
    )


def seen_ids(actor: Actor, unit_ids: Collection[int]) -> Select[int]:
    """Which of these units the actor may read of: the others are named without a link."""
    return select(Unit.id).where(Unit.id.in_(sorted(unit_ids)), seen_by(actor))


def one_seen(actor: Actor, unit_id: int) -> Select[Unit, UnitKind, UnitLevel]:
    """A unit that the actor may read of, with its kind and level, whether or not it still exists."""
    return (
        select(Unit, UnitKind, UnitLevel)
        .join(UnitKind, UnitKind.code == Unit.kind_code)
        .join(UnitLevel, UnitLevel.code == Unit.level_code)
        .where(Unit.id == unit_id, seen_by(actor))
    )


def listing(actor: Actor, chosen: UnitFilter) -> Select[*tuple[Any, ...]]:
    """Rows of the list of units on a day: facts, kind, and the unit right above."""
    link, parent = aliased(UnitClosure), aliased(Unit)
    on_day = and_(link.valid_from <= chosen.on, or_(link.valid_to.is_(None), link.valid_to > chosen.on))
    stmt = (
        select(
            Unit.id,
            Unit.code,
            Unit.name,
            Unit.short_name,
            Unit.sort_key,
            Unit.valid_from,
            Unit.valid_to,
            UnitKind.label.label("kind"),
            parent.id.label("parent_id"),
            parent.short_name.label("parent"),
        )
        .join(UnitKind, UnitKind.code == Unit.kind_code)
        .outerjoin(link, and_(link.descendant_id == Unit.id, link.depth == 1, on_day))
        .outerjoin(parent, parent.id == link.ancestor_id)
        .where(valid_on(chosen.on), scope(actor, Permission.UNIT_VIEW, Unit.id, chosen.on))
    )
    if chosen.words:
        stmt = stmt.where(matching(chosen.words))
    if chosen.level:
        stmt = stmt.where(Unit.level_code == chosen.level)
    if chosen.kind:
        stmt = stmt.where(Unit.kind_code == chosen.kind)
    if chosen.parent_id is not None:
        stmt = stmt.where(link.ancestor_id == chosen.parent_id)
    return stmt


def child_counts(unit_ids: Collection[int], on: date) -> Select[int, int]:
    """How many units stand right below each of these on that day: (unit id, number)."""
    return (
        select(UnitClosure.ancestor_id, func.count())
        .where(UnitClosure.ancestor_id.in_(sorted(unit_ids)), UnitClosure.depth == 1, closure_on(on))
        .group_by(UnitClosure.ancestor_id)
    )


def suggestions(actor: Actor, words: str, on: date) -> Select[int, str, str, str]:
    """Units in reach on that day whose name or code holds the words: (id, code, name, short name), to be ranked."""
    return (
        select(Unit.id, Unit.code, Unit.name, Unit.short_name)
        .where(valid_on(on), scope(actor, Permission.UNIT_VIEW, Unit.id, on), matching(words))
        .order_by(Unit.level_code, Unit.sort_key, Unit.id)
        .limit(SUGGESTIONS)
    )


def named(actor: Actor, text: str, on: date, permission: Permission = Permission.UNIT_VIEW) -> Select[Unit]:
    """The units in reach on that day that a text names: by code ("326", "326 – Văn Giang"), else by a whole name."""
    code, name = clean(text.split(" – ", maxsplit=1)[0]), clean(text)
    return (
        select(Unit)
        .where(
            valid_on(on),
            scope(actor, permission, Unit.id, on),
            or_(Unit.code == code, Unit.name == name, Unit.short_name == name),
        )
        .order_by(Unit.code != code, Unit.sort_key, Unit.id)
        .limit(2)
    )


def name_row_on(on: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a row of names holds on that day."""
    return UnitName.valid_from <= on, or_(UnitName.valid_to.is_(None), UnitName.valid_to > on)


def name_on(unit_id: int, on: date) -> Select[str]:
    """The official name that the unit bore on that day: what a paper of that day is printed with."""
    return select(UnitName.name).where(UnitName.unit_id == unit_id, *name_row_on(on))


def names_of(unit_id: int) -> Select[UnitName]:
    """Every name of a unit, the newest first."""
    return select(UnitName).where(UnitName.unit_id == unit_id).order_by(UnitName.valid_from.desc())


def short_names(unit_ids: Collection[int]) -> Select[int, str]:
    """Short names by id."""
    return select(Unit.id, Unit.short_name).where(Unit.id.in_(sorted(unit_ids)))


def changes_of(unit_id: int) -> Select[UnitChange, UnitChangePart]:
    """The decisions that a unit took part in, with its part, the newest first."""
    return (
        select(UnitChange, UnitChangePart)
        .join(UnitChangePart, UnitChangePart.change_id == UnitChange.id)
        .where(UnitChangePart.unit_id == unit_id)
        .order_by(UnitChange.effective_on.desc(), UnitChange.id.desc(), UnitChangePart.id)
    )


def parts_of(change_ids: Collection[int]) -> Select[UnitChangePart, str, str]:
    """The parts of decisions, with each unit's code and short name."""
    return (
        select(UnitChangePart, Unit.code, Unit.short_name)
        .join(Unit, Unit.id == UnitChangePart.unit_id)
        .where(UnitChangePart.change_id.in_(sorted(change_ids)))
        .order_by(UnitChangePart.change_id, UnitChangePart.id)
    )


def levels() -> Select[UnitLevel]:
    """Levels from the top down."""
    return select(UnitLevel).order_by(UnitLevel.rank, UnitLevel.code)


def kinds() -> Select[UnitKind, UnitLevel]:
    """Kinds with their level, from the top down."""
    return (
        select(UnitKind, UnitLevel)
        .join(UnitLevel, UnitLevel.code == UnitKind.level_code)
        .order_by(UnitLevel.rank, UnitKind.label, UnitKind.code)
    )


def kind_rows(level_code: str = "") -> Select[*tuple[Any, ...]]:
    """Kinds, or those of one level, with what their units owe."""
    stmt = (
        select(
            UnitKind.code,
            UnitKind.label,
            UnitKind.owes_registration,
            UnitKind.head_review,
            UnitLevel.rank,
            UnitLevel.label.label("level_label"),
        )
        .join(UnitLevel, UnitLevel.code == UnitKind.level_code)
        .order_by(*BY_LEVEL.columns)
    )
    return stmt.where(UnitKind.level_code == level_code) if level_code else stmt


def one_kind(code: str) -> Select[UnitKind]:
    """A kind by its code."""
    return select(UnitKind).where(UnitKind.code == code)


def one_level(code: str) -> Select[UnitLevel]:
    """A level by its code."""
    return select(UnitLevel).where(UnitLevel.code == code)


def root_ids(on: date) -> Select[int]:
    """The units that nothing stands above on that day."""
    above = aliased(UnitClosure)
    return select(UnitClosure.descendant_id).where(
        UnitClosure.depth == 0,
        closure_on(on),
        ~exists().where(
            above.descendant_id == UnitClosure.descendant_id,
            above.depth == 1,
            above.valid_from <= on,
            or_(above.valid_to.is_(None), above.valid_to > on),
        ),
    )


def issuing_unit(home_unit_id: int, on: date) -> Select[Unit, str | None]:
    """The body in whose name a person's lists are issued, with the name of the one above it: their own unit, or for a
    division the body that it belongs to; the nearest comes first."""
    link, upper, parent = aliased(UnitClosure), aliased(UnitClosure), aliased(Unit)
    return (
        select(Unit, parent.name)
        .join(link, and_(link.ancestor_id == Unit.id, link.descendant_id == home_unit_id, _holds(link, on)))
        .outerjoin(upper, and_(upper.descendant_id == Unit.id, upper.depth == 1, _holds(upper, on)))
        .outerjoin(parent, parent.id == upper.ancestor_id)
        .where(Unit.kind_code != DIVISION)
        .order_by(link.depth)
        .limit(1)
    )


def _holds(link: Any, on: date) -> ColumnElement[bool]:
    return and_(link.valid_from <= on, or_(link.valid_to.is_(None), link.valid_to > on))
