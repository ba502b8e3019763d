"""A list from end to end in a browser: filter, keep the filter, choose columns, act on rows, take it away, print it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from python_calamine import CalamineWorkbook

from portal.core.clock import SystemClock
from portal.domain.accounts import totp
from seed.accounts import demo_secret
from tests.e2e.people import NARROW, WIDE, Person, sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e
USERS = "/quan-tri/nguoi-dung"
LOCKED = ("xuanquan", "xuanquan.lanhdao")


def test_a_list_is_used_from_its_filter_to_its_paper(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    admin = sign_in(browser, portal.url, "quantri", code=totp.code_at(demo_secret("quantri"), SystemClock().real()))
    filters_and_keeps_the_filter(admin)
    chooses_columns(admin)
    locks_two_and_takes_it_back(admin)
    takes_away_what_is_shown(admin, tmp_path)
    prints_it(admin)
    assert admin.faults == []


def filters_and_keeps_the_filter(admin: Person) -> None:
    page = admin.goes_to(USERS)
    admin.fills(page.get_by_label("Tìm theo họ tên, tên đăng nhập"), "xuanquan")
    expect(page.locator("tbody tr")).to_have_count(len(LOCKED))
    expect(page.locator("[data-count]").first).to_contain_text("khớp bộ lọc")
    admin.presses(page.locator("summary", has_text="Lưu bộ lọc"))
    admin.fills(page.get_by_label("Tên bộ lọc"), "Xuân Quan")
    admin.presses(page.get_by_role("button", name="Lưu", exact=True))
    expect(page.get_by_role("link", name="Xuân Quan", exact=True)).to_be_visible()
    admin.goes_to(USERS)
    admin.presses(page.get_by_role("link", name="Xuân Quan", exact=True))
    expect(page.locator("tbody tr")).to_have_count(len(LOCKED))


def chooses_columns(admin: Person) -> None:
    page = admin.page
    admin.presses(page.locator("summary", has_text="Cột"))
    box = page.locator("#chon-cot label", has_text="Thư điện tử").locator("input")
    expect(box).to_be_visible()
    box.check()
    admin.presses(page.get_by_role("button", name="Áp dụng"))
    expect(page.locator("thead")).to_contain_text("Thư điện tử")
    expect(page.locator("tbody tr")).to_have_count(len(LOCKED))
    admin.finds_no_barrier()
    admin.picture("danh-sach-nguoi-dung")


def locks_two_and_takes_it_back(admin: Person) -> None:
    page = admin.page
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    admin.presses(page.get_by_role("button", name="Khóa", exact=True))
    expect(page.get_by_role("heading", name="Khóa 2 tài khoản")).to_be_visible()
    admin.fills(page.locator("main form [name=reason]"), "Chờ rà soát vai trò")
    admin.presses(page.locator("main form").get_by_role("button", name="Khóa", exact=True))
    expect(page.get_by_text("Đã khóa 2 tài khoản.").first).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("Đã khóa")
    admin.presses(page.get_by_role("button", name="Hoàn tác"))
    expect(page.get_by_text("Đã hoàn tác 2 dòng").first).to_be_visible()
    admin.goes_to(f"{USERS}?q=xuanquan")
    expect(page.locator("tbody tr")).to_have_count(len(LOCKED))
    expect(page.locator("tbody")).not_to_contain_text("Đã khóa")


def takes_away_what_is_shown(admin: Person, folder: Path) -> None:
    page = admin.page
    shown = [text.strip() for text in page.locator("thead th[scope=col]").all_inner_texts()]
    with page.expect_download() as waiting:
        admin.presses(page.get_by_role("link", name="Xuất Excel"))
    waiting.value.save_as(folder / "list.xlsx")
    rows = CalamineWorkbook.from_path(str(folder / "list.xlsx")).get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "STT")
    assert [str(cell) for cell in rows[head]][1:] == [text.split("\n")[0].split(",")[0] for text in shown]
    body = [row for row in rows[head + 1 :] if isinstance(row[0], float)]
    names = [name.strip() for name in page.locator("tbody th .t").all_inner_texts()]
    assert [row[1] for row in body] == names
    assert any("“xuanquan”" in str(cell) for row in rows[:head] for cell in row)


def prints_it(admin: Person) -> None:
    page = admin.page
    admin.presses(page.get_by_role("link", name="In danh sách"))
    expect(page.get_by_role("heading", level=1)).to_have_text("DANH SÁCH NGƯỜI DÙNG")
    expect(page.locator("tbody tr")).to_have_count(len(LOCKED))
    expect(page.locator("thead")).to_contain_text("Thư điện tử")
    for name, size in (("rong", WIDE), ("hep", NARROW)):
        page.set_viewport_size(size)
        admin.picture(f"ban-in-danh-sach-{name}")
        admin.finds_no_barrier()
