"""The audit log as it is read: entries by day, person, action and object, and the chain's rows in order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from portal.core.clock import LOCAL
from portal.core.pagination import Order
from portal.domain.audit.models import AuditEntry, AuditHead

UNSCOPED = {
    "entries": "the caller gives the condition that entries are cut to (units stand above this feature)",
    "last_entry": "of an object that was loaded in scope",
    "chain_head": "for the command that checks the chain; it holds a number and a hash",
}
NEWEST = Order("moi", (AuditEntry.id,), descending=True)
NEWEST_OF_DAYS = Order("moi", (AuditEntry.at, AuditEntry.id), descending=True)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list of entries is narrowed to; days are Vietnam's, both included."""

    first_day: date | None = None
    last_day: date | None = None
    action: str = ""
    object_type: str = ""
    object_id: str = ""

    @property
    def by_day(self) -> bool:
        return self.first_day is not None or self.last_day is not None


def entries(
    wanted: EntryFilter, reach: ColumnElement[bool] | None, actors: Select[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Columns of entries. `reach` cuts them to units (None: all, also those of no unit), `actors` to these people."""
    stmt = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.action,
        AuditEntry.actor_id,
        AuditEntry.on_behalf_of_id,
        AuditEntry.object_type,
        AuditEntry.object_id,
        AuditEntry.unit_id,
        AuditEntry.detail,
        AuditEntry.address,
        AuditEntry.request_id,
    )
    if reach is not None:
        stmt = stmt.where(reach)
    if actors is not None:
        stmt = stmt.where(AuditEntry.actor_id.in_(actors))
    if wanted.first_day is not None:
        stmt = stmt.where(AuditEntry.at >= _midnight(wanted.first_day))
    if wanted.last_day is not None:
        stmt = stmt.where(AuditEntry.at < _midnight(wanted.last_day + timedelta(days=1)))
    if wanted.action:
        stmt = stmt.where(AuditEntry.action == wanted.action)
    if wanted.object_type:
        stmt = stmt.where(AuditEntry.object_type == wanted.object_type)
    if wanted.object_id:
        stmt = stmt.where(AuditEntry.object_id == wanted.object_id)
    return stmt


def last_entry(object_type: str, object_id: object, actions: Collection[str] = ()) -> Select[int | None, datetime]:
    """Who wrote of an object last (by these actions, if any), and when: (actor id, instant)."""
    stmt = (
        select(AuditEntry.actor_id, AuditEntry.at)
        .where(AuditEntry.object_type == object_type, AuditEntry.object_id == str(object_id))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return stmt.where(AuditEntry.action.in_(actions)) if actions else stmt


def chain_head() -> Select[int, str]:
    """Where the chain ends: (number, hash) of its last link."""
    return select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
