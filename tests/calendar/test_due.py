"""What falls due for a person: emulation's days, and how little a confidential feature tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from portal.core.manifest import DueItem, Manifest, MenuEntry, Shown
from portal.core.runtime import Runtime
from portal.domain.access.enums import Permission
from portal.domain.calendar.due import due_for
from portal.domain.emulation.services.periods import ExceptionData, grant_exception
from portal.domain.units.models import Unit
from tests.emulation.domain.builders import WorkAs, World, make_world

D = date
MARCH = (D(2023, 3, 1), D(2023, 3, 31))
YEAR = (D(2022, 9, 1), D(2023, 12, 31))
Told = list[tuple[str, date, str, str, bool]]


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def told(work_as: WorkAs) -> Callable[..., Told]:
    """told("vangiang", first, last): title, day, state, note, done of what falls due."""

    def ask(who: str, first: date, last: date) -> Told:
        with work_as(who) as work:
            found = due_for(work, first, last)
        return [(item.title, item.due_on, item.state.label, item.note, item.done) for item in found]

    return ask


def test_an_officer_has_the_own_registration_and_those_of_the_units_below(
    world: World, told: Callable[..., Told]
) -> None:
    world.sent_by_commune()
    due = D(2023, 3, 31)
    below = "Hết hạn gửi đăng ký thi đua năm 2023 của đơn vị trực thuộc"
    own = "Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    assert told("vangiang", *MARCH) == [
        (own, due, "Chưa lập", "", False),
        (below, due, "Chưa đủ", "10/11 đơn vị chưa gửi", False),
    ]
    world.sent_by_district()
    assert (own, due, "Chờ tiếp nhận", "", True) in told("vangiang", *MARCH)
    assert told("vangiang", D(2023, 4, 1), D(2023, 4, 30)) == []
    assert told("xuanquan", *MARCH) == [
        ("Gửi đăng ký thi đua năm 2023: UBND xã Xuân Quan", due, "Chờ tiếp nhận", "", True)
    ]
    assert told("cchc", *MARCH) == []


def test_a_granted_day_moves_the_item_for_both_sides(world: World, work_as: WorkAs, told: Callable[..., Told]) -> None:
    with work_as("thidua") as work:
        unit = work.session.get_one(Unit, world.units["326"])
        grant_exception(work, world.periods["2023"], unit, ExceptionData(D(2023, 4, 14), "Bão lụt"))
    own = "Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    assert (own, D(2023, 4, 14), "Chưa lập", "Đã được gia hạn", False) in told("vangiang", *YEAR)
    granted = "Hết gia hạn gửi đăng ký thi đua năm 2023 của đơn vị trực thuộc"
    assert (granted, D(2023, 4, 14), "Chưa đủ", "1/1 đơn vị chưa gửi", False) in told("thidua", *YEAR)
    assert granted not in [row[0] for row in told("thidua", *MARCH)]


def test_schools_follow_their_own_period(told: Callable[..., Told]) -> None:
    own = [row for row in told("sgddt", *YEAR) if row[0].startswith("Gửi")]
    assert [(row[1], row[0]) for row in own] == [
        (D(2022, 9, 30), "Gửi đăng ký thi đua năm học 2022-2023: Sở Giáo dục và Đào tạo"),
        (D(2023, 9, 30), "Gửi đăng ký thi đua năm học 2023-2024: Sở Giáo dục và Đào tạo"),
    ]


def test_keys_name_a_thing_for_good_and_queries_do_not_grow(runtime: Runtime, world: World, work_as: WorkAs) -> None:
    seen: list[str] = []
    with work_as("sgddt") as work:
        work.session.connection()
        event.listen(runtime.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        first = due_for(work, D(2022, 9, 1), D(2022, 9, 30))
        for_a_month = len(seen)
        whole = due_for(work, *YEAR)
        assert len(seen) == 2 * for_a_month
    assert {item.key for item in first} < {item.key for item in whole}
    assert len({item.key for item in whole}) == len(whole) > len(first)


def test_a_confidential_feature_tells_how_many_and_no_more(work_as: WorkAs) -> None:
    day = D(2023, 3, 20)
    item = DueItem("matter:1", "Vụ việc tại cơ sở", "Tôn giáo", "x.show", {"id": 1}, day, Shown("Mở", "warn", "clock"))

    def due(*_: object) -> list[DueItem]:
        return [item, replace(item, key="matter:2"), replace(item, key="matter:3", done=True)]

    menu = (MenuEntry("Công tác tôn giáo", "x.list", "lock", Permission.PORTAL_USE),)
    feature = Manifest("religion", "Công tác tôn giáo", menu=menu, due=due, confidential=True)
    with work_as("cchc") as work:
        found = due_for(work, *MARCH, features=[feature])
        assert [(i.title, i.area, i.endpoint, i.values, i.due_on, i.note) for i in found] == [
            ("Có 2 việc đến hạn", "Công tác tôn giáo", "x.list", {}, day, "")
        ]
        assert len(due_for(work, *MARCH, features=[replace(feature, confidential=False)])) == 3
