"""Who may do what to whose account: within one's own reach, never to oneself, never beyond what one manages."""

from __future__ import annotations

from sqlalchemy import exists, select

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Reach, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_not_over, confidential_roles_of, in_reach
from portal.domain.accounts.rules import module_of
from portal.domain.units.models import Unit
from portal.domain.units.queries import subtree_ids


def is_oneself(work: Work, user_id: int) -> bool:
    """Whether the account is the actor's, or of someone that the actor acts for."""
    return user_id in work.actor.identities


def can_manage_user(work: Work, user: UserAccount) -> bool:
    """Whether the actor may edit, disable and enable this person: their home unit is in reach, they are another."""
    return can_create_in(work, user.home_unit_id) and not is_oneself(work, user.id)


def can_create_in(work: Work, unit_id: int) -> bool:
    """Whether the actor may make people of this unit."""
    return in_reach(work.session, work.actor, Permission.USER_MANAGE, unit_id, work.today())


def can_reset(work: Work, user: UserAccount) -> bool:
    """Whether the actor may replace this person's password or second factor.

    Who can reset an account can use it: all its roles must lie within what the actor manages.
    """
    return can_manage_user(work, user) and not holds_beyond(work, user.id)


def holds_beyond(work: Work, user_id: int) -> bool:
    """Whether the person holds, or will hold, a role over a unit that the actor does not manage with all below it."""
    managed = subtree_ids(work.actor.unit_ids(Permission.USER_MANAGE, Reach.SUBTREE), work.today())
    beyond = exists().where(
        RoleAssignment.user_id == user_id,
        assignment_not_over(work.today()),
        RoleAssignment.unit_id.not_in(managed),
    )
    return bool(work.session.scalar(select(beyond)))


def can_assign_to(work: Work, user: UserAccount) -> bool:
    """Whether the actor may change this person's roles at all."""
    reach = in_reach(work.session, work.actor, Permission.ASSIGNMENT_MANAGE, user.home_unit_id, work.today())
    return reach and not is_oneself(work, user.id)


def can_assign_over(work: Work, role: Role, unit_id: int) -> bool:
    """Whether the actor may give or end this role over this unit: no role reaches further than its giver manages."""
    whole = any(reach is Reach.SUBTREE for reach in ROLES[role].grants.values())
    return in_reach(work.session, work.actor, Permission.ASSIGNMENT_MANAGE, unit_id, work.today(), whole)


def can_revoke(work: Work, delegation: RoleAssignment) -> bool:
    """Whether the actor may end this delegation: its giver, or an administrator where its giver works."""
    if delegation.given_by_id == work.actor.user_id:
        return True
    giver = work.session.get(UserAccount, delegation.given_by_id)
    if giver is None or work.actor.user_id == delegation.user_id:
        return False
    return in_reach(work.session, work.actor, Permission.ASSIGNMENT_MANAGE, giver.home_unit_id, work.today())


def needs_second_person(work: Work, user_id: int) -> bool:
    """Whether resetting this account waits for a second person: it holds, or will hold, a confidential role."""
    return bool(confidential_roles_of(work.session, user_id, work.today()))


def can_confirm(work: Work, request: AccessRequest) -> bool:
    """Whether the actor is a second person: of the same module, over the same units, neither asking nor gaining."""
    if work.actor.identities & {request.user_id, request.requested_by_id}:
        return False
    concerned = (
        [(request.role, request.unit_id)]
        if request.role is not None
        else confidential_roles_of(work.session, request.user_id, work.today())
    )
    return bool(concerned) and all(_confirms(work, role, unit_id) for role, unit_id in concerned)


def _confirms(work: Work, role: Role, unit_id: int) -> bool:
    """Whether the actor holds a role of this role's module that reaches the unit."""
    module = module_of(role)
    held = frozenset(
        g.unit_id
        for g in work.actor.grants_of(Permission.ACCESS_REQUEST_CONFIRM)
        if module is not None and module_of(g.role) == module
    )
    inside = Unit.id.in_(subtree_ids(held, work.today()))
    return bool(held) and bool(work.session.scalar(select(exists().where(Unit.id == unit_id, inside))))
