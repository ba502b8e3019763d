"""Numeric pledges: as whole pages and as rows, with their refusals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.domain.emulation.models import RegistrationPledge
from portal.domain.emulation.services import registrations
from portal.domain.emulation.services.registrations import PledgeData
from portal.domain.emulation.services.shared import load_for_write
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Browser, region, row_values, swap
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


@pytest.fixture
def pledge(world: World, key: int) -> int:
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        return registrations.add_pledge(work, found, PledgeData("Hồ sơ đúng hạn", Decimal("98.5"), "%", "cả năm")).id


def stored(world: World) -> list[RegistrationPledge]:
    return world.all(select(RegistrationPledge).order_by(RegistrationPledge.position))


def rows(page: Page) -> list[list[str]]:
    return [
        [text_of(cell) for cell in next(tbody.iter("tr"))][:4]
        for tbody in page.by_id("chi-tieu").iter("tbody")
        if "is-open" not in tbody.get("class", "")
    ]


def values(page: Page, row: str) -> dict[str, str]:
    return row_values(page, f"chi-tieu-{row}")


def test_add(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = {
        **values(officer.page(address(key)), "moi"),
        "name": "Thu ngân sách",
        "number": "1.635,5",
        "unit_of_measure": "tỷ đồng",
    }
    answer = officer.post(f"{address(key)}/chi-tieu", sent)
    assert answer.location == f"{address(key)}#chi-tieu"
    assert rows(officer.follow(answer)) == [["Thu ngân sách", "1.635,5", "tỷ đồng", ""]]
    assert stored(world)[0].number == Decimal("1635.5")


def test_add_by_htmx_equals_a_fresh_load(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    sent = {**values(page, "moi"), "name": "Sáng kiến", "number": "12"}
    answer = officer.post(f"{address(key)}/chi-tieu", sent, htmx=True)
    swap(page, "chi-tieu-moi", answer.html)
    fresh = officer.page(address(key))
    for part in ("chi-tieu", "thanh-lenh", "tom-tat"):
        assert region(page, part) == region(fresh, part)
    focused = [n.get("name") for n in page.by_id("chi-tieu-moi").iter() if n.get("data-focus") is not None]
    assert focused == ["name"]


def test_the_first_pledge_lifts_what_blocked(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        key = registrations.open_registration(work, world.units["326"], world.periods["2023"]).id
    officer = browse("vangiang")
    page = officer.page(address(key))
    swap(page, "chi-tieu-moi", officer.post(f"{address(key)}/chi-tieu", {"name": "Sáng kiến"}, htmx=True).html)
    assert "Cần ít nhất" not in text_of(page.by_id("tom-tat"))
    assert region(page, "tom-tat") == region(officer.page(address(key)), "tom-tat")


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": ""}, "name", "Xin ghi nội dung chỉ tiêu."),
        ({"number": "nhiều"}, "number", "Xin nhập số, ví dụ 98,5 hoặc 1.200."),
        ({"number": "-5"}, "number", "Số phải từ 0"),
        ({"unit_of_measure": "x" * 41}, "unit_of_measure", "Dài quá 40 ký tự."),
    ],
)
def test_422_keeps_what_was_typed(
    browse: Browse, world: World, key: int, change: dict[str, str], field: str, sentence: str
) -> None:
    officer = browse("vangiang")
    sent = {"name": "Thu ngân sách", "number": "10", "unit_of_measure": "%", "note": "giữ lại", **change}
    answer = officer.post(f"{address(key)}/chi-tieu", sent)
    assert answer.status == 422
    assert sentence in answer.page.field_errors()[field]
    assert sentence in text_of(answer.page.by_id("tom-tat-dong"))
    kept = values(answer.page, "moi")
    assert {k: kept[k] for k in sent} == sent
    by_htmx = officer.post(f"{address(key)}/chi-tieu", sent, htmx=True)
    assert by_htmx.status == 422
    assert sentence in by_htmx.html
    assert stored(world) == []


def test_edit(browse: Browse, world: World, key: int, pledge: int) -> None:
    officer = browse("vangiang")
    page = officer.page(f"{address(key)}/chi-tieu/{pledge}/sua")
    sent = values(page, str(pledge))
    assert (sent["name"], sent["number"], sent["version"]) == ("Hồ sơ đúng hạn", "98,5", "1")
    answer = officer.post(f"{address(key)}/chi-tieu/{pledge}/sua", {**sent, "number": "99"})
    assert answer.location == f"{address(key)}#chi-tieu-{pledge}"
    assert rows(officer.follow(answer))[0][1] == "99"


def test_edit_by_htmx_equals_a_fresh_load(browse: Browse, key: int, pledge: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    at = f"{address(key)}/chi-tieu/{pledge}"
    swap(page, f"chi-tieu-{pledge}", officer.get(f"{at}/sua", htmx=True).html)
    sent = {**values(page, str(pledge)), "name": "Hồ sơ giải quyết đúng hạn"}
    swap(page, f"chi-tieu-{pledge}", officer.post(f"{at}/sua", sent, htmx=True).html)
    assert region(page, "chi-tieu") == region(officer.page(address(key)), "chi-tieu")
    swap(page, f"chi-tieu-{pledge}", officer.get(f"{at}/sua", htmx=True).html)
    swap(page, f"chi-tieu-{pledge}", officer.get(at, htmx=True).html)
    assert region(page, "chi-tieu") == region(officer.page(address(key)), "chi-tieu")


def test_edit_refused_and_conflicting(browse: Browse, world: World, key: int, pledge: int) -> None:
    officer = browse("vangiang")
    at = f"{address(key)}/chi-tieu/{pledge}/sua"
    sent = values(officer.page(at), str(pledge))
    for change in ({"name": ""}, {"number": "-1"}):
        refused = officer.post(at, {**sent, **change, "note": "giữ"})
        assert refused.status == 422
        assert values(refused.page, str(pledge))["note"] == "giữ"
    with world.work_as("vangiang") as work:
        data = PledgeData("Bản của người khác", None, "", "ghi chú khác")
        registrations.update_pledge(work, load_for_write(work, key), pledge, 1, data)
    for htmx in (False, True):
        answer = officer.post(at, {**sent, "name": "Bản của tôi"}, htmx=htmx)
        assert answer.status == 409
        assert "vừa lưu chỉ tiêu Bản của tôi lúc 09:00 15/03/2023." in answer.html
        assert "Mức đăng ký" in answer.html
    again = values(officer.post(at, {**sent, "name": "Bản của tôi"}).page, str(pledge))
    assert rows(officer.follow(officer.post(at, again)))[0] == ["Bản của tôi", "", "", "ghi chú khác"]


def test_remove_and_undo(browse: Browse, world: World, key: int, pledge: int) -> None:
    officer = browse("vangiang")
    link = officer.page(address(key)).links()["Xóa chỉ tiêu Hồ sơ đúng hạn"]
    asked = officer.page(link)
    assert "Xóa chỉ tiêu: Hồ sơ đúng hạn?" in asked.headings(2)
    page = officer.follow(officer.post(link))
    assert rows(page) == []
    undo = page.values(page.form_to(f"{address(key)}/chi-tieu/hoan-tac"))
    back = officer.follow(officer.post(f"{address(key)}/chi-tieu/hoan-tac", undo))
    assert rows(back) == [["Hồ sơ đúng hạn", "98,5", "%", "cả năm"]]
    assert "Đã khôi phục chỉ tiêu" in back.text
    assert officer.post(f"{address(key)}/chi-tieu/hoan-tac", {"token": "x"}).status == 404


def test_remove_by_htmx_equals_a_fresh_load(browse: Browse, world: World, key: int, pledge: int) -> None:
    with world.work_as("vangiang") as work:
        other = registrations.add_pledge(work, load_for_write(work, key), PledgeData("Không có đơn thư")).id
    officer = browse("vangiang")
    page = officer.page(address(key))
    answer = officer.post(f"{address(key)}/chi-tieu/{other}/xoa?version=1", htmx=True)
    swap(page, f"chi-tieu-{other}", answer.html)
    assert region(page, "chi-tieu") == region(officer.page(address(key)), "chi-tieu")
    assert "Hoàn tác" in answer.html


def test_an_empty_row_of_its_own_page(browse: Browse, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(f"{address(key)}/chi-tieu/moi")
    assert values(page, "moi")["name"] == ""
    assert "chi-tieu-moi" in officer.get(f"{address(key)}/chi-tieu/moi", htmx=True).html


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "chi-tieu/moi"),
        ("post", "chi-tieu"),
        ("get", "chi-tieu/{pledge}/sua"),
        ("post", "chi-tieu/{pledge}/sua"),
        ("get", "chi-tieu/{pledge}/xoa"),
        ("post", "chi-tieu/{pledge}/xoa"),
        ("post", "chi-tieu/hoan-tac"),
    ],
)
def test_refusals(browse: Browse, world: World, key: int, pledge: int, method: str, path: str) -> None:
    at = f"{address(key)}/{path.format(pledge=pledge)}"

    def ask(who: str) -> int:
        person = browse(who)
        return (person.get(at) if method == "get" else person.post(at, {"name": "x", "version": "1"})).status

    assert ask("khoaichau") == 404
    assert ask("vangiang.lanhdao") == 403
    world.step("vangiang", key, "submit")
    assert ask("vangiang") == 409
    assert len(stored(world)) == 1


def test_show_one(browse: Browse, world: World, key: int, pledge: int) -> None:
    at = f"{address(key)}/chi-tieu/{pledge}"
    assert browse("vangiang").get(at).location == f"{address(key)}#chi-tieu-{pledge}"
    assert browse("thidua").get(at).status == 403
    assert browse("khoaichau").get(at).status == 404
    assert browse("vangiang").get(f"{address(key)}/chi-tieu/999").status == 404
    world.step("vangiang", key, "submit")
    assert "Sửa chỉ tiêu" not in browse("vangiang").get(at, htmx=True).html
