"""The main job in a real browser, with pictures.

The commune registers, the district takes it in and imports, its head sends, the Sở accepts, filters and exports; the
workbook holds exactly what the filter showed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from python_calamine import CalamineWorkbook

from tests.e2e import walk
from tests.e2e.hands import Keyboard, Mouse
from tests.e2e.people import Person, sign_in
from tests.e2e.portal_server import Portal

pytestmark = pytest.mark.e2e
SIGNED = {"Người ký": "Đàm Văn Lợi", "Chức vụ": "Chủ tịch", "Số, ký hiệu": "15/ĐK-UBND", "Ngày": "14/03/2023"}
CELLS = """rows => rows.map(row => [
  row.querySelector("th a").innerText.trim(),
  ...["Chức vụ, phòng ban", "Trạng thái", "Ngày gửi"].map(
    label => row.querySelector(`td[data-label="${label}"]`).innerText.trim())])"""
SENT = {"Người ký": "Lê Văn Quyết", "Chức vụ": "Phó Chủ tịch", "Số, ký hiệu": "32/ĐK-UBND", "Ngày": "15/03/2023"}


@pytest.fixture
def people(browser: Browser, portal: Portal, request: pytest.FixtureRequest) -> Iterator[dict[str, Person]]:
    """Everyone who takes part, each in a browser of their own, working as the test says."""
    script, hands = request.param
    names = ("xuanquan", "vangiang", "vangiang.lanhdao", "thidua")
    made = {name: sign_in(browser, portal.url, name, javascript=script, hands=hands) for name in names}
    yield made
    faults = {name: person.faults for name, person in made.items() if person.faults}
    for person in made.values():
        person.context.close()
    assert faults == {}


@pytest.mark.parametrize(
    "people",
    [(True, Mouse()), (False, Mouse()), (True, Keyboard())],
    indirect=True,
    ids=["with script", "without script", "by keyboard alone"],
)
def test_the_main_job_end_to_end(people: dict[str, Person], portal: Portal, tmp_path: Path) -> None:
    commune = commune_registers(people["xuanquan"])
    district = district_prepares(people["vangiang"])
    head_sends(people["vangiang.lanhdao"], district)
    board_accepts(people["thidua"], district)
    district_sees_the_trail(people["vangiang"], district)
    board_exports(people["thidua"], tmp_path)
    assert commune != district


def commune_registers(person: Person) -> str:
    path = walk.opens_registration(person)
    walk.writes_content(person, 22)
    walk.adds_pledge(person, "Tỷ lệ hồ sơ giải quyết đúng hạn", "98,5", "%")
    for line in walk.COMMUNE_LINES:
        walk.adds_line(person, *line)
    person.picture("xuanquan-dang-ky")
    walk.takes_step(person, "Gửi bản đã ký", SIGNED, "Chờ tiếp nhận")
    person.picture("xuanquan-da-gui")
    return path


def district_prepares(person: Person) -> str:
    path = walk.opens_registration(person)
    page = person.page
    walk.writes_content(person, 320)
    row = page.get_by_role("row", name=re.compile("UBND xã Xuân Quan"))
    with page.expect_navigation():
        person.presses(row.get_by_role("button", name="Lấy 3 dòng"))
    person.goes_to(path)
    expect(page.get_by_role("rowheader", name=re.compile("Đàm Văn Lợi")).first).to_be_visible()
    walk.imports_workbook(person, path, walk.DISTRICT_WORKBOOK, 40)
    person.goes_to(path)
    expect(page.get_by_text("43 dòng").first).to_be_visible()
    person.picture("vangiang-dang-ky")
    walk.takes_step(person, "Trình lãnh đạo", {}, "Chờ lãnh đạo duyệt")
    return path


def head_sends(person: Person, path: str) -> None:
    page = person.goes_to("/")
    person.picture("vangiang-lanhdao-viec-cua-toi")
    expect(page.get_by_role("link", name=re.compile("UBND huyện Văn Giang")).first).to_be_visible()
    person.goes_to(path)
    walk.takes_step(person, "Duyệt và gửi", SENT, "Chờ tiếp nhận")
    person.picture("vangiang-lanhdao-da-gui")


def board_accepts(person: Person, path: str) -> None:
    page = person.goes_to("/")
    person.picture("thidua-viec-cua-toi")
    person.presses(page.get_by_role("link", name=re.compile("UBND huyện Văn Giang")).first)
    page.wait_for_url(re.compile(path))
    walk.takes_step(person, "Tiếp nhận", {}, "Đã tiếp nhận")
    expect(page.locator("#nhat-ky")).to_contain_text("Lê Văn Quyết")
    person.picture("thidua-tiep-nhan")


def district_sees_the_trail(person: Person, path: str) -> None:
    """The unit sees every step, its own inner ones too; the board sees those from the sending on."""
    trail = person.goes_to(path).locator("#nhat-ky")
    for name in ("Nguyễn Thị Lan Anh", "Lê Văn Quyết", "Nguyễn Thị Thu Hằng"):
        expect(trail).to_contain_text(name)


def board_exports(person: Person, folder: Path) -> None:
    """Filter by title and state, keep the names that the page shows, export, and read every cell back."""
    page = person.goes_to("/thi-dua/dang-ky?nam=2023&trang_thai=accepted")
    chooses_filter(person, "Danh hiệu", "LĐTT")
    person.picture("thidua-danh-sach-loc")
    shown = [tuple(row) for row in page.eval_on_selector_all("tbody tr", CELLS)]
    assert len(shown) > 1
    person.presses(page.locator("summary", has_text="Xuất Excel"))
    person.picture("thidua-xuat-excel")
    with page.expect_download() as waiting:
        person.presses(page.get_by_role("link", name="Tải danh sách này"))
    target = folder / "danh-sach.xlsx"
    waiting.value.save_as(target)
    assert rows_in(target) == shown


def chooses_filter(person: Person, label: str, option: str) -> None:
    """Choose a filter; without script press the button that applies it."""
    page = person.page
    person.chooses(page.locator(".filter", has_text=label).locator("select").first, option)
    apply = page.get_by_role("button", name="Lọc", exact=True)
    if apply.is_visible():
        person.presses(apply)
    page.wait_for_url(re.compile(r"danh_hieu=\w+"))
    expect(page.locator("[data-count]").first).to_contain_text("khớp bộ lọc")


def rows_in(workbook: Path) -> list[tuple[str, ...]]:
    """The exported list as the page shows it, in its order; what stands in the cells besides is checked on the way."""
    rows = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()
    head = next(i for i, row in enumerate(rows) if "STT" in row)
    columns = [str(cell) for cell in rows[head]]
    listed = [dict(zip(columns, row, strict=True)) for row in rows[head + 1 :] if isinstance(row[0], float)]
    assert [row["STT"] for row in listed] == [float(number + 1) for number in range(len(listed))]
    for row in listed:
        assert row["Đơn vị trình"] == "UBND huyện Văn Giang"
        assert row["Danh hiệu"] == "Lao động tiên tiến"
    return [
        (
            str(row["Cá nhân, tập thể"]),
            str(row["Chức vụ, phòng ban"]),
            str(row["Trạng thái"]),
            f"{row['Ngày gửi']:%d/%m/%Y}",
        )
        for row in listed
    ]
