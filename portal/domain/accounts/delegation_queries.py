"""Delegations as they are read: what one gave and received, those in an administrator's reach, what was done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from portal.core.clock import LOCAL
from portal.core.pagination import Order
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.delegation_rules import RECEIVING_LEVELS
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import SUGGESTIONS, WORDS_LENGTH, assignment_not_over, backed_on, days_hold
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit, UnitClosure
from portal.domain.units.queries import closure_on, scope

UNSCOPED = {
    "edges_from": "ids and days of delegations, for the rule against circles",
    "held_throughout": "whether a person holds a role, for the rule that only what is held is delegated",
    "home_relation": "where two people stand to each other, for the rule of who may receive",
    "done_under": "of a delegation that was loaded as one's own or in reach",
}
NEWEST = Order("moi", (RoleAssignment.id,), descending=True)
ENTRIES_NEWEST = Order("moi", (AuditEntry.id,), descending=True)
DELEGABLE = tuple(role for role, spec in ROLES.items() if spec.delegable)


@dataclass(frozen=True, slots=True)
class DelegationFilter:
    """What the list of delegations is narrowed to: words of either name, and whether they are over."""

    words: str = ""
    over: bool | None = None


def _rows(on: date) -> Select[*tuple[Any, ...]]:
    giver, receiver = aliased(UserAccount, name="giver"), aliased(UserAccount, name="receiver")
    return (
        select(
            RoleAssignment,
            Unit.name.label("unit_name"),
            giver.full_name.label("giver_name"),
            giver.post.label("giver_post"),
            receiver.full_name.label("receiver_name"),
            receiver.post.label("receiver_post"),
            backed_on(on).label("backed"),
        )
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .join(giver, giver.id == RoleAssignment.given_by_id)
        .join(receiver, receiver.id == RoleAssignment.user_id)
        .order_by(RoleAssignment.id.desc())
    )


def given_by(actor: Actor, on: date) -> Select[*tuple[Any, ...]]:
    """What the actor delegated, the newest first."""
    return _rows(on).where(RoleAssignment.given_by_id == actor.user_id)


def received_by(actor: Actor, on: date) -> Select[*tuple[Any, ...]]:
    """What was delegated to the actor, the newest first."""
    return _rows(on).where(RoleAssignment.user_id == actor.user_id, RoleAssignment.given_by_id.is_not(None))


def in_reach(actor: Actor, on: date, wanted: DelegationFilter) -> Select[*tuple[Any, ...]]:
    """The delegations whose giver works where the actor manages assignments, the newest first."""
    stmt = _rows(on).where(_managed(actor, on))
    if words := fold(clean(wanted.words)[:WORDS_LENGTH]):
        named = select(UserAccount.id).where(
            *(UserAccount.folded.contains(word, autoescape=True) for word in words.split())
        )
        stmt = stmt.where(or_(RoleAssignment.given_by_id.in_(named), RoleAssignment.user_id.in_(named)))
    if wanted.over is not None:
        stmt = stmt.where(~assignment_not_over(on) if wanted.over else assignment_not_over(on))
    return stmt


def one_delegation(actor: Actor, delegation_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """One delegation: the actor's own, given or received, or one in their reach."""
    own = or_(RoleAssignment.given_by_id == actor.user_id, RoleAssignment.user_id == actor.user_id)
    return _rows(on).where(RoleAssignment.id == delegation_id, or_(own, _managed(actor, on)))


def _managed(actor: Actor, on: date) -> ColumnElement[bool]:
    if not actor.can(Permission.ASSIGNMENT_MANAGE):
        return false()
    home = select(UserAccount.id).where(scope(actor, Permission.ASSIGNMENT_MANAGE, UserAccount.home_unit_id, on))
    return RoleAssignment.given_by_id.in_(home)


def delegable_of(actor: Actor, on: date) -> Select[RoleAssignment, str]:
    """What the actor holds in their own right and may delegate, now or later: (assignment, unit name)."""
    return (
        select(RoleAssignment, Unit.name)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            RoleAssignment.user_id == actor.user_id,
            RoleAssignment.given_by_id.is_(None),
            RoleAssignment.role.in_(DELEGABLE),
            assignment_not_over(on),
        )
        .order_by(RoleAssignment.id)
    )


def receivers(actor: Actor, words: str, on: date) -> Select[*tuple[Any, ...]]:
    """People who may receive from the actor, by words of their name: (username, full_name, post)."""
    stmt = select(UserAccount.username, UserAccount.full_name, UserAccount.post).where(_may_receive(actor, on))
    for word in fold(clean(words)[:WORDS_LENGTH]).split():
        stmt = stmt.where(UserAccount.folded.contains(word, autoescape=True))
    return stmt.order_by(UserAccount.sort_key, UserAccount.id).limit(SUGGESTIONS)


def receiver_named(actor: Actor, text: str, on: date) -> Select[int]:
    """The ids of those who may receive from the actor and whom a text names: "Lê Văn An – an.lv", or a full name."""
    name, _, username = clean(text).rpartition(" – ")
    named = UserAccount.username == username.lower() if name else UserAccount.full_name == clean(text)
    return select(UserAccount.id).where(named, _may_receive(actor, on)).order_by(UserAccount.id).limit(2)


def _may_receive(actor: Actor, on: date) -> ColumnElement[bool]:
    """The condition of delegation_rules.may_receive, for lists."""
    within = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == actor.home_unit_id, closure_on(on))
    inside = select(Unit.id).where(Unit.id.in_(within), Unit.level_code.in_(sorted(RECEIVING_LEVELS)))
    return and_(
        UserAccount.disabled_at.is_(None),
        UserAccount.id != actor.user_id,
        or_(UserAccount.home_unit_id == actor.home_unit_id, UserAccount.home_unit_id.in_(inside)),
    )


def unseen_by(actor: Actor, on: date) -> Select[*tuple[Any, ...]]:
    """Delegations to the actor that are not over and that they have not yet said they know of, the oldest first."""
    return (
        received_by(actor, on)
        .where(assignment_not_over(on), RoleAssignment.acknowledged_at.is_(None))
        .order_by(None)
        .order_by(RoleAssignment.id)
    )


def edges_from(giver_ids: Collection[int], first: date, last: date) -> Select[*tuple[Any, ...]]:
    """The delegations by these people that touch these days: (given_by_id, user_id, valid_from, valid_to)."""
    return (
        select(RoleAssignment.given_by_id, RoleAssignment.user_id, RoleAssignment.valid_from, RoleAssignment.valid_to)
        .where(
            RoleAssignment.given_by_id.in_(sorted(giver_ids)),
            assignment_not_over(first),
            RoleAssignment.valid_from <= last,
        )
        .order_by(RoleAssignment.id)
    )


def held_throughout(user_id: int, role: Role, unit_id: int, first: date, last: date) -> Select[int]:
    """The assignment by which a person holds a role over a unit in their own right on all these days."""
    return select(RoleAssignment.id).where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.role == role,
        RoleAssignment.unit_id == unit_id,
        RoleAssignment.given_by_id.is_(None),
        days_hold(RoleAssignment, first),
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= last),
    )


def home_relation(giver_id: int, receiver_id: int, on: date) -> Select[bool, bool, str]:
    """Where the receiver works: (in the giver's own unit, anywhere within it, the level of the receiver's unit)."""
    giver, receiver = aliased(UserAccount), aliased(UserAccount)
    within = exists().where(
        UnitClosure.ancestor_id == giver.home_unit_id,
        UnitClosure.descendant_id == receiver.home_unit_id,
        closure_on(on),
    )
    return (
        select(giver.home_unit_id == receiver.home_unit_id, within, Unit.level_code)
        .select_from(giver)
        .join(receiver, receiver.id == receiver_id)
        .join(Unit, Unit.id == receiver.home_unit_id)
        .where(giver.id == giver_id)
    )


def done_under(delegation: RoleAssignment) -> Select[*tuple[Any, ...]]:
    """What its receiver did in its giver's name within its days: columns of the audit log, the newest first."""
    first = datetime.combine(delegation.valid_from, time(), LOCAL)
    stmt = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.action,
        AuditEntry.object_type,
        AuditEntry.object_id,
        AuditEntry.unit_id,
        AuditEntry.actor_id,
        AuditEntry.on_behalf_of_id,
    ).where(
        AuditEntry.on_behalf_of_id == delegation.given_by_id,
        AuditEntry.actor_id == delegation.user_id,
        AuditEntry.at >= first,
    )
    last = delegation.ended_at
    if delegation.valid_to is not None:
        over = datetime.combine(delegation.valid_to + timedelta(days=1), time(), LOCAL)
        last = over if last is None else min(last, over)
    if last is not None:
        stmt = stmt.where(AuditEntry.at <= last)
    return stmt.order_by(AuditEntry.id.desc())
