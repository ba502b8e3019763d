"""Assignments over all people: who holds which role where, in the reach of who manages them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.core.pagination import Order
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import WORDS_LENGTH, assignment_not_over
from portal.domain.units.models import Unit
from portal.domain.units.queries import scope, subtree_ids

NEWEST = Order("moi", (RoleAssignment.id,), descending=True)


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """What the list of assignments is narrowed to; `unit_id` counts all that lies below it, `over` None is both."""

    words: str = ""
    role: Role | None = None
    unit_id: int | None = None
    over: bool | None = None


def assignments(actor: Actor, on: date, wanted: AssignmentFilter) -> Select[*tuple[Any, ...]]:
    """Assignments over units where the actor manages them, the newest first."""
    stmt = _rows(actor, on)
    for word in fold(clean(wanted.words)[:WORDS_LENGTH]).split():
        stmt = stmt.where(UserAccount.folded.contains(word, autoescape=True))
    if wanted.role is not None:
        stmt = stmt.where(RoleAssignment.role == wanted.role)
    if wanted.unit_id is not None:
        stmt = stmt.where(RoleAssignment.unit_id.in_(subtree_ids(frozenset({wanted.unit_id}), on)))
    if wanted.over is not None:
        stmt = stmt.where(~assignment_not_over(on) if wanted.over else assignment_not_over(on))
    return stmt


def assignments_named(actor: Actor, assignment_ids: Collection[int], on: date) -> Select[*tuple[Any, ...]]:
    """Those of these assignments that the actor manages."""
    return _rows(actor, on).where(RoleAssignment.id.in_(sorted(assignment_ids)))


def _rows(actor: Actor, on: date) -> Select[*tuple[Any, ...]]:
    giver = aliased(UserAccount, name="giver")
    return (
        select(
            RoleAssignment.id,
            RoleAssignment.user_id,
            RoleAssignment.role,
            RoleAssignment.unit_id,
            RoleAssignment.valid_from,
            RoleAssignment.valid_to,
            RoleAssignment.ended_at,
            RoleAssignment.reason,
            RoleAssignment.version,
            UserAccount.full_name,
            UserAccount.username,
            UserAccount.post,
            Unit.name.label("unit_name"),
            giver.full_name.label("giver_name"),
        )
        .join(UserAccount, UserAccount.id == RoleAssignment.user_id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(giver, giver.id == RoleAssignment.given_by_id)
        .where(scope(actor, Permission.ASSIGNMENT_MANAGE, RoleAssignment.unit_id, on))
        .order_by(RoleAssignment.id.desc())
    )
