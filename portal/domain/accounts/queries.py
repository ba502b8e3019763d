"""Accounts: the actor behind a session, assignments valid on a day, and the lists that administrators see."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Permission
from portal.domain.accounts.models import RoleAssignment, UserAccount, UserSession
from portal.domain.units.models import Unit
from portal.domain.units.queries import scope


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


def assignments_of(user_id: int) -> Select[RoleAssignment, Unit]:
    """Every assignment of a person, the newest first, with its unit."""
    return (
        select(RoleAssignment, Unit)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.user_id == user_id)
        .order_by(RoleAssignment.valid_from.desc(), RoleAssignment.id.desc())
    )
