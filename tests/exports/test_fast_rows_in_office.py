"""A workbook of fast rows in a real office suite: LibreOffice saves it anew, and every cell is what it was."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from portal.exports._cells import Kind
from portal.exports._workbook import Annex, Column, ListDocument, Target, write_list
from portal.exports.office import find_office

COLUMNS = (
    Column("STT", 5, Kind.INTEGER),
    Column("Họ và tên", 24),
    Column("Năm sinh", 7, Kind.YEAR),
    Column("Ngày gửi", 11, Kind.DATE),
    Column("Số lượng", 9, Kind.INTEGER, total=True),
    Column("Điểm", 9, Kind.DECIMAL),
    Column("Ghi chú", 20),
)
TEXTS = (
    "Nguyễn Thị Lan Anh",
    "=1+1",
    "0912345678",
    "1/2",
    "-5",
    "@tên",
    "Phòng A & B <Tổng hợp>",
    "dòng một\ndòng hai",
    "_x0041_",
    "TRUE",
    "\"trích\" 'dẫn'",
    "Đỗ Thị Hoà",
)
ROWS = [
    (n, text, 1980 + n, date(2023, 3, n), 1000 * n, Decimal("85.25") + n, text if n % 2 else None)
    for n, text in enumerate(TEXTS, 1)
]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workbook as it was written, and as LibreOffice saved it."""
    folder = tmp_path_factory.mktemp("fast-office")
    program = find_office()
    assert program is not None, "make setup installs LibreOffice"
    written, out = folder / "list.xlsx", folder / "saved"
    heading = Annex("Kèm theo Tờ trình số 1/TTr-SNV")
    made = ListDocument("Danh sách", COLUMNS, heading, datetime(2023, 3, 15, 2, 0, tzinfo=UTC))
    with written.open("wb") as stream:
        write_list(Target(folder, stream), made, ROWS)
    command = [str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(written)]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    return written, out / "list.xlsx"


def cells(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_its_cells_read_back_equal(books: tuple[Path, Path]) -> None:
    written, saved = map(cells, books)
    assert saved == written
    body = [row for row in saved if isinstance(row[0], float)]
    assert [row[1] for row in body] == list(TEXTS)
    assert [row[3] for row in body] == [row[3] for row in ROWS]
    assert [row[4] for row in body] == [float(row[4]) for row in ROWS]
    assert [row[5] for row in body] == [float(row[5]) for row in ROWS]
    assert next(row[4] for row in saved if row[0] == "Tổng cộng") == sum(row[4] for row in ROWS)


def test_text_that_looks_like_a_formula_is_none_there_either(books: tuple[Path, Path]) -> None:
    sheet = load_workbook(books[1]).worksheets[0]
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) == 1  # the total
    assert str(formulas[0]).startswith("=SUM(")
