"""Search in a browser: the window of "/" by keyboard, the page, and the same without script and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import AXE, Person, sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e


def test_finding_by_keyboard_without_script_and_on_a_phone(browser: Browser, portal: Portal) -> None:
    officer = sign_in(browser, portal.url, "thidua")
    the_window_suggests_and_closes(officer)
    the_window_opens_what_is_chosen(officer)
    the_page_shows_all_and_filters(officer)
    assert officer.faults == []
    without_script_the_form_leads_to_the_page(browser, portal)
    phone = sign_in(browser, portal.url, "xuanquan", narrow=True)
    phone.goes_to("/tim-kiem?tu_khoa=xuan+quan")
    phone.finds_no_barrier()
    phone.picture("tim-kiem-dien-thoai")
    assert phone.faults == []


def the_window_suggests_and_closes(officer: Person) -> None:
    page = officer.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/goi-y" in request.url else None)
    first = page.locator("main a").first
    first.focus()
    page.keyboard.press("/")
    window, field = page.locator("#tim-nhanh"), page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(window.get_by_role("option").first).to_have_text("Việc của tôi")
    page.keyboard.type("van giang", delay=15)
    unit = window.get_by_role("option", name="UBND huyện Văn Giang")
    expect(unit.first).to_be_visible()
    assert len(asked) <= 4  # the places at first, then what was typed, not every letter
    expect(window.locator("#tim-nhanh-noi")).to_contain_text("gợi ý")
    page.evaluate(AXE)
    found = page.evaluate("axe.run('#tim-nhanh', {resultTypes: ['violations']})")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    officer.picture("tim-nhanh", full=False)
    assert officer.faults == []
    page.keyboard.press("Escape")
    expect(window).not_to_be_visible()
    expect(first).to_be_focused()


def the_window_opens_what_is_chosen(officer: Person) -> None:
    page, window = officer.page, officer.page.locator("#tim-nhanh")
    page.keyboard.press("Control+k")
    page.keyboard.type("cum thi dua")
    expect(window.get_by_role("option", name="Xem mọi kết quả của “cum thi dua”")).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = window.locator("[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thi-dua/cum-khoi/*")


def the_page_shows_all_and_filters(officer: Person) -> None:
    page = officer.page
    page.keyboard.press("/")
    page.keyboard.type("hoa")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem?tu_khoa=hoa")
    expect(page.locator("main mark").first).to_be_visible()
    officer.finds_no_barrier()
    page.locator("#loc-loai").select_option("unit")
    expect(page.locator("section[id^=nhom-]")).to_have_count(1)
    page.locator("#loc-tu-khoa").fill("xã hoà")
    expect(page.locator("#nhom-unit .hits li").first).to_contain_text("UBND xã")
    expect(page.locator("#loc-tu-khoa")).to_be_focused()
    assert "loai=unit" in page.url
    officer.picture("tim-kiem")


def without_script_the_form_leads_to_the_page(browser: Browser, portal: Portal) -> None:
    plain = sign_in(browser, portal.url, "vangiang", javascript=False)
    plain.page.locator("#tim").fill("văn giang")
    plain.page.locator("#tim").press("Enter")
    plain.page.wait_for_url("**/tim-kiem?tu_khoa=*")
    plain.page.locator("#loc-loai").select_option("unit")
    plain.page.get_by_role("button", name="Lọc").click()
    plain.page.locator("#nhom-unit").get_by_role("link", name="UBND huyện Văn Giang").click()
    plain.page.wait_for_url("**/quan-tri/don-vi/*")
    assert plain.faults == []
