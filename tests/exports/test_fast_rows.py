"""The row stream against XlsxWriter's own cell writing: the same list by both ways is the same workbook."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet as ReadSheet
from python_calamine import CalamineWorkbook

from portal.exports import _workbook
from portal.exports._cells import CUT_MARK, TEXT_LIMIT, Kind, is_risky, plain_text, serial
from portal.exports._sheet import OfficialSheet
from portal.exports._workbook import Annex, Column, Group, ListDocument, Signature, Target, write_list

DAY = date(2023, 3, 15)
LONG = "Hưng Yên " * 5000
TEXTS = [
    "Nguyễn Thị Lan Anh",
    unicodedata.normalize("NFD", "Đỗ Thị Hường, tập thể Phòng Nội vụ"),
    "Phòng A & B <Tổng hợp> \"C\" 'D'",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+84 912 345 678",
    "-",
    "@",
    "0912345678",
    "001",
    "1/2",
    "  hai dấu cách trước, một sau ",
    "\ttab",
    "dòng một\ndòng hai",
    "dòng một\r\ndòng hai",
    "mã _x0041_ và _x000D_",
    "có\x00\x01\x08\x0b\x1f\x7f\x9f\ufffe ký tự điều khiển",
    "nửa cặp \ud800 thay thế",
    "chữ Nôm 𡨸喃",
    "x" * TEXT_LIMIT,
    LONG,
    "\x00",
    "",
    None,
    12,
    True,
]
NUMBERS = [
    0,
    -1,
    1213,
    999_999_999_999_999,
    10**15,
    10**40,
    2.5,
    0.1,
    -1e-7,
    float("nan"),
    float("inf"),
    Decimal("1635.50"),
    Decimal("0.1"),
    True,
    False,
    None,
    "chưa rõ",
    "=2",
]
DAYS = [
    DAY,
    date(1900, 3, 1),
    date(1900, 2, 28),
    date(1890, 5, 19),
    date(9999, 12, 31),
    datetime(2023, 3, 14, 17, 30, tzinfo=UTC),
    datetime(1899, 1, 1, tzinfo=UTC),
    None,
    "quý I",
    False,
]
COLUMNS = (
    Column("STT", 5, Kind.INTEGER, centred=True),
    Column("Chữ", 30),
    Column("Số nguyên", 9, Kind.INTEGER),
    Column("Số lẻ", 9, Kind.DECIMAL),
    Column("Năm", 7, Kind.YEAR),
    Column("Ngày", 11, Kind.DATE),
    Column("Trạng thái", 12, Kind.STATUS),
    Column("Cộng", 8, Kind.INTEGER, total=True),
)


class _Format:
    """A format that is known by its number, as XlsxWriter's cell writing asks for it."""

    def __init__(self, number: int) -> None:
        self._number = number

    def _get_xf_index(self) -> int:
        return self._number


class PublicSheet(OfficialSheet):
    """The same sheet, its rows written with XlsxWriter's own calls."""

    def write_encoded(self, first_row: int, rows: Iterable[Sequence[Any]], encoders: Sequence[Any]) -> int:
        row = first_row
        for values in rows:
            for column, ((kind, style, quoted), value) in enumerate(zip(encoders, values, strict=True)):
                self._write_plainly(row, column, kind, value, (_Format(style), _Format(quoted)))
            row += 1
        return row

    def _write_plainly(self, row: int, column: int, kind: Kind, value: Any, formats: tuple[_Format, _Format]) -> None:
        style, quoted = formats
        if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.YEAR) and _is_number(value):
            assert self.write_number(row, column, value, style) == 0
        elif kind is Kind.DATE and isinstance(value, date) and serial(value) is not None:
            assert self.write_number(row, column, serial(value), style) == 0
        else:
            text = f"{value:%d/%m/%Y}" if kind is Kind.DATE and isinstance(value, date) else plain_text(value)
            if text:
                assert self.write_string(row, column, text, quoted if is_risky(text) else style) == 0
            else:
                self.write_blank(row, column, None, style)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and type(value) is not bool and -(10**15) < value < 10**15


def rows() -> list[Any]:
    """Every kind of value in every column that may meet it, groups between them."""
    made: list[Any] = [Group("I. Nhóm thứ nhất"), Group("=II")]
    for number in range(max(len(TEXTS), len(NUMBERS), len(DAYS))):
        figure = NUMBERS[number % len(NUMBERS)]
        day = DAYS[number % len(DAYS)]
        text = TEXTS[number % len(TEXTS)]
        made.append((number + 1, text, figure, figure, 1980 + number, day, "Đã tiếp nhận", number or None))
        if number == 9:
            made.append(Group("II. Nhóm thứ hai"))
    return made


def document() -> ListDocument:
    return ListDocument(
        "Danh sách thử",
        COLUMNS,
        Annex("Kèm theo Tờ trình số 12/TTr-SNV"),
        datetime(2023, 3, 15, 2, 0, tzinfo=UTC),
        signature=Signature(["Giám đốc"]),
        filterable=True,
    )


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same list by the row stream and by XlsxWriter's own calls."""

    def written(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        write_list(Target(folder), document(), rows(), closing=lambda w: f"Tổng số: {w.rows}./.")
        return folder / "list.xlsx"

    fast = written("fast")
    plain: Callable[..., Any] = lambda kind, letters, style, quoted: (kind, style, quoted)  # noqa: E731, ARG005
    monkeypatch.setattr(_workbook, "encoder", plain)
    monkeypatch.setattr(_workbook, "OfficialSheet", PublicSheet)
    return fast, written("public")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def sheet_of(path: Path) -> ReadSheet:
    found = load_workbook(path).active
    assert isinstance(found, ReadSheet)
    return found


def test_every_part_but_the_rows_is_the_same_byte_for_byte(both: tuple[Path, Path]) -> None:
    fast, public = map(parts, both)
    assert list(fast) == list(public)
    sheet = "xl/worksheets/sheet1.xml"
    assert [name for name in fast if name != sheet and fast[name] != public[name]] == []
    around = [
        (part.partition(b"<sheetData>")[0], part.partition(b"</sheetData>")[2]) for part in (fast[sheet], public[sheet])
    ]
    assert around[0] == around[1]


def test_every_cell_reads_back_the_same(both: tuple[Path, Path]) -> None:
    fast, public = map(sheet_of, both)
    assert fast.dimensions == public.dimensions
    looks = [
        [
            (
                c.coordinate,
                c.value,
                c.data_type,
                c.style_id,
                c.number_format,
                bool(c.quotePrefix),
                c.alignment.horizontal,
            )
            for row in sheet.iter_rows()
            for c in row
        ]
        for sheet in (fast, public)
    ]
    differing = [pair for pair in zip(*looks, strict=True) if pair[0] != pair[1]]
    assert differing == []
    assert {str(m) for m in fast.merged_cells.ranges} == {str(m) for m in public.merged_cells.ranges}
    assert (fast.freeze_panes, fast.print_title_rows) == (public.freeze_panes, public.print_title_rows)
    assert {k: d.width for k, d in fast.column_dimensions.items()} == {
        k: d.width for k, d in public.column_dimensions.items()
    }


def test_another_reader_sees_what_was_typed(both: tuple[Path, Path]) -> None:
    read = [CalamineWorkbook.from_path(str(p)).get_sheet_by_index(0).to_python(skip_empty_area=False) for p in both]
    assert read[0] == read[1]
    shown = {row[0]: row for row in read[0] if isinstance(row[0], float)}
    texts = [shown[number][1] for number in range(1, len(TEXTS) + 1)]
    cut = LONG[: TEXT_LIMIT - len(CUT_MARK)] + CUT_MARK
    assert texts[:6] == ["Nguyễn Thị Lan Anh", unicodedata.normalize("NFC", str(TEXTS[1])), *TEXTS[2:6]]
    assert texts[6:10] == ["-", "@", "0912345678", "001"]
    assert texts[11:15] == ["  hai dấu cách trước, một sau ", "\ttab", "dòng một\ndòng hai", "dòng một\ndòng hai"]
    assert texts[15:19] == [TEXTS[15], "có ký tự điều khiển", "nửa cặp  thay thế", TEXTS[18]]
    assert texts[19:] == ["x" * TEXT_LIMIT, cut, "", "", "", "12", "True"]
