"""GET /thi-dua/dang-ky."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from flask.testing import FlaskClient

from tests.emulation.lists.conftest import Arrange, See
from tests.emulation.lists.world import FORMULA, L, S, register
from tests.pages import Page, text_of

LIST = "/thi-dua/dang-ky"
NAME = "Cá nhân, tập thể"
BELOW = "Danh sách đăng ký"


def lines(page: Page) -> list[dict[str, str]]:
    """The rows of the list of lines."""
    for table in page.root.iter("table"):
        if text_of(next(iter(table.iter("caption")))).startswith("Cá nhân, tập thể"):
            head, *rows = [[text_of(c) for c in tr if c.tag in ("td", "th")] for tr in table.iter("tr")]
            plain = [h.split(",  đang xếp")[0].split(" , đang xếp")[0].split(", đang xếp")[0].strip() for h in head]
            return [dict(zip(plain, row, strict=True)) for row in rows]
    return []


def names(page: Page) -> list[str]:
    return [row[NAME].removesuffix(" Tập thể") for row in lines(page)]


PROVINCE = [
    "Nguyễn Thị Lan Anh",
    FORMULA,
    "Đỗ Thị Hòa",
    "Khối Mặt trận huyện Khoái Châu",
    "Lương Trả Lại",
    "Phòng Nội vụ huyện Văn Giang",
    "Chu Tiến Dũng",
]


def test_the_province_sees_what_was_sent_to_it(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", LIST)
    assert page.headings() == ["Đăng ký thi đua năm 2023"]
    assert sorted(names(page)) == sorted(PROVINCE)
    assert names(page)[-1] == "Chu Tiến Dũng"  # the school year's period comes after the offices'
    assert "Ngô Bản Nháp" not in page.text
    assert "Đàm Văn Lợi" not in page.text
    first = next(row for row in lines(page) if row[NAME] == "Nguyễn Thị Lan Anh")
    assert first["Chức vụ, phòng ban"] == "Chuyên viên, Phòng Nội vụ"
    assert first["Đơn vị trình"] == "Văn Giang"
    assert first["Trạng thái"] == "Chờ tiếp nhận"
    assert first["Ngày gửi"] == "10/03/2023"
    taken = next(row for row in lines(page) if row[NAME] == FORMULA)
    assert taken["Đơn vị trình"] == "Văn Giang (từ Xã Xuân Quan)"
    assert page.links()["Nguyễn Thị Lan Anh"] == f"/thi-dua/dang-ky/{world['326']}"
    assert "7 dòng" in page.text


def test_who_only_looks_on_does_not_see_what_was_returned(see: See, world: Mapping[str, int]) -> None:
    assert sorted(names(see("giamdoc", LIST))) == sorted(n for n in PROVINCE if n != "Lương Trả Lại")


def test_a_district_sees_its_communes_and_nothing_of_another(see: See, world: Mapping[str, int]) -> None:
    assert names(see("vangiang", LIST)) == ["Đàm Văn Lợi"]
    assert names(see("vangiang", f"{LIST}?ca_cap_duoi=1")) != []
    page = see("vangiang", f"{LIST}?ca_cap_duoi=1")
    assert set(names(page)) == {"Đàm Văn Lợi", "Nguyễn Thị Lan Anh", FORMULA, "Phòng Nội vụ huyện Văn Giang"}
    assert names(see("khoaichau", LIST)) == []
    other = see("vangiang", f"{LIST}?don_vi=330&ca_cap_duoi=1")
    assert "Khoái Châu" not in other.text


def test_a_commune_sees_its_own_registration_and_lines(see: See, world: Mapping[str, int]) -> None:
    page = see("xuanquan", LIST)
    own = page.table(0)
    assert [row["Bản đăng ký"] for row in own] == ["Đăng ký thi đua năm 2023"]
    assert own[0]["Trạng thái"] == "Chờ tiếp nhận"
    assert page.links()["Đăng ký thi đua năm 2023"] == f"/thi-dua/dang-ky/{world['12022']}"
    assert names(page) == ["Đàm Văn Lợi"]
    assert "Tình hình đơn vị" not in page.links()
    assert "Cấp" not in [text_of(label) for label in page.root.iter("label")]


def test_an_officer_finds_the_own_registration_at_the_top(see: See, world: Mapping[str, int]) -> None:
    page = see("stc", LIST)
    assert page.table(0)[0]["Trạng thái"] == "Bản nháp"
    assert page.table(0)[0]["Hạn gửi"] == "31/03/2023 (Còn 16 ngày)"
    assert "Lập bản đăng ký" in page.links()
    empty = see("sgddt", f"{LIST}?nam=2024")
    assert "Chưa có danh sách nào được gửi" in empty.text


def test_where_nothing_is_opened_yet_the_first_step_is_offered(see: See, unit_id: Callable[[str], int]) -> None:
    page = see("vangiang", LIST)
    row = page.table(0)[0]
    assert row["Trạng thái"] == "Chưa lập"
    links = [a.get("href", "") for a in page.root.iter("a") if text_of(a) == "Lập bản đăng ký"]
    assert any(f"unit_id={unit_id('326')}" in link for link in links)
    assert "Lập bản đăng ký" not in see("giamdoc", f"{LIST}?nam=2022").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("trang_thai=accepted", {"Đỗ Thị Hòa", "Khối Mặt trận huyện Khoái Châu"}),
        ("trang_thai=returned", {"Lương Trả Lại"}),
        ("trang_thai=draft", set(PROVINCE)),  # not one of the tabs: as if it were not there
        ("doi_tuong=collective", {"Phòng Nội vụ huyện Văn Giang", "Khối Mặt trận huyện Khoái Châu"}),
        ("tu=lan+anh", {"Nguyễn Thị Lan Anh"}),
        ("tu=HOA+do", {"Đỗ Thị Hòa"}),
        ("tu=%25", set()),
        ("cap=commune", {FORMULA}),
        ("cap=district", {n for n in PROVINCE if n not in (FORMULA, "Lương Trả Lại", "Chu Tiến Dũng")}),
        ("nam=2022", set()),
        ("nam=abc", set(PROVINCE)),
        ("don_vi=x&khoi=y&danh_hieu=-1&ky=9&xep=z&sau=%00", set(PROVINCE)),
    ],
)
def test_filters_in_the_address(see: See, world: Mapping[str, int], query: str, expected: set[str]) -> None:
    assert set(names(see("thidua", f"{LIST}?{query}"))) == expected


def test_filters_by_unit_block_title_and_period(
    see: See, world: Mapping[str, int], unit_id: Callable[[str], int]
) -> None:
    page = see("thidua", LIST)
    choices = {
        select.get("name", ""): {text_of(o): o.get("value", "") for o in select.iter("option")}
        for select in page.root.iter("select")
    }

    def found(name: str, label: str) -> set[str]:
        return set(names(see("thidua", f"{LIST}?{name}={choices[name][label]}")))

    assert found("don_vi", "Khoái Châu") == {"Đỗ Thị Hòa", "Khối Mặt trận huyện Khoái Châu"}
    block = "Khối thi đua các huyện, thị xã, thành phố"
    assert found("khoi", block) == {n for n in PROVINCE if n not in ("Lương Trả Lại", "Chu Tiến Dũng")}
    assert found("danh_hieu", "LĐTT") == {"Đỗ Thị Hòa", FORMULA, "Lương Trả Lại"}
    assert found("ky", "Năm học 2022-2023") == {"Chu Tiến Dũng"}
    commune = see("thidua", f"{LIST}?don_vi={unit_id('12022')}")
    assert names(commune) == [FORMULA]
    assert "Xã Xuân Quan" in {text_of(o) for o in commune.root.iter("option") if o.get("selected") is not None}


def test_sorts(see: See, world: Mapping[str, int]) -> None:
    up, down = names(see("thidua", LIST)), names(see("thidua", f"{LIST}?xep=-ten"))
    assert down == up[::-1]
    by_unit = [row["Đơn vị trình"].split(" (")[0] for row in lines(see("thidua", f"{LIST}?xep=don-vi"))]
    blocks = [unit for index, unit in enumerate(by_unit) if index == 0 or by_unit[index - 1] != unit]
    assert len(blocks) == len(set(blocks)) == 4
    by_title = [row["Danh hiệu"] for row in lines(see("thidua", f"{LIST}?xep=danh-hieu"))]
    assert by_title[:3] == ["LĐTT", "LĐTT", "LĐTT"]
    sorted_by = [th for th in see("thidua", f"{LIST}?xep=-ten").root.iter("th") if th.get("aria-sort")]
    assert [text_of(th) for th in sorted_by] == ["Cá nhân, tập thể , đang xếp giảm dần"]


def test_links_keep_the_query(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", f"{LIST}?tu=lan&trang_thai=sent&xep=-ten")
    links = page.links()
    columns = "cot=ten.chuc-vu-phong-ban.don-vi-trinh.danh-hieu.trang-thai.ngay-gui"
    taken = "/danh-sach/dong-dang-ky"
    assert links["Tải danh sách này"] == f"{taken}/xuat.xlsx?tu=lan&trang_thai=sent&xep=-ten&{columns}"
    assert links["In danh sách"] == f"{taken}/in?tu=lan&trang_thai=sent&xep=-ten&{columns}"
    assert links["Chọn mẫu, thể thức khác"].endswith("/xuat?tu=lan&trang_thai=sent&xep=-ten")
    assert links["Đã tiếp nhận"] == "/thi-dua/dang-ky?tu=lan&trang_thai=accepted&xep=-ten"
    assert links["Xóa lọc"] == "/thi-dua/dang-ky?xep=-ten"
    hidden = {i.get("name"): i.get("value") for i in page.root.iter("input") if i.get("type") == "hidden"}
    assert hidden["trang_thai"] == "sent"
    assert hidden["xep"] == "-ten"


def test_empty_lists_say_why(see: See, world: Mapping[str, int]) -> None:
    assert see("thidua", f"{LIST}?tu=khongco").headings(2)[-1] == "Không có dòng nào khớp bộ lọc"
    assert "Xóa lọc" in see("thidua", f"{LIST}?tu=khongco").links()
    assert "Chưa có danh sách nào được gửi" in see("khoaichau", LIST).headings(2)
    assert "Xem tình hình đơn vị" in see("khoaichau", LIST).links()
    assert "Danh sách chưa có dòng nào" in see("xuanquan", f"{LIST}?nam=2022").headings(2)


def test_pages_of_fifty_by_key(see: See, arrange: Arrange) -> None:
    people = [L(f"Nguyễn Văn {chr(65 + i // 26)}{chr(97 + i % 26)}", "LDTT", "Chuyên viên") for i in range(120)]
    arrange(lambda session: register(session, "326", S.SENT, people))
    address, seen, texts = LIST, [], []
    for _ in range(3):
        page = see("thidua", address)
        seen += names(page)
        texts.append(next(t for t in page.text.split("Trang") if "trong 120" in t).split()[-3:])
        address = page.links().get("Trang sau", "")
    assert address == ""
    assert len(set(seen)) == 120
    assert [t[0] for t in texts] == ["1–50", "51–100", "101–120"]
    assert see("thidua", LIST).text.count("120 dòng") == 1


def test_a_swap_equals_a_fresh_load(client_of: Callable[[str], FlaskClient], world: Mapping[str, int]) -> None:
    browser = client_of("thidua")
    for query in ("", "?tu=lan", "?trang_thai=accepted&xep=-ten", "?tu=khongco"):
        whole = Page(browser.get(LIST + query).text)
        part = Page(browser.get(LIST + query, headers={"HX-Request": "true"}).text)
        assert not part.has_id("dieu-huong")
        region, swapped = whole.by_id("ket-qua"), part.by_id("ket-qua")
        assert shape(swapped) == shape(region)


def shape(element: object) -> object:
    """An element with its attributes, words and children, as plain values; the form's token counts its seconds."""
    token = element.get("name") == "csrf_token"  # type: ignore[attr-defined]
    return (
        element.tag,  # type: ignore[attr-defined]
        sorted((k, v) for k, v in element.attrib.items() if not (token and k == "value")),  # type: ignore[attr-defined]
        (element.text or "").split(),  # type: ignore[attr-defined]
        [shape(child) for child in element],  # type: ignore[attr-defined]
        (element.tail or "").split(),  # type: ignore[attr-defined]
    )
