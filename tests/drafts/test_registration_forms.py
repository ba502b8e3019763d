"""Drafts of a registration's forms: its content, its rows side by side, the row for a new one, the steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.domain.emulation.services import registrations
from portal.domain.emulation.services.registrations import PledgeData
from tests.drafts.conftest import Browse
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Browser, lines_table, row_values, swap
from tests.pages import Page, text_of

Kept = Callable[[], list[tuple[str, str, bool, bool]]]
OFFER = "Có bản nháp lưu lúc 09:00 15/03/2023"
USED = "Đang dùng bản nháp lưu lúc 09:00 15/03/2023"


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    made = world.opened("vangiang", "326", "2023", world.person("Nguyễn Văn An"), world.person("Trần Thị Bình"))
    world.edit("vangiang", made, registrations.add_pledge, PledgeData("Tỷ lệ hộ nghèo"))
    return made


def content_values(page: Page) -> dict[str, str]:
    return page.values(page.by_id("bieu-noi-dung"))


def open_row(browser: Browser, address: str) -> Page:
    """A row under edit as htmx gets it, in a table of its own."""
    html = browser.get(address, htmx=True).html
    return Page(f"<!doctype html><title>x</title><table>{html}</table>")


def test_the_content_comes_back_as_it_was_typed(browse: Browse, world: World, key: int, kept: Kept) -> None:
    officer, title = browse("vangiang"), world.titles["CTDT"]
    sent = content_values(officer.page(address(key)))
    typed = {"content": "Đang gõ dở", "staff_count": "nhiều", f"expected-{title}": "vài", "movement_ids": "2"}
    path = f"{address(key)}/noi-dung"
    assert officer.post(path, {**sent, **typed, "_nhap": "dang-go"}).html == "Đã lưu nháp lúc 09:00"
    page = browse("vangiang").page(address(key))
    assert USED in page.text
    assert {name: content_values(page)[name] for name in typed} == typed
    assert "đã chọn 1" in text_of(page.by_id("phong-trao"))

    officer.post(path, {**sent, **typed, "_nhap": "roi-trang"})
    page = officer.page(address(key))
    assert OFFER in page.text
    once = {"_ve": "", "csrf_token": ""}
    assert content_values(page) | once == sent | once
    used = officer.page(page.links()["Dùng tiếp"].partition("#")[0])
    good = {**content_values(used), "staff_count": "45", f"expected-{title}": "3"}
    answer = officer.post(path, good, htmx=True)
    assert answer.status == 200
    assert text_of(Page(answer.html).by_id("nhap-noi-dung")) == ""  # the note above the form goes with the draft
    assert kept() == []
    assert (world.get(key).content, world.get(key).staff_count) == ("Đang gõ dở", 45)


def test_rows_open_again_side_by_side(browse: Browse, world: World, key: int, kept: Kept) -> None:
    officer = browse("vangiang")
    first, second = world.line_ids(key)
    typed = row_values(open_row(officer, f"{address(key)}/dong/{first}/sua"), f"dong-{first}")
    officer.post(f"{address(key)}/dong/{first}/sua", {**typed, "name": "", "post": "Kế", "_nhap": "dang-go"})
    typed = row_values(open_row(officer, f"{address(key)}/dong/{second}/sua"), f"dong-{second}")
    officer.post(f"{address(key)}/dong/{second}/sua", {**typed, "post": "Thủ quỹ", "_nhap": "roi-trang"})
    new = row_values(officer.page(address(key)), "dong-moi")
    officer.post(f"{address(key)}/dong", {**new, "name": "Lê Thị Hoa", "_nhap": "dang-go"})
    assert [row[:2] for row in kept()] == [
        ("emulation.line", f"{key}/{first}"),
        ("emulation.line", f"{key}/{second}"),
        ("emulation.line", f"{key}/moi"),
    ]
    page = officer.page(address(key))
    assert (row_values(page, f"dong-{first}")["name"], row_values(page, f"dong-{first}")["post"]) == ("", "Kế")
    assert row_values(page, "dong-moi")["name"] == "Lê Thị Hoa"
    assert lines_table(page) == [["2", "Lao động tiên tiến", "Cá nhân", "Trần Thị Bình", "Chuyên viên", ""]]
    assert "Có bản nháp lưu lúc 09:00 15/03/2023" in text_of(page.by_id(f"dong-{second}"))

    take = next(a for a in page.by_id(f"dong-{second}").iter("a") if text_of(a) == "Dùng tiếp")
    swap(page, f"dong-{second}", officer.get(take.get("hx-get", ""), htmx=True).html)
    assert row_values(page, f"dong-{second}")["post"] == "Thủ quỹ"
    plain = officer.page(take.get("href", "").partition("#")[0])
    assert row_values(plain, f"dong-{second}")["post"] == "Thủ quỹ"

    answer = officer.post(f"{address(key)}/dong/{second}/sua", row_values(page, f"dong-{second}"), htmx=True)
    assert answer.status == 200
    assert [row[1] for row in kept()] == [f"{key}/{first}", f"{key}/moi"]


def test_a_rows_draft_is_given_up_where_it_stands(browse: Browse, world: World, key: int, kept: Kept) -> None:
    officer, first = browse("vangiang"), world.line_ids(key)[0]
    path = f"{address(key)}/dong/{first}/sua"
    typed = row_values(open_row(officer, path), f"dong-{first}")
    officer.post(path, {**typed, "post": "Kế toán", "_nhap": "dang-go"})
    page = officer.page(address(key))
    (note,) = [form for form in page.by_id(f"dong-{first}").iter("form") if form.get("id") is None]
    swap(page, f"dong-{first}", officer.post(note.get("action", ""), page.values(note), htmx=True).html)
    assert lines_table(page)[0][4] == "Chuyên viên"
    assert kept() == []
    officer.post(path, {**typed, "post": "Kế toán", "_nhap": "dang-go"})
    back = officer.post(path, {**typed, "_nhap": "bo"})  # without script
    assert back.location == f"{address(key)}#dong-{first}"
    assert kept() == []


def test_pledges_too(browse: Browse, world: World, key: int, kept: Kept) -> None:
    officer = browse("vangiang")
    page = officer.page(address(key))
    new = row_values(page, "chi-tieu-moi")
    officer.post(f"{address(key)}/chi-tieu", {**new, "name": "Thu ngân sách", "number": "x", "_nhap": "roi-trang"})
    (pledge,) = {row.get("id", "") for row in page.by_id("chi-tieu").iter("tbody")} - {"chi-tieu-moi"}
    edit = f"{address(key)}/chi-tieu/{pledge.removeprefix('chi-tieu-')}/sua"
    typed = row_values(open_row(officer, edit), pledge)
    officer.post(edit, {**typed, "note": "Đang gõ dở", "_nhap": "dang-go"})
    page = officer.page(address(key))
    assert row_values(page, pledge)["note"] == "Đang gõ dở"
    assert row_values(page, "chi-tieu-moi")["name"] == ""
    assert OFFER in text_of(page.by_id("chi-tieu-moi"))
    answer = officer.get(f"{address(key)}/chi-tieu/moi?nhap=chi-tieu-moi", htmx=True)
    swap(page, "chi-tieu-moi", answer.html)
    assert row_values(page, "chi-tieu-moi")["number"] == "x"
    refused = officer.post(f"{address(key)}/chi-tieu", row_values(page, "chi-tieu-moi"), htmx=True)
    assert refused.status == 422
    assert len(kept()) == 2


def test_an_opinion_is_kept_without_its_file(browse: Browse, world: World, key: int, kept: Kept) -> None:
    officer = browse("vangiang")
    step = f"{address(key)}/buoc/trinh"
    typed = {**officer.page(step).values(officer.page(step).form_to(step)), "opinion": "Kính trình"}
    officer.post(step, {**typed, "_nhap": "roi-trang"})
    page = officer.page(step)
    assert OFFER in page.text
    taken = officer.page(page.links()["Dùng tiếp"])
    assert taken.values(taken.form_to(step))["opinion"] == "Kính trình"
    officer.post(step, taken.values(taken.form_to(step)))
    assert kept() == []
    head, send = browse("vangiang.lanhdao"), f"{address(key)}/buoc/duyet-gui"
    sent = head.page(send).values(head.page(send).form_to(send))
    head.post(send, {**sent, "paper_no": "45/ĐK-UBND", "_nhap": "dang-go"})
    assert head.page(send).values(head.page(send).form_to(send))["paper_no"] == "45/ĐK-UBND"
    assert kept() == [("emulation.step", f"{key}/duyet-gui", False, False)]


def test_nothing_is_kept_of_a_registration_that_may_not_be_written(
    browse: Browse, world: World, key: int, kept: Kept
) -> None:
    first = world.line_ids(key)[0]
    paths = [f"{address(key)}{end}" for end in ("/noi-dung", "/chi-tieu", "/dong", f"/dong/{first}/sua")]
    for who, status in (("khoaichau", 404), ("thidua", 403), ("vangiang.lanhdao", 403)):
        assert {browse(who).post(path, {"name": "x", "_nhap": "dang-go"}).status for path in paths} == {status}
    assert browse("thidua").post(f"{address(key)}/buoc/trinh", {"opinion": "x", "_nhap": "dang-go"}).status == 403
    world.step("vangiang", key, "submit")
    for path in paths:
        answer = browse("vangiang").post(path, {"name": "x", "_nhap": "dang-go"})
        assert answer.status == 409
        assert "đang chờ duyệt hoặc đã gửi nên không sửa được" in answer.page.text
    assert kept() == []


def test_what_came_too_late_is_kept_and_offered_when_it_can_be_written_again(
    browse: Browse, world: World, key: int
) -> None:
    officer = browse("vangiang")
    sent = content_values(officer.page(address(key)))
    world.step("vangiang", key, "submit")
    assert officer.post(f"{address(key)}/noi-dung", {**sent, "content": "Gõ trước khi trình"}).status == 409
    assert "Có bản nháp" not in officer.page(address(key)).text
    world.step("vangiang", key, "withdraw")
    page = officer.page(address(key))
    assert content_values(officer.page(page.links()["Dùng tiếp"].partition("#")[0]))["content"] == "Gõ trước khi trình"
