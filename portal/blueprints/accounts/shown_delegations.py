"""Delegations, requests for them, and what was done under them, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from portal.blueprints.accounts.shown import RequestRow, request_row
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.delegation_rules import delegation_state
from portal.domain.accounts.enums import DelegationState
from portal.domain.audit.labels import words
from portal.domain.units.queries import short_names

LIVE = (DelegationState.IN_FORCE, DelegationState.COMING, DelegationState.UNBACKED)
CONFIDENTIAL = "Việc trong mảng hạn chế"


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One role handed on, with both people."""

    id: int
    url: str
    role: Role
    confidential: bool
    unit_name: str
    giver_id: int | None
    giver_name: str
    giver_post: str
    receiver_id: int
    receiver_name: str
    receiver_post: str
    valid_from: date
    valid_to: date | None
    reason: str
    state: DelegationState
    acknowledged_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    version: int

    @property
    def is_live(self) -> bool:
        """Whether it can still be ended."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class DoneRow:
    """Something that was done under a delegation."""

    at: datetime
    action: str
    about: str
    unit: str


def delegation_row(found: Any, on: date) -> DelegationRow:
    """A delegation with the names it speaks of."""
    a = found.RoleAssignment
    return DelegationRow(
        id=a.id,
        url=url_for("accounts.show_delegation", delegation_id=a.id),
        role=a.role,
        confidential=ROLES[a.role].confidential,
        unit_name=found.unit_name,
        giver_id=a.given_by_id,
        giver_name=found.giver_name,
        giver_post=found.giver_post,
        receiver_id=a.user_id,
        receiver_name=found.receiver_name,
        receiver_post=found.receiver_post,
        valid_from=a.valid_from,
        valid_to=a.valid_to,
        reason=a.reason,
        state=delegation_state(a.valid_from, a.valid_to, a.ended_at is not None, found.backed, on),
        acknowledged_at=a.acknowledged_at,
        created_at=a.created_at,
        ended_at=a.ended_at,
        version=a.version,
    )


def delegation_rows(found: Iterable[Any], on: date) -> list[DelegationRow]:
    """Delegations in the order given."""
    return [delegation_row(row, on) for row in found]


def pending_rows(found: Iterable[Any], now: datetime) -> list[RequestRow]:
    """The actor's requests for confidential delegations that still wait."""
    rows = [request_row(row, now) for row in found]
    return [row for row in rows if row.state == "pending"]


def done_rows(work: Work, found: Sequence[Any]) -> list[DoneRow]:
    """Entries in words, one query for the page; of a confidential feature only that something was done."""
    known = words()
    units = dict(work.session.execute(short_names({r.unit_id for r in found if r.unit_id})).all())
    shown = []
    for r in found:
        hidden = known.is_confidential(r.action)
        about = "" if hidden else f"{known.object_type(r.object_type)} {r.object_id}".strip()
        shown.append(DoneRow(r.at, CONFIDENTIAL if hidden else known.action(r.action), about, units.get(r.unit_id, "")))
    return shown
