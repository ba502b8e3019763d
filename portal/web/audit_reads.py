"""Reads that are written to the audit log: exports, prints, downloads. A GET never writes in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.audit.services import EntryData, record_now
from portal.web.context import actor, request_id, runtime, work
from portal.web.db import db


def record_read(
    action: str,
    object_type: str,
    object_id: object = "",
    *,
    unit_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Log that the actor has read something, in a transaction of its own.

    Call it once everything is read, before the answer goes out: it ends the request's reading, and when it cannot be
    written it raises, so that nothing leaves unrecorded.
    """
    here = work()
    db.session.rollback()
    record_now(
        runtime().session_factory,
        EntryData(
            at=runtime().clock.now(),
            action=action,
            actor_id=actor().user_id,
            object_type=object_type,
            object_id=str(object_id),
            unit_id=unit_id,
            detail=dict(detail or {}),
            request_id=request_id(),
            address=here.address,
            on_behalf_of_id=here.on_behalf_of_id,
        ),
    )
