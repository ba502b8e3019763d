"""Units: the scope of an actor, parents, children and lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from portal.core.text import fold
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.units.models import Unit, UnitClosure


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


def visible_to(actor: Actor, on: date, permission: Permission = Permission.UNIT_VIEW) -> Select[Unit]:
    """The units that the actor may see, whether or not they still exist, in the Vietnamese order."""
    return select(Unit).where(scope(actor, permission, Unit.id, on)).order_by(Unit.sort_key, Unit.id)


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


def ancestors_of(unit_id: int, on: date) -> Select[Unit, int]:
    """The units above, the nearest first, with their distance."""
    return (
        select(Unit, UnitClosure.depth)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, UnitClosure.depth > 0, closure_on(on))
        .order_by(UnitClosure.depth)
    )


def with_parent(on: date) -> tuple[Select[Unit, Unit], type[Unit]]:
    """Units with the short name of the unit above them: (select of Unit, parent), and the parent alias to filter by."""
    parent = aliased(Unit)
    link = aliased(UnitClosure)
    stmt = (
        select(Unit, parent)
        .outerjoin(
            link,
            and_(
                link.descendant_id == Unit.id,
                link.depth == 1,
                link.valid_from <= on,
                or_(link.valid_to.is_(None), link.valid_to > on),
            ),
        )
        .outerjoin(parent, parent.id == link.ancestor_id)
    )
    return stmt, parent


def matching(words: str) -> ColumnElement[bool]:
    """The condition that a unit's name or code holds every word, with or without marks."""
    return and_(*(Unit.folded.contains(word, autoescape=True) for word in fold(words).split(" ") if word))
