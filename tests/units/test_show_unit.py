"""GET /quan-tri/don-vi/<id>."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from portal.domain.units.reorganisation import Decision, NewUnit, merge_units, move_unit, rename_unit
from tests.pages import Page
from tests.units.trees import Given

ClientOf = Callable[[str], FlaskClient]
UnitId = Callable[[str], int]
PAPER = Decision("12/QĐ-UBND", date(2023, 2, 1), date(2023, 3, 1), "Theo đề án sắp xếp")


def test_shows_facts_line_and_children(client_of: ClientOf, unit_id: UnitId) -> None:
    page = Page(client_of("quantri").get(f"/quan-tri/don-vi/{unit_id('326')}").text)
    assert page.headings() == ["UBND huyện Văn Giang"]
    assert "Đang hoạt động" in page.text
    links = page.links()
    assert links["Hưng Yên"] == f"/quan-tri/don-vi/{unit_id('33')}"
    assert links["Xã Xuân Quan"] == f"/quan-tri/don-vi/{unit_id('12022')}"
    assert "6 tài khoản" in links
    assert {"Sửa thông tin", "Đổi tên", "Hợp nhất, sáp nhập", "Chia, tách", "Giải thể, kết thúc"} <= set(links)


def test_the_top_unit_has_no_reorganisation(client_of: ClientOf, unit_id: UnitId) -> None:
    links = Page(client_of("quantri").get(f"/quan-tri/don-vi/{unit_id('33')}").text).links()
    assert "Sửa thông tin" in links
    assert "Đổi tên" not in links


def test_an_officer_reads_only(client_of: ClientOf, unit_id: UnitId) -> None:
    page = Page(client_of("vangiang").get(f"/quan-tri/don-vi/{unit_id('326')}").text)
    links = page.links()
    assert not {"Sửa thông tin", "Đổi tên", "Thêm đơn vị trực thuộc"} & set(links)
    assert "Hưng Yên" not in links, "what is above is named without a link"
    assert "Hưng Yên" in page.text
    assert "tài khoản" not in [text.split(" ")[-1] for text in links if text[:1].isdigit()]


@pytest.mark.parametrize("code", ["330", "33", "STC"])
def test_a_unit_out_of_reach_is_not_found(client_of: ClientOf, unit_id: UnitId, code: str) -> None:
    assert client_of("vangiang").get(f"/quan-tri/don-vi/{unit_id(code)}").status_code == 404


def test_no_such_unit(client_of: ClientOf) -> None:
    assert client_of("quantri").get("/quan-tri/don-vi/999999").status_code == 404


def test_history_names_decision_and_units(client_of: ClientOf, given: Given) -> None:
    first, second = given.division("A"), given.division("B")
    below = given.division("A1", under="A")
    new = NewUnit("C", "Phòng C mới", "P. C", "department_division")
    given.change(lambda work: merge_units(work, [first, second], PAPER, new))
    page = Page(client_of("quantri").get(f"/quan-tri/don-vi/{first}").text)
    row = page.table(0)[0] if "Việc" in page.tables()[0][0] else page.table(1)[0]
    assert "Đã kết thúc từ 01/03/2023" in page.text
    assert row["Việc"] == "Hợp nhất, sáp nhập"
    assert row["Quyết định"] == "12/QĐ-UBND ký ngày 01/02/2023"
    assert "Trước khi sắp xếp: Phòng A (A) , Phòng B (B)" in row["Nội dung"]
    assert "Sau khi sắp xếp: Phòng C mới (C)" in row["Nội dung"]
    assert "Theo đề án sắp xếp" in row["Nội dung"]
    assert "Đổi tên" not in page.links(), "what has ended is changed no more"
    carried = Page(client_of("quantri").get(f"/quan-tri/don-vi/{below}").text)
    assert "Chuyển theo: Phòng C mới (A1)" in carried.text


def test_names_over_time(client_of: ClientOf, given: Given) -> None:
    unit = given.division("A")
    given.change(lambda work: rename_unit(work, unit, PAPER, "Phòng Tổng hợp", "P. TH"))
    page = Page(client_of("quantri").get(f"/quan-tri/don-vi/{unit}").text)
    assert page.headings() == ["Phòng Tổng hợp"]
    names = next(t for t in page.tables() if t[0][0] == "Tên đầy đủ")
    assert names[1:] == [
        ["Phòng Tổng hợp", "P. TH", "01/03/2023", "nay"],
        ["Phòng A", "P. A", "01/01/2020", "01/03/2023"],
    ]
    assert "Phòng A → Phòng Tổng hợp" in page.text
    assert Page(client_of("quantri").get("/quan-tri/don-vi?q=phong+a").text).tables(), "found by the former name too"


def test_a_unit_that_was_in_reach_once_can_still_be_read(client_of: ClientOf, given: Given, unit_id: UnitId) -> None:
    commune, other = unit_id("12022"), unit_id("330")
    given.change(lambda work: move_unit(work, commune, PAPER, other))
    client = client_of("vangiang")
    assert client.get(f"/quan-tri/don-vi/{commune}").status_code == 200
    assert "Xã Xuân Quan" not in Page(client.get("/quan-tri/don-vi").text).text


def test_states_of_units_to_come_and_to_end(client_of: ClientOf, given: Given) -> None:
    later = given.division("SAU", valid_from=date(2023, 9, 1))
    assert "Hoạt động từ 01/09/2023" in Page(client_of("quantri").get(f"/quan-tri/don-vi/{later}").text).text
    first = given.division("A")
    end = Decision("1/QĐ", date(2023, 3, 1), date(2023, 6, 1))
    given.change(lambda work: merge_units(work, [first], end, NewUnit("B", "Phòng B", "P. B", "department_division")))
    page = Page(client_of("quantri").get(f"/quan-tri/don-vi/{first}").text)
    assert "Kết thúc từ 01/06/2023" in page.text
    assert "Đổi tên" not in page.links()


def test_a_district_manager_cannot_reorganise_their_own_top(district_manager: FlaskClient, unit_id: UnitId) -> None:
    top = Page(district_manager.get(f"/quan-tri/don-vi/{unit_id('326')}").text).links()
    assert "Sửa thông tin" in top
    assert "Đổi tên" not in top
    assert "Đổi tên" in Page(district_manager.get(f"/quan-tri/don-vi/{unit_id('12022')}").text).links()
