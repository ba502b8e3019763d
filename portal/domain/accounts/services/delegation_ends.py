"""Delegations end with the role that they come from; and the audit entries of assignments and delegations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from portal.core.notices import News, People, tell
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment
from portal.domain.accounts.queries import assignment_not_over
from portal.domain.audit.services import record

NOTICE = "accounts.delegation"


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
    tell_ended(work, delegation)


def tell_received(work: Work, delegation: RoleAssignment) -> None:
    """Tell both sides of a delegation that it holds."""
    days = f"từ {delegation.valid_from:%d/%m/%Y} đến hết {delegation.valid_to:%d/%m/%Y}"
    role = _role_words(delegation)
    _tell(work, delegation, "received", f"Ông/bà được ủy quyền {role}, {days}", [delegation.user_id])
    _tell(work, delegation, "given", f"Đã ủy quyền {role} của ông/bà, {days}", [delegation.given_by_id])


def tell_ended(work: Work, delegation: RoleAssignment) -> None:
    """Tell both sides of a delegation that it holds no longer."""
    text = f"Ủy quyền {_role_words(delegation)} đã kết thúc"
    _tell(work, delegation, "ended", text, [delegation.user_id, delegation.given_by_id])


def _tell(work: Work, delegation: RoleAssignment, what: str, text: str, people: list[int | None]) -> None:
    link = {"delegation_id": delegation.id}
    to = [People([person for person in people if person is not None])]
    tell(work, News(NOTICE, f"delegation:{delegation.id}:{what}", text, to, "accounts.show_delegation", link))


def _role_words(delegation: RoleAssignment) -> str:
    """The role's name; of a confidential one no more than that it is one."""
    return "vai trò hạn chế" if ROLES[delegation.role].confidential else f"vai trò {delegation.role.label}"


def note(work: Work, action: str, assignment: RoleAssignment, values: Mapping[str, Any]) -> None:
    """The audit entry of an assignment; of a confidential role it names the fields only."""
    if ROLES[assignment.role].confidential:
        detail: dict[str, Any] = {"user": assignment.user_id, "fields": ["role", *values]}
    else:
        detail = {"user": assignment.user_id, "role": assignment.role.value, **values}
    record(work, action, "role_assignment", assignment.id, unit_id=assignment.unit_id, detail=detail)
