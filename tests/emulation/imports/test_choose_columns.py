"""GET and POST /nhap-tep/<batch>/cot, POST …/trang-tinh: workbooks of any layout are read by choosing their columns."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import xlsxwriter

from portal.domain.staging.enums import ImportRowState, ImportState
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.emulation.imports.conftest import Importer, saved
from tests.imports.workbooks import own_workbook, plain_workbook, two_row_workbook
from tests.pages import Page

HEADINGS = ("TT", "Họ và tên cán bộ", "Sinh năm", "Nhiệm vụ được giao", "Đăng ký danh hiệu")
ROWS = [
    [1, "Nguyễn Thị Lan", 1980, "Kế toán", "LĐTT"],
    [2, "Trần Văn Bình", "1985", "Văn thư", "CSTĐ cơ sở"],
    [3, "Đỗ Thu Hà", "03/1990", "Lái xe", "CSTĐ tỉn"],
]


def unit_book(rows: list[list[Any]] | None = None) -> io.BytesIO:
    return plain_workbook(ROWS if rows is None else rows, headings=HEADINGS, sheet="Biểu 1")


def chosen(page: Page, index: int) -> str:
    """What a column is read as at the moment."""
    return page.values(page.form_to(next(f.get("action", "") for f in page.forms() if "/cot" in f.get("action", ""))))[
        f"cot-{index}"
    ]


def test_a_units_own_workbook_asks_for_its_columns(vangiang: Importer) -> None:
    answer = vangiang.send(unit_book(), "Biểu 1.xlsx")
    assert answer.headers["Location"].endswith("/cot")
    batch = int(answer.headers["Location"].split("/")[2])
    assert vangiang.browser.get(vangiang.page_of(batch)).headers["Location"].endswith("/cot")
    page = vangiang.columns(batch)
    assert page.headings() == ["Chọn cột của tệp"]
    assert [chosen(page, n) for n in range(5)] == ["number", "name", "birth_year", "", "title_id"]
    rows = page.table()
    assert [row["Căn cứ"] for row in rows] == [
        "theo tên cột",
        "tên gần giống",
        "tên gần giống",
        "chưa nhận ra",
        "theo tên cột",
    ]
    assert rows[1]["Một vài ô"] == "Nguyễn Thị Lan · Trần Văn Bình · Đỗ Thu Hà"
    assert "Xin xem lại 3 cột" in page.text


def test_the_choice_is_read_checked_and_remembered(vangiang: Importer) -> None:
    batch = vangiang.receive(unit_book())
    assert vangiang.choose(batch, cot_3="post").headers["Location"] == f"/nhap-tep/{batch}"
    assert vangiang.counts(batch) == (2, 0, 0, 1)
    assert "Ô E6: danh hiệu “CSTĐ tỉn” không có trong danh mục" in vangiang.show(batch).text
    vangiang.apply(batch, only_sound="y")
    assert [(line.name, line.post, line.birth_year) for line in vangiang.lines()[1:]] == [
        ("Nguyễn Thị Lan", "Kế toán", 1980),
        ("Trần Văn Bình", "Văn thư", 1985),
    ]
    again = vangiang.receive(unit_book())
    assert vangiang.batch(again).state is ImportState.STAGED  # nothing is left to ask
    assert vangiang.counts(again) == (0, 0, 2, 1)
    page = vangiang.columns(again)
    assert [row["Căn cứ"] for row in page.table()] == ["như lần trước"] * 5


def test_what_is_missing_or_doubled_is_told_beside_the_column(vangiang: Importer) -> None:
    batch = vangiang.receive(unit_book())
    answer = vangiang.choose(batch, cot_1="", cot_3="title_id")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.links()["Chưa chọn cột nào là “Họ tên hoặc tên tập thể”."] == "#cac-cot"
    assert "#cot-4" in page.links()["“Danh hiệu, hình thức” được chọn cho nhiều cột (D, E). Xin giữ lại một cột."]
    assert (chosen(page, 1), chosen(page, 3)) == ("", "title_id")
    assert vangiang.batch(batch).state is ImportState.MAPPING


def test_values_for_the_whole_file_and_headings_of_groups(vangiang: Importer) -> None:
    rows: list[list[Any]] = [
        ["I", "Giấy khen", ""],
        [1, "Lê Văn Một", "Kế toán"],
        ["II", "Lao động tiên tiến"],
        [1, "Lê Văn Hai", ""],
    ]
    batch = vangiang.receive(plain_workbook(rows, headings=("STT", "Họ tên", "Công việc")))
    page = vangiang.columns(batch)
    assert "Bảng có các dòng chia nhóm: I. Giấy khen , II. Lao động tiên tiến" in page.text
    vangiang.choose(batch, cot_2="post", chung_subject="Cá nhân", chung_division="Trường THCS Xuân Quan")
    assert vangiang.counts(batch) == (1, 0, 0, 1)
    row = vangiang.show(batch).table()[0]
    assert (row["Loại"], row["Danh hiệu, hình thức"]) == ("Cá nhân", "Giấy khen")
    assert row["Chức vụ, phòng, đơn vị"] == "Kế toán, Trường THCS Xuân Quan"


def test_another_sheet_and_another_row_of_headings_can_be_chosen(vangiang: Importer) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name in ("Cá nhân", "Tập thể"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["STT", "Họ tên", "Danh hiệu"])
            page.write_row(1, 0, [1, f"{name} một", "LĐTT"])
    batch = vangiang.receive(stream)
    page = vangiang.columns(batch)
    form = page.values(page.form_to(f"/nhap-tep/{batch}/trang-tinh"))
    assert form["trang_tinh"] == "Cá nhân"
    answer = vangiang.browser.post(f"/nhap-tep/{batch}/trang-tinh", data={**form, "trang_tinh": "Tập thể"})
    assert answer.status_code == 303
    assert "Tập thể một" in vangiang.columns(batch).text
    vangiang.browser.post(f"/nhap-tep/{batch}/trang-tinh", data={"trang_tinh": "Tập thể", "dong": "2"})
    page = vangiang.columns(batch)
    assert "dữ liệu đọc từ dòng 3" in page.text
    assert (
        vangiang.browser.post(f"/nhap-tep/{batch}/trang-tinh", data={"trang_tinh": "?", "dong": "x"}).status_code == 303
    )


def test_faults_come_back_in_the_units_own_layout(vangiang: Importer) -> None:
    upper = ("STT", "Họ và tên", "Năm sinh", "", "Chức vụ", "Danh hiệu đăng ký", "")
    lower = ("", "", "Nam", "Nữ", "", "LĐTT", "CSTĐ cơ sở")
    rows = [
        [1, "Nguyễn Văn An", 1980, None, "Kế toán", "x", None],
        [2, "Lê Thị Hoa", None, "tám lăm", "Văn thư", "x", "x"],
        [3, "Đỗ Văn Ba", 1990, None, None, None, "x"],
    ]
    batch = vangiang.stage(two_row_workbook(upper, lower, rows), "Biểu 2.xlsx")
    assert [(row.number, row.part, row.state) for row in vangiang.rows(batch)] == [
        (6, 0, ImportRowState.NEW),
        (7, 0, ImportRowState.FAULTY),
        (7, 1, ImportRowState.FAULTY),
        (8, 0, ImportRowState.FAULTY),
    ]
    sheet = vangiang.returned(batch)["Danh sách"]
    assert sheet["A1"].value == "DANH SÁCH ĐĂNG KÝ"
    assert [cell.value for cell in sheet[4]] == ["STT", "Họ và tên", "Năm sinh", None, "Chức vụ", upper[5], None, None]
    assert sheet["H5"].value == "Lỗi cần sửa"
    assert {str(found) for found in sheet.merged_cells.ranges} >= {"A1:G1", "C4:D4", "F4:G4", "A4:A5"}
    assert [cell.value for cell in sheet[6]][:4] == [2, "Lê Thị Hoa", None, "tám lăm"]
    assert sheet["D6"].fill.fgColor.rgb == sheet["E7"].fill.fgColor.rgb == "FFFCE4E4"
    assert sheet["H6"].value.startswith("Năm sinh – Nữ: Năm sinh “tám lăm” không đọc được")
    assert sheet["H7"].value == "Chức vụ: Thiếu chức vụ của cá nhân."
    assert sheet.max_row == 7
    whole = vangiang.returned(batch, "?dong=tat-ca")["Danh sách"]
    assert [row[1].value for row in whole.iter_rows(min_row=6)] == ["Nguyễn Văn An", "Lê Thị Hoa", "Đỗ Văn Ba"]

    whole["D7"], whole["E8"] = 1985, "Lái xe"
    book = whole.parent
    assert isinstance(book, openpyxl.Workbook)
    again = vangiang.stage(saved(book))
    assert vangiang.counts(again) == (4, 0, 0, 0)
    assert vangiang.batch(again).notes == []


def test_a_long_workbook_is_read_and_applied_by_the_worker(vangiang: Importer, runtime: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.imports.emulation.LineImport.direct_rows", property(lambda _: 1), raising=False)
    lines = [{"subject": "Cá nhân", "title_id": "LĐTT", "name": f"Người {n}", "post": "Kế toán"} for n in "ABC"]
    batch = vangiang.receive(own_workbook([*lines, {**lines[0], "title_id": "?"}]))
    assert vangiang.batch(batch).state is ImportState.READING
    page = Page(vangiang.browser.get(vangiang.page_of(batch)).text)
    assert page.headings() == ["Đang xử lý tệp"]
    assert "Đọc tệp danh-sach.xlsx" in vangiang.browser.get(f"{vangiang.page_of(batch)}/tien-do").text

    worker = Worker(runtime, Waker(runtime.settings), handlers())
    assert worker.run_pending() == 1
    assert "Xem kết quả" in vangiang.browser.get(f"{vangiang.page_of(batch)}/tien-do").text
    assert vangiang.counts(batch) == (3, 0, 0, 1)
    assert vangiang.apply(batch).status_code == 422
    assert vangiang.apply(batch, only_sound="y").status_code == 303
    assert "Nhập danh sách đăng ký từ danh-sach.xlsx" in Page(vangiang.browser.get(vangiang.page_of(batch)).text).text
    assert len(vangiang.lines()) == 1
    worker.run_pending()
    assert [line.name for line in vangiang.lines()[1:]] == ["Người A", "Người B", "Người C"]
    assert vangiang.batch(batch).state is ImportState.PARTLY
    assert "Đã nhập lúc" in vangiang.show(batch).text
