"""GET /thi-dua/dang-ky/<id>: who sees what, the head, the steps, what blocks, the trail, the pages of lines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from portal.core.clock import FixedClock
from portal.core.text import fold, person_sort_key
from portal.domain.access.enums import Role
from portal.domain.emulation.catalogue_models import PeriodException
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.services import lines, registrations
from portal.domain.emulation.services.registrations import ContentData, PledgeData
from portal.domain.emulation.services.shared import load_for_write, recount
from tests.emulation.domain.builders import PAPER, World, assign
from tests.emulation.pages.support import Browser, lines_table, notes
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]
Counting = Callable[[], AbstractContextManager[list[str]]]


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def steps_of(page: Page) -> list[str]:
    found = next(n for n in page.root.iter("ol") if n.get("class") == "steps")
    return [text_of(item) for item in found]


def test_the_head_says_what_in_which_state_and_by_when(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    page = browse("vangiang").page(address(key))
    assert page.headings() == ["Đăng ký thi đua năm 2023"]
    for text in ("Bản nháp", "UBND huyện Văn Giang", "Sở Nội vụ", "31/03/2023, còn 16 ngày"):
        assert text in page.text
    assert steps_of(page) == [
        "1 Soạn bản đăng ký đang soạn",
        "2 Lãnh đạo đơn vị duyệt chưa trình",
        "3 Gửi Sở Nội vụ trước hết ngày 31/03/2023",
        "4 Tiếp nhận chưa gửi",
    ]
    links = page.links()
    assert links["Xem bản in"] == f"{address(key)}/in"
    assert links["Tải DOCX"] == f"{address(key)}/ban-dang-ky.docx"
    assert links["Tải mẫu"] == f"{address(key)}/mau.xlsx"
    assert links["Nhập từ Excel"] == f"{address(key)}/nhap"


def test_lines_stand_in_a_table_with_their_kind(browse: Browse, world: World) -> None:
    key = world.opened(
        "vangiang",
        "326",
        "2023",
        world.collective(division="Huyện"),
        world.person("Lê Thị Hoa", division="Phòng Nội vụ"),
    )
    page = browse("vangiang").page(address(key))
    assert lines_table(page) == [
        ["1", "Tập thể Lao động tiên tiến", "Tập thể", "Phòng Nội vụ", "", "Huyện"],
        ["2", "Lao động tiên tiến", "Cá nhân", "Lê Thị Hoa", "Chuyên viên", "Phòng Nội vụ"],
    ]
    assert text_of(page.by_id("dem-dong")) == "2 dòng: 1 tập thể, 1 cá nhân"


def test_a_foreign_unit_gets_404(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    for stranger in ("khoaichau", "stc", "xuanquan"):
        assert browse(stranger).get(address(key)).status == 404
    assert browse("vangiang").get(address(9999)).status == 404


def test_who_has_no_part_in_emulation_gets_403(browse: Browse, world: World) -> None:
    assert browse("tongiao").get(address(world.opened("vangiang", "326"))).status == 403


@pytest.mark.parametrize("above", ["vangiang", "vangiang.lanhdao", "thidua", "giamdoc", "hoidong"])
def test_of_a_draft_the_level_above_sees_only_that_it_exists(browse: Browse, world: World, above: str) -> None:
    key = world.opened("xuanquan", "12022", "2023", world.person("Đàm Thị Bí Mật"))
    answer = browse(above).get(address(key))
    assert answer.status == 200
    page = answer.page
    assert "Đơn vị đang soạn bản đăng ký" in page.text
    assert "Đang soạn" in page.text
    assert "UBND xã Xuân Quan" in page.text
    for hidden in ("Bí Mật", "Hoàn thành tốt nhiệm vụ", "Lao động tiên tiến", "Chuyên viên"):
        assert hidden not in answer.html


def test_in_review_the_level_above_still_sees_nothing(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Đàm Thị Bí Mật"))
    world.step("vangiang", key, "submit")
    assert "Bí Mật" not in browse("thidua").get(address(key)).html
    assert "Bí Mật" in browse("vangiang.lanhdao").get(address(key)).html


def test_once_sent_the_level_above_reads_and_cannot_write(browse: Browse, world: World) -> None:
    key = world.sent_by_commune(world.person("Đàm Văn Lợi"))
    page = browse("vangiang").page(address(key))
    assert lines_table(page)[0][3] == "Đàm Văn Lợi"
    assert "Hoàn thành tốt nhiệm vụ năm 2023." in page.text
    assert [form.get("id") for form in page.forms() if form.get("data-draft") is not None] == ["viet-trao-doi"]
    assert not page.has_id("dong-moi")
    assert not page.has_id("bieu-noi-dung")


def test_inner_steps_are_not_read_from_outside(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit", "Ý kiến riêng của chuyên viên")
    world.step("vangiang.lanhdao", key, "send", PAPER, "Đồng ý gửi")
    inside, outside = browse("vangiang").page(address(key)), browse("thidua").page(address(key))
    assert "Ý kiến riêng của chuyên viên" in inside.text
    assert "Ý kiến riêng của chuyên viên" not in outside.text
    assert "Đồng ý gửi" in outside.text
    trail = text_of(inside.by_id("nhat-ky"))
    assert trail.index("Duyệt và gửi cấp trên") < trail.index("Trình lãnh đạo duyệt")
    assert "Lê Văn Quyết (Văn Giang)" in trail


def test_the_trail_names_who_acted_and_for_whom(browse: Browse, world: World) -> None:
    with world.work_as("thidua") as work:
        assign(work.session, world, "khoaichau", Role.UNIT_OFFICER, "326", giver="vangiang")
    key = world.opened("khoaichau", "326")
    world.step("khoaichau", key, "submit", "Trình thay")
    trail = text_of(browse("vangiang").page(address(key)).by_id("nhat-ky"))
    assert "Đỗ Thị Bích Ngọc (Văn Giang), thay mặt Nguyễn Thị Lan Anh" in trail


def test_a_return_stands_at_the_top_with_its_reason(browse: Browse, world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "return", "Thiếu chỉ tiêu")
    page = browse("vangiang").page(address(key))
    alert = next(text_of(n) for n in page.root.iter("div") if n.get("class") == "alert is-warn")
    assert alert.startswith("Cấp tiếp nhận trả lại lúc 09:00 15/03/2023")
    assert "Nguyễn Thị Thu Hằng (Sở Nội vụ): Thiếu chỉ tiêu" in alert
    assert "đang sửa sau khi trả lại" in steps_of(page)[0]


def test_an_empty_draft_says_what_is_still_to_do(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        key = registrations.open_registration(work, world.units["326"], world.periods["2023"]).id
    page = browse("vangiang").page(address(key))
    summary = text_of(page.by_id("tom-tat"))
    assert summary.startswith("Còn 2 việc trước khi gửi")
    assert page.links()["Chưa có nội dung đăng ký thi đua."] == "#noi-dung-thi-dua"
    assert page.links()["Cần ít nhất một dòng danh sách hoặc một chỉ tiêu thi đua."] == "#danh-sach"
    assert "Chưa gửi được: còn 2 việc" in text_of(page.by_id("thanh-lenh"))
    blocked = [n for n in page.by_id("thanh-lenh").iter("button") if n.get("aria-disabled") == "true"]
    assert [text_of(n) for n in blocked] == ["Trình lãnh đạo"]


def _faulty(world: World, key: int) -> list[int]:
    """Two lines of one person and title, as an import of old data could have left them."""
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        lines.add_line(work, found, world.person("Phạm Văn Trùng", post="Kế toán"))
        other = lines.add_line(work, found, world.person("Phạm Văn Trùng", post="Thủ quỹ"))
        other.post = "Kế toán"
    return world.line_ids(key)


def test_faulty_lines_block_and_are_linked(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    _, first, second = _faulty(world, key)
    page = browse("vangiang").page(address(key))
    summary = page.by_id("tom-tat")
    assert text_of(summary).startswith("Cần sửa 2 dòng trước khi gửi")
    assert [n.get("href") for n in summary.iter("a")] == [f"#dong-{first}", f"#dong-{second}"]
    assert "đăng ký “Lao động tiên tiến” 2 lần" in notes(page, first)[0]
    assert "Còn 2 dòng lỗi".lower() in text_of(page.by_id("thanh-lenh")).lower()
    marked = [text_of(n) for n in page.by_id(f"dong-{first}").iter("mark")]
    assert marked == ["Lao động tiên tiến"]


def test_namesakes_warn_at_both_lines(browse: Browse, world: World) -> None:
    key = world.opened(
        "vangiang",
        "326",
        "2023",
        world.person(post="Kế toán"),
        world.person(post="Thủ quỹ"),
        world.person("Lê Thị Hoa"),
    )
    page = browse("vangiang").page(address(key))
    first, second, third = world.line_ids(key)
    assert "Có 2 người cùng tên “Nguyễn Văn An”" in notes(page, first)[0]
    assert notes(page, second) == notes(page, first)
    assert notes(page, third) == []
    assert "cảnh báo, vẫn gửi được" in text_of(page.by_id("thanh-lenh"))


def test_a_share_over_the_limit_warns_with_its_source(browse: Browse, world: World) -> None:
    key = world.opened(
        "vangiang", "326", "2023", world.person("Lê Thị Hoa", "CSTDCS"), world.person("Trần Văn Bách", "CSTDCS")
    )
    page = browse("vangiang").page(address(key))
    first, second = world.line_ids(key)
    found = next(n for n in notes(page, first) if "15%" in n)
    assert "Nghị định 91/2017/NĐ-CP, Điều 9 khoản 3 (đã đối chiếu)" in found
    assert notes(page, second) == []  # about the whole list: said once


def test_lines_taken_in_show_where_they_come_from(browse: Browse, world: World) -> None:
    source = world.sent_by_commune(world.person("Đàm Văn Lợi"))
    own = world.opened("vangiang", "326")
    browse("vangiang").post(f"{address(own)}/cap-duoi/{source}", {"viec": "lay-tat-ca"})
    assert lines_table(browse("vangiang").page(address(own)))[1][3] == "Đàm Văn Lợi Xã Xuân Quan"


def test_the_granted_day_is_the_due_day(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    with world.work_as("thidua") as work:
        work.session.add(
            PeriodException(
                period_id=world.periods["2023"],
                unit_id=world.units["326"],
                due_on=date(2023, 4, 20),
                reason="Kiện toàn tổ chức",
                granted_by_id=work.actor.user_id,
                granted_on=date(2023, 3, 1),
            )
        )
    assert "20/04/2023 (được gia hạn), còn 36 ngày" in browse("vangiang").page(address(key)).text


def test_after_the_period_the_steps_say_why_they_are_closed(browse: Browse, world: World, clock: FixedClock) -> None:
    key = world.opened("vangiang", "326")
    clock.instant = datetime(2023, 7, 3, 2, 0, tzinfo=UTC)
    page = browse("vangiang").page(address(key))
    assert "Kỳ đăng ký đã đóng với đơn vị" in text_of(page.by_id("thanh-lenh"))
    assert "quá 94 ngày" in page.text


def test_a_late_sending_is_seen(browse: Browse, world: World, clock: FixedClock) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    clock.instant = datetime(2023, 4, 3, 2, 0, tzinfo=UTC)
    world.step("vangiang.lanhdao", key, "send", PAPER)
    assert "muộn 3 ngày" in text_of(browse("thidua").page(address(key)).by_id("thanh-lenh"))


def test_who_drafted_reads_why_they_may_not_approve(browse: Browse, world: World) -> None:
    with world.work_as("thidua") as work:
        assign(work.session, world, "vangiang", Role.UNIT_HEAD, "326")
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    bar = browse("vangiang").page(address(key)).by_id("thanh-lenh")
    assert "không tự duyệt" in text_of(bar)


def test_a_reader_has_no_bar_and_no_forms_but_that_of_comments(browse: Browse, world: World) -> None:
    key = world.sent_by_district()
    page = browse("giamdoc").page(address(key))
    assert not page.has_id("thanh-lenh")
    assert {f.get("action") for f in page.forms()} == {"/dang-xuat", f"/trao-doi/dang-ky-thi-dua/{key}"}


def test_what_is_read_shows_all_that_was_written(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    data = ContentData("Dòng một\nDòng hai", 1200, (1, 2), {world.titles["CTDT"]: 1, world.titles["LDTT"]: 30})
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        registrations.save_content(work, found, found.version, data)
        registrations.add_pledge(work, found, PledgeData("Hồ sơ đúng hạn", None, "%", "cả năm"))
    world.step("vangiang", key, "submit")
    page = browse("vangiang").page(address(key))
    for text in (
        "Dòng một",
        "1.200",
        "Vì người nghèo",
        "30 (danh sách nêu 1)",
        "1 (danh sách nêu 0)",
        "Hồ sơ đúng hạn",
    ):
        assert text in page.text


def test_an_empty_list_says_so_to_a_reader(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        made = registrations.open_registration(work, world.units["326"], world.periods["2023"])
        registrations.save_content(work, made, made.version, ContentData("Nội dung"))
        registrations.add_pledge(work, made, PledgeData("Hồ sơ đúng hạn"))
        key = made.id
    world.step("vangiang", key, "submit")
    assert "Danh sách chưa có dòng nào" in browse("vangiang").page(address(key)).text


def many_lines(world: World, key: int, count: int) -> None:
    """Lines set straight into the table: distinct people."""
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        names = [f"Nguyễn Thị Số {number}" for number in range(count)]
        rows: list[dict[str, Any]] = [
            {
                "registration_id": key,
                "period_id": found.period_id,
                "unit_id": found.unit_id,
                "position": 1000 + number,
                "row_key": f"{number:032x}",
                "subject": SubjectKind.PERSON,
                "name": name,
                "folded": fold(name),
                "sort_key": person_sort_key(name),
                "post": "Chuyên viên",
                "title_id": world.titles["LDTT"],
                "created_at": work.clock.now(),
            }
            for number, name in enumerate(names)
        ]
        work.session.execute(insert(RegistrationLine), rows)
        recount(work, found)


def test_the_number_of_queries_does_not_grow_with_the_lines(
    browse: Browse, world: World, count_queries: Counting
) -> None:
    few, many = world.opened("vangiang", "326"), world.opened("khoaichau", "330")
    many_lines(world, few, 1)
    officer, other = browse("vangiang"), browse("khoaichau")
    officer.get(address(few)), other.get(address(many))
    with count_queries() as seen_few:
        officer.get(address(few))
    with world.work_as("khoaichau") as work:
        for number in range(19):
            found = load_for_write(work, many)
            lines.add_line(work, found, world.person(f"Lê Thị Số {number}"))
    with count_queries() as seen_many:
        other.get(address(many))
    assert len(lines_table(other.page(address(many)))) == 20
    assert len(seen_many) == len(seen_few)


def test_more_than_a_hundred_lines_are_paged(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    many_lines(world, key, 129)
    officer = browse("vangiang")
    first, second = officer.page(address(key)), officer.page(f"{address(key)}?trang=2")
    assert [row[0] for row in lines_table(first)] == [str(n) for n in range(1, 101)]
    assert [row[0] for row in lines_table(second)] == [str(n) for n in range(101, 131)]
    assert "1–100 trong 130 dòng" in first.text
    assert first.links()["Trang sau"] == f"{address(key)}?trang=2#danh-sach"
    assert second.links()["Trang trước"] == f"{address(key)}#danh-sach"
    assert not first.has_id("dong-moi")
    assert second.has_id("dong-moi")
    assert first.links()["Thêm dòng"] == f"{address(key)}/dong/moi"
    assert lines_table(officer.page(f"{address(key)}?trang=99")) == lines_table(second)


def test_a_fault_on_another_page_is_linked_there(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    many_lines(world, key, 110)
    *_, one, two = _faulty(world, key)
    assert len(world.line_ids(key)) == 113
    page = browse("vangiang").page(address(key))
    assert [n.get("href") for n in page.by_id("tom-tat").iter("a")] == [
        f"{address(key)}?trang=2#dong-{one}",
        f"{address(key)}?trang=2#dong-{two}",
    ]
