"""Who keeps the rules of reminders."""

from __future__ import annotations

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission


def can_manage(actor: Actor) -> bool:
    """Whether the actor may write, pause and delete rules."""
    return actor.can(Permission.REMINDER_MANAGE)
