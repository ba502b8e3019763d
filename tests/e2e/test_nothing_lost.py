"""What a person types outlives another person, the end of the session and the end of the browser."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.e2e.people import PASSWORD, Person, sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e
CONTENT = "Nội dung, mục tiêu, giải pháp"
POST = "Chức vụ, dòng 1"


@pytest.fixture
def fragile(browser: Browser) -> Iterator[Browser]:
    """Another browser, that may break down."""
    path = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    made = browser.browser_type.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
    yield made
    with contextlib.suppress(Error):
        made.close()


def registers(person: Person) -> str:
    """Open the unit's registration with one line; its path."""
    page = person.goes_to("/thi-dua/dang-ky/moi")
    page.get_by_role("button", name="Lập bản đăng ký").click()
    page.wait_for_url("**/thi-dua/dang-ky/*")
    page.locator("#danh-hieu-moi").select_option(label="Lao động tiên tiến")
    page.locator("#ho-ten-moi").fill("Nguyễn Văn An")
    page.keyboard.press("Tab")
    page.keyboard.type("Chuyên viên")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="Nguyễn Văn An", exact=True)).to_be_visible()
    return page.url.removeprefix(person.url).partition("#")[0]


def edits(page: Page, post: str, content: str) -> None:
    """Type in the line and in the content, and save neither."""
    page.get_by_role("link", name="Sửa dòng 1").click()
    page.get_by_label(POST, exact=True).fill(post)
    page.get_by_label(CONTENT).fill(content)


def comes_back(page: Page, person: Person, path: str) -> None:
    """Sign in again on the page that asks for it, and stand before the form."""
    page.locator("input[name=username]").fill(person.name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(lambda address: path in address and "/dang-nhap" not in address)


def test_nothing_typed_is_lost(browser: Browser, fragile: Browser, portal: Portal) -> None:
    one, other = sign_in(browser, portal.url, "vangiang"), sign_in(fragile, portal.url, "vangiang")
    path = registers(one)
    both_at_once(one, other, path)
    session_ends(one, path)
    browser_breaks_down(one, other, fragile, path)
    one.context.close()


def both_at_once(one: Person, other: Person, path: str) -> None:
    """Both write the line and the content; the second sees both versions and loses nothing."""
    mine, theirs = one.goes_to(path), other.goes_to(path)
    edits(mine, "Trưởng phòng", "Bản của tôi")
    edits(theirs, "Phó phòng", "Bản của người khác")
    theirs.get_by_label(POST, exact=True).press("Enter")
    expect(theirs.get_by_label(POST, exact=True)).to_have_count(0)
    theirs.get_by_role("button", name="Lưu nháp").click()
    expect(theirs.get_by_text("Đã lưu nội dung.").first).to_be_visible()

    mine.get_by_label(POST, exact=True).press("Enter")
    expect(mine.get_by_text(re.compile("vừa lưu dòng 1 lúc"))).to_be_visible()
    expect(mine.locator("#danh-sach")).to_contain_text("Phó phòng")
    expect(mine.get_by_label(CONTENT)).to_have_value("Bản của tôi")
    mine.get_by_role("button", name="Lưu bản đã chọn").click()
    expect(mine.locator("#danh-sach")).to_contain_text("Trưởng phòng")
    mine.get_by_role("button", name="Lưu nháp").click()
    expect(mine.get_by_role("heading", name=re.compile("vừa sửa nội dung này"))).to_be_focused()
    expect(mine.locator("main")).to_contain_text("Bản của người khác")
    one.picture("khong-mat-1-hai-nguoi-cung-sua")
    mine.get_by_role("button", name="Lưu nháp").click()
    expect(mine.get_by_text("Đã lưu nội dung.").first).to_be_visible()


def session_ends(one: Person, path: str) -> None:
    """Signed out in another tab while the form is open: sent, it comes back filled after the next sign-in."""
    page = one.goes_to(path)
    page.get_by_label(CONTENT).fill("Gõ trước khi hết phiên")
    tab = one.context.new_page()
    tab.goto(one.url + "/tai-khoan")
    out = tab.locator("form[action$='/dang-xuat'] button").first
    out.evaluate("button => button.form.requestSubmit()")
    tab.wait_for_url("**/dang-nhap**")
    tab.close()
    page.get_by_role("button", name="Lưu nháp").click()
    page.wait_for_url("**/dang-nhap**")
    expect(page.get_by_text("Nội dung được giữ riêng cho ông/bà trong 30 phút")).to_be_visible()
    comes_back(page, one, path)
    expect(page.get_by_label(CONTENT)).to_have_value("Gõ trước khi hết phiên")
    one.picture("khong-mat-2-dang-nhap-lai")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu nội dung.").first).to_be_visible()


def browser_breaks_down(one: Person, other: Person, fragile: Browser, path: str) -> None:
    """The browser dies in the middle of the form: another shows what was typed until the last draft."""
    page = other.goes_to(path)
    page.get_by_label(CONTENT).fill("Gõ dở khi trình duyệt hỏng")
    expect(page.get_by_text(re.compile("Đã lưu nháp lúc")).first).to_be_visible()
    with contextlib.suppress(Error):
        fragile.new_browser_cdp_session().send("Browser.crash")
    page = one.goes_to(path)
    expect(page.get_by_text(re.compile("Đang dùng bản nháp lưu lúc")).first).to_be_visible()
    expect(page.get_by_label(CONTENT)).to_have_value("Gõ dở khi trình duyệt hỏng")
    one.picture("khong-mat-3-ban-nhap-tro-lai")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu nội dung.").first).to_be_visible()
