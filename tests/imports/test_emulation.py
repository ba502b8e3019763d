"""portal.imports.emulation: what the cells of the portal's own workbook become."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.queries import titles_valid
from portal.domain.emulation.workbook import COLUMNS, Marker
from portal.imports._emulation_lines import MOST_UNKNOWN
from portal.imports._errors import WorkbookRefused
from portal.imports.kinds import kinds
from portal.imports.mapping import is_sure
from tests.imports.workbooks import (
    MARKER,
    ReadList,
    ReadRow,
    own_workbook,
    plain_workbook,
    read_lines,
    row_of,
    two_row_workbook,
)

TODAY = date(2023, 3, 15)
KEY = "0123456789abcdef" * 2


@pytest.fixture
def titles(read: Callable[..., list[Any]]) -> list[EmulationTitle]:
    period = read(select(RegistrationPeriod).where(RegistrationPeriod.code == "2023"))[0]
    return list(read(titles_valid(period)))


def read_rows(titles: list[EmulationTitle], rows: list[list[Any]], **kwargs: Any) -> ReadList:
    return read_lines(plain_workbook(rows, **kwargs), titles, MARKER, TODAY)


def one(titles: list[EmulationTitle], **values: Any) -> ReadRow:
    return read_rows(titles, [row_of(**values)]).rows[0]


def texts(titles: list[EmulationTitle], **values: Any) -> list[str]:
    """What is wrong with a row of these values."""
    read = read_rows(titles, [row_of(**values)])
    return read.texts(read.rows[0])


PERSON: dict[str, Any] = {
    "subject": "Cá nhân",
    "title_id": "Lao động tiên tiến",
    "name": "Lê Thị Hoa",
    "post": "Kế toán",
}


def test_a_row_becomes_a_line(titles: list[EmulationTitle]) -> None:
    row = one(titles, **PERSON, division="Văn phòng", birth_year=1985, gender="Nữ", note="Ghi", row_key=KEY)
    assert row.errors == []
    assert row.command is not None
    data = row.command.values
    assert (row.number, row.command.row_key) == (4, KEY)
    assert (data.subject, data.name, data.post) == (SubjectKind.PERSON, "Lê Thị Hoa", "Kế toán")
    assert (data.division, data.birth_year, data.gender, data.note) == ("Văn phòng", 1985, "female", "Ghi")
    assert data.title_id == next(t.id for t in titles if t.code == "LDTT")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("CSTĐ cơ sở", "CSTDCS"),
        ("cstđ cs.", "CSTDCS"),
        (unicodedata.normalize("NFD", "Chiến sĩ thi đua cấp tỉnh"), "CSTDT"),
        ("BK UBND tỉnh", "BKT"),
    ],
)
def test_titles_are_known_by_other_writings(titles: list[EmulationTitle], written: str, code: str) -> None:
    row = one(titles, **{**PERSON, "title_id": written})
    assert row.command is not None
    assert row.command.values.title_id == next(t.id for t in titles if t.code == code)


def test_an_unknown_title_names_its_cell_and_what_is_near(titles: list[EmulationTitle]) -> None:
    rows = [row_of(**PERSON), row_of(**{**PERSON, "title_id": "Chiến sĩ thi đua tỉn"})]
    read = read_rows(titles, rows, above=6)
    assert read.texts(read.rows[1])[0].startswith(
        "Ô C9: danh hiệu “Chiến sĩ thi đua tỉn” không có trong danh mục; có phải “Chiến sĩ thi đua cấp tỉnh”"
    )
    assert read.rows[1].command is None


def test_a_title_that_is_near_nothing_sends_to_the_list(titles: list[EmulationTitle]) -> None:
    assert texts(titles, **{**PERSON, "title_id": "xyz"}) == [
        "Ô C4: danh hiệu “xyz” không có trong danh mục. Xin chọn trong danh sách của tệp mẫu."
    ]


def test_only_so_many_unknown_titles_get_suggestions(titles: list[EmulationTitle]) -> None:
    rows = [row_of(**{**PERSON, "title_id": f"Chiến sĩ thi đua cấp tỉnh {n}"}) for n in range(MOST_UNKNOWN + 2)]
    read = read_rows(titles, rows).rows
    assert "có phải" in read[0].errors[0][1]
    assert "có phải" not in read[-1].errors[0][1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title_id": None}, "Ô C4: thiếu danh hiệu, hình thức."),
        ({"subject": "Hộ"}, "Ô B4: loại “Hộ” không hợp lệ; xin ghi “Cá nhân” hoặc “Tập thể”."),
        ({"subject": None, "title_id": "Giấy khen"}, "Ô B4: thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”."),
        ({"birth_year": "tám lăm"}, "Ô G4: năm sinh “tám lăm” không đọc được; xin ghi bốn chữ số, ví dụ 1985."),
        ({"birth_year": 85}, "Ô G4: năm sinh “85” không đọc được; xin ghi bốn chữ số, ví dụ 1985."),
        ({"gender": "x"}, "Ô H4: giới tính “x” không hợp lệ; xin ghi “Nam” hoặc “Nữ”, hoặc để trống."),
    ],
)
def test_what_is_wrong_with_a_cell(titles: list[EmulationTitle], values: dict[str, Any], expected: str) -> None:
    assert texts(titles, **{**PERSON, **values}) == [expected]


def test_a_faulty_row_says_everything_at_once(titles: list[EmulationTitle]) -> None:
    row = one(titles, subject="Cá nhân", title_id="?", gender="x", birth_year="y", name=None, note="còn lại")
    assert [key for key, _ in row.errors] == ["title_id", "birth_year", "gender", "name", "post"]


def test_a_long_value_is_shown_shortened(titles: list[EmulationTitle]) -> None:
    text = texts(titles, **{**PERSON, "gender": "n" * 500})[0]
    assert "n" * 59 + "…”" in text


def test_the_kind_follows_a_title_that_fits_one(titles: list[EmulationTitle]) -> None:
    row = one(titles, **{**PERSON, "subject": None})
    assert row.command is not None
    assert row.command.values.subject is SubjectKind.PERSON


@pytest.mark.parametrize(
    ("value", "look", "year"),
    [
        (1985, "General", 1985),
        ("1985", "General", 1985),
        ("15/03/1985", "General", 1985),
        ("3.1985", "General", 1985),
        ("1985-03-15", "General", 1985),
        (31121, "dd/mm/yyyy", 1985),
    ],
)
def test_years_of_birth_are_read_from_days_too(titles: list[EmulationTitle], value: Any, look: str, year: int) -> None:
    row = read_rows(titles, [row_of(**PERSON, birth_year=value)], formats={(0, 6): look}).rows[0]
    assert row.command is not None
    assert row.command.values.birth_year == year


def test_an_odd_year_of_birth_calls_for_a_look(titles: list[EmulationTitle]) -> None:
    read = read_rows(titles, [row_of(**PERSON, birth_year=1985)], formats={(0, 6): "dd/mm/yyyy"})
    assert read.warnings(read.rows[0]) == ["Ô G4: năm sinh 1905 khác thường; xin kiểm tra lại."]
    assert read.rows[0].command is not None


def test_what_looks_like_a_formula_stays_text(titles: list[EmulationTitle]) -> None:
    row = one(titles, **{**PERSON, "name": "=HYPERLINK(1)"})
    assert row.command is not None
    assert row.command.values.name == "=HYPERLINK(1)"


@pytest.mark.parametrize("key", ["abc", KEY + "0", KEY.replace("0", "g"), 12])
def test_what_is_no_key_is_no_key(titles: list[EmulationTitle], key: Any) -> None:
    row = one(titles, **PERSON, row_key=key)
    assert row.command is not None
    assert row.command.row_key is None


def test_an_error_falls_on_the_name_where_the_column_is_missing(titles: list[EmulationTitle]) -> None:
    headings = ("Danh hiệu", "Họ tên", "Chức vụ")
    read = read_lines(plain_workbook([["GK", "An", "Kế toán"]], headings=headings), titles, MARKER, TODAY)
    assert read.texts(read.rows[0]) == ["Ô B4: thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”."]


def test_the_own_workbook_reads_as_it_was_written(titles: list[EmulationTitle]) -> None:
    read = read_lines(own_workbook([{**PERSON, "birth_year": 1985, "row_key": KEY}]), titles, MARKER, TODAY)
    assert read.notes == []
    assert (read.layout.first + 1, read.mapping.columns["row_key"]) == (6, (9,))
    assert is_sure(read.layout, kinds()["emulation.lines"].fields)
    assert read.rows[0].command is not None
    assert read.rows[0].command.row_key == KEY


def test_the_workbook_of_another_unit_is_told(titles: list[EmulationTitle]) -> None:
    read = read_lines(own_workbook([PERSON], marker=Marker("SYT", "2023")), titles, MARKER, TODAY)
    assert "được tải từ bản đăng ký khác" in read.notes[0]


HEADED = ("STT", "Họ và tên", "Năm sinh", "", "Chức vụ", "Danh hiệu thi đua đăng ký", "", "")
BELOW = ("", "", "Nam", "Nữ", "", "LĐTT", "CSTĐ cơ sở", "Bằng khen UBND tỉnh")


def test_years_in_a_column_for_men_and_one_for_women_and_crosses_under_titles(titles: list[EmulationTitle]) -> None:
    rows = [
        [1, "Nguyễn Văn An", 1980, None, "Kế toán", "x", None, None],
        [2, "Lê Thị Hoa", None, "1985", "Văn thư", "x", "X", None],
        [3, "Đỗ Văn Ba", 1990, None, "Lái xe", None, None, None],
    ]
    read = read_lines(two_row_workbook(HEADED, BELOW, rows), titles, MARKER, TODAY)
    codes = {t.id: t.code for t in titles}
    made = [(r.number, r.part, r.command.values) for r in read.rows if r.command]
    assert [(n, part, data.name, codes[data.title_id]) for n, part, data in made] == [
        (6, 0, "Nguyễn Văn An", "LDTT"),
        (7, 0, "Lê Thị Hoa", "LDTT"),
        (7, 1, "Lê Thị Hoa", "CSTDCS"),
    ]
    assert [(data.birth_year, data.gender) for _, _, data in made[:2]] == [(1980, "male"), (1985, "female")]
    assert read.texts(read.rows[-1]) == ["Ô F8: thiếu danh hiệu, hình thức."]


def test_headings_of_groups_say_kind_and_title(titles: list[EmulationTitle]) -> None:
    rows: list[list[Any]] = [
        ["A", "TẬP THỂ", None],
        ["I", "Tập thể Lao động xuất sắc", None],
        [1, "Phòng Giáo dục", None],
        ["B", "CÁ NHÂN", None],
        ["I", "Danh hiệu Chiến sĩ thi đua cơ sở: 2 người", None],
        [1, "Nguyễn Văn An", "Kế toán"],
        ["II", "Giấy khen", None],
        [1, "Lê Thị Hoa", "Văn thư"],
    ]
    read = read_lines(plain_workbook(rows, headings=("STT", "Họ và tên", "Chức vụ")), titles, MARKER, TODAY)
    codes = {t.id: t.code for t in titles}
    assert read.layout.use_groups
    lines = [r.command.values for r in read.rows if r.command]
    assert [(line.subject, line.name, codes[line.title_id]) for line in lines] == [
        (SubjectKind.COLLECTIVE, "Phòng Giáo dục", "TTLDXS"),
        (SubjectKind.PERSON, "Nguyễn Văn An", "CSTDCS"),
        (SubjectKind.PERSON, "Lê Thị Hoa", "GK"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DKTD1;326;2023", Marker("326", "2023")),
        ("DKTD1;A;B;2023", Marker("A;B", "2023")),
        ("DKTD1;326", None),
        ("DKTD2;326;2023", None),
        ("Danh sách", None),
    ],
)
def test_markers(text: str, found: Marker | None) -> None:
    assert Marker.find(["x", text]) == found


CELL = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(min_value=date(1900, 3, 2)),
    st.sampled_from(
        ["Cá nhân", "Tập thể", "LĐTT", "CSTĐ cơ sở", "Giấy khen", "Nam", "Nữ", "1985", KEY, "=1+1", "#N/A"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=len(COLUMNS)), max_size=12))
def test_whatever_the_cells_hold_each_row_is_a_line_or_says_why(
    titles: list[EmulationTitle], rows: list[list[Any]]
) -> None:
    try:
        read = read_rows(titles, rows)
    except WorkbookRefused:
        return
    for row in read.rows:
        assert (row.command is None) == bool(row.errors)
        assert all(text.startswith("Ô ") for text in read.texts(row))
        assert all(text == unicodedata.normalize("NFC", text) for text in row.cells.values())
