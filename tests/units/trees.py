"""Small trees of units on a bare database, and what the closure should be, drawn naively."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Grant, Work
from portal.domain.access.enums import Permission, Reach, Role
from portal.domain.units.models import Unit, UnitClosure
from portal.domain.units.services import UnitData, create_unit

START = date(2020, 1, 1)
NOW = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)


def manager(unit_id: int, reach: Reach = Reach.SUBTREE) -> Actor:
    """Someone who sees and manages units from this one down."""
    grants = tuple(
        Grant(p, unit_id, reach, Role.SYSTEM_ADMIN, 1) for p in (Permission.UNIT_MANAGE, Permission.UNIT_VIEW)
    )
    return Actor(1, "quanly", "Người quản lý", unit_id, grants)


def work_in(session: Session, actor: Actor, now: datetime = NOW) -> Work:
    return Work(session, actor, FixedClock(now), "test", "127.0.0.1")


def division(work: Work, code: str, parent_id: int, valid_from: date = START) -> Unit:
    """A unit of the lowest level, which may stand under any other."""
    data = UnitData(
        code=code,
        name=f"Phòng {code}",
        short_name=f"P. {code}",
        level_code="subordinate",
        kind_code="department_division",
        valid_from=valid_from,
        parent_id=parent_id,
    )
    return create_unit(work, data)


@contextmanager
def rolled_back(runtime: Runtime) -> Iterator[Session]:
    """A session whose work leaves no trace."""
    with write_mode(), runtime.session_factory() as session:
        yield session
        session.rollback()


def naive_closure(session: Session, unit_ids: set[int], on: date) -> set[tuple[int, int, int]]:
    """(ancestor, descendant, depth) on a day, climbing the rows of depth 1 one by one."""
    rows = session.scalars(select(UnitClosure).where(UnitClosure.descendant_id.in_(unit_ids))).all()
    alive = {r.descendant_id for r in rows if r.depth == 0 and _holds(r, on)}
    above: dict[int, int] = {}
    for row in rows:
        if row.depth == 1 and _holds(row, on):
            assert row.descendant_id not in above, "two parents on one day"
            above[row.descendant_id] = row.ancestor_id
    found = set()
    for unit_id in alive:
        here: int | None = unit_id
        for depth in itertools.count():
            if here is None:
                break
            assert depth <= len(unit_ids) + 5, "a circle"
            found.add((here, unit_id, depth))
            here = above.get(here)
    return found


def stored_closure(session: Session, unit_ids: set[int], on: date) -> set[tuple[int, int, int]]:
    """(ancestor, descendant, depth) on a day, as the table has it."""
    rows = session.scalars(select(UnitClosure).where(UnitClosure.descendant_id.in_(unit_ids))).all()
    held = [(r.ancestor_id, r.descendant_id, r.depth) for r in rows if _holds(r, on)]
    assert len(held) == len(set(held)), "the same row twice on one day"
    return set(held)


def days(first: date, last: date, step: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def _holds(row: UnitClosure, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on < row.valid_to)


class Given:
    """What a test finds in the database: units of the lowest level, changes already recorded."""

    def __init__(self, runtime: Runtime, unit_id: Callable[[str], int]) -> None:
        self.runtime, self.unit_id = runtime, unit_id

    def division(self, code: str, under: str = "SNV", valid_from: date = START) -> int:
        """Make "Phòng <code>"; its id."""
        parent, province = self.unit_id(under), self.unit_id("33")
        with write_mode(), self.runtime.session_factory() as session:
            made = division(work_in(session, manager(province)), code, parent, valid_from).id
            session.commit()
        return made

    def change(self, act: Callable[[Work], object]) -> None:
        """Do something as the province's manager."""
        province = self.unit_id("33")
        with write_mode(), self.runtime.session_factory() as session:
            act(work_in(session, manager(province)))
            session.commit()
