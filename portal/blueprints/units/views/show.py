"""/quan-tri/don-vi/<id>: one unit, its place, names, history, and what may be done."""

from __future__ import annotations

from flask import Response

from portal.blueprints.units import bp
from portal.blueprints.units.shown import change_views, state_of
from portal.blueprints.units.views.common import shown_day
from portal.core.errors import NotFound
from portal.core.pagination import Count, bounded_count
from portal.domain.access.enums import Permission
from portal.domain.accounts.queries import UserFilter, user_rows
from portal.domain.units import queries
from portal.domain.units.enums import UnitSector
from portal.domain.units.models import Unit
from portal.domain.units.policies import can_manage, can_restructure
from portal.web.access import requires
from portal.web.context import actor, today, work
from portal.web.htmx import page

MOST_CHILDREN = 20


@bp.get("/quan-tri/don-vi/<int:unit_id>")
@requires(Permission.UNIT_VIEW)
def show_unit(unit_id: int) -> Response:
    """A unit as it stands today, or stood on its last day."""
    session = work().session
    row = session.execute(queries.one_seen(actor(), unit_id)).one_or_none()
    if row is None:
        raise NotFound
    unit, kind, level = row
    on = shown_day(unit)
    children = session.scalars(queries.children_of(unit_id, on).limit(MOST_CHILDREN + 1)).all()
    changes = session.execute(queries.changes_of(unit_id)).all()
    parts = session.execute(queries.parts_of({change.id for change, _ in changes})).all()
    line = [above for above, _ in session.execute(queries.ancestors_of(unit_id, on))]
    seen = set(session.scalars(queries.seen_ids(actor(), {u.id for u in line} | {p.unit_id for p, _, _ in parts})))
    return page(
        "units/show_unit.html",
        unit=unit,
        kind=kind,
        level=level,
        sector=_sector(unit),
        state=state_of(unit, today()),
        on=on,
        line=[(above.short_name, above.id in seen, above.id) for above in reversed(line)],
        children=children[:MOST_CHILDREN],
        more_children=len(children) > MOST_CHILDREN,
        names=session.scalars(queries.names_of(unit_id)).all(),
        changes=change_views(changes, parts, seen),
        people=_people(unit_id),
        may_manage=can_manage(work(), unit_id),
        may_restructure=unit.valid_to is None and can_restructure(work(), unit_id),
    )


def _people(unit_id: int) -> Count | None:
    """How many accounts belong to it and to what stands below it; None when the actor does not see accounts."""
    if not actor().can(Permission.USER_VIEW):
        return None
    return bounded_count(work().session, user_rows(actor(), UserFilter(unit_id=unit_id), today()))


def _sector(unit: Unit) -> str:
    known = {s.value: s.label for s in UnitSector if s}
    return known.get(unit.sector, unit.sector)
