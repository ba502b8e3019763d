"""Lines as rows that htmx swaps: after each swap the page is what a fresh load gives, and open rows stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.domain.emulation.services import lines, registrations
from portal.domain.emulation.services.shared import load_for_write
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Answer, Browser, lines_table, region, row_values, swap
from tests.emulation.pages.test_show_registration import many_lines
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]
PARTS = ("tom-tat", "thanh-lenh", "dem-dong")


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    names = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Thị Hoa", "Phạm Văn Dũng")
    return world.opened("vangiang", "326", "2023", *(world.person(name) for name in names))


def open_row(officer: Browser, page: Page, key: int, line_id: int) -> dict[str, str]:
    """Open a row as the pencil does, in the page; what it would send."""
    swap(page, f"dong-{line_id}", officer.get(f"{address(key)}/dong/{line_id}/sua", htmx=True).html)
    return row_values(page, f"dong-{line_id}")


def same_as_fresh(page: Page, fresh: Page, world: World, key: int) -> None:
    for part in PARTS:
        assert region(page, part) == region(fresh, part), part
    for line_id in world.line_ids(key):
        if "is-open" not in page.by_id(f"dong-{line_id}").get("class", ""):
            assert region(page, f"dong-{line_id}") == region(fresh, f"dong-{line_id}")


def saved(answer: Answer) -> str:
    assert answer.status == 200, answer.html[:500]
    return answer.html


def test_add(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    sent = {
        **row_values(page, "dong-moi"),
        "title": f"{world.titles['LDTT']}-person",
        "name": "Vũ Thị Mai",
        "post": "Kế toán",
    }
    swap(page, "dong-moi", saved(officer.post(f"{address(key)}/dong", sent, htmx=True)))
    same_as_fresh(page, officer.page(address(key)), world, key)
    assert lines_table(page)[-1][3] == "Vũ Thị Mai"
    assert row_values(page, "dong-moi")["title"] == f"{world.titles['LDTT']}-person"
    focused = [n.get("name") for n in page.by_id("dong-moi").iter() if n.get("data-focus") is not None]
    assert focused == ["name"]


def test_the_first_line_lifts_what_blocked(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        key = registrations.open_registration(work, world.units["326"], world.periods["2023"]).id
    officer = browse("vangiang")
    page = officer.page(address(key))
    assert "Cần ít nhất một dòng" in text_of(page.by_id("tom-tat"))
    sent = {**row_values(page, "dong-moi"), "title": f"{world.titles['TTLDXS']}-collective", "name": "Phòng Nội vụ"}
    swap(page, "dong-moi", saved(officer.post(f"{address(key)}/dong", sent, htmx=True)))
    same_as_fresh(page, officer.page(address(key)), world, key)
    assert "Cần ít nhất một dòng" not in text_of(page.by_id("tom-tat"))


def test_a_namesake_warns_at_the_other_line_too(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    sent = {
        **row_values(page, "dong-moi"),
        "title": f"{world.titles['LDTT']}-person",
        "name": "Lê Thị Hoa",
        "post": "Thủ quỹ",
    }
    swap(page, "dong-moi", saved(officer.post(f"{address(key)}/dong", sent, htmx=True)))
    same_as_fresh(page, officer.page(address(key)), world, key)
    third = world.line_ids(key)[2]
    assert "Có 2 người cùng tên" in text_of(page.by_id(f"dong-{third}"))


def test_edit_one_while_another_is_open(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    first, second, *_ = world.line_ids(key)
    values = open_row(officer, page, key, first)
    open_row(officer, page, key, second)
    html = saved(
        officer.post(
            f"{address(key)}/dong/{first}/sua", {**values, "name": "Trần Thị Bình", "post": "Thủ quỹ"}, htmx=True
        )
    )
    swap(page, f"dong-{first}", html)
    assert "is-open" in page.by_id(f"dong-{second}").get("class", "")  # what was being typed there stays
    same_as_fresh(page, officer.page(address(key)), world, key)
    assert "Có 2 người cùng tên" in text_of(page.by_id(f"dong-{first}"))


def test_giving_up_puts_the_line_back(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    first, *_ = world.line_ids(key)
    open_row(officer, page, key, first)
    swap(page, f"dong-{first}", officer.get(f"{address(key)}/dong/{first}", htmx=True).html)
    same_as_fresh(page, officer.page(address(key)), world, key)


def test_remove_one_in_the_middle(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    _, second, third, fourth = world.line_ids(key)
    open_row(officer, page, key, fourth)
    html = saved(officer.post(f"{address(key)}/dong/{second}/xoa?version=1", htmx=True))
    swap(page, f"dong-{second}", html)
    fresh = officer.page(address(key))
    assert text_of(page.by_id(f"stt-{fourth}")) == "3"  # an open row is numbered anew and keeps its text
    assert [r[0] for r in lines_table(page)] == ["1", "2"]
    assert region(page, f"dong-{third}") == region(fresh, f"dong-{third}")
    for part in PARTS:
        assert region(page, part) == region(fresh, part)
    assert "Đã xóa dòng 2: Trần Thị Bình" in html
    assert "Hoàn tác" in html
    assert [n.get("href") for n in page.by_id(f"dong-{third}").iter("a") if n.get("data-focus") is not None]


def test_remove_the_last_one(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    officer = browse("vangiang")
    page = officer.page(address(key))
    only = world.line_ids(key)[0]
    swap(page, f"dong-{only}", saved(officer.post(f"{address(key)}/dong/{only}/xoa?version=1", htmx=True)))
    same_as_fresh(page, officer.page(address(key)), world, key)
    assert lines_table(page) == []


def test_removing_one_of_two_faulty_lines_clears_the_other(browse: Browse, world: World, key: int) -> None:
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        other = lines.add_line(work, found, world.person("Lê Thị Hoa", post="Thủ quỹ"))
        other.post = "Chuyên viên"
    officer = browse("vangiang")
    page = officer.page(address(key))
    assert "Cần sửa 2 dòng" in text_of(page.by_id("tom-tat"))
    last = world.line_ids(key)[-1]
    swap(page, f"dong-{last}", saved(officer.post(f"{address(key)}/dong/{last}/xoa?version=2", htmx=True)))
    same_as_fresh(page, officer.page(address(key)), world, key)
    assert text_of(page.by_id("tom-tat")) == ""


def test_422_and_409_give_back_the_row_with_what_was_typed(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    first, *_ = world.line_ids(key)
    values = open_row(officer, page, key, first)
    answer = officer.post(f"{address(key)}/dong/{first}/sua", {**values, "name": "", "note": "giữ"}, htmx=True)
    assert answer.status == 422
    swap(page, f"dong-{first}", answer.html)
    assert row_values(page, f"dong-{first}")["note"] == "giữ"
    assert page.field_errors()["name"] == "Xin ghi họ tên hoặc tên tập thể."
    with world.work_as("vangiang") as work:
        lines.update_line(work, load_for_write(work, key), first, 1, world.person(post="Phó phòng"))
    answer = officer.post(f"{address(key)}/dong/{first}/sua", {**values, "post": "Trưởng phòng"}, htmx=True)
    assert answer.status == 409
    swap(page, f"dong-{first}", answer.html)
    assert row_values(page, f"dong-{first}")["post"] == "Trưởng phòng"
    assert "Phó phòng" in text_of(page.by_id(f"dong-{first}"))
    html = saved(officer.post(f"{address(key)}/dong/{first}/sua", row_values(page, f"dong-{first}"), htmx=True))
    swap(page, f"dong-{first}", html)
    same_as_fresh(page, officer.page(address(key)), world, key)


def test_a_new_row_that_cannot_be_taken_stays(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    sent = {
        **row_values(page, "dong-moi"),
        "name": "Lê Thị Hoa",
        "post": "Chuyên viên",
        "title": f"{world.titles['LDTT']}-person",
    }
    answer = officer.post(f"{address(key)}/dong", sent, htmx=True)
    assert answer.status == 422
    swap(page, "dong-moi", answer.html)
    assert row_values(page, "dong-moi")["name"] == "Lê Thị Hoa"
    fresh = officer.get(f"{address(key)}/dong/moi", htmx=True)
    swap(page, "dong-moi", fresh.html)
    assert row_values(page, "dong-moi")["name"] == ""


def test_the_hundred_and_first_line_opens_the_next_page(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    many_lines(world, key, 99)
    officer = browse("vangiang")
    sent = {"title": f"{world.titles['LDTT']}-person", "name": "Vũ Thị Mai", "post": "Kế toán"}
    answer = officer.post(f"{address(key)}/dong", sent, htmx=True)
    assert answer.response.headers["HX-Redirect"].startswith(f"{address(key)}/dong/moi")
    page = officer.page(answer.response.headers["HX-Redirect"])
    assert [row[0] for row in lines_table(page)] == ["101"]


def test_removing_on_a_full_page_swaps_the_whole_panel(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    many_lines(world, key, 120)
    officer = browse("vangiang")
    first = world.line_ids(key)[0]
    answer = officer.post(f"{address(key)}/dong/{first}/xoa?version=1", htmx=True)
    assert answer.response.headers["HX-Retarget"] == "#danh-sach"
    swapped, fresh = Page(answer.html), officer.page(address(key))
    assert region(swapped, "danh-sach") == region(fresh, "danh-sach")
    for part in ("tom-tat", "thanh-lenh"):
        assert region(swapped, part) == region(fresh, part)


def test_editing_on_the_second_page_comes_back_to_it(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326")
    many_lines(world, key, 110)
    officer = browse("vangiang")
    line_id = world.line_ids(key)[104]
    page = officer.page(f"{address(key)}?trang=2")
    values = open_row(officer, page, key, line_id)
    swap(
        page,
        f"dong-{line_id}",
        saved(officer.post(f"{address(key)}/dong/{line_id}/sua", {**values, "post": "Kế toán"}, htmx=True)),
    )
    fresh = officer.page(f"{address(key)}?trang=2")
    assert region(page, f"dong-{line_id}") == region(fresh, f"dong-{line_id}")
    plain = officer.post(f"{address(key)}/dong/{line_id}/sua", {**values, "version": "2"})
    assert plain.location == f"{address(key)}?trang=2#dong-{line_id}"
