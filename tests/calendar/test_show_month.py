"""/lich: the month as its readers see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from tests.emulation.domain.builders import WorkAs, World, assign, make_world
from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def month(client_of: ClientOf) -> Callable[..., Page]:
    """month("vangiang", "?thang=4"): the page of a demo account."""

    def get(who: str, query: str = "", path: str = "/lich") -> Page:
        answer = client_of(who).get(path + query)
        assert answer.status_code == 200
        found = Page(answer.text)
        assert found.errors == []
        return found

    return get


MENU = ("Thi đua, khen thưởng", "Kiến nghị, hỏi đáp", "Quản trị")


def panels(page: Page) -> list[str]:
    """The headings of the page's own parts."""
    return [heading for heading in page.headings(2) if heading not in MENU]


def test_the_month_shows_what_is_due_by_day_and_beside_it(month: Callable[..., Page]) -> None:
    page = month("vangiang")
    assert page.headings() == ["Lịch"]
    assert panels(page)[:2] == ["Tháng 3/2023", "Đến hạn trong tháng 3/2023"]
    grid = page.tables()[0]
    assert grid[0] == [
        "Tuần Tuần trong năm",
        *(f"Thứ {n}" for n in ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy")),
        "Chủ nhật",
    ]
    assert [row[0] for row in grid[1:]] == ["9", "10", "11", "12", "13"]
    assert grid[3][3] == "15 Hôm nay"
    assert grid[5][5].startswith("31 Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang")
    beside = text_of(page.by_id("viec-trong-thang"))
    assert "Thứ Sáu, 31/03/2023 Còn 16 ngày (12 ngày làm việc)" in beside
    assert "Thi đua, theo dõi: 11/11 đơn vị chưa gửi" in beside
    assert "23 ngày làm việc trong tháng" in page.text
    assert not page.has_id("qua-han")


def test_what_is_overdue_stands_first_whatever_month_is_in_view(
    month: Callable[..., Page], clock: FixedClock, client_of: ClientOf
) -> None:
    clock.instant = datetime(2023, 4, 5, 3, tzinfo=UTC)
    page = month("vangiang", "?thang=6")
    assert panels(page)[:3] == ["Tháng 6/2023", "Quá hạn", "Đến hạn trong tháng 6/2023"]
    assert "Quá 5 ngày" in text_of(page.by_id("viec-qua-han"))
    address = page.links()["Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang"]
    assert client_of("vangiang").get(address).status_code == 200


def test_days_off_and_swapped_days_are_named(month: Callable[..., Page]) -> None:
    may = month("xuanquan", "?thang=5&nam=2024")
    cells = {cell.split(" ")[0]: cell for row in may.tables()[0][1:] for cell in row[1:] if cell}
    assert cells["4"] == "4 Làm việc bù cho ngày 29/04"
    assert cells["1"] == "1 Ngày Quốc tế lao động"
    assert "22 ngày làm việc trong tháng" not in may.text
    april = month("xuanquan", "?thang=4&nam=2024")
    assert "Nghỉ hoán đổi, làm bù ngày 04/05" in april.text
    assert "dự kiến" not in april.text
    assert "Nghỉ bù Giỗ Tổ Hùng Vương" in month("xuanquan", "?thang=5").text


def test_an_empty_month_says_why_and_where_the_next_day_is(month: Callable[..., Page]) -> None:
    page = month("vangiang", "?thang=2")
    assert "Không có việc đến hạn trong tháng 2/2023" in page.headings(3)
    assert "Việc gần nhất sau tháng này: Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang, 31/03/2023." in page.text
    assert page.links()["Xem tháng 3/2023"] == "/lich?thang=3"
    assert "Hạn của việc ông/bà soạn, duyệt, tiếp nhận hoặc theo dõi hiện ở đây." in month("cchc").text


def test_a_year_without_a_list_is_told_as_expected(
    month: Callable[..., Page], clock: FixedClock, client_of: ClientOf
) -> None:
    clock.instant = datetime(2025, 1, 20, 3, tzinfo=UTC)
    page = month("vangiang")
    assert "Ngày nghỉ năm 2025 là dự kiến, chưa có danh sách chính thức." in page.text
    assert "Tết Nguyên đán (mùng 1)" in page.text


def test_months_follow_each_other_within_the_years_of_the_portal(month: Callable[..., Page]) -> None:
    links = month("vangiang", "?thang=12").links()
    assert (links["Tháng trước"], links["Tháng sau"], links["Tháng này"]) == (
        "/lich?thang=11", "/lich?thang=1&nam=2024", "/lich?thang=3",
    )  # fmt: skip
    assert "Tháng trước" not in month("vangiang", "?thang=1&nam=2022").links()
    assert "Tháng sau" not in month("vangiang", "?thang=12&nam=2024").links()


@pytest.mark.parametrize(
    "query", ["?thang=13", "?thang=0", "?thang=-1", "?thang=ba", "?thang=٣٣", "?thang=999999999999", "?nam=0"]
)
def test_an_odd_address_shows_this_month(month: Callable[..., Page], query: str) -> None:
    assert panels(month("vangiang", query))[0] == "Tháng 3/2023"


def test_a_swap_equals_a_fresh_load(client_of: ClientOf) -> None:
    browser = client_of("vangiang")
    for query in ("?thang=3", "?thang=4", "?thang=4&nam=2024"):
        whole = Page(browser.get("/lich" + query).text)
        part = Page(browser.get("/lich" + query, headers=HTMX).text)
        assert part.headings() == []
        assert text_of(part.by_id("lich-thang")) == text_of(whole.by_id("lich-thang"))


def test_the_sheet_lists_the_month_for_its_reader(month: Callable[..., Page]) -> None:
    page = month("vangiang", "?thang=3", "/lich/in")
    assert page.headings() == ["VIỆC ĐẾN HẠN THÁNG 3/2023"]
    assert page.table()[0]["Việc"] == "Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    empty = month("vangiang", "?thang=9", "/lich/in")
    assert "Không có việc đến hạn trong tháng 9/2023." in empty.text
    assert empty.table()[-1] == {"Ngày": "Thứ Hai, 04/09/2023", "Nội dung": "Nghỉ bù Quốc khánh"}


def test_queries_do_not_grow_with_what_is_due(runtime: Runtime, world: World, month: Callable[..., Page]) -> None:
    seen: list[str] = []
    event.listen(runtime.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    month("vangiang")
    few = len(seen)
    with runtime.session_factory() as session:
        for unit in ("12022", "12025", "12028", "12031", "330", "325", "STC", "SYT"):
            assign(session, world, "vangiang", Role.UNIT_OFFICER, unit)
    seen.clear()
    page = month("vangiang")
    assert "và 8 việc nữa" in page.text
    assert len(seen) <= few


def test_long_lists_end_with_how_many_more_there_are(
    month: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.blueprints.calendar._month.MOST_LISTED", 1)
    beside = text_of(month("vangiang").by_id("viec-trong-thang"))
    assert beside.endswith("và 1 việc nữa; xem ở trang của từng lĩnh vực.")
    assert "đơn vị trực thuộc" not in beside
