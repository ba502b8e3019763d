"""The guide in a browser: no barrier on any page; and its pictures, taken of the demonstration's year.

GUIDE_PICTURES=docs/vi/images puts the pictures where the guide shows them; otherwise they stay with the test run's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from portal.core.clock import SystemClock
from portal.domain.accounts import totp
from portal.web.guide import guide, pictures_of
from seed.accounts import demo_secret
from tests.e2e.people import Person, barriers, pictures, sign_in
from tests.e2e.years import Year, running_year

pytestmark = pytest.mark.e2e
SIZE = ViewportSize(width=1240, height=760)
WORKBOOK = Path(__file__).resolve().parents[2] / "seed" / "workbooks" / "dang-ky-huyen-van-giang-40-dong.xlsx"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with running_year(tmp_path_factory) as found:
        yield found


def someone(browser: Browser, year: Year, username: str) -> Person:
    """Sign in with a second factor where the account has one, and set the size of pictures."""
    code = ""
    if username in ("quantri", "nhatky"):
        code = totp.code_at(demo_secret(username), SystemClock().real())
    person = sign_in(browser, year.url, username, code=code)
    person.page.set_viewport_size(SIZE)
    return person


def keep(shown: Page | Locator, name: str) -> None:
    """Keep a picture of a page's first screen, or of a part of it."""
    folder = Path(os.environ["GUIDE_PICTURES"]) if os.environ.get("GUIDE_PICTURES") else pictures()
    shown.screenshot(path=folder / name)


def test_every_picture_of_the_guide_can_be_taken(browser: Browser, year: Year) -> None:
    taken = set()

    def take(shown: Page | Locator, name: str) -> None:
        keep(shown, name)
        taken.add(name)

    stranger = browser.new_page(viewport=SIZE)
    stranger.goto(f"{year.url}/dang-nhap")
    take(stranger, "dang-nhap.png")
    officer = someone(browser, year, "thidua")
    take(officer.goes_to("/"), "viec-cua-toi.png")
    take(officer.goes_to("/lich"), "lich.png")
    take(officer.goes_to("/thi-dua/dang-ky"), "danh-sach-dang-ky.png")
    take(officer.goes_to("/thi-dua/dang-ky/don-vi"), "tinh-hinh.png")
    finance = someone(browser, year, "stc")
    take(finance.goes_to(year.registration("STC")), "ban-dang-ky.png")
    district = someone(browser, year, "vangiang")
    page = district.goes_to(year.registration("326"))
    take(page.locator("#cap-duoi"), "don-vi-truc-thuoc.png")
    page = district.goes_to(f"{year.registration('326')}/nhap")
    page.locator("input[type=file]").set_input_files(WORKBOOK)
    page.get_by_role("button", name="Đọc thử tệp").click()
    page.wait_for_url("**/nhap-tep/*")
    take(page, "nhap-excel.png")
    take(someone(browser, year, "quantri").goes_to("/quan-tri/don-vi?cap=district"), "don-vi.png")
    take(someone(browser, year, "nhatky").goes_to("/quan-tri/nhat-ky"), "nhat-ky.png")
    assert taken == pictures_of(guide().pages)


@pytest.mark.parametrize("narrow", [False, True])
def test_no_page_of_the_guide_has_a_barrier(browser: Browser, year: Year, narrow: bool) -> None:
    person = sign_in(browser, year.url, "xuanquan", narrow=narrow)
    for path in ["/huong-dan", *(page.url for page in guide().pages)]:
        barriers(person.goes_to(path))
    assert person.faults == []


def test_a_stranger_reads_the_guide_too(browser: Browser, year: Year) -> None:
    stranger = browser.new_page(viewport=SIZE)
    stranger.goto(f"{year.url}/huong-dan/bat-dau")
    barriers(stranger)
    assert stranger.get_by_role("heading", level=1).inner_text() == "Bắt đầu"


def test_the_question_mark_leads_to_the_page_about_this_page(browser: Browser, year: Year) -> None:
    person = sign_in(browser, year.url, "thidua")
    person.goes_to("/thi-dua/dang-ky/don-vi").get_by_role("link", name="Trợ giúp về trang này").click()
    person.page.wait_for_url("**/huong-dan?trang=emulation.list_units")
    assert person.page.get_by_role("heading", level=1).inner_text() == "Theo dõi, lọc, xuất Excel"


def test_on_paper_only_the_text_stays(browser: Browser, year: Year) -> None:
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{year.url}/huong-dan/phim-tat")
    page.emulate_media(media="print")
    assert page.locator(".guide").is_visible()
    assert not page.locator(".guide-nav").first.is_visible()
    assert not page.locator(".masthead").is_visible()
