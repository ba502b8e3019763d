"""Who keeps the calendar for the whole province: the office of the Sở, and its directors."""

from __future__ import annotations

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission


def can_keep(actor: Actor) -> bool:
    """Whether the actor may edit and confirm lists of days off, and the rules of periodic reports."""
    return actor.can(Permission.CALENDAR_MANAGE)
