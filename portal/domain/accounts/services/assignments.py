"""Roles given, their end moved, and ended; a role of a confidential module waits for a second person of that module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import policies
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_not_over, one_assignment
from portal.domain.accounts.services.delegation_checks import Handed, delegation_faults
from portal.domain.accounts.services.delegation_ends import end_given, note, tell_ended, tell_received
from portal.domain.accounts.services.people import NotOneself, SecondPersonNeeded
from portal.domain.units.models import Unit


class AssignmentOver(RuleBroken):
    """The assignment has ended."""

    message = "Phân quyền này đã kết thúc nên không sửa được. Xin giao vai trò mới."


class UserDisabled(RuleBroken):
    """The account is shut."""

    message = "Tài khoản đang bị khóa. Xin mở khóa trước khi giao vai trò."


@dataclass(frozen=True, slots=True)
class GrantData:
    """A role over a unit, from a day to a day (inclusive). With `given_by_id` it is a delegation, for a reason."""

    role: Role
    unit_id: int
    valid_from: date
    valid_to: date | None = None
    given_by_id: int | None = None
    reason: str = ""


def assign_role(
    work: Work, user_id: int, role: Role, unit_id: int, valid_from: date, valid_to: date | None = None
) -> RoleAssignment:
    """Give a person a role. The caller has checked everything (as grant_role does); start data comes this way too."""
    return put_assignment(work, user_id, GrantData(role, unit_id, valid_from, valid_to))


def put_assignment(work: Work, user_id: int, data: GrantData) -> RoleAssignment:
    """Write the assignment and its audit entry."""
    assignment = RoleAssignment(
        user_id=user_id,
        role=data.role,
        unit_id=data.unit_id,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
        given_by_id=data.given_by_id,
        reason=clean(data.reason),
        created_by_id=work.actor.user_id or None,
        created_at=work.clock.now(),
    )
    work.session.add(assignment)
    work.session.flush()
    values: dict[str, Any] = {"from": data.valid_from.isoformat(), "to": _iso(data.valid_to)}
    if data.given_by_id is None:
        note(work, "assignment.created", assignment, values)
    else:
        note(work, "delegation.created", assignment, values | {"given_by": data.given_by_id})
        tell_received(work, assignment)
    return assignment


def grant_role(work: Work, user_id: int, data: GrantData) -> RoleAssignment:
    """Give a person of the actor's reach a role over a unit that the actor manages.

    Raises NotFound, NotAllowed, NotOneself, UserDisabled, InvalidInput by field; SecondPersonNeeded for a confidential
    role (see requests).
    """
    check_grant(work, user_id, data)
    if ROLES[data.role].confidential:
        raise SecondPersonNeeded
    return put_assignment(work, user_id, data)


def check_grant(work: Work, user_id: int, data: GrantData) -> UserAccount:
    """Everything that a new assignment must fulfil but a second person; returns the person, locked."""
    user = assignable(work, user_id)
    if user.disabled_at is not None:
        raise UserDisabled
    if not policies.can_assign_over(work, data.role, data.unit_id):
        raise NotAllowed
    errors = _grant_errors(work, user_id, data)
    if errors:
        raise InvalidInput(errors)
    return user


def move_end(work: Work, user_id: int, assignment_id: int, valid_to: date | None, version: int) -> RoleAssignment:
    """Give an assignment another last day (None: no end). Raises as grant_role, AssignmentOver, VersionConflict."""
    assignment = changeable(work, user_id, assignment_id, version)
    check_end(work, assignment, valid_to)
    if ROLES[assignment.role].confidential and lengthens(assignment, valid_to):
        raise SecondPersonNeeded
    put_end(work, assignment, valid_to)
    return assignment


def check_end(work: Work, assignment: RoleAssignment, valid_to: date | None) -> None:
    """What a new last day must fulfil. Raises InvalidInput."""
    if valid_to is not None and valid_to < max(assignment.valid_from, work.today()):
        raise InvalidInput({"valid_to": ["Ngày cuối không được trước hôm nay hoặc trước ngày bắt đầu."]})
    if assignment.given_by_id is not None and valid_to is None:
        raise InvalidInput({"valid_to": ["Ủy quyền phải có ngày cuối."]})


def put_end(work: Work, assignment: RoleAssignment, valid_to: date | None) -> None:
    """Write the new last day; the caller has checked it."""
    old, assignment.valid_to = assignment.valid_to, valid_to
    work.session.flush()
    note(work, "assignment.edited", assignment, {"to": {"old": _iso(old), "new": _iso(valid_to)}})


def lengthens(assignment: RoleAssignment, valid_to: date | None) -> bool:
    """Whether the new last day is later than the present one."""
    if assignment.valid_to is None:
        return False
    return valid_to is None or valid_to > assignment.valid_to


def end_assignment(work: Work, user_id: int, assignment_id: int, version: int) -> RoleAssignment:
    """End an assignment at once, in open sessions too. Raises as move_end does."""
    assignment = changeable(work, user_id, assignment_id, version)
    assignment.ended_at = work.clock.now()
    assignment.ended_by_id = work.actor.user_id or None
    work.session.flush()
    note(work, "assignment.ended", assignment, {})
    if assignment.given_by_id is None:
        end_given(work, user_id, [(assignment.role, assignment.unit_id)])
    else:
        tell_ended(work, assignment)
    return assignment


def assignable(work: Work, user_id: int) -> UserAccount:
    """The person, locked, when the actor may change their roles."""
    stmt = select(UserAccount).where(UserAccount.id == user_id).with_for_update()
    user = work.session.scalars(stmt).one_or_none()
    if user is None:
        raise NotFound
    if policies.is_oneself(work, user_id):
        raise NotOneself
    if not policies.can_assign_to(work, user):
        raise NotAllowed
    return user


def changeable(work: Work, user_id: int, assignment_id: int, version: int) -> RoleAssignment:
    """The assignment, locked, when the actor may change it and it is not over."""
    assignable(work, user_id)
    assignment = work.session.scalars(one_assignment(user_id, assignment_id).with_for_update()).one_or_none()
    if assignment is None:
        raise NotFound
    if not policies.can_assign_over(work, assignment.role, assignment.unit_id):
        raise NotAllowed
    if assignment.version != version:
        raise VersionConflict
    if assignment.ended_at is not None or (assignment.valid_to is not None and assignment.valid_to < work.today()):
        raise AssignmentOver
    return assignment


def _grant_errors(work: Work, user_id: int, data: GrantData) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    unit = work.session.get(Unit, data.unit_id)
    if unit is None or not unit.is_valid(max(data.valid_from, work.today())):
        errors["unit"] = ["Đơn vị này không hoạt động vào ngày bắt đầu. Xin chọn đơn vị khác."]
    elif unit.level_code not in ROLES[data.role].levels:
        errors["role"] = ["Vai trò này không giao được ở cấp của đơn vị đã chọn."]
    if data.valid_to is not None and data.valid_to < max(data.valid_from, work.today()):
        errors["valid_to"] = ["Ngày cuối không được trước hôm nay hoặc trước ngày bắt đầu."]
    if not errors and work.session.scalar(_overlapping(work, user_id, data)) is not None:
        errors["role"] = ["Người này đã có vai trò đó ở đơn vị này trong thời gian đã chọn."]
    if data.given_by_id is not None:
        errors |= _delegation_errors(work, user_id, data)
    return errors


def _overlapping(work: Work, user_id: int, data: GrantData) -> Any:
    stmt = select(RoleAssignment.id).where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.role == data.role,
        RoleAssignment.unit_id == data.unit_id,
        RoleAssignment.given_by_id.is_not_distinct_from(data.given_by_id),
        assignment_not_over(max(data.valid_from, work.today())),
    )
    if data.valid_to is not None:
        stmt = stmt.where(RoleAssignment.valid_from <= data.valid_to)
    return stmt.limit(1)


def _delegation_errors(work: Work, user_id: int, data: GrantData) -> dict[str, list[str]]:
    """The rules of delegations, by the fields of the administrator's form."""
    if data.given_by_id is None:
        return {}
    handed = Handed(
        data.given_by_id, user_id, data.role, data.unit_id, data.valid_from, data.valid_to, reason=data.reason
    )
    names = {"giver": "given_by", "receiver": "given_by", "last": "valid_to"}
    return {names.get(key, key): texts for key, texts in delegation_faults(work, handed).items()}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
