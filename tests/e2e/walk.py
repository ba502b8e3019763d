"""The steps of the main job, as people take them; each works with script and without."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.people import Person

ROOT = Path(__file__).resolve().parents[2]
DISTRICT_WORKBOOK = ROOT / "seed" / "workbooks" / "dang-ky-huyen-van-giang-40-dong.xlsx"
CONTENT = "Thi đua hoàn thành xuất sắc các chỉ tiêu kinh tế - xã hội năm 2023; xây dựng nông thôn mới kiểu mẫu."
COMMUNE_LINES = [
    ("Lao động tiên tiến", "Nguyễn Thị Thơm", "Công chức Văn phòng - Thống kê", ""),
    ("Chiến sĩ thi đua cơ sở", "Đàm Văn Lợi", "Chủ tịch UBND xã", ""),
    ("Tập thể Lao động tiên tiến", "UBND xã Xuân Quan", "", ""),
]


def opens_registration(person: Person) -> str:
    """Make the unit's registration of the year; returns its path."""
    page = person.goes_to("/thi-dua/dang-ky/moi")
    person.presses(page.get_by_role("button", name="Lập bản đăng ký"))
    page.wait_for_url(re.compile(r"/thi-dua/dang-ky/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đăng ký thi đua năm 2023")
    return page.url.removeprefix(person.url)


def writes_content(person: Person, staff: int) -> None:
    """Fill what is promised and save the draft."""
    page = person.page
    person.fills(page.get_by_label("Nội dung, mục tiêu, giải pháp"), CONTENT)
    person.fills(page.get_by_label("Tổng số cán bộ, công chức"), str(staff))
    person.hands.tick(page, page.get_by_label("Cả nước chung sức xây dựng nông thôn mới"))
    person.presses(page.locator("#luu-nhap"))
    expect(page.get_by_text("Đã lưu nội dung.").first).to_be_visible()
    expect(page.get_by_label("Nội dung, mục tiêu, giải pháp")).to_have_value(CONTENT)
    expect(page.get_by_label("Cả nước chung sức xây dựng nông thôn mới")).to_be_checked()


def adds_pledge(person: Person, name: str, number: str, measure: str) -> None:
    """Add a numeric pledge in the row for a new one; Enter saves."""
    page = person.page
    person.fills(page.get_by_label("Chỉ tiêu, chỉ tiêu mới"), name)
    person.fills(page.get_by_label("Mức đăng ký, chỉ tiêu mới"), number)
    person.fills(page.get_by_label("Đơn vị tính, chỉ tiêu mới"), measure)
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile(re.escape(name)))).to_be_visible()
    is_ready_for_the_next(page.get_by_label("Chỉ tiêu, chỉ tiêu mới"))


def adds_line(person: Person, title: str, name: str, post: str, division: str) -> None:
    """Add a line in the row for a new one; Enter saves."""
    page = person.page
    person.chooses(page.get_by_label("Danh hiệu, hình thức, dòng mới"), title)
    person.fills(page.get_by_label("Họ tên hoặc tên tập thể, dòng mới"), name)
    person.fills(page.get_by_label("Chức vụ, dòng mới"), post)
    person.fills(page.get_by_label("Phòng, đơn vị, dòng mới"), division)
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name=re.compile(re.escape(name))).first).to_be_visible()
    is_ready_for_the_next(page.get_by_label("Họ tên hoặc tên tập thể, dòng mới"))


def is_ready_for_the_next(control: Locator) -> None:
    """The row for a new one is empty again; with script the focus is in it already."""
    expect(control).to_have_value("")
    if control.evaluate("document.documentElement.classList.contains('js')"):
        expect(control).to_be_focused()


def takes_step(person: Person, name: str, fields: dict[str, str], state: str) -> None:
    """Open a step from the action bar, fill its form, take it, and find the registration in its new state."""
    page = person.page
    link, button = (page.get_by_role(role, name=name, exact=True) for role in ("link", "button"))
    person.presses(link.or_(button).first)
    page.wait_for_url(re.compile(r"/buoc/"))
    for label, value in fields.items():
        person.fills(page.get_by_label(label).first, value)
    person.presses(page.get_by_role("button", name=name, exact=True))
    page.wait_for_url(re.compile(r"/thi-dua/dang-ky/\d+$"))
    expect(page.locator(".page-title .chip")).to_have_text(state)


def imports_workbook(person: Person, path: str, workbook: Path, rows: int) -> None:
    """Upload, look at the dry run, apply."""
    page = person.goes_to(f"{path}/nhap")
    person.hands.attach(page, page.locator("input[type=file]"), workbook)
    person.presses(page.get_by_role("button", name="Đọc thử tệp"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kiểm tra trước khi nhập")
    person.picture(f"{person.name}-nhap-excel")
    person.presses(page.get_by_role("button", name=f"Nhập {rows} dòng"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kết quả nhập từ Excel")
