"""Delegations end with the role that they come from; and the audit entries of assignments and delegations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment
from portal.domain.accounts.queries import assignment_not_over
from portal.domain.audit.services import record


def end_given(work: Work, giver_id: int, roles: Iterable[tuple[Role, int]] | None = None) -> None:
    """End what a person delegated of these roles (None: of all), since they do not hold them any more.

    A role that the person still holds by another assignment of their own stays delegated.
    """
    lost = None if roles is None else set(roles)
    today = work.today()
    mine = select(RoleAssignment.role, RoleAssignment.unit_id).where(
        RoleAssignment.user_id == giver_id, RoleAssignment.given_by_id.is_(None), assignment_not_over(today)
    )
    held = set() if lost is None else {(role, unit_id) for role, unit_id in work.session.execute(mine)}
    given = select(RoleAssignment).where(RoleAssignment.given_by_id == giver_id, assignment_not_over(today))
    for delegation in work.session.scalars(given.order_by(RoleAssignment.id).with_for_update()).all():
        pair = (delegation.role, delegation.unit_id)
        if lost is None or (pair in lost and pair not in held):
            end_delegation(work, delegation, "delegation.ended")


def end_delegation(work: Work, delegation: RoleAssignment, action: str) -> None:
    """End one delegation at once and note it as `action`; the caller has checked that this may be done."""
    delegation.ended_at = work.clock.now()
    delegation.ended_by_id = work.actor.user_id or None
    work.session.flush()
    note(work, action, delegation, {})


def note(work: Work, action: str, assignment: RoleAssignment, values: Mapping[str, Any]) -> None:
    """The audit entry of an assignment; of a confidential role it names the fields only."""
    if ROLES[assignment.role].confidential:
        detail: dict[str, Any] = {"user": assignment.user_id, "fields": ["role", *values]}
    else:
        detail = {"user": assignment.user_id, "role": assignment.role.value, **values}
    record(work, action, "role_assignment", assignment.id, unit_id=assignment.unit_id, detail=detail)
