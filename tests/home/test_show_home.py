"""The start page as its readers see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from tests.emulation.domain.builders import PAPER, WorkAs, World, make_world
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def home(client_of: ClientOf) -> Callable[..., Page]:
    """home("thidua"): the start page of a demo account."""

    def get(who: str, query: str = "") -> Page:
        answer = client_of(who).get(f"/{query}")
        assert answer.status_code == 200
        found = Page(answer.text)
        assert found.errors == []
        return found

    return get


def panels(page: Page) -> list[str]:
    return page.headings(2)


def test_strangers_are_sent_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 303
    assert answer.location.startswith("/dang-nhap")


def test_what_waits_stands_by_its_due_day(home: Callable[..., Page], world: World, clock: FixedClock) -> None:
    world.sent_by_commune()
    clock.instant = datetime(2023, 3, 27, 3, tzinfo=UTC)
    page = home("vangiang")
    assert page.headings() == ["Việc của tôi"]
    assert "Thứ Hai, 27/03/2023. Ông/bà có 1 việc đến hạn trong 7 ngày và 1 việc khác." in page.text
    assert [[cell for cell in row if cell] for row in page.tables()[0]] == [
        ["Việc", "Lĩnh vực", "Hạn", "Còn lại"],
        ["Trong 7 ngày tới 1"],
        ["Lập đăng ký thi đua năm 2023: UBND huyện Văn Giang", "Thi đua", "31/03/2023", "Còn 4 ngày"],
        ["Không đặt hạn 1"],
        ["Tiếp nhận đăng ký thi đua năm 2023: UBND xã Xuân Quan", "Thi đua", "không đặt hạn", "Chờ 12 ngày"],
    ]


def test_what_is_overdue_comes_first_and_links_lead_on(
    home: Callable[..., Page], world: World, clock: FixedClock, client_of: ClientOf
) -> None:
    key = world.opened("vangiang", "326")
    clock.instant = datetime(2023, 4, 5, 3, tzinfo=UTC)
    page = home("vangiang")
    assert page.tables()[0][1] == ["Quá hạn 1"]
    assert page.tables()[0][2][-1] == "Quá 5 ngày"
    assert "1 việc quá hạn" in page.text
    address = page.links()["Hoàn thành đăng ký thi đua năm 2023: UBND huyện Văn Giang"]
    assert address == f"/thi-dua/dang-ky/{key}"
    assert client_of("vangiang").get(address).status_code == 200


def test_every_link_of_a_waiting_item_opens(home: Callable[..., Page], world: World, client_of: ClientOf) -> None:
    world.sent_by_commune()
    for who in ("vangiang", "vangiang.lanhdao", "thidua", "xuanquan", "sgddt"):
        links = home(who).links()
        for words, address in links.items():
            if words.startswith(("Lập", "Tiếp nhận", "Xem tổng hợp", "Đơn vị trực thuộc", "Cơ quan, đơn vị")):
                assert client_of(who).get(address).status_code == 200, (who, words, address)


def test_what_was_sent_and_where_it_is(home: Callable[..., Page], world: World) -> None:
    world.sent_by_district()
    page = home("vangiang.lanhdao")
    (row,) = page.table(-1)
    assert row == {
        "Nội dung, nơi đang giữ": "Đăng ký thi đua năm 2023: UBND huyện Văn Giang Sở Nội vụ, 09:00 15/03/2023",
        "Trạng thái": "Chờ tiếp nhận",
    }
    assert "Đã gửi" in panels(page)


def test_another_year_in_view(home: Callable[..., Page], world: World) -> None:
    world.sent_by_district()
    page = home("vangiang.lanhdao", "?nam=2022")
    assert "Chưa gửi việc nào" in page.text
    assert "năm 2022" in page.text


@pytest.mark.parametrize("who", ["thidua", "giamdoc", "vanphong"])
def test_who_watches_the_province_sees_the_plans_numbers(home: Callable[..., Page], world: World, who: str) -> None:
    world.sent_by_district(world.collective("UBND huyện Văn Giang", "CTDT"))
    page = home(who)
    assert "Chỉ tiêu thi đua năm 2023" in panels(page)
    assert "1 /344 đơn vị" in page.text
    assert "1 /58 cờ" in page.text
    assert "/2.000 tập thể, cá nhân" in page.text
    assert "1,7%" in page.text


def test_a_commune_sees_no_figures(home: Callable[..., Page]) -> None:
    page = home("xuanquan")
    assert panels(page)[-2:] == ["Theo hạn xử lý", "Đã gửi"]
    assert "Chỉ tiêu thi đua năm 2023" not in panels(page)


def test_with_nothing_to_do_the_first_steps_are_offered(home: Callable[..., Page]) -> None:
    page = home("thidua")
    assert "Không có việc nào đang chờ" in page.headings(3)
    links = page.links()
    assert links["Tình hình đăng ký"] == "/thi-dua/dang-ky/don-vi"
    assert "Hướng dẫn sử dụng" in links


def test_who_has_no_task_yet_is_told_so(home: Callable[..., Page]) -> None:
    page = home("luutru")
    assert "Không có việc nào đang chờ ông/bà" in page.text
    assert "Chỉ tiêu thi đua năm 2023" not in panels(page)


def test_the_menu_marks_where_one_stands(client_of: ClientOf) -> None:
    browser = client_of("thidua")
    for address, label in (
        ("/", "Việc của tôi"),
        ("/thi-dua/dang-ky", "Đăng ký thi đua"),
        ("/thi-dua/dang-ky/don-vi", "Tình hình đăng ký"),
        ("/thi-dua/dang-ky/tong-hop", "Tổng hợp theo danh hiệu"),
    ):
        page = Page(browser.get(address).text)
        nav = [link for link in page.root.iter("a") if link.get("aria-current") == "page" and link.get("href")]
        words = {" ".join("".join(link.itertext()).split()) for link in nav}
        assert label in words, address
        others = {"Đăng ký thi đua", "Tình hình đăng ký", "Tổng hợp theo danh hiệu"} - {label}
        menu = [link for link in nav if link.get("href", "").split("?")[0] != address]
        assert not {" ".join("".join(link.itertext()).split()) for link in menu} & others


def test_the_queries_do_not_grow(home: Callable[..., Page], world: World, runtime: Runtime) -> None:
    def statements(who: str) -> int:
        seen: list[Any] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(runtime.engine, "before_cursor_execute", listen)
        try:
            home(who)
        finally:
            event.remove(runtime.engine, "before_cursor_execute", listen)
        return len(seen)

    world.sent_by_commune()
    before = statements("thidua"), statements("vangiang")
    for who, unit in (("vangiang", "326"), ("khoaichau", "330"), ("stc", "STC")):
        key = world.opened(who, unit)
        world.step(who, key, "submit")
        world.step(f"{who}.lanhdao", key, "send", PAPER)
    assert (statements("thidua"), statements("vangiang")) == before
