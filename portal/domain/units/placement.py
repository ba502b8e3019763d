"""Where units stand: the dated closure table, kept right on every day.

Rows of depth 1 are the truth. Rows further up are drawn from them, for the units that a step concerns and all below;
a row that still holds is never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.domain.units.models import UnitClosure


@dataclass(frozen=True, slots=True)
class Above:
    """An ancestor at a distance, from a day up to but not on a day (None: without end)."""

    ancestor_id: int
    depth: int
    start: date
    end: date | None


def place(session: Session, unit_id: int, parent_id: int | None, start: date, end: date | None) -> None:
    """Put a new unit under its parent, and so under all above that one, for its days."""
    session.add(UnitClosure(ancestor_id=unit_id, descendant_id=unit_id, depth=0, valid_from=start, valid_to=end))
    if parent_id is None:
        return
    session.add(UnitClosure(ancestor_id=parent_id, descendant_id=unit_id, depth=1, valid_from=start, valid_to=end))
    rows = session.scalars(
        select(UnitClosure).where(UnitClosure.descendant_id == parent_id, UnitClosure.depth > 0, _reaching(start))
    )
    for row in rows:
        span = _common(start, end, row.valid_from, row.valid_to)
        if span is not None:
            session.add(_row(unit_id, Above(row.ancestor_id, row.depth + 1, *span)))
    session.flush()


def end_placement(session: Session, unit_id: int, on: date) -> None:
    """Take a unit that nothing stands under any more out of the tree from a day on."""
    rows = session.scalars(
        select(UnitClosure).where(UnitClosure.descendant_id == unit_id, UnitClosure.depth <= 1, _reaching(on))
    )
    for row in rows:
        row.valid_to = on
    session.flush()
    rebuild(session, [unit_id], on)


def move_under(session: Session, unit_ids: Iterable[int], parent_id: int, on: date, leaving: int | None = None) -> None:
    """Put units under another parent from a day on: their rows end, new ones begin; what stands below comes along.

    With `leaving`, only the days that they would have stood under that parent are moved.
    """
    moved = sorted(set(unit_ids))
    stmt = select(UnitClosure).where(UnitClosure.descendant_id.in_(moved), UnitClosure.depth == 1, _reaching(on))
    if leaving is not None:
        stmt = stmt.where(UnitClosure.ancestor_id == leaving)
    fresh = []
    for row in session.scalars(stmt).all():
        fresh.append(_row(row.descendant_id, Above(parent_id, 1, max(row.valid_from, on), row.valid_to)))
        if row.valid_from < on:
            row.valid_to = on
        else:
            session.delete(row)  # it would begin and end on the same day
    session.flush()
    session.add_all(fresh)
    session.flush()
    rebuild(session, moved, on)


def rebuild(session: Session, unit_ids: Iterable[int], since: date) -> None:
    """Draw the rows of depth 2 and more again for these units and for all that stand below them on `since` or later."""
    roots = sorted(set(unit_ids))
    below = session.scalars(
        select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id.in_(roots), _reaching(since)).distinct()
    )
    concerned = set(roots) | set(below)
    links = _links_of(session, concerned)
    beyond = _above_of(session, {a.ancestor_id for rows in links.values() for a in rows} - concerned)
    wanted = {
        (unit_id, a.ancestor_id, a.start): a
        for unit_id in concerned
        for a in _joined(x for x in _all_above(unit_id, links, beyond, date.min, None) if x.depth > 1)
    }
    _bring_to(session, concerned, wanted)


def _links_of(session: Session, unit_ids: set[int]) -> dict[int, list[Above]]:
    rows = session.scalars(
        select(UnitClosure).where(UnitClosure.descendant_id.in_(sorted(unit_ids)), UnitClosure.depth == 1)
    )
    links: dict[int, list[Above]] = {unit_id: [] for unit_id in unit_ids}
    for row in rows:
        links[row.descendant_id].append(_above(row))
    return links


def _above_of(session: Session, unit_ids: set[int]) -> dict[int, list[Above]]:
    rows = session.scalars(
        select(UnitClosure).where(UnitClosure.descendant_id.in_(sorted(unit_ids)), UnitClosure.depth > 0)
    )
    above: dict[int, list[Above]] = defaultdict(list)
    for row in rows:
        above[row.descendant_id].append(_above(row))
    return above


def _all_above(
    unit_id: int, links: dict[int, list[Above]], beyond: dict[int, list[Above]], start: date, end: date | None
) -> Iterator[Above]:
    """Every ancestor of a unit within a span. On no day is there a circle, so that the climb ends."""
    for row in links[unit_id] if unit_id in links else beyond.get(unit_id, []):
        span = _common(start, end, row.start, row.end)
        if span is None:
            continue
        yield Above(row.ancestor_id, row.depth, *span)
        if unit_id in links:
            for higher in _all_above(row.ancestor_id, links, beyond, *span):
                yield Above(higher.ancestor_id, higher.depth + 1, higher.start, higher.end)


def _joined(rows: Iterable[Above]) -> Iterator[Above]:
    """The same ancestors in as few spans as can be."""

    def who(row: Above) -> tuple[int, int]:
        return row.ancestor_id, row.depth

    for (ancestor_id, depth), group in groupby(sorted(rows, key=lambda r: (*who(r), r.start)), key=who):
        spans: list[tuple[date, date | None]] = []
        for row in group:
            if spans and spans[-1][1] == row.start:
                spans[-1] = (spans[-1][0], row.end)
            else:
                spans.append((row.start, row.end))
        for start, end in spans:
            yield Above(ancestor_id, depth, start, end)


def _bring_to(session: Session, unit_ids: set[int], wanted: dict[tuple[int, int, date], Above]) -> None:
    missing = dict(wanted)
    rows = session.scalars(
        select(UnitClosure).where(UnitClosure.descendant_id.in_(sorted(unit_ids)), UnitClosure.depth > 1)
    ).all()
    for row in rows:
        key = (row.descendant_id, row.ancestor_id, row.valid_from)
        goal = missing.get(key)
        if goal is None or goal.depth != row.depth:
            session.delete(row)
            continue
        del missing[key]
        row.valid_to = goal.end
    session.flush()
    session.add_all(_row(unit_id, above) for (unit_id, _, _), above in missing.items())
    session.flush()


def _reaching(on: date) -> ColumnElement[bool]:
    """The condition that a row holds on that day or later."""
    return or_(UnitClosure.valid_to.is_(None), UnitClosure.valid_to > on)


def _above(row: UnitClosure) -> Above:
    return Above(row.ancestor_id, row.depth, row.valid_from, row.valid_to)


def _row(unit_id: int, above: Above) -> UnitClosure:
    return UnitClosure(
        ancestor_id=above.ancestor_id,
        descendant_id=unit_id,
        depth=above.depth,
        valid_from=above.start,
        valid_to=above.end,
    )


def _common(a_start: date, a_end: date | None, b_start: date, b_end: date | None) -> tuple[date, date | None] | None:
    """The days that two spans share."""
    start = max(a_start, b_start)
    ends = [end for end in (a_end, b_end) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)
