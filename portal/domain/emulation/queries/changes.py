"""Who changed what of a registration, as the audit log has it: what others are told who work in it at the same time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.queries.registrations import OBJECT_TYPE

UNSCOPED = {"changes_of": "changes of a registration that was loaded in scope"}
CONTENT = "registration.content_saved"
LINE_ACTIONS = (
    "registration.line_added",
    "registration.line_updated",
    "registration.line_removed",
    "registration.line_restored",
)
LIST_ACTIONS = ("registration.lines_imported", "registration.lines_taken_in", "registration.copies_updated")
"""Changes of many lines at once, whose entries do not name them."""
PLEDGE_ACTIONS = ("registration.pledge_added", "registration.pledge_updated", "registration.pledge_removed")
STEP_ACTIONS = tuple(
    f"registration.{done}"
    for done in (
        "submitted",
        "withdrawn",
        "sent_back",
        "sent",
        "sent_signed",
        "taken_back",
        "returned",
        "accepted",
        "reopened",
    )
)
VERSION_ACTIONS = (CONTENT, "registration.paper_recorded", *STEP_ACTIONS)
"""What moves the registration's own version."""
MOST = 200


def changes_of(
    registration_id: int, actions: tuple[str, ...], since: datetime | None = None, but: int | None = None
) -> Select[*tuple[Any, ...]]:
    """The newest changes by these actions: (id, at, actor_id, action, detail), the newest first, two hundred at most.

    `since` leaves out what is not later, `but` a person's own.
    """
    stmt = (
        select(AuditEntry.id, AuditEntry.at, AuditEntry.actor_id, AuditEntry.action, AuditEntry.detail)
        .where(
            AuditEntry.object_type == OBJECT_TYPE,
            AuditEntry.object_id == str(registration_id),
            AuditEntry.action.in_(actions),
        )
        .order_by(AuditEntry.id.desc())
        .limit(MOST)
    )
    if since is not None:
        stmt = stmt.where(AuditEntry.at > since)
    return stmt if but is None else stmt.where(AuditEntry.actor_id != but)
