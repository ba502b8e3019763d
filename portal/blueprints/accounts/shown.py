"""Rows as the pages of accounts show them: plain values, made once for each page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.enums import AssignmentState
from portal.domain.accounts.rules import assignment_state, device_text


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
