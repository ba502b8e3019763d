"""portal.imports._sheet: the table is found by its headings, the cells are read as people wrote them."""

from __future__ import annotations

import io
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import python_calamine

from portal.imports import _sheet
from portal.imports._sheet import (
    CellError,
    ColumnSpec,
    SheetLimits,
    SheetSpec,
    SheetTable,
    WorkbookRefused,
    column_letters,
    read_table,
    text_of,
)
from tests.imports.workbooks import plain_workbook

SPEC = SheetSpec(
    "Danh sách",
    (
        ColumnSpec("number", "STT"),
        ColumnSpec("name", "Họ tên", ("Họ và tên",), required=True),
        ColumnSpec("title", "Danh hiệu", required=True),
        ColumnSpec("note", "Ghi chú"),
    ),
    frozenset({"number"}),
)
HEADINGS = ("STT", "Họ tên", "Danh hiệu", "Ghi chú")


def read(rows: list[list[Any]], headings: tuple[str, ...] = HEADINGS, limit: int = 5_000, **kwargs: Any) -> SheetTable:
    return read_table(plain_workbook(rows, headings=headings, **kwargs), SPEC, SheetLimits(rows=limit))


def refusal(rows: list[list[Any]], headings: tuple[str, ...] = HEADINGS, **kwargs: Any) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        read(rows, headings, **kwargs)
    assert caught.value.errors == {"file": [caught.value.text]}
    return caught.value.text


def test_rows_carry_their_place_in_the_workbook() -> None:
    table = read([[1, "Nguyễn Văn An", "LĐTT"], [2, "Lê Thị Hoa", "CSTĐ"]], above=6)
    assert (table.sheet, table.header_row, table.columns["title"]) == ("Danh sách", 7, "C")
    assert [(row.number, row.text("name")) for row in table.rows] == [(8, "Nguyễn Văn An"), (9, "Lê Thị Hoa")]


def test_columns_stand_in_any_order_under_any_of_their_headings() -> None:
    table = read([["LĐTT", "Nguyễn Văn An"]], ("DANH HIỆU (*)", "  Họ và tên: "))
    assert table.columns == {"title": "A", "name": "B"}
    assert table.headers["title"] == "DANH HIỆU (*)"
    assert table.rows[0].text("note") == ""


def test_blank_rows_and_rows_with_a_number_alone_are_passed_over() -> None:
    table = read([[1, "An", "LĐTT"], [None, "  ", "\u200b"], [3], [], [5, None, "CSTĐ"]])
    assert [row.number for row in table.rows] == [4, 8]


def test_headings_in_decomposed_letters_are_found() -> None:
    headings = tuple(unicodedata.normalize("NFD", text) for text in HEADINGS)
    table = read([[1, unicodedata.normalize("NFD", "Đỗ Thị Huyền"), "LĐTT"]], headings)
    assert table.rows[0].text("name") == "Đỗ Thị Huyền"


def test_what_stands_above_and_beside_is_told() -> None:
    table = read([[1, "An", "LĐTT"]], (*HEADINGS, "Điểm"))
    assert table.unknown == ["Điểm"]
    assert table.above == []


def test_a_missing_column_is_named_with_its_row() -> None:
    text = refusal([[1, "An"]], ("STT", "Họ tên"))
    assert text == "Trang tính “Danh sách”, dòng tiêu đề 3: thiếu cột “Danh hiệu”. Xin dùng tệp mẫu của cổng."


def test_a_column_that_comes_twice_is_named() -> None:
    assert "dòng 3: cột “Họ tên” có hai lần" in refusal([[1, "An", "LĐTT"]], (*HEADINGS, "Họ và tên"))


def test_a_workbook_of_another_kind_is_refused() -> None:
    assert "Không tìm thấy dòng tiêu đề" in refusal([["a", 1]], ("Cột 1", "Cột 2"))


def test_the_row_limit_is_exact() -> None:
    rows: list[list[Any]] = [[n, f"Người {n}", "LĐTT"] for n in range(1, 12)]
    assert len(read(rows, limit=11).rows) == 11
    assert "Tệp có 11 dòng; mỗi lần nhập nhiều nhất 10 dòng" in refusal(rows, limit=10)


def test_another_sheet_is_read_when_its_headings_fit() -> None:
    assert read([[1, "An", "LĐTT"]], sheet="Sheet1").sheet == "Sheet1"


def test_a_reader_that_fails_in_any_way_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        """What a panic of the reader is: no Exception."""

    def fail(_stream: object) -> None:
        raise Panic

    monkeypatch.setattr(python_calamine, "load_workbook", fail)
    assert refusal([[1, "An", "LĐTT"]]) == _sheet.UNREADABLE


def test_a_file_that_is_no_workbook_is_refused_by_its_kind() -> None:
    with pytest.raises(WorkbookRefused, match="không phải là Excel"):
        read_table(io.BytesIO(b"x" * 100), SPEC, SheetLimits())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("  Nguyễn  Văn\u00a0An\n", "Nguyễn Văn An"),
        ("An\u200b\ufeff", "An"),
        (unicodedata.normalize("NFD", "Hưng Yên"), "Hưng Yên"),
        ("=SUM(A1:A9)", "=SUM(A1:A9)"),
        (1985.0, "1985"),
        (7, "7"),
        (98.5, "98,5"),
        (1e20, "1e+20"),
        (True, "ĐÚNG"),
        (False, "SAI"),
        (date(1985, 9, 5), "05/09/1985"),
        (datetime(1985, 9, 5), "05/09/1985"),  # noqa: DTZ001 - a cell has no time zone
        (datetime(1985, 9, 5, 8, 30), "05/09/1985 08:30"),  # noqa: DTZ001
        (time(8, 30), "08:30:00"),
        (timedelta(hours=2), "2:00:00"),
        (float("inf"), "inf"),
        (["?"], "['?']"),
    ],
)
def test_a_cell_reads_as_people_wrote_it(value: Any, expected: str) -> None:
    assert text_of(value) == expected


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters


def test_an_error_names_its_cell() -> None:
    error = CellError(9, "C", "Danh hiệu", "Danh hiệu “CSTĐ tình” không có trong danh mục.", "CSTĐ tình")
    assert error.address == "C9"
    assert error.text == "Ô C9: danh hiệu “CSTĐ tình” không có trong danh mục."
    assert CellError(9, "B", "Loại", "CSTĐ là danh hiệu.").text == "Ô B9: CSTĐ là danh hiệu."
