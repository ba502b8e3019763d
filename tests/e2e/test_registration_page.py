"""The page of a registration under the hand: rows open side by side, focus, conflicts, undoing, no barrier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.people import Person, sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e
Opens = Callable[..., Person]
TITLE = "Lao động tiên tiến"


@pytest.fixture
def opens(browser: Browser, portal: Portal) -> Iterator[Opens]:
    """opens("vangiang"): another browser of that person; each ends without a fault of the page."""
    people: list[Person] = []

    def begin(name: str, narrow: bool = False) -> Person:
        person = sign_in(browser, portal.url, name, narrow=narrow)
        people.append(person)
        return person

    yield begin
    for person in people:
        person.context.close()


def registers(person: Person) -> str:
    """Open the unit's registration; its path."""
    page = person.goes_to("/thi-dua/dang-ky/moi")
    page.get_by_role("button", name="Lập bản đăng ký").click()
    page.wait_for_url("**/thi-dua/dang-ky/*")
    return page.url.removeprefix(person.url)


def types_line(page: Page, name: str, post: str) -> None:
    """One line with the keyboard alone, from the name on."""
    expect(page.locator("#ho-ten-moi")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(post)
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name=name, exact=True)).to_be_visible()


def starts_with(page: Page, *names: str) -> None:
    page.keyboard.press("t")
    expect(page.locator("#ho-ten-moi")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.locator("#danh-hieu-moi").select_option(label=TITLE)
    page.keyboard.press("Tab")
    for name in names:
        types_line(page, name, "Chuyên viên")


def row(page: Page, name: str) -> Locator:
    return page.locator("#danh-sach tbody").filter(has=page.get_by_role("rowheader", name=name))


def no_faults(person: Person, allowed: tuple[str, ...] = ()) -> None:
    """Refused answers (422, 409) are told to the console by the browser itself."""
    assert [f for f in person.faults if not any(text in f for text in allowed)] == []


def test_rows_stay_open_beside_each_other_and_nothing_typed_is_lost(opens: Opens) -> None:
    officer = opens("vangiang")
    page = officer.goes_to(registers(officer))
    starts_with(page, "Nguyễn Văn An", "Trần Thị Bình", "Lê Thị Hoa")
    page.get_by_role("link", name="Sửa dòng 1").click()
    expect(page.locator("#danh-sach tbody.is-open input[name=name]:focus")).to_have_value("Nguyễn Văn An")
    page.keyboard.type(" Sửa")
    page.get_by_role("link", name="Sửa dòng 3").click()
    third = page.locator("#danh-sach tbody.is-open input[name=name]:focus")
    expect(third).to_have_value("Lê Thị Hoa")
    page.keyboard.type(" Mai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="Lê Thị Hoa Mai")).to_be_visible()
    expect(page.get_by_role("link", name="Sửa dòng 3")).to_be_focused()
    expect(page.locator("#danh-sach tbody.is-open input[name=name]").first).to_have_value("Nguyễn Văn An Sửa")
    page.get_by_role("link", name="Xóa dòng 2").click()
    expect(page.get_by_role("rowheader", name="Trần Thị Bình")).to_have_count(0)
    expect(page.locator("#danh-sach tbody.is-open input[name=name]").first).to_have_value("Nguyễn Văn An Sửa")
    expect(page.locator("#vung-thong-bao")).to_have_text("Đã xóa dòng 2. Có thể hoàn tác.")
    page.locator("#danh-sach tbody.is-open input[name=name]").first.press("Escape")
    expect(page.get_by_role("rowheader", name="Nguyễn Văn An", exact=True)).to_be_visible()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("rowheader", name="Trần Thị Bình")).to_be_visible()
    no_faults(officer)


def test_two_people_in_one_line_and_in_the_content(opens: Opens) -> None:
    one, other = opens("vangiang"), opens("vangiang")
    path = registers(one)
    mine, theirs = one.page, other.goes_to(path)
    starts_with(mine, "Nguyễn Văn An")
    theirs.reload()
    for page, post in ((mine, "Trưởng phòng"), (theirs, "Phó phòng")):
        page.get_by_role("link", name="Sửa dòng 1").click()
        page.get_by_label("Chức vụ, dòng 1", exact=True).fill(post)
    theirs.keyboard.press("Enter")
    expect(row(theirs, "Nguyễn Văn An")).to_contain_text("Phó phòng")
    mine.keyboard.press("Enter")
    expect(mine.get_by_text(re.compile("ở một cửa sổ khác.* vừa lưu dòng 1 lúc"))).to_be_visible()
    one.finds_no_barrier()
    mine.get_by_role("button", name="Lưu bản đã chọn").click()
    expect(row(mine, "Nguyễn Văn An")).to_contain_text("Trưởng phòng")

    theirs.get_by_label("Nội dung, mục tiêu, giải pháp").fill("Bản của người khác")
    theirs.get_by_role("button", name="Lưu nháp").click()
    expect(theirs.get_by_text("Đã lưu nội dung.").first).to_be_visible()
    mine.get_by_label("Nội dung, mục tiêu, giải pháp").fill("Bản của tôi")
    mine.get_by_role("button", name="Lưu nháp").click()
    expect(mine.get_by_role("heading", name=re.compile("ở một cửa sổ khác.* vừa sửa nội dung này"))).to_be_focused()
    one.finds_no_barrier()
    mine.get_by_role("button", name="Lưu nháp").click()  # the button is not left busy by the refusal
    expect(mine.get_by_text("Đã lưu nội dung.").first).to_be_visible()
    expect(mine.get_by_role("button", name="Lưu nháp")).to_be_focused()
    theirs.reload()
    expect(theirs.get_by_label("Nội dung, mục tiêu, giải pháp")).to_have_value("Bản của tôi")
    no_faults(one, ("409",))


@pytest.mark.parametrize("narrow", [False, True])
def test_a_refused_line_shows_its_errors_without_a_barrier(opens: Opens, narrow: bool) -> None:
    officer = opens("vangiang", narrow=narrow)
    path = registers(officer)
    page = officer.page
    officer.finds_no_barrier()
    page.locator("#ho-ten-moi").fill("Nguyễn Văn An")
    page.locator("#ho-ten-moi").press("Enter")
    expect(page.get_by_text("Xin chọn danh hiệu, hình thức.")).to_be_visible()
    expect(page.locator("#danh-hieu-moi")).to_be_focused()
    expect(page.locator("#ho-ten-moi")).to_have_value("Nguyễn Văn An")
    officer.finds_no_barrier()
    for end in ("/cap-duoi", "/buoc/trinh", "/in"):
        officer.goes_to(path + end)
        officer.finds_no_barrier()
    no_faults(officer, ("422",))
