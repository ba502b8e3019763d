"""Changes in a confidential module: asked for by an administrator, or by who delegates; done once a second person of it
confirms.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean_lines
from portal.domain.access.actor import Work
from portal.domain.access.roles import ROLES
from portal.domain.accounts import policies
from portal.domain.accounts.enums import RequestKind, RequestState
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.accounts.queries import confidential_roles_of, load_actor
from portal.domain.accounts.rules import request_state
from portal.domain.accounts.services.assignments import (
    GrantData,
    changeable,
    check_end,
    check_grant,
    lengthens,
    put_assignment,
    put_end,
)
from portal.domain.accounts.services.delegation_checks import Handed, delegation_faults
from portal.domain.accounts.services.people import drop_factor, put_password, resettable
from portal.domain.audit.services import record

REASON_LENGTH = 1000


class RequestClosed(RuleBroken):
    """The request was decided, withdrawn, or has lapsed."""

    message = "Yêu cầu này không còn chờ xác nhận."


class AlreadyAsked(RuleBroken):
    """The same request waits already."""

    message = "Đã có yêu cầu như vậy đang chờ xác nhận."


class NoSecondPersonNeeded(RuleBroken):
    """Nothing confidential is concerned: the change can be made at once."""

    message = "Việc này không cần người thứ hai xác nhận. Xin tải lại trang và thực hiện trực tiếp."


class AskerLostRight(RuleBroken):
    """Who asked may no longer do what they asked for."""

    message = "Người yêu cầu không còn quyền làm việc này. Yêu cầu không được xác nhận."


def ask_grant(work: Work, user_id: int, data: GrantData, reason: str) -> AccessRequest:
    """Ask for a confidential role to be given. Raises as assignments.grant_role does, AlreadyAsked."""
    if not ROLES[data.role].confidential:
        raise NoSecondPersonNeeded
    check_grant(work, user_id, data)
    request = AccessRequest(
        kind=RequestKind.GRANT,
        user_id=user_id,
        unit_id=data.unit_id,
        role=data.role,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
    )
    return _ask(work, request, reason)


def ask_delegation(work: Work, handed: Handed) -> AccessRequest:
    """Ask for a confidential role to be delegated; the caller has checked the delegation. Raises AlreadyAsked."""
    if not ROLES[handed.role].confidential:
        raise NoSecondPersonNeeded
    request = AccessRequest(
        kind=RequestKind.DELEGATE,
        user_id=handed.receiver_id,
        unit_id=handed.unit_id,
        role=handed.role,
        valid_from=handed.first,
        valid_to=handed.last,
    )
    return _ask(work, request, handed.reason)


def ask_extension(
    work: Work, user_id: int, assignment_id: int, valid_to: date | None, version: int, reason: str
) -> AccessRequest:
    """Ask for a confidential role to be held longer. Raises as assignments.move_end does, AlreadyAsked."""
    assignment = changeable(work, user_id, assignment_id, version)
    check_end(work, assignment, valid_to)
    if not ROLES[assignment.role].confidential or not lengthens(assignment, valid_to):
        raise NoSecondPersonNeeded
    request = AccessRequest(
        kind=RequestKind.EXTEND,
        user_id=user_id,
        unit_id=assignment.unit_id,
        role=assignment.role,
        assignment_id=assignment.id,
        valid_from=assignment.valid_from,
        valid_to=valid_to,
    )
    return _ask(work, request, reason)


def ask_reset(work: Work, user_id: int, kind: RequestKind, reason: str) -> AccessRequest:
    """Ask for the password or the second factor of someone in a confidential module to be reset."""
    user = resettable(work, user_id)
    held = confidential_roles_of(work.session, user.id, work.today())
    if not held:
        raise NoSecondPersonNeeded
    return _ask(work, AccessRequest(kind=kind, user_id=user.id, unit_id=held[0][1]), reason)


def approve(work: Work, request_id: int, version: int, password_hash: str | None = None) -> AccessRequest:
    """Confirm a request and do what it asks for, in one transaction.

    `password_hash` is the new first password's, for a request of that kind. Raises NotFound, NotAllowed, RequestClosed,
    VersionConflict, AskerLostRight, and whatever the change itself raises.
    """
    request = _open(work, request_id, version)
    if not policies.can_confirm(work, request):
        raise NotAllowed
    asker = _as_asker(work, request)
    if request.kind is RequestKind.GRANT:
        data = _grant_of(request)
        check_grant(asker, request.user_id, data)
        request.assignment_id = put_assignment(work, request.user_id, data).id
    elif request.kind is RequestKind.DELEGATE:
        request.assignment_id = _hand_on(work, asker, request).id
    elif request.kind is RequestKind.EXTEND:
        assignment = _assignment_of(work, request)
        check_end(work, assignment, request.valid_to)
        put_end(work, assignment, request.valid_to)
    elif request.kind is RequestKind.RESET_FACTOR:
        drop_factor(work, resettable(asker, request.user_id))
    else:
        if password_hash is None:
            raise InvalidInput({"password": ["Thiếu mật khẩu mới."]})
        put_password(work, resettable(asker, request.user_id), password_hash)
    return _decide(work, request, RequestState.APPROVED, "")


def refuse(work: Work, request_id: int, version: int, note: str) -> AccessRequest:
    """Decline a request, with the reason. Raises as approve does, InvalidInput without a reason."""
    request = _open(work, request_id, version)
    if not policies.can_confirm(work, request):
        raise NotAllowed
    if not clean_lines(note):
        raise InvalidInput({"note": ["Xin ghi lý do không xác nhận."]})
    return _decide(work, request, RequestState.REFUSED, note)


def withdraw(work: Work, request_id: int, version: int) -> AccessRequest:
    """Take one's own request back. Raises NotFound, NotAllowed, RequestClosed, VersionConflict."""
    found = work.session.get(AccessRequest, request_id)
    if found is not None and found.requested_by_id != work.actor.user_id:
        raise NotAllowed
    request = _open(work, request_id, version)
    return _decide(work, request, RequestState.WITHDRAWN, "")


def _ask(work: Work, request: AccessRequest, reason: str) -> AccessRequest:
    same = select(AccessRequest).where(
        AccessRequest.kind == request.kind,
        AccessRequest.user_id == request.user_id,
        AccessRequest.unit_id == request.unit_id,
        AccessRequest.role.is_not_distinct_from(request.role),
        AccessRequest.state == RequestState.PENDING,
    )
    now = work.clock.now()
    if any(request_state(r.state, r.requested_at, now) is RequestState.PENDING for r in work.session.scalars(same)):
        raise AlreadyAsked
    if not clean_lines(reason):
        raise InvalidInput({"reason": ["Xin ghi lý do để người xác nhận xem xét."]})
    request.state = RequestState.PENDING
    request.reason = clean_lines(reason)[:REASON_LENGTH]
    request.requested_by_id = work.actor.user_id
    request.requested_at = now
    work.session.add(request)
    work.session.flush()
    _note(work, "access_request.made", request)
    return request


def _open(work: Work, request_id: int, version: int) -> AccessRequest:
    stmt = select(AccessRequest).where(AccessRequest.id == request_id).with_for_update()
    request = work.session.scalars(stmt).one_or_none()
    if request is None:
        raise NotFound
    if request_state(request.state, request.requested_at, work.clock.now()) is not RequestState.PENDING:
        raise RequestClosed
    if request.version != version:
        raise VersionConflict
    return request


def _as_asker(work: Work, request: AccessRequest) -> Work:
    """The unit of work as the asker's: what they asked for must still be theirs to do."""
    asker = work.session.get(UserAccount, request.requested_by_id)
    if asker is None or asker.disabled_at is not None:
        raise AskerLostRight
    return replace(work, actor=load_actor(work.session, asker, work.today()))


def _grant_of(request: AccessRequest) -> GrantData:
    if request.role is None or request.valid_from is None:
        raise RequestClosed
    return GrantData(request.role, request.unit_id, request.valid_from, request.valid_to, reason=request.reason)


def _hand_on(work: Work, asker: Work, request: AccessRequest) -> RoleAssignment:
    """The delegation that was asked for, when its giver may still make it. Raises InvalidInput."""
    data = replace(_grant_of(request), given_by_id=request.requested_by_id)
    handed = Handed(
        giver_id=request.requested_by_id,
        receiver_id=request.user_id,
        role=data.role,
        unit_id=data.unit_id,
        first=data.valid_from,
        last=data.valid_to,
        reason=data.reason,
    )
    if faults := delegation_faults(asker, handed):
        raise AskerLostRight(next(iter(faults.values()))[0])
    return put_assignment(work, request.user_id, data)


def _assignment_of(work: Work, request: AccessRequest) -> RoleAssignment:
    found = work.session.get(RoleAssignment, request.assignment_id or 0)
    if found is None or found.ended_at is not None:
        raise RequestClosed
    return found


def _decide(work: Work, request: AccessRequest, state: RequestState, note: str) -> AccessRequest:
    request.state = state
    request.decided_by_id = work.actor.user_id
    request.decided_at = work.clock.now()
    request.note = clean_lines(note)[:REASON_LENGTH]
    work.session.flush()
    _note(work, f"access_request.{state.value}", request)
    return request


def _note(work: Work, action: str, request: AccessRequest) -> None:
    detail = {"user": request.user_id, "kind": request.kind.value}
    record(work, action, "access_request", request.id, unit_id=request.unit_id, detail=detail)
