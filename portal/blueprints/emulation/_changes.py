"""Others' work in a registration: who touched a row last."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.emulation.queries.changes import LINE_ACTIONS, LIST_ACTIONS, PLEDGE_ACTIONS, changes_of
from portal.web.last_saved import Saved, saved_by


def line_saved(work: Work, registration_id: int, line_id: int) -> Saved:
    """Who touched a line last: by itself, or with the whole list."""
    return _saved(work, registration_id, (*LINE_ACTIONS, *LIST_ACTIONS), "line", line_id)


def pledge_saved(work: Work, registration_id: int, pledge_id: int) -> Saved:
    """Who touched a pledge last."""
    return _saved(work, registration_id, PLEDGE_ACTIONS, "pledge", pledge_id)


def line_removed(work: Work, registration_id: int, line_id: int) -> Saved | None:
    """Who removed a line of this registration; None when it never was one of it."""
    return _removed(work, registration_id, "registration.line_removed", "line", line_id)


def pledge_removed(work: Work, registration_id: int, pledge_id: int) -> Saved | None:
    """Who removed a pledge of this registration; None when it never was one of it."""
    return _removed(work, registration_id, "registration.pledge_removed", "pledge", pledge_id)


def _removed(work: Work, registration_id: int, action: str, name: str, key: int) -> Saved | None:
    for change in work.session.execute(changes_of(registration_id, (action,))):
        if change.detail.get(name) == key:
            return saved_by(change.actor_id, change.at)
    return None


def _saved(work: Work, registration_id: int, actions: tuple[str, ...], name: str, key: int) -> Saved:
    for change in work.session.execute(changes_of(registration_id, actions)):
        if change.action in LIST_ACTIONS or change.detail.get(name) == key:
            return saved_by(change.actor_id, change.at)
    return Saved()
