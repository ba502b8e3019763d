"""portal.imports._book: what is taken (.xlsx, .xls, .csv), what is refused and why, what of a file is told."""

from __future__ import annotations

import io
import unicodedata
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.imports import _book, _package
from portal.imports._book import Book, BookFormat, open_book
from portal.imports._cells import text_of
from portal.imports._errors import WorkbookRefused
from portal.imports._ole import OLE
from portal.imports._package import PackageLimits
from tests.imports.workbooks import plain_workbook

LIMITS = PackageLimits()
OLD = Path(__file__).with_name("cu.xls")
"""A small .xls that LibreOffice wrote: two sheets, one hidden, merged cells, a date, a formula."""


def opened(content: bytes | io.BytesIO, limits: PackageLimits = LIMITS) -> Book:
    return open_book(io.BytesIO(content) if isinstance(content, bytes) else content, limits)


def refusal(content: bytes, limits: PackageLimits = LIMITS) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        opened(content, limits)
    assert caught.value.errors == {"file": [caught.value.text]}
    return caught.value.text


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_hidden_sheets_are_left_out_and_told() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Họ tên"])  # type: ignore[union-attr]
    for name, state in (("Nháp", "hidden"), ("Gốc", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(["x"])
        sheet.sheet_state = state
    found = opened(saved(book))
    assert [sheet.name for sheet in found.sheets] == ["Sheet"]
    assert found.notes == ["Không đọc 2 trang tính ẩn: “Nháp”, “Gốc”."]


def test_empty_sheets_are_passed_over() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Có").append(["a", "b"])
    assert [sheet.name for sheet in opened(saved(book)).sheets] == ["Có"]


def test_merged_cells_and_values_of_formulas_are_read() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("A")
        page.merge_range(0, 0, 0, 3, "TIÊU ĐỀ")
        page.write_formula(1, 0, "=1+1", None, 2)
    sheet = opened(stream).sheets[0]
    assert sheet.cells[1][0] == 2
    assert [(m.top, m.left, m.bottom, m.right) for m in sheet.merges] == [(0, 0, 0, 3)]


def test_formulas_without_a_result_and_with_an_error_are_told() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ tên", "=B1"])
    assert "chưa có kết quả được coi là trống: B1" in opened(saved(book)).notes[0]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as other:
        other.add_worksheet().write_formula(4, 2, "=1/0", None, "#DIV/0!")
    stream.seek(0)
    assert opened(stream).notes == ["Ô công thức báo lỗi (#N/A, #REF!…) được coi là trống: C5."]


def test_an_old_workbook_is_read() -> None:
    found = opened(OLD.read_bytes())
    assert found.format is BookFormat.XLS
    assert [sheet.name for sheet in found.sheets] == ["Danh sách"]
    assert found.notes == ["Không đọc 1 trang tính ẩn: “Ẩn”."]
    cells = found.sheets[0].cells
    assert (cells[2][0], str(cells[3][1]), cells[3][2]) == ("TIÊU ĐỀ", "1985-03-15", 2)
    assert found.sheets[0].merges[0].right == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", _package.EMPTY),
        (b"PK\x03\x04 and then nothing", _package.BROKEN),
        (OLE + b"\x00" * 600, _package.BROKEN),
        (b"%PDF-1.4 a paper", _book.NEITHER),
        (b"<html><table><tr><td>a</td></tr></table></html>", _book.NEITHER),
        (b"one line of text", _book.NEITHER),
        (b"\x81\x8d\x8f" * 20, _book.NEITHER),
    ],
)
def test_other_files_are_named_for_what_they_are(content: bytes, expected: str) -> None:
    assert refusal(content) == expected


def compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream, as [MS-CFB] describes it."""
    size = 512
    body = stream.ljust(max(4096, -(-len(stream) // size) * size), b"\0")
    sectors = len(body) // size
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    assert len(table) <= 128
    header = OLE + b"\0" * 16 + (0x3E).to_bytes(2, "little") + (3).to_bytes(2, "little") + b"\xfe\xff"
    header += (9).to_bytes(2, "little") + (6).to_bytes(2, "little") + b"\0" * 10
    for number in (1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0, *[0xFFFFFFFF] * 108):
        header += number.to_bytes(4, "little")

    def entry(title: str, kind: int, start: int, length: int) -> bytes:
        text = title.encode("utf-16-le")
        made = text.ljust(64, b"\0") + (len(text) + 2).to_bytes(2, "little") + bytes([kind, 1])
        made += b"\xff" * 12 + b"\0" * 36 + start.to_bytes(4, "little") + length.to_bytes(8, "little")
        return made

    fat = b"".join(number.to_bytes(4, "little") for number in table).ljust(size, b"\xff")
    directory = (entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry(name, 2, 2, len(body))).ljust(size, b"\0")
    return header + fat + directory + body


def record(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (compound("EncryptedPackage", b"x" * 5000), _package.PASSWORD),
        (compound("Workbook", record(0x0809, b"\0" * 16) + record(0x002F, b"\0" * 6)), _package.PASSWORD),
        (compound("WordDocument", b"x" * 5000), _book.NEITHER),
        (compound("_VBA_PROJECT_CUR", b"x" * 5000), _book.NEITHER),
        (
            compound("Workbook", record(0x0809, b"\0" * 16) + record(0x0203, b"\xff\xff\xff\x00" + b"\0" * 10)),
            _package.far_cell(65535, 255),
        ),
    ],
)
def test_old_workbooks_that_are_locked_or_odd_are_named(content: bytes, expected: str) -> None:
    assert refusal(content) == expected


def test_a_long_text_that_many_cells_of_an_old_workbook_share_is_refused() -> None:
    text = (30_000).to_bytes(2, "little") + b"\0" + b"a" * 8_000
    shared = record(0x00FC, b"\0" * 4 + (1).to_bytes(4, "little") + text)
    rest = b"a" * 22_000
    shared += b"".join(record(0x003C, b"\0" + rest[at : at + 8_000]) for at in range(0, 22_000, 8_000))
    cells = record(0x00FD, b"\0" * 10) * 1_200
    limits = PackageLimits(text_bytes=30 * 1024 * 1024)
    assert refusal(compound("Workbook", record(0x0809, b"\0" * 16) + shared + cells), limits) == _package.TOO_DENSE


def test_a_large_file_is_refused_by_its_size() -> None:
    assert "Tệp lớn quá" in refusal(plain_workbook([["1"]]).getvalue(), PackageLimits(file_bytes=100))


def test_a_reader_that_fails_in_any_way_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        """What a panic of the reader is: no Exception."""

    def fail(_stream: object) -> None:
        raise Panic

    monkeypatch.setattr(python_calamine, "load_workbook", fail)
    assert refusal(plain_workbook([["1"]]).getvalue()) == _book.UNREADABLE


HEAD = "Họ và tên;Chức vụ;Năm sinh\n"
ROWS = "Đỗ Thị Huyền;Kế toán;1985\nLê Văn Ổn;Giáo viên;1990\n"


@pytest.mark.parametrize(
    ("encoding", "separator", "said"),
    [
        ("utf-8-sig", ";", ""),
        ("utf-8", ",", ""),
        ("utf-16", "\t", ""),
        ("utf-16-be", ";", ""),
        ("utf-16-le", "|", ""),
        ("utf-8", ";", "sep=;\r\n"),
    ],
)
def test_csv_is_read_in_its_encoding_and_with_its_separator(encoding: str, separator: str, said: str) -> None:
    found = opened((said + (HEAD + ROWS).replace(";", separator)).encode(encoding))
    assert found.format is BookFormat.CSV
    assert [row for row in found.sheets[0].cells if any(row)][:2] == [
        ["Họ và tên", "Chức vụ", "Năm sinh"],
        ["Đỗ Thị Huyền", "Kế toán", "1985"],
    ]


def test_csv_of_the_vietnamese_code_page_is_read() -> None:
    """cp1258 writes tone marks as letters of their own: they are composed again when the cells are read."""
    row = opened("".join(map(with_loose_tones, HEAD + ROWS)).encode("cp1258")).sheets[0].cells[1]
    assert [text_of(value) for value in row] == ["Đỗ Thị Huyền", "Kế toán", "1985"]


def with_loose_tones(letter: str) -> str:
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = unicodedata.normalize("NFD", letter)
    base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
    return base + "".join(part for part in parts if part in tones)


def test_quoted_separators_and_line_breaks_stay_in_their_cell() -> None:
    found = opened('Họ tên,Chức vụ\n"An, Bình","Trưởng\nphòng"\n'.encode())
    assert found.sheets[0].cells[1] == ["An, Bình", "Trưởng\nphòng"]


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=600), st.sampled_from([b"", OLE, b"PK\x03\x04", b"\xff\xfe", b"a;b\n"]), st.integers(0, 3000))
def test_whatever_is_sent_gives_a_table_or_a_sentence(noise: bytes, head: bytes, place: int) -> None:
    damaged = bytearray(OLD.read_bytes())
    damaged[place : place + len(noise)] = noise
    for content in (head + noise, bytes(damaged)):
        with suppress(WorkbookRefused):
            assert isinstance(opened(content), Book)
