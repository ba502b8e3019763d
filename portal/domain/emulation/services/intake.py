"""Taking a child's lines into the unit's own registration, their origin kept. Safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm.attributes import set_attribute

from portal.core.errors import RuleBroken
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.errors import SourceNotReceived
from portal.domain.emulation.models import LINE_TABLE, EmulationRegistration, RegistrationLine
from portal.domain.emulation.policies import can_take_in
from portal.domain.emulation.queries.intake import COPIED
from portal.domain.emulation.services.line_values import MAX_LINES, TOO_MANY
from portal.domain.emulation.services.shared import begin_edit, finish_edit, index_added

CARRIED = (*COPIED, "folded", "sort_key")


def take_in(
    work: Work, own: EmulationRegistration, source: EmulationRegistration, line_ids: Collection[int] | None = None
) -> int:
    """Copy lines of a child's registration (all, or those of `line_ids`) into the unit's own; returns how many were
    added.

    A copy keeps the line's key, its line and its unit of origin, so that a second call adds nothing. A copy that the
    unit has edited,
    or whose line has changed since, stays as it is (`update_copies` takes the change over).
    Raises NotAllowed, NotEditable, SourceNotReceived, RuleBroken (too many lines).
    """
    begin_edit(work, own)
    _check_source(work, own, source)
    lines = _source_lines(work, source, line_ids)
    copies = _copies(work, own, [line.row_key for line in lines])
    for line in lines:
        copy = copies.get(line.row_key)
        if copy is not None and copy.origin_line_id is None:
            set_attribute(copy, "origin_line_id", line.id)
    fresh = [line for line in lines if line.row_key not in copies]
    if own.line_count + len(fresh) > MAX_LINES:
        raise RuleBroken(TOO_MANY)
    if fresh:
        _insert(work, own, source, fresh)
        finish_edit(
            work, own, "registration.lines_taken_in", {"source": source.id, "unit": source.unit_id, "new": len(fresh)}
        )
    work.session.flush()
    return len(fresh)


def update_copies(
    work: Work, own: EmulationRegistration, source: EmulationRegistration, line_ids: Collection[int]
) -> int:
    """Bring the copies of these lines in line with the child's present registration; returns how many changed."""
    begin_edit(work, own)
    _check_source(work, own, source)
    lines = _source_lines(work, source, line_ids)
    copies = _copies(work, own, [line.row_key for line in lines])
    changed = 0
    for line in lines:
        copy = copies.get(line.row_key)
        differing = [c for c in CARRIED if copy is not None and getattr(copy, c) != getattr(line, c)]
        for name in differing:
            setattr(copy, name, getattr(line, name))
        changed += bool(differing)
    if changed:
        finish_edit(work, own, "registration.copies_updated", {"source": source.id, "changed": changed})
    return changed


def _check_source(work: Work, own: EmulationRegistration, source: EmulationRegistration) -> None:
    work.session.refresh(source)
    years = {
        work.session.get_one(RegistrationPeriod, period_id).year for period_id in (own.period_id, source.period_id)
    }
    if len(years) > 1 or not can_take_in(work.actor, own, source):
        raise SourceNotReceived


def _source_lines(
    work: Work, source: EmulationRegistration, line_ids: Collection[int] | None
) -> list[RegistrationLine]:
    stmt = (
        select(RegistrationLine)
        .where(RegistrationLine.registration_id == source.id)
        .order_by(RegistrationLine.position, RegistrationLine.id)
        .execution_options(populate_existing=True)
    )
    lines = work.session.scalars(stmt)
    wanted = None if line_ids is None else set(line_ids)
    return [line for line in lines if wanted is None or line.id in wanted]


def _copies(work: Work, own: EmulationRegistration, keys: list[str]) -> dict[str, RegistrationLine]:
    wanted = set(keys)
    stmt = select(RegistrationLine).where(RegistrationLine.registration_id == own.id)
    found = work.session.scalars(stmt.execution_options(populate_existing=True))
    return {line.row_key: line for line in found if line.row_key in wanted}


def _insert(
    work: Work, own: EmulationRegistration, source: EmulationRegistration, lines: list[RegistrationLine]
) -> None:
    positions = select(RegistrationLine.position).where(RegistrationLine.registration_id == own.id)
    last = max(work.session.scalars(positions), default=0)
    made: list[dict[str, Any]] = [
        {
            "registration_id": own.id,
            "period_id": own.period_id,
            "unit_id": own.unit_id,
            "position": last + number,
            "row_key": line.row_key,
            "version": 1,
            "created_at": work.clock.now(),
            "origin_line_id": line.id,
            "origin_unit_id": line.origin_unit_id or source.unit_id,
            **{name: getattr(line, name) for name in CARRIED},
        }
        for number, line in enumerate(lines, start=1)
    ]
    work.session.execute(insert(LINE_TABLE), made)
    index_added(work, own, last)
