"""Two people in one registration: content by one, lines by the other, one line by both, one removed under the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.core.clock import FixedClock
from portal.domain.access.enums import Role
from tests.drafts.conftest import Browse
from tests.emulation.domain.builders import World, assign
from tests.emulation.pages.support import Browser, lines_table, row_values, swap
from tests.pages import Page, text_of

Kept = Callable[[], list[tuple[str, str, bool, bool]]]
ONE, OTHER = "Nguyễn Thị Lan Anh", "Phan Thị Hải Yến"


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    with world.session_factory() as session:
        assign(session, world, "vangiang.tongiao", Role.UNIT_OFFICER, "326")
    return world.opened("vangiang", "326", "2023", world.person("Nguyễn Văn An"), world.person("Trần Thị Bình"))


@pytest.fixture
def two(browse: Browse, clock: FixedClock) -> tuple[Browser, Browser]:
    return browse("vangiang"), browse("vangiang.tongiao")


def edit(browser: Browser, key: int, line_id: int) -> dict[str, str]:
    """Open a row as the pencil does; what it would send."""
    html = browser.get(f"{address(key)}/dong/{line_id}/sua", htmx=True).html
    return row_values(Page(f"<!doctype html><title>x</title><table>{html}</table>"), f"dong-{line_id}")


def test_content_by_one_lines_by_the_other(two: tuple[Browser, Browser], world: World, key: int) -> None:
    one, other = two
    page = one.page(address(key))
    sent = page.values(page.by_id("bieu-noi-dung"))
    line = world.line_ids(key)[0]
    assert (
        other.post(f"{address(key)}/dong/{line}/sua", {**edit(other, key, line), "post": "Kế toán"}, htmx=True).status
        == 200
    )
    assert one.post(f"{address(key)}/noi-dung", {**sent, "content": "Của một người"}).status == 303
    shown = other.page(address(key))
    assert lines_table(shown)[0][4] == "Kế toán"
    assert shown.values(shown.by_id("bieu-noi-dung"))["content"] == "Của một người"


def test_one_line_by_both(two: tuple[Browser, Browser], world: World, key: int, kept: Kept) -> None:
    one, other = two
    line = world.line_ids(key)[0]
    path = f"{address(key)}/dong/{line}/sua"
    mine, theirs = edit(one, key, line), edit(other, key, line)
    other.post(path, {**theirs, "post": "Phó phòng", "division": "Phòng Nội vụ"}, htmx=True)
    answer = one.post(path, {**mine, "post": "Trưởng phòng", "note": "Ghi chú"}, htmx=True)
    assert answer.status == 409
    page = one.page(address(key))
    swap(page, f"dong-{line}", answer.html)
    row = page.by_id(f"dong-{line}")
    assert f"{OTHER} vừa lưu dòng 1 lúc 09:00 15/03/2023." in text_of(row)
    groups = [node.get("aria-label") for node in row.iter("div") if node.get("role") == "radiogroup"]
    assert groups == ["Chức vụ, dòng 1", "Phòng, đơn vị, dòng 1", "Ghi chú, dòng 1"]
    typed = row_values(page, f"dong-{line}")
    assert (typed["post"], typed["division"], typed["note"]) == ("Trưởng phòng", "Phòng Nội vụ", "Ghi chú")
    assert kept() == [("emulation.line", f"{key}/{line}", True, False)]  # it survives when the person walks away
    assert one.post(path, {**typed, "_chon.post": "ho"}, htmx=True).status == 200
    assert lines_table(one.page(address(key)))[0][3:] == ["Nguyễn Văn An Ghi chú", "Phó phòng", "Phòng Nội vụ"]
    assert kept() == []


def test_walking_away_from_two_versions(two: tuple[Browser, Browser], world: World, key: int, kept: Kept) -> None:
    one, other = two
    line = world.line_ids(key)[0]
    path = f"{address(key)}/dong/{line}/sua"
    mine = edit(one, key, line)
    other.post(path, {**edit(other, key, line), "post": "Phó phòng"}, htmx=True)
    one.post(path, {**mine, "post": "Trưởng phòng"}, htmx=True)
    page = one.page(address(key))
    assert "Có bản nháp lưu lúc 09:00 15/03/2023" in text_of(page.by_id(f"dong-{line}"))
    again = one.get(f"{path}?nhap=dong-{line}", htmx=True)
    swap(page, f"dong-{line}", again.html)
    assert "Bản trên hệ thống đã đổi" in text_of(page.by_id(f"dong-{line}"))
    answer = one.post(path, row_values(page, f"dong-{line}"), htmx=True)
    assert (answer.status, OTHER in answer.html) == (409, True)
    gave_up = one.post(path, {**row_values(page, f"dong-{line}"), "_nhap": "bo"}, htmx=True)
    assert "Phó phòng" in gave_up.html
    assert kept() == []


@pytest.mark.parametrize("htmx", [True, False])
def test_one_removes_what_the_other_edits(
    two: tuple[Browser, Browser], world: World, key: int, kept: Kept, htmx: bool
) -> None:
    one, other = two
    line = world.line_ids(key)[0]
    path = f"{address(key)}/dong/{line}/sua"
    mine = edit(one, key, line)
    other.post(f"{address(key)}/dong/{line}/xoa?version=1", htmx=True)
    assert one.post(path, {**mine, "post": "Kế toán", "_nhap": "dang-go"}).status == 200
    answer = one.post(path, {**mine, "post": "Kế toán"}, htmx=htmx)
    assert answer.status == 409
    page = answer.page if not htmx else one.page(address(key))
    if htmx:
        swap(page, f"dong-{line}", answer.html)
    assert f"{OTHER} đã xóa dòng này lúc 09:00 15/03/2023." in text_of(page.by_id(f"dong-{line}"))
    typed = row_values(page, f"dong-{line}")
    assert typed["post"] == "Kế toán"
    refused = one.post(path, {**typed, "name": ""}, htmx=htmx)
    assert refused.status == 422
    assert one.post(path, typed, htmx=htmx).status == (200 if htmx else 303)
    assert [row[3:5] for row in lines_table(one.page(address(key)))] == [
        ["Trần Thị Bình", "Chuyên viên"],
        ["Nguyễn Văn An", "Kế toán"],
    ]
    assert kept() == []


def test_a_draft_of_a_removed_line_waits_on_the_page(two: tuple[Browser, Browser], world: World, key: int) -> None:
    one, other = two
    line = world.line_ids(key)[0]
    path = f"{address(key)}/dong/{line}/sua"
    one.post(path, {**edit(one, key, line), "post": "Kế toán", "_nhap": "roi-trang"})
    other.post(f"{address(key)}/dong/{line}/xoa?version=1", htmx=True)
    page = one.page(address(key))
    assert f"{OTHER} đã xóa dòng này" in text_of(page.by_id(f"dong-{line}"))
    assert row_values(page, f"dong-{line}")["post"] == "Kế toán"
    assert f"dong-{line}" not in [n.get("id") for n in other.page(address(key)).root.iter()]
    gone = one.post(path, {**row_values(page, f"dong-{line}"), "_nhap": "bo"}, htmx=True)
    assert (gone.status, gone.html) == (200, "")
    assert not one.page(address(key)).has_id(f"dong-{line}")


def test_both_remove_it(two: tuple[Browser, Browser], world: World, key: int) -> None:
    one, other = two
    line = world.line_ids(key)[0]
    other.post(f"{address(key)}/dong/{line}/xoa?version=1", htmx=True)
    answer = one.post(f"{address(key)}/dong/{line}/xoa?version=1", htmx=True)
    assert answer.status == 200
    assert f"{OTHER} đã xóa dòng này trước đó." in answer.html
    assert one.post(f"{address(key)}/dong/{line}/xoa?version=1").status == 303
    assert one.post(f"{address(key)}/dong/999/xoa?version=1").status == 404
    assert one.post(f"{address(key)}/dong/999/sua", {"post": "x", "_nhap": "dang-go"}).status == 404


def test_pledges_removed_and_edited(two: tuple[Browser, Browser], world: World, key: int) -> None:
    one, other = two
    one.post(f"{address(key)}/chi-tieu", {"name": "Thu ngân sách", "number": "5"})
    page = one.page(address(key))
    (anchor,) = {row.get("id", "") for row in page.by_id("chi-tieu").iter("tbody")} - {"chi-tieu-moi"}
    path = f"{address(key)}/chi-tieu/{anchor.removeprefix('chi-tieu-')}"
    html = one.get(f"{path}/sua", htmx=True).html
    mine = row_values(Page(f"<!doctype html><title>x</title><table>{html}</table>"), anchor)
    other.post(f"{path}/sua", {**mine, "number": "6"}, htmx=True)
    stale = one.post(f"{path}/xoa?version=1", htmx=True)
    assert (stale.status, f"Chưa xóa: {OTHER} vừa sửa chỉ tiêu này" in stale.html) == (409, True)
    other.post(f"{path}/xoa?version=2", htmx=True)
    assert f"{OTHER} đã xóa chỉ tiêu này trước đó." in one.post(f"{path}/xoa?version=2", htmx=True).html
    answer = one.post(f"{path}/sua", {**mine, "note": "Của tôi"}, htmx=True)
    assert answer.status == 409
    swap(page, anchor, answer.html)
    assert f"{OTHER} đã xóa chỉ tiêu này" in text_of(page.by_id(anchor))
    assert one.post(f"{path}/sua", row_values(page, anchor), htmx=True).status == 200
    assert "Của tôi" in one.page(address(key)).text
