"""Rows as the pages of accounts show them: plain values, made once for each page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import url_for

from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import queries
from portal.domain.accounts.enums import AssignmentState, RequestKind, RequestState, UserState
from portal.domain.accounts.rules import assignment_state, device_text, request_state, user_state


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A role over a unit, from a day to a day; `last_day` is the earlier of its end date and the day it was ended."""

    id: int
    role: Role
    unit_id: int
    unit_name: str
    valid_from: date
    valid_to: date | None
    ended_at: datetime | None
    state: AssignmentState
    given_by: str
    reason: str
    confidential: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser."""

    id: int
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person in the list."""

    id: int
    url: str
    name: str
    username: str
    post: str
    unit_name: str
    roles: str
    state: UserState
    last_sign_in: datetime | None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """What components/confirm_page.html asks."""

    title: str
    text: str
    action: str
    submit_label: str
    cancel_url: str
    danger: bool = False
    icon: str = ""
    hidden: Sequence[tuple[str, object]] = ()

    def asking_second_person(self) -> Confirm:
        """The same question where a second person must confirm."""
        text = f"{self.text} Người này giữ vai trò hạn chế: yêu cầu cần người thứ hai của mảng đó xác nhận."
        return replace(self, text=text, submit_label="Gửi yêu cầu xác nhận", danger=False, icon="send")


def user_rows(work: Work, found: Sequence[Any], on: date) -> list[UserRow]:
    """A page of people with their roles of today and last sign-in; two queries for the page, however many people."""
    ids = [row.id for row in found]
    base = url_for("accounts.list_users")
    roles: dict[int, list[str]] = {}
    for held in work.session.execute(queries.roles_in_force(ids, on)):
        roles.setdefault(held.user_id, []).append(f"{held.role.label} ({held.unit_name})")
    last = {row.user_id: row.at for row in work.session.execute(queries.last_sign_ins(ids))}
    return [
        UserRow(
            id=row.id,
            url=f"{base}/{row.id}",
            name=row.full_name,
            username=row.username,
            post=row.post,
            unit_name=row.unit_name,
            roles=", ".join(roles.get(row.id, [])),
            state=user_state(row.disabled_at is not None, row.must_change_password),
            last_sign_in=last.get(row.id),
            email=row.email,
        )
        for row in found
    ]


def assignment_rows(found: Iterable[Any], on: date) -> list[AssignmentRow]:
    """Assignments with their unit and, where they are delegations, the giver's name."""
    return [
        AssignmentRow(
            id=a.id,
            role=a.role,
            unit_id=a.unit_id,
            unit_name=unit_name,
            valid_from=a.valid_from,
            valid_to=a.valid_to,
            ended_at=a.ended_at,
            state=assignment_state(a.valid_from, a.valid_to, a.ended_at is not None, on),
            given_by=giver or "",
            reason=a.reason,
            confidential=ROLES[a.role].confidential,
        )
        for a, unit_name, giver in found
    ]


def session_rows(found: Iterable[Any], this: int) -> list[SessionRow]:
    """Sessions as their owner sees them."""
    return [
        SessionRow(s.id, device_text(s.agent), s.address or "không rõ", s.created_at, s.seen_at, s.id == this)
        for s in found
    ]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request about a confidential role."""

    id: int
    url: str
    kind: RequestKind
    state: RequestState
    user_name: str
    unit_name: str
    role: str
    valid_from: date | None
    valid_to: date | None
    reason: str
    asker_name: str
    asked_at: datetime
    decider_name: str
    decided_at: datetime | None
    note: str
    version: int


def request_row(found: Any, now: datetime) -> RequestRow:
    """A request with the names it speaks of."""
    request = found.AccessRequest
    return RequestRow(
        id=request.id,
        url=url_for("accounts.show_access_request", request_id=request.id),
        kind=request.kind,
        state=request_state(request.state, request.requested_at, now),
        user_name=found.user_name,
        unit_name=found.unit_name,
        role=request.role.label if request.role else "",
        valid_from=request.valid_from,
        valid_to=request.valid_to,
        reason=request.reason,
        asker_name=found.asker_name,
        asked_at=request.requested_at,
        decider_name=found.decider_name or "",
        decided_at=request.decided_at,
        note=request.note,
        version=request.version,
    )
