"""Accounts: the actor behind a session, assignments valid on a day, and the lists that administrators see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.pagination import Order
from portal.core.text import fold
from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Permission, Reach
from portal.domain.accounts.enums import UserState
from portal.domain.accounts.models import RecoveryCode, RoleAssignment, UserAccount, UserSession
from portal.domain.units.models import Unit
from portal.domain.units.queries import scope, subtree_ids

UNSCOPED = {
    "by_username": "signing in: nobody acts yet",
    "session_with_user": "who acts is found by it",
    "assignments_of": "of a person that was loaded in scope, or of oneself",
    "sessions_of": "of a person that was loaded in scope, or of oneself",
    "roles_in_force": "of the people of a page that was loaded in scope",
    "last_sign_ins": "of the people of a page that was loaded in scope",
}
BY_NAME = Order("ten", (UserAccount.sort_key, UserAccount.id))
BY_USERNAME = Order("tai-khoan", (UserAccount.username,))


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What a list of people is narrowed to; `unit_id` counts all that lies below it."""

    words: str = ""
    unit_id: int | None = None
    state: UserState | None = None


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """Where a person's second factor stands."""

    confirmed_at: datetime | None
    codes_left: int


def assignment_on(on: date) -> ColumnElement[bool]:
    """The condition that an assignment is in force on that day."""
    return and_(
        RoleAssignment.ended_at.is_(None),
        RoleAssignment.valid_from <= on,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= on),
    )


def load_actor(session: Session, user: UserAccount, on: date) -> Actor:
    """The actor with the grants that are in force today (one query)."""
    rows = session.execute(
        select(RoleAssignment.id, RoleAssignment.role, RoleAssignment.unit_id, RoleAssignment.given_by_id).where(
            RoleAssignment.user_id == user.id, assignment_on(on)
        )
    )
    grants = grants_from(AssignmentFacts(r.id, r.role, r.unit_id, r.given_by_id) for r in rows)
    return Actor(user.id, user.username, user.full_name, user.home_unit_id, grants)


def by_username(username: str) -> Select[UserAccount]:
    """The account of this name (names are kept in lower case)."""
    return select(UserAccount).where(UserAccount.username == username.strip().lower())


def session_with_user(token_hash: str) -> Select[UserSession, UserAccount, Unit]:
    """The living session behind a cookie, its person, and the unit that they work in."""
    return (
        select(UserSession, UserAccount, Unit)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(UserSession.token_hash == token_hash, UserSession.ended_at.is_(None), UserAccount.disabled_at.is_(None))
    )


def visible_to(actor: Actor, on: date) -> Select[UserAccount]:
    """The accounts that the actor may see: those whose home unit is in reach."""
    return (
        select(UserAccount)
        .where(scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on))
        .order_by(UserAccount.sort_key, UserAccount.id)
    )


def user_rows(actor: Actor, wanted: UserFilter, on: date) -> Select[*tuple[Any, ...]]:
    """The columns of the list of people, narrowed to the actor's reach and to what is wanted."""
    stmt = (
        select(
            UserAccount.id,
            UserAccount.username,
            UserAccount.full_name,
            UserAccount.sort_key,
            UserAccount.post,
            UserAccount.disabled_at,
            UserAccount.must_change_password,
            Unit.name.label("unit_name"),
        )
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on))
        .order_by(UserAccount.sort_key, UserAccount.id)
    )
    for word in fold(wanted.words).split():
        stmt = stmt.where(UserAccount.folded.contains(word, autoescape=True))
    if wanted.unit_id is not None:
        stmt = stmt.where(UserAccount.home_unit_id.in_(subtree_ids(frozenset({wanted.unit_id}), on)))
    if wanted.state is UserState.DISABLED:
        stmt = stmt.where(UserAccount.disabled_at.is_not(None))
    elif wanted.state is not None:
        owes = wanted.state is UserState.FIRST_PASSWORD
        stmt = stmt.where(UserAccount.disabled_at.is_(None), UserAccount.must_change_password.is_(owes))
    return stmt


def roles_in_force(user_ids: Collection[int], on: date) -> Select[*tuple[Any, ...]]:
    """The roles that these people hold today, with the unit of each: (user_id, role, unit_name)."""
    return (
        select(RoleAssignment.user_id, RoleAssignment.role, Unit.short_name.label("unit_name"))
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.user_id.in_(user_ids), assignment_on(on))
        .order_by(RoleAssignment.user_id, RoleAssignment.id)
    )


def last_sign_ins(user_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """When each of these people last signed in, as far as sessions are kept: (user_id, at)."""
    return (
        select(UserSession.user_id, func.max(UserSession.created_at).label("at"))
        .where(UserSession.user_id.in_(user_ids))
        .group_by(UserSession.user_id)
        .order_by(UserSession.user_id)
    )


def own_account(actor: Actor) -> Select[UserAccount, str]:
    """The actor's account and the name of their unit."""
    return (
        select(UserAccount, Unit.name)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(UserAccount.id == actor.user_id)
    )


def assignments_of(user_id: int) -> Select[RoleAssignment, str, str | None]:
    """Every assignment of a person, the newest first: (assignment, unit name, name of a delegation's giver)."""
    giver = aliased(UserAccount)
    return (
        select(RoleAssignment, Unit.name, giver.full_name)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(giver, giver.id == RoleAssignment.given_by_id)
        .where(RoleAssignment.user_id == user_id)
        .order_by(RoleAssignment.valid_from.desc(), RoleAssignment.id.desc())
    )


def sessions_of(user_id: int, now: datetime, idle: timedelta, absolute: timedelta) -> Select[UserSession]:
    """The living sessions of a person, the one used last first."""
    return (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.seen_at >= now - idle,
            UserSession.created_at >= now - absolute,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )


def factor_facts(session: Session, user_id: int) -> FactorFacts:
    """When the second factor was confirmed, and how many recovery codes are left."""
    confirmed_at = session.scalar(select(UserAccount.totp_confirmed_at).where(UserAccount.id == user_id))
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return FactorFacts(confirmed_at, session.scalar(unused) or 0)


def in_reach(
    session: Session, actor: Actor, permission: Permission, unit_id: int, on: date, whole: bool = False
) -> bool:
    """Whether the actor holds the permission over this unit; `whole`: over all below it too."""
    tree = actor.unit_ids(permission, Reach.SUBTREE)
    inside = Unit.id.in_(subtree_ids(tree, on)) if whole else scope(actor, permission, Unit.id, on)
    return bool(session.scalar(select(exists().where(Unit.id == unit_id, inside))))
