"""The units below: the panel, the comparison, taking in, bringing up to date, with their refusals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from portal.domain.emulation.services import lines, registrations
from portal.domain.emulation.services.shared import load_for_write
from tests.emulation.domain.builders import PAPER, World
from tests.emulation.pages.support import Browser, lines_table
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]
Counting = Callable[[], AbstractContextManager[list[str]]]


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def child_row(page: Page, unit: str) -> list[str]:
    rows = [[text_of(cell) for cell in row] for row in page.by_id("cap-duoi").iter("tr")]
    return next(row for row in rows if row[0] == unit)


@pytest.fixture
def own(world: World) -> int:
    return world.opened("vangiang", "326")


@pytest.fixture
def source(world: World) -> int:
    return world.sent_by_commune(
        world.person("Đàm Văn Lợi"), world.person("Chu Thị Bưởi"), world.collective("Hội Nông dân")
    )


def compare(own: int, source: int) -> str:
    return f"{address(own)}/cap-duoi/{source}"


def test_the_panel_says_who_has_sent_and_what_was_taken_in(browse: Browse, world: World, own: int, source: int) -> None:
    page = browse("vangiang").page(address(own))
    assert "1/11 đơn vị đã gửi" in text_of(page.by_id("cap-duoi"))
    assert child_row(page, "UBND xã Xuân Quan") == [
        "UBND xã Xuân Quan",
        "Chờ tiếp nhận",
        "09:00 15/03/2023",
        "3",
        "0",
        "Lấy 3 dòng So sánh Tiếp nhận Trả lại",
    ]
    assert child_row(page, "UBND xã Cửu Cao")[1:] == ["Chưa đăng ký", "hạn 31/03/2023, còn 16 ngày", "", "", ""]
    assert page.links()["Tiếp nhận"] == f"{address(source)}/buoc/tiep-nhan"
    assert page.links()["So sánh"] == compare(own, source)


def test_a_draft_below_is_known_by_its_state_alone(browse: Browse, world: World, own: int) -> None:
    world.opened("xuanquan", "12022", "2023", world.person("Đàm Thị Bí Mật"))
    page = browse("vangiang").page(address(own))
    assert child_row(page, "UBND xã Xuân Quan")[1:] == ["Đang soạn", "hạn 31/03/2023, còn 16 ngày", "", "", ""]
    assert "Bí Mật" not in page.text


def test_the_same_panel_as_a_page_of_its_own(browse: Browse, world: World, own: int, source: int) -> None:
    page = browse("vangiang").page(f"{address(own)}/cap-duoi")
    assert page.headings() == ["Đơn vị trực thuộc"]
    assert child_row(page, "UBND xã Xuân Quan")[3] == "3"
    assert browse("khoaichau").get(f"{address(own)}/cap-duoi").status == 404
    assert browse("thidua").get(f"{address(own)}/cap-duoi").status == 403


def test_a_so_has_its_divisions_below(browse: Browse, world: World) -> None:
    page = browse("stc").page(f"{address(world.opened('stc', 'STC'))}/cap-duoi")
    assert child_row(page, "Phòng Quản lý ngân sách")[1] == "Chưa đăng ký"


def test_a_unit_with_nobody_below_says_so(browse: Browse, world: World) -> None:
    key = world.opened("xuanquan", "12022")
    page = browse("xuanquan.lanhdao").page(f"{address(key)}/cap-duoi")
    assert "Đơn vị không có đơn vị trực thuộc phải đăng ký" in page.text
    assert not browse("xuanquan").page(address(key)).has_id("cap-duoi")


def test_take_in_everything_from_the_panel(browse: Browse, world: World, own: int, source: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(own))
    form = page.form_to(compare(own, source))
    answer = officer.post(compare(own, source), page.values(form))
    assert answer.location == compare(own, source)
    assert "Đã lấy 3 dòng vào bản đăng ký." in officer.follow(answer).text
    taken = lines_table(officer.page(address(own)))
    assert [row[3] for row in taken[1:]] == [
        "Đàm Văn Lợi Xã Xuân Quan",
        "Chu Thị Bưởi Xã Xuân Quan",
        "Hội Nông dân Xã Xuân Quan",
    ]
    again = officer.post(compare(own, source), {"viec": "lay-tat-ca"})
    assert "Không còn dòng nào chưa lấy." in officer.follow(again).text
    assert len(world.line_ids(own)) == 4


def test_take_in_the_chosen_ones(browse: Browse, world: World, own: int, source: int) -> None:
    officer = browse("vangiang")
    first, second, _ = world.line_ids(source)
    page = officer.page(compare(own, source))
    assert "3 dòng: 3 chưa lấy" in page.text
    answer = officer.post(compare(own, source), {"viec": "lay", "id": [str(second), "x"]})
    page = officer.follow(answer)
    assert "Đã lấy 1 dòng đã chọn." in page.text
    assert "3 dòng: 2 chưa lấy, 1 đã lấy" in page.text
    states = {row["Họ tên hoặc tên tập thể"]: row["So với bản của mình"] for row in page.table(0)}
    assert states == {"Đàm Văn Lợi": "Chưa lấy", "Chu Thị Bưởi": "Đã lấy", "Hội Nông dân": "Chưa lấy"}
    nothing = officer.post(compare(own, source), {"viec": "lay"})
    assert "Chưa chọn dòng nào" in officer.follow(nothing).text
    assert first not in world.line_ids(own)


def _changed_below(world: World, source: int) -> None:
    """The commune takes it back, changes a line, removes another, and sends again."""
    first, second, _ = world.line_ids(source)
    world.step("xuanquan", source, "take_back", "Sửa chức vụ")
    with world.work_as("xuanquan") as work:
        found = load_for_write(work, source)
        lines.update_line(work, found, first, 1, world.person("Đàm Văn Lợi", post="Chủ tịch", birth_year=1970))
        lines.remove_line(work, found, second, 1)
    world.step("xuanquan", source, "send_signed", PAPER)


def test_what_differs_afterwards_is_seen_and_brought_up_to_date(
    browse: Browse, world: World, own: int, source: int
) -> None:
    officer = browse("vangiang")
    officer.post(compare(own, source), {"viec": "lay-tat-ca"})
    _changed_below(world, source)
    row = child_row(officer.page(address(own)), "UBND xã Xuân Quan")
    assert row[4] == "2 khác 1 dòng"
    page = officer.page(compare(own, source))
    states = {r["Họ tên hoặc tên tập thể"]: r["So với bản của mình"] for r in page.table(0)}
    assert states["Đàm Văn Lợi"] == "Khác bản đã lấy (chức vụ, năm sinh)"
    assert states["Chu Thị Bưởi"] == "Cấp dưới đã xóa Mở dòng đã lấy"
    assert states["Hội Nông dân"] == "Đã lấy"
    first = world.line_ids(source)[0]
    done = officer.follow(officer.post(compare(own, source), {"viec": "cap-nhat", "id": str(first)}))
    assert "Đã cập nhật 1 dòng theo cấp dưới." in done.text
    assert lines_table(officer.page(address(own)))[1][4] == "Chủ tịch"
    again = officer.follow(officer.post(compare(own, source), {"viec": "cap-nhat", "id": str(first)}))
    assert "không có gì khác" in again.text
    gone = page.links()["Mở dòng đã lấy"].partition("#")[0]
    assert officer.get(gone).status == 200


def test_a_child_without_lines(browse: Browse, world: World, own: int) -> None:
    with world.work_as("xuanquan") as work:
        made = registrations.open_registration(work, world.units["12022"], world.periods["2023"])
        registrations.save_content(work, made, made.version, registrations.ContentData("Nội dung"))
        registrations.add_pledge(work, made, registrations.PledgeData("Sáng kiến"))
        key = made.id
    world.step("xuanquan", key, "send_signed", PAPER)
    page = browse("vangiang").page(compare(own, key))
    assert "Đơn vị không nêu tên tập thể, cá nhân" in page.text


def test_who_may_not(browse: Browse, world: World, own: int, source: int) -> None:
    data = {"viec": "lay-tat-ca"}
    assert browse("vangiang.lanhdao").post(compare(own, source), data).status == 403
    assert browse("vangiang.lanhdao").get(compare(own, source)).status == 200
    assert browse("xuanquan").get(compare(own, source)).status == 403
    assert browse("khoaichau").get(compare(own, source)).status == 404
    assert browse("khoaichau").post(compare(own, source), data).status == 404
    assert browse("vangiang").get(compare(own, own)).status == 404
    assert browse("vangiang").get(compare(own, 999)).status == 404
    world.step("vangiang", own, "submit")
    assert browse("vangiang").post(compare(own, source), data).status == 409
    assert len(world.line_ids(own)) == 1


def test_what_was_taken_back_cannot_be_taken_in(browse: Browse, world: World, own: int, source: int) -> None:
    world.step("xuanquan", source, "take_back", "Nhầm")
    assert browse("vangiang").get(compare(own, source)).status == 403
    assert browse("vangiang").post(compare(own, source), {"viec": "lay-tat-ca"}).status == 403
    assert len(world.line_ids(own)) == 1


def test_the_number_of_queries_does_not_grow_with_the_children(
    browse: Browse, world: World, own: int, count_queries: Counting
) -> None:
    officer = browse("vangiang")
    officer.get(address(own))
    with count_queries() as before:
        officer.get(address(own))
    world.sent_by_commune(world.person("Đàm Văn Lợi"), world.person("Chu Thị Bưởi"))
    with count_queries() as after:
        officer.get(address(own))
    assert len(after) == len(before)
