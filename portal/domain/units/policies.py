"""Who may change units: those who manage them, and never on a way out of what they manage."""

from __future__ import annotations

from sqlalchemy import exists, select

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.units.models import Unit
from portal.domain.units.queries import parent_id_of, root_ids, scope
from portal.domain.units.rules import day_within


def can_manage(work: Work, unit_id: int) -> bool:
    """Whether the actor may correct this unit and make units below it.

    It stands in what they manage, or, when it has ended, it did on its last day.
    """
    span = work.session.execute(select(Unit.valid_from, Unit.valid_to).where(Unit.id == unit_id)).one_or_none()
    if span is None:
        return False
    day = day_within(span.valid_from, span.valid_to, work.today())
    reach = scope(work.actor, Permission.UNIT_MANAGE, Unit.id, day)
    return bool(work.session.scalar(select(exists().where(Unit.id == unit_id, reach))))


def can_restructure(work: Work, unit_id: int) -> bool:
    """Whether the actor may move, merge, split, rename or end this unit: they manage it, and the unit above it too."""
    parent_id = work.session.scalar(parent_id_of(unit_id, work.today()))
    return parent_id is not None and can_manage(work, unit_id) and can_manage(work, parent_id)


def can_manage_catalogue(work: Work) -> bool:
    """Whether the actor may change levels and kinds, which concern every unit: they manage the top."""
    if not work.actor.unit_ids(Permission.UNIT_MANAGE):
        return False
    roots = work.session.scalars(root_ids(work.today())).all()
    return bool(roots) and all(can_manage(work, root) for root in roots)
