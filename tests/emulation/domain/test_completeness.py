"""Who owes a registration: every unit of the year, its state as the reader may see it, how long overdue."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.pagination import fetch_page
from portal.domain.access.actor import Actor
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import RegistrationState, UnitStatus
from portal.domain.emulation.queries.completeness import (
    BY_UNIT,
    OWING_ORDERS,
    Completeness,
    OwingFilter,
    completeness,
    owing_key,
    units_owing,
)
from portal.domain.emulation.queries.periods import (
    Window,
    due_day,
    open_periods,
    period_for,
    periods_for_units,
    window_of,
)
from portal.domain.units.models import Unit
from tests.emulation.domain.builders import PAPER, World

S = RegistrationState
LATE = datetime(2023, 4, 10, 3, tzinfo=UTC)


def figure(world: World, who: Actor, chosen: OwingFilter) -> Completeness:
    with world.work_as("thidua") as work:
        return completeness(work.session, who, work.today(), chosen)


def owing(world: World, who: Actor, chosen: OwingFilter) -> dict[str, Any]:
    with world.work_as("thidua") as work:
        return {row.code: row for row in work.session.execute(units_owing(who, work.today(), chosen))}


def test_every_unit_that_owes_is_there_with_its_own_period(world: World, actor_of: Any) -> None:
    rows = owing(world, actor_of("thidua"), OwingFilter(2023))
    assert len(rows) == 344
    assert "33" not in rows
    assert rows["326"].due_on == date(2023, 3, 31)
    assert rows["SGDDT"].due_on == date(2022, 9, 30)
    assert (rows["12022"].parent_name, rows["12022"].registration_id, rows["12022"].state) == ("Văn Giang", None, None)
    assert not rows["12022"].excepted


def test_the_figure_of_the_plan(world: World, actor_of: Any, clock: FixedClock) -> None:
    who = actor_of("thidua")
    world.sent_by_commune()
    accepted = world.sent_by_district()
    world.step("thidua", accepted, "accept")
    world.opened("khoaichau", "330")
    returned = world.opened("stc", "STC")
    world.step("stc", returned, "submit")
    world.step("stc.lanhdao", returned, "send", PAPER)
    world.step("thidua", returned, "return", "Bổ sung")
    found = figure(world, who, OwingFilter(2023))
    assert found == Completeness(owing=344, sent=2, accepted=1, late=0, returned=1, drafting=1, missing=340, overdue=23)
    clock.instant = LATE
    assert figure(world, who, OwingFilter(2023)).overdue == 342


def test_who_sent_after_the_day_is_late_to_the_minute(world: World, actor_of: Any, clock: FixedClock) -> None:
    clock.instant = datetime(2023, 3, 31, 16, 59, tzinfo=UTC)  # 23:59 on the due day in Hưng Yên
    world.sent_by_commune()
    assert figure(world, actor_of("thidua"), OwingFilter(2023)).late == 0
    clock.instant = datetime(2023, 3, 31, 17, 0, tzinfo=UTC)  # midnight
    world.sent_by_district()
    assert figure(world, actor_of("thidua"), OwingFilter(2023)).late == 1


def test_an_exception_moves_the_due_day_of_its_unit(
    world: World, actor_of: Any, clock: FixedClock, session: Session
) -> None:
    session.add(
        PeriodException(
            period_id=world.periods["2023"],
            unit_id=world.units["326"],
            due_on=date(2023, 4, 30),
            reason="Thiên tai",
            granted_by_id=1,
            granted_on=date(2023, 3, 1),
        )
    )
    session.commit()
    clock.instant = LATE
    row = owing(world, actor_of("thidua"), OwingFilter(2023))["326"]
    assert (row.due_on, bool(row.excepted)) == (date(2023, 4, 30), True)
    world.sent_by_district()
    assert figure(world, actor_of("thidua"), OwingFilter(2023, under=world.units["326"])).late == 0


@pytest.mark.parametrize(("who", "count"), [("vangiang", 12), ("thidua", 344), ("xuanquan", 0), ("luutru", 0)])
def test_the_list_is_cut_to_the_actors_scope(world: World, actor_of: Any, who: str, count: int) -> None:
    assert len(owing(world, actor_of(who), OwingFilter(2023))) == count


def test_a_department_sees_itself_and_its_divisions(world: World, actor_of: Any) -> None:
    rows = owing(world, actor_of("stc"), OwingFilter(2023))
    department = rows.pop("STC")
    assert rows
    assert {row.parent_id for row in rows.values()} <= {department.unit_id, *(row.unit_id for row in rows.values())}


def test_a_draft_is_known_but_its_numbers_are_not(world: World, actor_of: Any) -> None:
    world.opened("vangiang", "326")
    outside = owing(world, actor_of("thidua"), OwingFilter(2023))["326"]
    assert (outside.state, outside.line_count, outside.person_count) == (S.DRAFT, None, None)
    inside = owing(world, actor_of("vangiang"), OwingFilter(2023))["326"]
    assert (inside.state, inside.line_count) == (S.DRAFT, 1)


def test_what_was_sent_shows_its_numbers_and_its_day(world: World, actor_of: Any, clock: FixedClock) -> None:
    world.sent_by_district()
    row = owing(world, actor_of("giamdoc"), OwingFilter(2023))["326"]
    assert (row.state, row.line_count, row.paper_no, row.sent_at) == (S.SENT, 1, "15/UBND-NV", clock.now())


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"level": "district"}, 10),
        ({"words": "UBND huyen van giang"}, 1),
        ({"words": "khong co"}, 0),
        ({"status": UnitStatus.MISSING}, 342),
        ({"status": UnitStatus.DRAFTING}, 1),
        ({"status": UnitStatus.SENT}, 1),
        ({"status": UnitStatus.ACCEPTED}, 0),
        ({"status": UnitStatus.RETURNED}, 0),
        ({"status": UnitStatus.UNSENT}, 343),
        ({"status": UnitStatus.OVERDUE}, 23),
    ],
)
def test_filters(world: World, actor_of: Any, change: dict[str, Any], count: int) -> None:
    world.sent_by_district()
    world.opened("khoaichau", "330")
    who, chosen = actor_of("thidua"), OwingFilter(2023, **change)
    assert len(owing(world, who, chosen)) == count
    assert figure(world, who, chosen).owing == count


def test_filters_by_unit(world: World, actor_of: Any) -> None:
    who = actor_of("thidua")
    assert len(owing(world, who, OwingFilter(2023, under=world.units["326"]))) == 12
    assert len(owing(world, who, OwingFilter(2023, direct_to=world.units["326"]))) == 11
    levels = Counter(
        row.level_code for row in owing(world, who, OwingFilter(2023, direct_to=world.units["33"])).values()
    )
    assert levels["district"] == 10
    assert "commune" not in levels
    assert len(owing(world, who, OwingFilter(2023, block_id=1))) > 0


def test_pages_by_key(world: World, actor_of: Any) -> None:
    with world.work_as("thidua") as work:
        stmt = units_owing(actor_of("thidua"), work.today(), OwingFilter(2023))
        for order in OWING_ORDERS.values():
            seen: list[str] = []
            cursor = None
            while True:
                page = fetch_page(work.session, stmt, order, cursor, 100, owing_key)
                seen += [row.code for row in page.rows]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == 344
        first = fetch_page(work.session, stmt, BY_UNIT, None, 50, owing_key)
        assert [row.sort_key for row in first.rows] == sorted(row.sort_key for row in first.rows)


def test_nothing_owed_is_nothing_per_cent() -> None:
    assert Completeness().percent == 0
    assert Completeness(owing=4, sent=1).percent == 25


def test_days_late() -> None:
    window = Window(date(2023, 1, 3), date(2023, 3, 31), date(2023, 6, 30))
    assert window.days_late(None, date(2023, 3, 31)) == 0
    assert window.days_late(None, date(2023, 4, 5)) == 5
    assert window.days_late(datetime(2023, 3, 31, 17, tzinfo=UTC), date(2023, 5, 1)) == 1
    assert window.days_late(datetime(2023, 3, 1, tzinfo=UTC), date(2023, 5, 1)) == 0


def test_periods_of_a_unit_and_of_a_day(world: World) -> None:
    with world.session_factory() as session:
        school = session.get_one(Unit, world.units["SGDDT"])
        office = session.get_one(Unit, world.units["STC"])
        assert session.scalars(period_for(school, 2023)).one().code == "2022-2023"
        assert session.scalars(period_for(office, 2023)).one().code == "2023"
        assert [p.code for p in session.scalars(open_periods(date(2023, 3, 15)))] == ["2023"]
        assert [p.code for p in session.scalars(open_periods(date(2022, 9, 1)))] == ["2022-2023"]
        period = session.get_one(RegistrationPeriod, world.periods["2023"])
        assert due_day(session, period, office.id) == date(2023, 3, 31)
        assert not window_of(session, period, office.id).excepted
        ids = frozenset({school.id, office.id})
        found = session.execute(periods_for_units(ids, date(2023, 3, 15))).all()
        assert [(unit.code, p.code) for unit, p in found] == [("STC", "2023")]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (None, UnitStatus.MISSING),
        (S.DRAFT, UnitStatus.DRAFTING),
        (S.IN_REVIEW, UnitStatus.DRAFTING),
        (S.RETURNED, UnitStatus.RETURNED),
        (S.SENT, UnitStatus.SENT),
        (S.ACCEPTED, UnitStatus.ACCEPTED),
    ],
)
def test_the_status_of_a_state(state: RegistrationState | None, status: UnitStatus) -> None:
    assert UnitStatus.of(state) is status
    assert status.label
    assert status.icon
    assert status.tone in ("ok", "warn", "bad", "run", "idle")
