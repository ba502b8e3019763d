"""GET and POST /thi-dua/dang-ky/moi."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.domain.access.enums import Role
from portal.domain.emulation.catalogue_models import PeriodException
from portal.domain.emulation.models import EmulationRegistration
from tests.emulation.domain.builders import World, assign
from tests.emulation.pages.support import Browser

NEW = "/thi-dua/dang-ky/moi"
Browse = Callable[[str], Browser]


def test_one_choice_is_one_button(browse: Browse) -> None:
    page = browse("xuanquan").page(NEW)
    assert page.headings() == ["Lập bản đăng ký thi đua"]
    row = page.table()[0]
    assert (row["Đơn vị"], row["Kỳ đăng ký"]) == ("UBND xã Xuân Quan", "Đăng ký thi đua năm 2023")
    assert row["Hạn gửi"] == "31/03/2023, còn 16 ngày"
    assert page.buttons().count("Lập bản đăng ký") == 1


def test_open_it_and_go_there(browse: Browse, world: World) -> None:
    officer = browse("xuanquan")
    page = officer.page(NEW)
    sent = page.values(page.form_to(NEW))
    made = officer.follow(officer.post(NEW, sent))
    assert made.headings() == ["Đăng ký thi đua năm 2023"]
    assert "Đã lập bản đăng ký" in made.text
    found = world.all(select(EmulationRegistration))
    assert [(r.unit_id, r.receiver_unit_id) for r in found] == [(world.units["12022"], world.units["326"])]


def test_an_opened_one_is_offered_as_a_link(browse: Browse, world: World) -> None:
    key = world.opened("xuanquan", "12022")
    page = browse("xuanquan").page(NEW)
    assert page.links()["Mở"] == f"/thi-dua/dang-ky/{key}"
    assert "Bản nháp" in page.table()[0]["Thao tác"]
    assert not [f for f in page.forms() if f.get("action") == NEW]


def test_opening_it_twice_explains(browse: Browse, world: World) -> None:
    world.opened("xuanquan", "12022")
    answer = browse("xuanquan").post(NEW, {"unit_id": world.units["12022"], "period_id": world.periods["2023"]})
    assert answer.status == 409
    assert "Đơn vị đã có bản đăng ký cho kỳ này" in answer.page.text
    assert len(world.all(select(EmulationRegistration.id))) == 1


@pytest.mark.parametrize(
    "data", [{}, {"unit_id": "x", "period_id": "y"}, {"unit_id": "1.000.000.000.000", "period_id": "1"}]
)
def test_a_form_without_a_choice_is_422(browse: Browse, data: dict[str, str]) -> None:
    answer = browse("xuanquan").post(NEW, data)
    assert answer.status == 422
    assert "Xin chọn đơn vị và kỳ đăng ký" in answer.page.text


def test_a_unit_of_others_is_refused(browse: Browse, world: World) -> None:
    answer = browse("xuanquan").post(NEW, {"unit_id": world.units["326"], "period_id": world.periods["2023"]})
    assert answer.status == 403
    assert world.all(select(EmulationRegistration.id)) == []


def test_an_unknown_period_is_404(browse: Browse, world: World) -> None:
    assert browse("xuanquan").post(NEW, {"unit_id": world.units["12022"], "period_id": 999}).status == 404


def test_who_only_looks_on_may_not(browse: Browse) -> None:
    assert browse("thidua").get(NEW).status == 403
    assert browse("vangiang.lanhdao").get(NEW).status == 403


def test_a_period_to_come_says_when_it_opens(browse: Browse, clock: FixedClock, world: World) -> None:
    clock.instant = datetime(2023, 1, 2, 2, 0, tzinfo=UTC)
    page = browse("xuanquan").page(NEW)
    assert "Kỳ này mở từ ngày 03/01/2023." in page.text
    assert not [f for f in page.forms() if f.get("action") == NEW]
    answer = browse("xuanquan").post(NEW, {"unit_id": world.units["12022"], "period_id": world.periods["2023"]})
    assert answer.status == 409
    assert "Kỳ đăng ký chưa mở hoặc đã đóng" in answer.page.text


def test_a_closed_period_says_so_unless_it_was_prolonged(
    browse: Browse, clock: FixedClock, world: World, session: object, runtime: object
) -> None:
    clock.instant = datetime(2023, 7, 5, 2, 0, tzinfo=UTC)
    assert "Kỳ này đã đóng từ ngày 30/06/2023" in browse("xuanquan").page(NEW).text
    with world.work_as("thidua") as work:
        work.session.add(
            PeriodException(
                period_id=world.periods["2023"],
                unit_id=world.units["12022"],
                due_on=date(2023, 7, 10),
                reason="Sáp nhập",
                granted_by_id=work.actor.user_id,
                granted_on=date(2023, 7, 1),
            )
        )
    page = browse("xuanquan").page(NEW)
    assert "10/07/2023" in page.table()[0]["Hạn gửi"]
    assert page.form_to(NEW) is not None


def test_several_units_are_a_choice(browse: Browse, world: World) -> None:
    with world.work_as("thidua") as work:
        assign(work.session, world, "xuanquan", Role.COMMUNE_OFFICER, "12025")
    page = browse("xuanquan").page(NEW)
    assert [row["Đơn vị"] for row in page.table()] == ["UBND xã Cửu Cao", "UBND xã Xuân Quan"]
    assert "Chọn đơn vị và kỳ đăng ký" in page.headings(2)


def test_a_year_without_periods_says_why(browse: Browse) -> None:
    page = browse("xuanquan").page(f"{NEW}?nam=2024")
    assert "Kỳ này mở từ ngày 02/01/2024." in page.text
    empty = browse("sgddt").page(f"{NEW}?nam=2022")
    assert "Không có kỳ đăng ký nào của đơn vị trong năm 2022" in empty.text
