"""Reorganisations as services: who may, days to come, names that wait for their day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotAllowed
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Reach
from portal.domain.units.enums import ChangeKind, PartSide, UnitSector
from portal.domain.units.models import Unit, UnitChange, UnitClosure
from portal.domain.units.policies import can_manage, can_manage_catalogue, can_restructure
from portal.domain.units.queries import name_on, parent_id_of, root_ids, short_names
from portal.domain.units.reorganisation import (
    Decision,
    NewUnit,
    dissolve_unit,
    merge_units,
    move_unit,
    rename_unit,
    split_unit,
)
from portal.domain.units.services import UnitData, add_unit, create_unit, settle_names
from tests.units.trees import division, manager, rolled_back, work_in

TOMORROW = date(2023, 3, 16)
UnitId = Callable[[str], int]


@pytest.fixture
def made(runtime: Runtime) -> Iterator[Session]:
    """A session whose work leaves no trace."""
    with rolled_back(runtime) as session:
        yield session


def paper(on: date) -> Decision:
    return Decision("1/QĐ", min(on, date(2023, 3, 1)), on)


def by_code(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def province(session: Session) -> Work:
    return work_in(session, manager(by_code(session, "33")))


def test_a_name_waits_for_its_day(made: Session) -> None:
    work = province(made)
    unit = division(work, "A", by_code(made, "SNV"))
    rename_unit(work, unit.id, paper(TOMORROW), "Phòng Mới", "P. Mới")
    assert unit.name == "Phòng A"
    assert settle_names(work) == 0
    later = work_in(made, work.actor, datetime(2023, 3, 16, 2, tzinfo=UTC))
    assert settle_names(later) == 1
    assert (unit.name, unit.short_name) == ("Phòng Mới", "P. Mới")
    assert unit.folded == "phong moi p. moi a phong a"
    assert settle_names(later) == 0
    rename_unit(later, unit.id, paper(date(2023, 5, 1)), "Phòng Mới Hơn", "P. MH")
    with pytest.raises(InvalidInput) as raised:
        rename_unit(later, unit.id, paper(date(2023, 6, 1)), "Phòng Mới Hơn", "P. MH")
    assert raised.value.errors == {"name": ["Tên mới trùng tên đang dùng."]}
    assert made.scalars(name_on(unit.id, date(2023, 5, 2))).all() == ["Phòng Mới Hơn"]


def test_an_empty_new_name_is_refused(made: Session) -> None:
    work = province(made)
    unit = division(work, "A", by_code(made, "SNV"))
    with pytest.raises(InvalidInput) as raised:
        rename_unit(work, unit.id, paper(TOMORROW), " ", "")
    assert set(raised.value.errors) == {"name", "short_name"}


def test_nothing_happens_to_what_ends(made: Session) -> None:
    work = province(made)
    unit = division(work, "A", by_code(made, "SNV"))
    dissolve_unit(work, unit.id, paper(date(2023, 6, 1)))
    with pytest.raises(InvalidInput) as raised:
        rename_unit(work, unit.id, paper(date(2023, 5, 1)), "B", "B")
    assert "kết thúc từ ngày 01/06/2023" in raised.value.errors["effective_on"][0]


def test_what_would_come_later_comes_along(made: Session) -> None:
    work, day = province(made), date(2023, 3, 1)
    first, second = (division(work, code, by_code(made, "SNV")) for code in ("A", "B"))
    child = division(work, "A1", second.id)
    move_unit(work, child.id, paper(date(2023, 6, 1)), first.id)
    into = merge_units(work, [first.id], paper(day), NewUnit("C", "Phòng C", "P. C", "department_division"))
    days = {on: made.scalars(parent_id_of(child.id, on)).one() for on in (day, date(2023, 5, 31), date(2023, 6, 1))}
    assert days == {day: second.id, date(2023, 5, 31): second.id, date(2023, 6, 1): into.id}
    spans = made.execute(
        select(UnitClosure.ancestor_id, UnitClosure.valid_from, UnitClosure.valid_to)
        .where(UnitClosure.descendant_id == child.id, UnitClosure.depth == 1)
        .order_by(UnitClosure.valid_from)
    ).all()
    assert [tuple(row) for row in spans] == [
        (second.id, date(2020, 1, 1), date(2023, 6, 1)),
        (into.id, date(2023, 6, 1), None),
    ]


def test_what_a_merged_unit_leaves_empty_comes_from_the_first(made: Session) -> None:
    work = province(made)
    data = UnitData(
        "A", "Trường A", "Tr. A", "subordinate", "school", date(2020, 1, 1), by_code(made, "SGDDT"),
        sector="education", symbol="TA", place="Văn Lâm", head_title="Hiệu trưởng",
    )  # fmt: skip
    first = create_unit(work, data)
    into = merge_units(work, [first.id], paper(TOMORROW), NewUnit("B", "Trường B", "Tr. B", "school", symbol="TB"))
    assert (into.sector, into.symbol, into.place, into.head_title) == ("education", "TB", "Văn Lâm", "Hiệu trưởng")


def test_only_who_manages_both_ends(made: Session) -> None:
    district, commune, foreign = (by_code(made, code) for code in ("326", "12022", "330"))
    work = work_in(made, manager(district))
    acts: list[Callable[[], object]] = [
        lambda: move_unit(work, commune, paper(TOMORROW), foreign),
        lambda: move_unit(work, foreign, paper(TOMORROW), district),
        lambda: dissolve_unit(work, district, paper(TOMORROW)),
        lambda: rename_unit(work, foreign, paper(TOMORROW), "X", "X"),
        lambda: merge_units(work, [commune, foreign], paper(TOMORROW), NewUnit("X", "X", "X", "commune")),
        lambda: merge_units(work, [commune], paper(TOMORROW), foreign),
        lambda: merge_units(work, [commune], paper(TOMORROW), NewUnit("X", "X", "X", "commune"), foreign),
        lambda: split_unit(work, foreign, paper(TOMORROW), [], {}, keep=True),
        lambda: add_unit(work, UnitData("X", "X", "X", "commune", "commune", TOMORROW, foreign)),
        lambda: add_unit(work, UnitData("X", "X", "X", "province", "province", TOMORROW, None)),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert made.scalars(select(UnitChange.id)).all() == []


def test_policies(made: Session) -> None:
    top, district, commune = (by_code(made, code) for code in ("33", "326", "12022"))
    whole, part = province(made), work_in(made, manager(district))
    own = work_in(made, manager(district, Reach.OWN))
    nobody = work_in(made, Actor(1, "x", "X", district))
    assert [can_manage(w, commune) for w in (whole, part, own, nobody)] == [True, True, False, False]
    assert [can_manage(w, district) for w in (whole, part, own, nobody)] == [True, True, True, False]
    assert [can_restructure(w, commune) for w in (whole, part, own, nobody)] == [True, True, False, False]
    assert [can_restructure(w, district) for w in (whole, part, own, nobody)] == [True, False, False, False]
    assert [can_manage_catalogue(w) for w in (whole, part, own, nobody)] == [True, False, False, False]
    assert not can_restructure(whole, top)
    assert not can_manage(whole, 999999)
    assert made.scalars(root_ids(date(2023, 3, 15))).all() == [top]


def test_who_managed_a_unit_on_its_last_day_may_correct_it(made: Session) -> None:
    work = province(made)
    unit = division(work, "A", by_code(made, "SNV"))
    dissolve_unit(work, unit.id, paper(date(2023, 3, 2)))
    assert can_manage(work, unit.id)
    assert not can_restructure(work, unit.id)
    assert not can_manage(work_in(made, manager(by_code(made, "326"))), unit.id)


def test_a_unit_does_not_outlast_its_parent(made: Session) -> None:
    work = province(made)
    parent = division(work, "A", by_code(made, "SNV"))
    dissolve_unit(work, parent.id, paper(date(2023, 6, 1)))
    data = UnitData("B", "B", "B", "subordinate", "department_division", TOMORROW, parent.id)
    with pytest.raises(InvalidInput) as raised:
        create_unit(work, data)
    assert "valid_from" in raised.value.errors
    short = UnitData(
        "B", "B", "B", "subordinate", "department_division", TOMORROW, parent.id, valid_to=date(2023, 5, 1)
    )
    assert create_unit(work, short).valid_to == date(2023, 5, 1)


def test_a_unit_under_a_parent_that_moved_meanwhile(made: Session) -> None:
    """A unit recorded late stands under each of the units that its parent stood under, in their days."""
    work = province(made)
    parent = division(work, "A", by_code(made, "SNV"))
    move_unit(work, parent.id, paper(date(2023, 2, 1)), by_code(made, "STC"))
    late = division(work, "B", parent.id, date(2022, 1, 1))
    rows = made.execute(
        select(UnitClosure.ancestor_id, UnitClosure.valid_from, UnitClosure.valid_to).where(
            UnitClosure.descendant_id == late.id, UnitClosure.depth == 2
        )
    ).all()
    assert {tuple(row) for row in rows} == {
        (by_code(made, "SNV"), date(2022, 1, 1), date(2023, 2, 1)),
        (by_code(made, "STC"), date(2023, 2, 1), None),
    }


def test_every_word_of_the_enums_has_a_label() -> None:
    for member in (*ChangeKind, *PartSide, *UnitSector):
        assert member.label


def test_short_names_by_id(made: Session) -> None:
    unit = by_code(made, "326")
    assert [tuple(row) for row in made.execute(short_names([unit]))] == [(unit, "Văn Giang")]
