"""GET /quan-tri/don-vi and /quan-tri/don-vi/tim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.core.runtime import Runtime
from portal.domain.units.models import Unit
from portal.domain.units.reorganisation import Decision, dissolve_unit
from tests.pages import Page
from tests.units.trees import division, manager, work_in

ClientOf = Callable[[str], FlaskClient]


def column(page: Page, label: str) -> list[str]:
    """A column's texts; a sorted heading says its direction behind its label."""
    head, *rows = page.tables()[0]
    place = next(n for n, text in enumerate(head) if text.startswith(label))
    return [row[place] for row in rows]


def names(page: Page) -> list[str]:
    return column(page, "Tên đơn vị")


def test_shows_the_whole_province_fifty_at_a_time(client_of: ClientOf) -> None:
    page = Page(client_of("quantri").get("/quan-tri/don-vi").text)
    assert page.headings() == ["Đơn vị"]
    assert len(page.table()) == 50
    assert "1–50 trong 345" in page.text
    assert {"Thêm đơn vị", "Cấp và loại", "Trang sau"} <= set(page.links())


def test_walks_all_pages_and_meets_every_unit_once(client_of: ClientOf, read: Callable[..., list[str]]) -> None:
    client, url, seen = client_of("quantri"), "/quan-tri/don-vi?xep=ma", []
    while url:
        page = Page(client.get(url).text)
        seen += column(page, "Mã")
        url = page.links().get("Trang sau", "")
    assert seen == sorted(read(select(Unit.code)))


def test_an_officer_sees_their_own_subtree_and_cannot_add(client_of: ClientOf) -> None:
    page = Page(client_of("vangiang").get("/quan-tri/don-vi").text)
    assert len(page.table()) == 12
    assert "UBND xã Xuân Quan" in names(page)
    assert "UBND xã Bình Minh" not in names(page)
    assert "Thêm đơn vị" not in page.links()


@pytest.mark.parametrize("words", ["xuan quan", "XUÂN QUAN", "xã quan xuân", "12022"])
def test_finds_without_marks_and_in_any_order(client_of: ClientOf, words: str) -> None:
    page = Page(client_of("quantri").get("/quan-tri/don-vi", query_string={"q": words}).text)
    assert "UBND xã Xuân Quan" in names(page)


def test_filters_by_level_kind_and_parent(client_of: ClientOf, unit_id: Callable[[str], int]) -> None:
    client = client_of("quantri")
    districts = Page(client.get("/quan-tri/don-vi?cap=district").text)
    assert len(districts.table()) == 10
    assert {row["Loại"] for row in districts.table()} == {"Huyện, thị xã, thành phố"}
    towns = Page(client.get("/quan-tri/don-vi?loai=town").text)
    assert len(towns.table()) == 8
    below = Page(client.get(f"/quan-tri/don-vi?truc_thuoc={unit_id('326')}").text)
    assert below.headings() == ["Đơn vị trực thuộc Văn Giang"]
    assert len(below.table()) == 11


def test_number_of_children_leads_to_them(client_of: ClientOf, unit_id: Callable[[str], int]) -> None:
    page = Page(client_of("quantri").get("/quan-tri/don-vi?cap=district&q=van+giang").text)
    assert page.table()[0]["Trực thuộc"] == "11"
    assert page.links()["11"] == f"/quan-tri/don-vi?truc_thuoc={unit_id('326')}"


def test_shows_the_units_of_another_day(client_of: ClientOf, session: Session, unit_id: Callable[[str], int]) -> None:
    province, commune, department = unit_id("33"), unit_id("12022"), unit_id("SNV")
    work = work_in(session, manager(province))
    dissolve_unit(work, commune, Decision("1/QĐ-UBND", date(2023, 1, 5), date(2023, 2, 1)))
    division(work, "MAI-SAU", department, date(2023, 6, 1))
    session.commit()
    client = client_of("quantri")
    today = Page(client.get("/quan-tri/don-vi?truc_thuoc=" + str(unit_id("326"))).text)
    assert "UBND xã Xuân Quan" not in names(today)
    before = Page(client.get("/quan-tri/don-vi?q=xuan+quan&ngay=31/01/2023").text)
    assert "UBND xã Xuân Quan" in names(before)
    assert before.table()[0]["Hoạt động từ"] == "01/01/2020 đến trước 01/02/2023"
    assert not Page(client.get("/quan-tri/don-vi?q=mai-sau").text).tables()
    assert len(Page(client.get("/quan-tri/don-vi?q=mai-sau&ngay=01/06/2023").text).table()) == 1


def test_says_why_nothing_is_there(client_of: ClientOf) -> None:
    page = Page(client_of("quantri").get("/quan-tri/don-vi?q=khongcodonvinao").text)
    assert "Không có đơn vị nào khớp bộ lọc" in page.text
    assert "Xóa lọc" in page.links()


@pytest.mark.parametrize(
    "query", ["truc_thuoc=abc", "truc_thuoc=999999", "ngay=31/31/2023", "cap=none", "loai=none", "sau=xx", "xep=zz"]
)
def test_an_address_that_means_nothing_shows_the_list(client_of: ClientOf, query: str) -> None:
    answer = client_of("quantri").get(f"/quan-tri/don-vi?{query}")
    assert answer.status_code == 200
    assert len(Page(answer.text).table()) == 50


def test_a_foreign_parent_is_not_listed(client_of: ClientOf, unit_id: Callable[[str], int]) -> None:
    page = Page(client_of("vangiang").get(f"/quan-tri/don-vi?truc_thuoc={unit_id('330')}").text)
    assert page.headings() == ["Đơn vị"]
    assert len(page.table()) == 12


def test_asks_the_same_number_of_queries_whatever_is_shown(client_of: ClientOf, runtime: Runtime) -> None:
    client, counts = client_of("quantri"), []
    for url in ("/quan-tri/don-vi?q=xuan+quan", "/quan-tri/don-vi"):
        seen: list[str] = []
        listener = lambda *args, seen=seen: seen.append(args[2])  # noqa: E731 - removed again below
        event.listen(runtime.engine, "before_cursor_execute", listener)
        client.get(url)
        event.remove(runtime.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_needs_a_sign_in_and_the_permission(client: FlaskClient, client_of: ClientOf) -> None:
    assert client.get("/quan-tri/don-vi").location.startswith("/dang-nhap")
    assert client_of("nhatky").get("/quan-tri/don-vi").status_code == 403


def options(html: str) -> list[str]:
    return [o.get("value", "") for o in Page(html).root.iter("option")]


def test_suggests_units_in_reach_nearest_first(client_of: ClientOf) -> None:
    client = client_of("quantri")
    assert options(client.get("/quan-tri/don-vi/tim?q=12022").text) == ["12022 – UBND xã Xuân Quan"]
    assert options(client.get("/quan-tri/don-vi/tim?q=stc").text)[0] == "STC – Sở Tài chính"
    found = options(client.get("/quan-tri/don-vi/tim?q=Văn Giang").text)
    assert "326 – UBND huyện Văn Giang" in found
    assert found[0] == "326 – UBND huyện Văn Giang"
    assert options(client_of("vangiang").get("/quan-tri/don-vi/tim?q=khoai chau").text) == []


def test_takes_the_words_under_the_name_of_the_asking_field(client_of: ClientOf) -> None:
    client = client_of("quantri")
    answer = client.get("/quan-tri/don-vi/tim?parent=12022", headers={"HX-Trigger-Name": "parent"})
    assert options(answer.text) == ["12022 – UBND xã Xuân Quan"]
    assert options(client.get("/quan-tri/don-vi/tim").text) == []
    assert len(options(client.get("/quan-tri/don-vi/tim?q=xa").text)) == 12


def test_exact_marks_come_before_others(client_of: ClientOf, session: Session, unit_id: Callable[[str], int]) -> None:
    province, department = unit_id("33"), unit_id("SNV")
    work = work_in(session, manager(province))
    for code, name in (("HOA1", "Phòng Hoa"), ("HOA2", "Phòng Hòa")):
        unit = division(work, code, department)
        unit.name = unit.short_name = name
        unit.folded = "phong hoa " + code.lower()
    session.commit()
    found = options(client_of("quantri").get("/quan-tri/don-vi/tim?q=phòng hòa").text)
    assert found[:2] == ["HOA2 – Phòng Hòa", "HOA1 – Phòng Hoa"]
