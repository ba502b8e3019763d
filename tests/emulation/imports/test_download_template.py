"""GET /thi-dua/dang-ky/<id>/mau.xlsx: the workbook that is filled in."""

from __future__ import annotations

import re
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.emulation.imports.conftest import Importer, saved
from tests.imports.workbooks import own_workbook

PERSON: dict[str, Any] = {"subject": "Cá nhân", "title_id": "LĐTT", "name": "Lê Thị Hoa", "post": "Kế toán"}


def lists_of(sheet: Worksheet) -> dict[str, str]:
    """The lists of choices by the first cell that they hold for."""
    return {
        str(rule.sqref).split(":", maxsplit=1)[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }


def test_it_holds_instructions_the_list_and_the_choices(vangiang: Importer) -> None:
    answer = vangiang.browser.get(f"/thi-dua/dang-ky/{vangiang.key}/mau.xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=danh-sach-dang-ky-2023-van-giang.xlsx"
    book = vangiang.template()
    assert book.sheetnames == ["Danh sách", "Hướng dẫn", "Danh mục"]
    assert book["Hướng dẫn"].protection.sheet
    assert book["Danh mục"].protection.sheet
    titles = [row[0].value for row in book["Danh mục"].iter_rows(min_row=4)]
    assert titles[0] == "Lao động tiên tiến"
    assert len(titles) == 16
    assert "Xã, phường, thị trấn tiêu biểu" not in titles
    assert vangiang.world.actions(vangiang.key)[-1] == "registration.template_downloaded"


def test_the_list_is_filled_in_with_keys_out_of_sight(vangiang: Importer) -> None:
    sheet = vangiang.template()["Danh sách"]
    line = vangiang.lines()[0]
    assert [cell.value for cell in sheet[7]] == [
        1,
        "Cá nhân",
        "Lao động tiên tiến",
        "Nguyễn Văn An",
        "Chuyên viên",
        None,
        None,
        None,
        None,
        line.row_key,
    ]
    assert sheet["J1"].value == "DKTD1;326;2023"
    assert sheet.column_dimensions["J"].hidden
    assert sheet["A1"].value == "UBND HUYỆN VĂN GIANG"
    assert sheet.freeze_panes == "E7"
    assert sheet.print_title_rows == "$6:$6"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_cells_offer_what_may_be_written(vangiang: Importer) -> None:
    sheet = vangiang.template()["Danh sách"]
    lists = lists_of(sheet)
    assert lists["B7"] == '"Cá nhân,Tập thể"'
    assert lists["H7"] == '"Nam,Nữ"'
    assert lists["C7"] == "'Danh mục'!$A$4:$A$19"
    guards = [rule for rule in sheet.data_validations.dataValidation if rule.type == "custom"]
    assert [(str(rule.sqref), rule.formula1) for rule in guards] == [("A6:J6", "FALSE")]
    assert re.match(r"^A6:J\d+$", sheet.auto_filter.ref or "")


def test_text_that_reads_as_a_formula_stays_text(vangiang: Importer) -> None:
    vangiang.apply(vangiang.stage(own_workbook([{**PERSON, "name": "=HYPERLINK(1)", "note": "01/02"}])))
    sheet = vangiang.template()["Danh sách"]
    assert (sheet["D8"].value, sheet["D8"].data_type, sheet["D8"].quotePrefix) == ("=HYPERLINK(1)", "s", True)
    assert (sheet["I8"].value, sheet["I8"].quotePrefix) == ("01/02", True)
    assert vangiang.counts(vangiang.stage(saved(vangiang.template()))) == (0, 0, 2, 0)


def test_lines_that_were_sorted_find_themselves_again(vangiang: Importer) -> None:
    rows = [{**PERSON, "name": name} for name in ("Đỗ Văn Ba", "Lê Thị Hoa", "An Thị Tư")]
    vangiang.apply(vangiang.stage(own_workbook(rows)))
    book: openpyxl.Workbook = vangiang.template()
    sheet = book["Danh sách"]
    filled = [[cell.value for cell in sheet[row]] for row in range(7, 11)]
    for row, values in zip(range(7, 11), reversed(filled), strict=True):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column).value = value
    assert vangiang.counts(vangiang.stage(saved(book))) == (0, 0, 4, 0)
