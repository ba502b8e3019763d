"""The calendar in a browser: months by keyboard, two days swapped by the office, a list on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e
SWAP = {"day": "29/12/2023", "work_day": "06/01/2024", "name": "Dịp Tết Dương lịch", "source": "Công văn 1/UBND-NV"}


def test_the_months_and_a_swapped_day(browser: Browser, portal: Portal) -> None:
    officer = sign_in(browser, portal.url, "vangiang")
    page = officer.goes_to("/lich")
    month = page.locator("#lich-thang h2").first
    expect(page.locator("td[aria-current=date]")).to_contain_text("15")
    officer.finds_no_barrier()
    page.keyboard.press("n")
    expect(month).to_have_text("Tháng 4/2023")
    expect(page).to_have_title("Lịch tháng 4/2023 – Cổng Nội vụ tỉnh Hưng Yên")
    expect(page.locator("#vung-thong-bao")).to_have_text("Không có việc đến hạn trong tháng 4/2023")
    page.locator("#chon-thang").select_option("12")
    expect(month).to_have_text("Tháng 12/2023")
    page.go_back()
    expect(month).to_have_text("Tháng 4/2023")

    office = sign_in(browser, portal.url, "vanphong")
    form = office.goes_to("/lich/ngay-nghi/2023/them")
    form.get_by_label("Loại").select_option("swap_off")
    for name, text in SWAP.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name="Lưu").click()
    expect(form.locator("tr", has_text="29/12/2023").first).to_contain_text("hoán đổi với 06/01/2024")
    office.finds_no_barrier()

    page = officer.goes_to("/lich?thang=12")
    expect(page.locator("td", has_text="Nghỉ hoán đổi, làm bù ngày 06/01")).to_have_class("is-off")
    page.get_by_role("link", name="Tháng sau").click()
    expect(page.locator("td", has_text="Làm việc bù cho ngày 29/12")).not_to_have_class("is-off")
    officer.picture("lich-lam-bu")

    phone = sign_in(browser, portal.url, "xuanquan", narrow=True, javascript=False)
    page = phone.goes_to("/lich")
    expect(page.locator(".month")).not_to_be_visible()
    page.get_by_role("link", name="Gửi đăng ký thi đua năm 2023: UBND xã Xuân Quan").click()
    page.wait_for_url("**/thi-dua/dang-ky/**")
    assert officer.faults == office.faults == []
