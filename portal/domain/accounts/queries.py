"""Accounts: the actor behind a session, assignments valid on a day, and the lists that administrators see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.db import plain_rows
from portal.core.pagination import Order
from portal.core.prepared import prepared
from portal.core.text import clean, fold
from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Permission, Reach, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.enums import RequestKind, RequestState, UserState
from portal.domain.accounts.models import AccessRequest, RecoveryCode, RoleAssignment, UserAccount, UserSession
from portal.domain.units.models import Unit
from portal.domain.units.queries import matching, scope, subtree_ids, units_near, valid_on

UNSCOPED = {
    "by_username": "signing in: nobody acts yet",
    "session_with_user": "who acts is found by it",
    "session_was_of": "says only whether a sealed ticket tells the truth",
    "assignments_of": "of a person that was loaded in scope, or of oneself",
    "one_assignment": "of a person that was loaded in scope",
    "sessions_of": "of a person that was loaded in scope, or of oneself",
    "unit_label": "of a unit that a record loaded in scope names",
    "roles_in_force": "of the people of a page that was loaded in scope",
    "with_unit_names": "of accounts that another query cut to the actor's reach",
    "last_sign_ins": "of the people of a page that was loaded in scope",
}
SUGGESTIONS = 20
WORDS_LENGTH = 100
ID_DIGITS = 10
BY_NAME = Order("ten", (UserAccount.sort_key, UserAccount.id))
REQUESTS_NEWEST = Order("moi", (AccessRequest.id,), descending=True)
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
    """The condition that an assignment is in force on that day: within its days and, if delegated, still backed."""
    return and_(days_hold(RoleAssignment, on), or_(RoleAssignment.given_by_id.is_(None), backed_on(on)))


def days_hold(assignment: Any, on: date) -> ColumnElement[bool]:
    """The condition that an assignment (the table or an alias) was not ended and covers that day."""
    return and_(
        assignment.ended_at.is_(None),
        assignment.valid_from <= on,
        or_(assignment.valid_to.is_(None), assignment.valid_to >= on),
    )


def backed_on(on: date) -> ColumnElement[bool]:
    """The condition that a delegation's giver holds the role there in their own right on that day, account open.

    Nothing that was delegated backs a delegation: nobody hands on what they were handed.
    """
    held, giver = aliased(RoleAssignment), aliased(UserAccount)
    return exists().where(
        held.user_id == RoleAssignment.given_by_id,
        held.role == RoleAssignment.role,
        held.unit_id == RoleAssignment.unit_id,
        held.given_by_id.is_(None),
        days_hold(held, on),
        giver.id == held.user_id,
        giver.disabled_at.is_(None),
    )


def assignment_not_over(on: date) -> ColumnElement[bool]:
    """The condition that an assignment is in force on that day or later."""
    return and_(
        RoleAssignment.ended_at.is_(None), or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= on)
    )


@prepared
def _in_force(on: date) -> Select[int, Role, int, int | None]:
    """A person's assignments that are in force on that day; `user_id` is given when it runs."""
    held = RoleAssignment
    return select(held.id, held.role, held.unit_id, held.given_by_id).where(
        held.user_id == bindparam("user_id"), assignment_on(on)
    )


def load_actor(session: Session, user: UserAccount, on: date) -> Actor:
    """The actor with the grants that are in force today (one query)."""
    rows = plain_rows(session, _in_force(on), {"user_id": user.id})
    grants = grants_from(AssignmentFacts(r.id, r.role, r.unit_id, r.given_by_id) for r in rows)
    return Actor(user.id, user.username, user.full_name, user.home_unit_id, grants)


def by_username(username: str) -> Select[UserAccount]:
    """The account of this name (names are kept in lower case)."""
    return select(UserAccount).where(UserAccount.username == clean(username).lower())


def session_with_user(token_hash: str) -> Select[UserSession, UserAccount, Unit]:
    """The living session behind a cookie, its person, and the unit that they work in."""
    return (
        select(UserSession, UserAccount, Unit)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(UserSession.token_hash == token_hash, UserSession.ended_at.is_(None), UserAccount.disabled_at.is_(None))
    )


def session_was_of(session_id: int, user_id: int) -> Select[int]:
    """The session's id when it is or was this person's, and their account is not disabled."""
    return (
        select(UserSession.id)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .where(UserSession.id == session_id, UserSession.user_id == user_id, UserAccount.disabled_at.is_(None))
    )


def visible_to(actor: Actor, on: date) -> Select[UserAccount]:
    """The accounts that the actor may see: those whose home unit is in reach."""
    return (
        select(UserAccount)
        .where(scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on))
        .order_by(UserAccount.sort_key, UserAccount.id)
    )


def one_visible(actor: Actor, user_id: int, on: date) -> Select[UserAccount]:
    """One account, when the actor may see it."""
    return visible_to(actor, on).where(UserAccount.id == user_id).order_by(None)


def user_rows(actor: Actor, wanted: UserFilter, on: date) -> Select[*tuple[Any, ...]]:
    """The columns of the list of people, narrowed to the actor's reach and to what is wanted."""
    stmt = (
        select(
            UserAccount.id,
            UserAccount.username,
            UserAccount.full_name,
            UserAccount.sort_key,
            UserAccount.post,
            UserAccount.email,
            UserAccount.disabled_at,
            UserAccount.must_change_password,
            Unit.name.label("unit_name"),
        )
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on))
        .order_by(UserAccount.sort_key, UserAccount.id)
    )
    # Every account is read: they are some thousands, so that no index would be faster.
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


def without_password(actor: Actor, on: date) -> Select[UserAccount]:
    """Open accounts that the actor manages and to which no password was given out yet, ordered by unit and name."""
    return (
        select(UserAccount)
        .where(
            UserAccount.password_hash == "",
            UserAccount.disabled_at.is_(None),
            scope(actor, Permission.USER_MANAGE, UserAccount.home_unit_id, on),
        )
        .order_by(UserAccount.home_unit_id, UserAccount.sort_key, UserAccount.id)
    )


def with_unit_names(stmt: Select[UserAccount]) -> Select[UserAccount, str]:
    """The same accounts, each with its unit's name."""
    return stmt.join(Unit, Unit.id == UserAccount.home_unit_id).add_columns(Unit.name)


def user_labels(actor: Actor, user_ids: Collection[int], on: date) -> Select[int, str]:
    """How people call those of these accounts that the actor sees: Nguyễn Thị Lan Anh (vangiang)."""
    return select(UserAccount.id, UserAccount.full_name + " (" + UserAccount.username + ")").where(
        UserAccount.id.in_(sorted(user_ids)), scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on)
    )


def units_to_filter(actor: Actor, on: date, chosen: str = "") -> Select[int, str]:
    """The units that a list of people is narrowed by: the roots of the actor's reach, those below, the chosen one."""
    wanted = int(chosen) if chosen.isdecimal() and len(chosen) < ID_DIGITS else None
    return units_near(actor, Permission.USER_VIEW, on, wanted)


def unit_suggestions(actor: Actor, words: str, on: date) -> Select[str, str]:
    """Units in the actor's management whose name or code holds the words: (code, name)."""
    stmt = select(Unit.code, Unit.name).where(scope(actor, Permission.USER_MANAGE, Unit.id, on), valid_on(on))
    if wanted := fold(clean(words)[:WORDS_LENGTH]):
        stmt = stmt.where(matching(wanted))
    return stmt.order_by(Unit.sort_key, Unit.id).limit(SUGGESTIONS)


def unit_label(unit_id: int) -> Select[str]:
    """How forms write a unit: code – name."""
    return select(Unit.code + " – " + Unit.name).where(Unit.id == unit_id)


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


def one_assignment(user_id: int, assignment_id: int) -> Select[RoleAssignment]:
    """One assignment of a person."""
    return select(RoleAssignment).where(RoleAssignment.id == assignment_id, RoleAssignment.user_id == user_id)


def confidential_roles_of(session: Session, user_id: int, on: date) -> list[tuple[Role, int]]:
    """The confidential roles that a person holds or will hold, each with its unit's id."""
    confidential = [role for role, spec in ROLES.items() if spec.confidential]
    rows = session.execute(
        select(RoleAssignment.role, RoleAssignment.unit_id)
        .where(RoleAssignment.user_id == user_id, assignment_not_over(on), RoleAssignment.role.in_(confidential))
        .order_by(RoleAssignment.id)
    )
    return [(role, unit_id) for role, unit_id in rows]


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


def requests_for(actor: Actor, on: date, state: RequestState | None = None) -> Select[*tuple[Any, ...]]:
    """Requests about confidential roles in the actor's reach, the newest first, with the names they speak of."""
    stmt = _requests().where(scope(actor, Permission.ACCESS_REQUEST_VIEW, AccessRequest.unit_id, on))
    return stmt if state is None else stmt.where(AccessRequest.state == state)


def _requests() -> Select[*tuple[Any, ...]]:
    asker, decider = aliased(UserAccount), aliased(UserAccount)
    return (
        select(
            AccessRequest,
            UserAccount.full_name.label("user_name"),
            Unit.name.label("unit_name"),
            asker.full_name.label("asker_name"),
            decider.full_name.label("decider_name"),
        )
        .join(UserAccount, UserAccount.id == AccessRequest.user_id)
        .join(Unit, Unit.id == AccessRequest.unit_id)
        .join(asker, asker.id == AccessRequest.requested_by_id)
        .outerjoin(decider, decider.id == AccessRequest.decided_by_id)
        .order_by(AccessRequest.id.desc())
    )


def one_request(actor: Actor, on: date, request_id: int) -> Select[*tuple[Any, ...]]:
    """One request in the actor's reach, as requests_for gives it."""
    return requests_for(actor, on).where(AccessRequest.id == request_id)


def own_requests(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The actor's own requests for delegations of confidential roles, as requests_for gives them, the newest first."""
    return _requests().where(AccessRequest.requested_by_id == actor.user_id, AccessRequest.kind == RequestKind.DELEGATE)


def waiting_of(actor: Actor, user_id: int, on: date) -> Select[AccessRequest]:
    """Requests about one person that wait, in the actor's reach."""
    return (
        select(AccessRequest)
        .where(
            scope(actor, Permission.ACCESS_REQUEST_VIEW, AccessRequest.unit_id, on),
            AccessRequest.user_id == user_id,
            AccessRequest.state == RequestState.PENDING,
        )
        .order_by(AccessRequest.id)
    )


def waiting_requests(actor: Actor, on: date, since: datetime) -> Select[AccessRequest]:
    """Requests in the actor's reach that still wait, made after `since`, by others and about others."""
    mine = sorted(actor.identities)
    return (
        select(AccessRequest)
        .where(
            scope(actor, Permission.ACCESS_REQUEST_CONFIRM, AccessRequest.unit_id, on),
            AccessRequest.state == RequestState.PENDING,
            AccessRequest.requested_at > since,
            AccessRequest.requested_by_id.not_in(mine),
            AccessRequest.user_id.not_in(mine),
        )
        .order_by(AccessRequest.id)
    )
