"""Who may change a saved filter: who made it; what they left behind in a unit, those who belong to it."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from portal.domain.access.actor import Work
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_on
from portal.domain.lists.models import SavedFilter
from portal.domain.lists.queries import units_of


def can_change_filter(work: Work, kept: SavedFilter) -> bool:
    """Whether the actor may rename, share or delete a filter that they see."""
    return kept.owner_id == work.actor.user_id or _left_behind(work, kept)


def can_share_with(work: Work, unit_id: int) -> bool:
    """Whether the actor may share a filter with a unit: they belong to it."""
    return unit_id in units_of(work.actor)


def _left_behind(work: Work, kept: SavedFilter) -> bool:
    """Whether who made a shared filter no longer belongs to its unit, or no longer signs in."""
    if kept.unit_id is None or not can_share_with(work, kept.unit_id):
        return False
    there = exists().where(
        RoleAssignment.user_id == UserAccount.id, RoleAssignment.unit_id == kept.unit_id, assignment_on(work.today())
    )
    stays = select(UserAccount.id).where(
        UserAccount.id == kept.owner_id,
        UserAccount.disabled_at.is_(None),
        or_(UserAccount.home_unit_id == kept.unit_id, there),
    )
    return work.session.scalar(stays) is None
