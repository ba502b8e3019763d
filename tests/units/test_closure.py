"""The dated closure stays right on every day, whatever is made, moved, merged, split and ended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotAllowed
from portal.core.runtime import Runtime
from portal.domain.access.actor import Work
from portal.domain.units.models import Unit, UnitClosure, UnitName
from portal.domain.units.reorganisation import (
    Decision,
    NewUnit,
    dissolve_unit,
    merge_units,
    move_unit,
    rename_unit,
    split_unit,
)
from tests.units.trees import START, days, division, manager, naive_closure, rolled_back, stored_closure, work_in

END = date(2024, 12, 31)
STEP = st.tuples(
    st.sampled_from(["create", "move", "move", "merge", "absorb", "split", "part", "end", "rename"]),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, (END - START).days),
)


class Tree:
    """A tree under change. `parents` is the model: each unit's parents by day, kept apart from the code under test."""

    def __init__(self, session: Session) -> None:
        self.root = session.scalars(select(Unit.id).where(Unit.code == "33")).one()
        self.work: Work = work_in(session, manager(self.root))
        self.session = session
        self.made = 0
        self.units: list[int] = []
        self.parents: dict[int, list[tuple[date, int | None]]] = {}
        for _ in range(4):
            self.create(0, 0, 0, 0)

    def create(self, a: int, _b: int, _c: int, day: int) -> None:
        parent = self.pick(a) if self.units and a % 4 else self.root
        on = START + timedelta(days=day)
        unit = division(self.work, self.code(), parent, on)
        self.add(unit.id, parent, on)

    def move(self, a: int, b: int, _c: int, day: int) -> None:
        unit, on = self.pick(a), START + timedelta(days=day)
        parent = self.pick(b) if b % 5 else self.root
        move_unit(self.work, unit, self.decision(on), parent)
        self.parents[unit].append((on, parent))

    def merge(self, a: int, b: int, c: int, day: int) -> None:
        on = START + timedelta(days=day)
        parent = self.pick(c) if c % 2 else None
        ending = [self.pick(a), self.pick(b)]
        merge_units(self.work, ending, self.decision(on), self.new(), parent)
        into = self.newest()
        self.add(into, parent if parent is not None else self.parent_on(ending[0], on), on)
        self.end_into(ending, into, on)

    def absorb(self, a: int, b: int, _c: int, day: int) -> None:
        on, into = START + timedelta(days=day), self.pick(b)
        merge_units(self.work, [self.pick(a)], self.decision(on), into)
        self.end_into([self.pick(a)], into, on)

    def split(self, a: int, b: int, c: int, day: int, keep: bool = False) -> None:
        unit, on = self.pick(a), START + timedelta(days=day)
        below = self.children(unit, on)
        shares = {child: (n + b) % 2 for n, child in enumerate(below) if not keep or n % 2}
        split_unit(self.work, unit, self.decision(on), [self.new(), self.new()], shares, keep)
        first, second = self.newest() - 1, self.newest()
        for made in (first, second):
            self.add(made, self.parent_on(unit, on), on)
        for child, share in shares.items():
            self.hand_over(child, unit, (first, second)[share], on)
        if not keep:
            self.parents[unit].append((on, None))

    def part(self, a: int, b: int, c: int, day: int) -> None:
        self.split(a, b, c, day, keep=True)

    def end(self, a: int, _b: int, _c: int, day: int) -> None:
        unit, on = self.pick(a), START + timedelta(days=day)
        dissolve_unit(self.work, unit, self.decision(on))
        self.parents[unit].append((on, None))

    def rename(self, a: int, _b: int, _c: int, day: int) -> None:
        code = self.code()
        rename_unit(self.work, self.pick(a), self.decision(START + timedelta(days=day)), f"Tên {code}", code)

    def add(self, unit: int, parent: int | None, on: date) -> None:
        self.units.append(unit)
        self.parents[unit] = [(on, parent)]

    def end_into(self, ending: list[int], into: int, on: date) -> None:
        for unit in ending:
            self.parents[unit].append((on, None))
        for old in ending:
            for child in self.units:
                if child not in ending:
                    self.hand_over(child, old, into, on)

    def hand_over(self, child: int, old: int, new: int, on: date) -> None:
        """From a day on the child stands under `new` wherever it would have stood under `old`."""
        present = self.parent_on(child, on)
        later = [(day, new if p == old and day >= on else p) for day, p in self.parents[child]]
        if present == old and all(day != on for day, _ in later):
            later.append((on, new))
        self.parents[child] = sorted(later, key=lambda pair: pair[0])

    def children(self, unit: int, on: date) -> list[int]:
        """Who stands under the unit on that day or later."""
        later = [c for c in self.units if any(p == unit and day >= on for day, p in self.parents[c])]
        return sorted({c for c in self.units if self.parent_on(c, on) == unit} | set(later))

    def parent_on(self, unit: int, on: date) -> int | None:
        past = [p for day, p in self.parents[unit] if day <= on]
        return past[-1] if past else None

    def pick(self, n: int) -> int:
        return self.units[n % len(self.units)]

    def code(self) -> str:
        self.made += 1
        return f"T{self.made}"

    def new(self) -> NewUnit:
        code = self.code()
        return NewUnit(code, f"Đơn vị {code}", f"ĐV {code}", "department_division")

    def newest(self) -> int:
        return self.session.scalars(select(Unit.id).order_by(Unit.id.desc()).limit(1)).one()

    @staticmethod
    def decision(on: date) -> Decision:
        return Decision("12/QĐ-UBND", min(on, date(2023, 3, 1)), on)

    def check(self) -> None:
        below = set(self.units)
        for on in [*days(START, END, 37), *self.edges()]:
            stored = stored_closure(self.session, below, on)
            assert stored == naive_closure(self.session, below | {self.root}, on) - self.own_row(on)
            links = {d: a for a, d, depth in stored if depth == 1}
            assert links == {u: p for u in self.units if (p := self.parent_on(u, on)) is not None}
            alive = set(
                self.session.scalars(
                    select(Unit.id).where(
                        Unit.id.in_(below), Unit.valid_from <= on, (Unit.valid_to.is_(None)) | (Unit.valid_to > on)
                    )
                )
            )
            assert {d for _, d, depth in stored if depth == 0} == alive
            named = self.session.scalars(
                select(UnitName.unit_id).where(
                    UnitName.unit_id.in_(below),
                    UnitName.valid_from <= on,
                    (UnitName.valid_to.is_(None)) | (UnitName.valid_to > on),
                )
            ).all()
            assert sorted(named) == sorted(alive), "one name on every day"

    def own_row(self, on: date) -> set[tuple[int, int, int]]:
        return {row for row in naive_closure(self.session, {self.root}, on) if row[1] == self.root}

    def edges(self) -> set[date]:
        rows = self.session.execute(
            select(UnitClosure.valid_from, UnitClosure.valid_to).where(UnitClosure.descendant_id.in_(self.units))
        )
        found = {day for row in rows for day in row if day is not None}
        return found | {day - timedelta(days=1) for day in found}


@pytest.mark.property
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(STEP, min_size=1, max_size=14))
def test_closure_is_right_on_every_day(runtime: Runtime, steps: list[tuple[str, int, int, int, int]]) -> None:
    with rolled_back(runtime) as session:
        tree = Tree(session)
        for verb, a, b, c, day in steps:
            point = session.begin_nested()
            try:
                getattr(tree, verb)(a, b, c, day)
                point.commit()
            except (InvalidInput, NotAllowed):
                point.rollback()
        tree.check()
