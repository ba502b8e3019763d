"""portal.imports: the headings are found wherever they stand, the rows below them sorted from what is no data."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from portal.imports._body import Body, read_body
from portal.imports._book import Merge, Sheet
from portal.imports._cells import column_letters, day_of, text_of, year_of
from portal.imports._errors import WorkbookRefused
from portal.imports._header import Header, find_header
from portal.imports.mapping import ColumnView, Layout, Why, column_map, faults_of, remembered, to_remember
from portal.imports.spec import ColumnMap, Field, Fields

FIELDS = Fields(
    (
        Field("number", "STT", ("TT",), silent=True),
        Field("name", "Họ tên", ("Họ và tên",), required=True, joins=" "),
        Field("title", "Danh hiệu", required=True, by_mark=True, by_group=True, fixable=True),
        Field("post", "Chức vụ"),
        Field("note", "Ghi chú", joins="; "),
    )
)
HEADINGS = ["STT", "Họ tên", "Danh hiệu", "Chức vụ", "Ghi chú"]
AN, HOA = [1, "Nguyễn Văn An", "LĐTT", "Kế toán", ""], [2, "Lê Thị Hoa", "CSTĐ", "Văn thư", ""]


def sheet_of(*rows: list[Any], merges: tuple[Merge, ...] = ()) -> Sheet:
    width = max(map(len, rows))
    return Sheet("Danh sách", [list(row) + [""] * (width - len(row)) for row in rows], merges)


def header_of(sheet: Sheet) -> Header:
    found = find_header(sheet, FIELDS)
    assert found is not None
    return found


def body_of(*rows: list[Any], merges: tuple[Merge, ...] = (), most: int = 100) -> Body:
    sheet = sheet_of(HEADINGS, *rows, merges=merges)
    places = {"number": (0,), "name": (1,), "title": (2,), "post": (3,), "note": (4,)}
    return read_body(sheet, header_of(sheet), ColumnMap(places), FIELDS, most=most)


def names(body: Body) -> list[str]:
    return body.rows.column("name")


def test_headings_are_found_under_titles() -> None:
    sheet = sheet_of(["UBND HUYỆN", "", "", "CỘNG HÒA"], [], ["DANH SÁCH ĐĂNG KÝ"], [], HEADINGS, AN)
    header = header_of(sheet)
    assert (header.first, header.last) == (4, 4)
    assert [h.text for h in header.headings] == HEADINGS


def test_headings_in_decomposed_letters_with_stars_and_brackets_are_known() -> None:
    texts = [unicodedata.normalize("NFD", text) for text in ("TT", " HỌ VÀ TÊN: ", "Danh hiệu (*)")]
    header = header_of(sheet_of(texts, AN))
    assert header.known(FIELDS) == 3


def test_headings_over_two_rows_are_joined_where_cells_are_merged() -> None:
    upper, lower = ["STT", "Họ tên", "Danh hiệu", "", "Chức vụ"], ["", "", "LĐTT", "CSTĐ", ""]
    merges = (Merge(0, 0, 1, 0), Merge(0, 1, 1, 1), Merge(0, 2, 0, 3), Merge(0, 4, 1, 4))
    header = header_of(sheet_of(upper, lower, [1, "An", "x", "", "Kế toán"], merges=merges))
    assert (header.first, header.last) == (0, 1)
    assert [h.text for h in header.headings] == ["STT", "Họ tên", "Danh hiệu – LĐTT", "Danh hiệu – CSTĐ", "Chức vụ"]


def test_headings_over_two_rows_are_joined_without_merged_cells_too() -> None:
    upper, lower = ["STT", "Họ tên", "Danh hiệu", "", "Chức vụ"], ["", "", "LĐTT", "CSTĐ", ""]
    header = header_of(sheet_of(upper, lower, [1, "An", "x", "", "Kế toán"]))
    assert [h.text for h in header.headings][2:4] == ["Danh hiệu – LĐTT", "Danh hiệu – CSTĐ"]


def test_a_row_of_data_is_no_second_row_of_headings() -> None:
    assert header_of(sheet_of(HEADINGS, ["", "An", "", "", ""], AN)).last == 0


def test_a_table_with_other_headings_is_found_by_its_shape() -> None:
    header = header_of(sheet_of(["Báo cáo"], ["Mã", "Nội dung", "Kết quả"], ["a", "b", "c"]))
    assert header.first == 1


def test_columns_without_a_heading_are_kept_when_they_hold_something() -> None:
    header = header_of(sheet_of([*HEADINGS, "", ""], [*AN, "", "thêm"]))
    assert [(h.at, h.text) for h in header.headings][5:] == [(6, "")]


def test_rows_carry_their_place_and_blank_ones_are_passed_over() -> None:
    body = body_of(AN, [None, "  ", "\u200b"], [3], [], HOA)
    assert list(zip(body.rows.numbers, names(body), strict=True)) == [(2, "Nguyễn Văn An"), (6, "Lê Thị Hoa")]
    assert body.notes(False) == []


def test_numbers_of_columns_sums_and_headings_again_are_left_out_and_told() -> None:
    body = body_of(["(1)", "(2)", "(3)", "(4)", "(5)"], AN, HEADINGS, HOA, ["", "Cộng: 2 người"], [3, "Đỗ Ba", "GK"])
    assert names(body) == ["Nguyễn Văn An", "Lê Thị Hoa", "Đỗ Ba"]
    assert body.notes(False) == ["Không đọc dòng 2 (số thứ tự cột); dòng 4 (tiêu đề lặp lại); dòng 6 (dòng cộng)."]


def test_what_ends_the_paper_is_left_out_and_told() -> None:
    body = body_of(
        AN,
        HOA,
        ["", "Tổng cộng: 2 người"],
        [],
        ["", "Ghi chú: danh sách có 02 người"],
        ["", "", "", "Văn Giang, ngày 10 tháng 3 năm 2023"],
        ["", "Người lập biểu", "", "THỦ TRƯỞNG ĐƠN VỊ"],
        ["", "Trần Thị Lan", "", "Lê Văn Quyết"],
    )
    assert names(body) == ["Nguyễn Văn An", "Lê Thị Hoa"]
    assert body.notes(False) == ["Không đọc dòng 4, 6, 7, 8, 9 (ghi chú, tổng cộng, phần ký)."]


def test_a_sparse_row_with_its_own_number_is_data_to_the_end() -> None:
    assert names(body_of(AN, [2, "Tổng Văn Cộng"], ["", "Người lập biểu"])) == ["Nguyễn Văn An", "Tổng Văn Cộng"]


def test_headings_of_groups_are_told_when_they_say_nothing() -> None:
    body = body_of(["I", "Khối mầm non"], AN, ["II", "Khối tiểu học"], HOA)
    assert names(body) == ["Nguyễn Văn An", "Lê Thị Hoa"]
    assert body.groups == [(1, "I. Khối mầm non"), (3, "II. Khối tiểu học")]
    assert "Có 2 dòng tiêu đề nhóm không được dùng" in body.notes(False)[0]


def test_a_cell_that_is_merged_downwards_holds_for_each_row() -> None:
    body = body_of(AN, [2, "Lê Thị Hoa", "", "Văn thư"], merges=(Merge(1, 2, 2, 2),))
    assert body.rows.column("title") == ["LĐTT", "LĐTT"]


def test_the_row_limit_is_exact() -> None:
    rows = [[n, f"Người {n}", "LĐTT", "Chuyên viên"] for n in range(1, 12)]
    assert len(body_of(*rows, most=11).rows) == 11
    with pytest.raises(WorkbookRefused, match=r"Tệp có 11 dòng; mỗi lần nhập nhiều nhất 10 dòng"):
        body_of(*rows, most=10)


def test_several_columns_may_hold_one_field() -> None:
    sheet = sheet_of(["Họ và tên", "", "Danh hiệu"], ["Nguyễn Văn", "An", "LĐTT"])
    mapping = ColumnMap({"name": (0, 1), "title": (2,)}, fixed={"post": "Kế toán"})
    rows = read_body(sheet, header_of(sheet), mapping, FIELDS).rows
    assert rows.cells(0) == {"name": "Nguyễn Văn An", "title": "LĐTT", "post": "Kế toán"}


def layout(*columns: ColumnView, **more: Any) -> Layout:
    return Layout("A", ("A",), 0, 0, columns, **more)


NAME, TITLE = ColumnView(0, "Họ và tên", (), "name", Why.NAMED), ColumnView(1, "Cột lạ", (), "", Why.NONE)


def test_choices_are_kept_and_offered_again_by_the_heading() -> None:
    chosen = layout(NAME, ColumnView(1, "Cột lạ", (), "title", Why.KEPT), fixed={"title": "LĐTT"})
    kept = to_remember(chosen, FIELDS)
    assert kept == {"ho va ten": "name", "cot la": "title", "#chung:title": "LĐTT"}
    again = remembered(layout(NAME, TITLE), kept, FIELDS)
    assert [(c.choice, c.why) for c in again.columns] == [("name", Why.KEPT), ("title", Why.KEPT)]
    assert again.fixed == {"title": "LĐTT"}
    assert Layout.from_json(again.as_json()) == again
    assert ColumnMap.from_json(column_map(again).as_json()) == column_map(again)


def test_what_is_missing_and_what_comes_twice_is_told() -> None:
    assert faults_of(layout(NAME, TITLE), FIELDS) == {"truong-title": ["Chưa chọn cột nào là “Danh hiệu”."]}
    twice = layout(NAME, ColumnView(1, "a", (), "title"), ColumnView(2, "b", (), "title"))
    text = "“Danh hiệu” được chọn cho nhiều cột (B, C). Xin giữ lại một cột."
    assert faults_of(twice, FIELDS) == {"cot-2": [text]}
    both = layout(NAME, ColumnView(1, "a", (), "title"), ColumnView(2, "b", (), "x:title"))
    assert "đã có cột B" in faults_of(both, FIELDS)["cot-2"][0]


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
    ("text", "day"),
    [
        ("15/03/2023", date(2023, 3, 15)),
        ("5-3-23", date(2023, 3, 5)),
        ("1.1.75", date(1975, 1, 1)),
        ("2023-03-15", date(2023, 3, 15)),
        ("ngày 15 tháng 3 năm 2023", date(2023, 3, 15)),
        ("45000", date(2023, 3, 15)),
        ("31/02/2023", None),
        ("1985", None),
        ("", None),
    ],
)
def test_days_are_read_from_text(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(("text", "year"), [("1985", 1985), ("năm 1985", 1985), ("3/1985", 1985), ("85", None)])
def test_years_are_read_from_text(text: str, year: int | None) -> None:
    assert year_of(text) == year


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters
