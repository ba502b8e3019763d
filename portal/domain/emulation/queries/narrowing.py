"""Rare lines found before the list is asked: a page then costs what it shows, not what it passes over on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.search.narrowing import MOST, ids_named
from portal.domain.access.actor import Actor
from portal.domain.emulation.queries.registrations import content_scope
from portal.domain.emulation.queries.submitted import Line, LineFilter, Registration, direct_to
from portal.domain.units.models import Unit

UNSCOPED: dict[str, str] = {}


def narrowed(session: Session, actor: Actor, on: date, chosen: LineFilter) -> LineFilter:
    """The filter with the lines named that its words, its title or its level leave, where these are few.

    Where they are many the lines are walked in the list's order and soon fill a page. Both give the same lines.
    """
    if chosen.words:
        named = ids_named(session, "registration_line", chosen.words, [("period", chosen.period_ids)])
        if named is not None:
            return replace(chosen, named=named)
    if chosen.title_ids and (named := _of_titles(session, chosen)) is not None:
        return replace(chosen, named=named)
    if chosen.level:
        return replace(chosen, named=_of_level(session, actor, on, chosen))
    return chosen


def _of_titles(session: Session, chosen: LineFilter) -> tuple[int, ...] | None:
    """The lines of rare titles, whoever may see them; None for many."""
    of_title = select(Line.id).where(Line.period_id.in_(chosen.period_ids), Line.title_id.in_(chosen.title_ids))
    found = session.scalars(of_title.limit(MOST + 1)).all()
    return tuple(found) if len(found) <= MOST else None


def _of_level(session: Session, actor: Actor, on: date, chosen: LineFilter) -> tuple[int, ...] | None:
    """The lines that come from units of a level, those taken in and those of the units themselves; None for many."""
    units = select(Unit.id).where(Unit.level_code == chosen.level)
    seen = [content_scope(actor, on)]
    if chosen.direct_only and (direct := direct_to(actor, on)) is not None:
        seen.append(direct)
    of_period = Line.period_id.in_(chosen.period_ids)
    joined = select(Line.id).join(Registration, Registration.id == Line.registration_id).where(of_period, *seen)
    arms = (
        joined.where(Registration.unit_id.in_(units), Line.origin_unit_id.is_(None)),
        joined.where(Line.origin_unit_id.in_(units)),
    )
    found: set[int] = set()
    for arm in arms:
        found.update(session.scalars(arm.limit(MOST + 1)))
        if len(found) > MOST:
            return None
    return tuple(sorted(found))
