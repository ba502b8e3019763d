"""Who keeps the templates of papers: the office of the Sở with its directors, and the administrator."""

from __future__ import annotations

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission


def can_keep(actor: Actor) -> bool:
    """Whether the actor may bring a template and let it take effect."""
    return actor.can(Permission.PAPER_TEMPLATE_MANAGE)
