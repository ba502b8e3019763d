"""Who saved a record last, and when: what a person is told who meets another's version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.domain.accounts.name_queries import names_of
from portal.domain.audit.queries import last_entry
from portal.web.context import actor, work
from portal.web.formats import moment

SOMEONE, SYSTEM, ONESELF = "Người khác", "Hệ thống", "Chính ông/bà, ở một cửa sổ khác,"


@dataclass(frozen=True, slots=True)
class Saved:
    """Who and when, in words; `at` is empty when nobody knows."""

    who: str = SOMEONE
    at: str = ""


def last_saved(object_type: str, object_id: object, *actions: str) -> Saved:
    """Who wrote of a record last in the audit log (by these actions, if any); the record was loaded in scope."""
    entry = work().session.execute(last_entry(object_type, object_id, actions)).one_or_none()
    return saved_by(entry.actor_id, entry.at) if entry is not None else Saved()


def saved_by(actor_id: int | None, at: datetime) -> Saved:
    """The full name of who saved at an instant."""
    if actor_id is None:
        return Saved(SYSTEM, moment(at))
    if actor_id == actor().user_id:
        return Saved(ONESELF, moment(at))
    names = {row.id: row.full_name for row in work().session.execute(names_of([actor_id]))}
    return Saved(names.get(actor_id, SOMEONE), moment(at))
