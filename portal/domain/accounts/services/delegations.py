"""Delegations (ủy quyền): given for a time, known of, revoked at once; they end with the role that they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.roles import ROLES
from portal.domain.accounts import policies
from portal.domain.accounts.delegation_queries import delegable_of
from portal.domain.accounts.models import AccessRequest, RoleAssignment
from portal.domain.accounts.services.assignments import GrantData, put_assignment
from portal.domain.accounts.services.delegation_checks import Faults, Handed, delegation_faults
from portal.domain.accounts.services.delegation_ends import end_delegation, note
from portal.domain.accounts.services.requests import ask_delegation

FIELDS = {"giver": "receiver", "receiver": "receiver", "role": "roles", "last": "valid_to", "reason": "reason"}


class DelegationOver(RuleBroken):
    """The delegation has ended."""

    message = "Ủy quyền này đã kết thúc."


@dataclass(frozen=True, slots=True)
class DelegationData:
    """What the giver hands on: some of their own assignments, to one person, from a day to a day, for a reason."""

    receiver_id: int
    assignment_ids: Sequence[int]
    valid_from: date
    valid_to: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Delegated:
    """What came of it: what holds, and what waits for the second person of a confidential module."""

    made: list[RoleAssignment]
    asked: list[AccessRequest]


def delegate(work: Work, data: DelegationData) -> Delegated:
    """Hand on roles that the actor holds in their own right.

    Confidential ones wait for the second person of their module. All or nothing. Raises InvalidInput by field
    (receiver, roles, valid_from, valid_to, reason), AlreadyAsked.
    """
    own = {a.id: a for a, _ in work.session.execute(delegable_of(work.actor, work.today()))}
    chosen = [own[key] for key in dict.fromkeys(data.assignment_ids) if key in own]
    errors: Faults = {}
    if not chosen or len(chosen) != len(set(data.assignment_ids)):
        errors["roles"] = ["Xin chọn vai trò mà ông/bà đang giữ."]
    if data.valid_from < work.today():
        errors["valid_from"] = ["Ngày bắt đầu không được trước hôm nay."]
    elif data.valid_to is not None and data.valid_to < data.valid_from:
        errors["valid_to"] = ["Ngày cuối không được trước ngày bắt đầu."]
    if errors:
        raise InvalidInput(errors)
    handed = [_handed(work, a, data) for a in chosen]
    _check(work, handed)
    made = [put_assignment(work, h.receiver_id, _grant(h)) for h in handed if not ROLES[h.role].confidential]
    asked = [ask_delegation(work, h) for h in handed if ROLES[h.role].confidential]
    return Delegated(made, asked)


def acknowledge(work: Work, delegation_id: int) -> RoleAssignment:
    """The receiver says that they know of it. Raises NotFound, NotAllowed."""
    found = _locked(work, delegation_id)
    if found.user_id != work.actor.user_id:
        raise NotAllowed
    if found.acknowledged_at is None:
        found.acknowledged_at = work.clock.now()
        work.session.flush()
        note(work, "delegation.acknowledged", found, {})
    return found


def revoke(work: Work, delegation_id: int, version: int) -> RoleAssignment:
    """End a delegation at once, in open sessions too: its giver, or an administrator of the giver's unit.

    Raises NotFound, NotAllowed, VersionConflict, DelegationOver.
    """
    found = _locked(work, delegation_id)
    if not policies.can_revoke(work, found):
        raise NotAllowed
    if found.ended_at is not None or (found.valid_to is not None and found.valid_to < work.today()):
        raise DelegationOver
    if found.version != version:
        raise VersionConflict
    end_delegation(work, found, "delegation.revoked")
    return found


def _locked(work: Work, delegation_id: int) -> RoleAssignment:
    stmt = select(RoleAssignment).where(RoleAssignment.id == delegation_id, RoleAssignment.given_by_id.is_not(None))
    found = work.session.scalars(stmt.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _check(work: Work, handed: Sequence[Handed]) -> None:
    errors: Faults = {}
    for one in handed:
        for key, texts in delegation_faults(work, one).items():
            prefix = f"{one.role.label}: " if key == "role" and len(handed) > 1 else ""
            known = errors.setdefault(FIELDS[key], [])
            known += [text for text in (f"{prefix}{t}" for t in texts) if text not in known]
    if errors:
        raise InvalidInput(errors)


def _handed(work: Work, assignment: RoleAssignment, data: DelegationData) -> Handed:
    return Handed(
        giver_id=work.actor.user_id,
        receiver_id=data.receiver_id,
        role=assignment.role,
        unit_id=assignment.unit_id,
        first=data.valid_from,
        last=data.valid_to,
        reason=data.reason,
    )


def _grant(handed: Handed) -> GrantData:
    return GrantData(handed.role, handed.unit_id, handed.first, handed.last, handed.giver_id, handed.reason)
