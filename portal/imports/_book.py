"""Opening the file that people send in (.xlsx, .xls, .csv): looked at as bytes first, then its visible sheets are read.

Nothing here knows what the cells mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO

import python_calamine

from portal.imports import _package as package
from portal.imports._csv import NoTable, read_csv
from portal.imports._errors import WorkbookRefused
from portal.imports._ole import OLE, BrokenContainer, look_into
from portal.imports._package import Findings, PackageLimits, Peek, check_package

UNREADABLE = "Không đọc được tệp Excel này. Xin mở bằng Excel, lưu lại theo dạng .xlsx rồi tải lên."
NEITHER = (
    "Tệp này không phải là Excel (.xlsx, .xls) hoặc CSV. Xin lưu lại theo dạng “Excel Workbook (.xlsx)” rồi tải lên."
)
CSV_SHEET = "CSV"
CSV_ROWS = 70_000
PEEK_ROWS = 500
NAMED = 5
PLAIN_ZIP = b"PK\x03\x04"
SIGNATURES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf", b"MZ", b"\x1f\x8b")


class BookFormat(StrEnum):
    """What kind of file it is."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells joined into one: first and last row and column, from 0, inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells from A1 on as the reader gave them, and which are merged.

    `height` is how many rows it has when `cells` hold only the first of them.
    """

    name: str
    cells: list[list[Any]]
    merges: tuple[Merge, ...] = ()
    height: int = 0

    @property
    def row_count(self) -> int:
        return max(self.height, len(self.cells))


@dataclass(frozen=True, slots=True)
class Book:
    """A file: its kind, its visible sheets that hold something, and what to tell of it."""

    format: BookFormat
    sheets: list[Sheet]
    notes: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of this name."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def open_book(stream: BinaryIO, limits: PackageLimits) -> Book:
    """Look at a file as bytes, then read its visible sheets. Raises WorkbookRefused."""
    findings = Findings()
    kind = _check(stream, limits, findings, None)
    return read_book(stream, kind, notes=_formula_notes(findings))


def peek_book(stream: BinaryIO, limits: PackageLimits) -> Book:
    """As `open_book`, but only the first rows of each sheet: enough to see how it is laid out."""
    findings, peek = Findings(), Peek(PEEK_ROWS)
    kind = _check(stream, limits, findings, peek)
    source = peek.stream() if peek.is_cut else stream
    return read_book(source, kind, most=PEEK_ROWS, notes=_formula_notes(findings))


def read_book(
    stream: BinaryIO, kind: BookFormat, only: str | None = None, most: int | None = None, notes: Sequence[str] = ()
) -> Book:
    """Read a file that was looked at before; `only` one sheet when it is named, at `most` so many rows of each.

    Raises WorkbookRefused.
    """
    stream.seek(0)
    if kind is BookFormat.CSV:
        try:
            rows = read_csv(stream.read(), CSV_ROWS)
        except NoTable as error:
            raise WorkbookRefused(NEITHER) from error
        return Book(kind, [Sheet(CSV_SHEET, rows[:most], height=len(rows))], list(notes))
    sheets, hidden = _sheets(stream, only, most)
    return Book(kind, sheets, [*notes, *_hidden_notes(hidden)])


def _check(stream: BinaryIO, limits: PackageLimits, findings: Findings, peek: Peek | None) -> BookFormat:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    head = stream.read(8)
    if not head:
        raise WorkbookRefused(package.EMPTY)
    if size > limits.file_bytes:
        raise WorkbookRefused(package.too_large(limits))
    if head == OLE:
        _check_old(stream, limits)
        return BookFormat.XLS
    if head.startswith(PLAIN_ZIP):
        fault = check_package(stream, limits, findings, peek)
        if fault:
            raise WorkbookRefused(fault)
        return BookFormat.XLSX
    if head.startswith(SIGNATURES) or head.lstrip().lower().startswith((b"<html", b"<!doct", b"<?xml", b"<table")):
        raise WorkbookRefused(NEITHER)
    return BookFormat.CSV


def _check_old(stream: BinaryIO, limits: PackageLimits) -> None:
    stream.seek(0)
    try:
        facts = look_into(stream.read(), limits.cells)
    except BrokenContainer as error:
        raise WorkbookRefused(package.BROKEN) from error
    if facts.is_locked:
        raise WorkbookRefused(package.PASSWORD)
    if not facts.is_workbook:
        raise WorkbookRefused(NEITHER)
    if facts.has_macros:
        raise WorkbookRefused(package.WITH_MACROS)
    if facts.far is not None:
        raise WorkbookRefused(package.far_cell(*facts.far))
    if facts.shared_cells * facts.longest_text > limits.text_bytes:
        raise WorkbookRefused(package.TOO_DENSE)


def _sheets(stream: BinaryIO, only: str | None, most: int | None) -> tuple[list[Sheet], list[str]]:
    """The visible sheets with their cells, and the names of the hidden ones."""
    visible = python_calamine.SheetVisibleEnum.Visible
    try:
        book = python_calamine.load_workbook(stream)
        names = [s.name for s in book.sheets_metadata if s.visible == visible and only in (None, s.name)]
        hidden = [s.name for s in book.sheets_metadata if s.visible != visible]
        sheets = []
        for name in names:
            found = book.get_sheet_by_name(name)
            if found.start is not None and found.end is not None:
                merges = tuple(Merge(*start, *end) for start, end in found.merged_cell_ranges or ())
                sheets.append(Sheet(name, list(islice(found.iter_rows(), most)), merges, found.end[0] + 1))
    except (KeyboardInterrupt, SystemExit):  # pragma: no cover - the process is told to stop
        raise
    except python_calamine.PasswordError as error:
        raise WorkbookRefused(package.PASSWORD) from error
    except BaseException as error:  # a panic of the reader is no Exception
        raise WorkbookRefused(UNREADABLE) from error
    return sheets, hidden


def _hidden_notes(hidden: Sequence[str]) -> list[str]:
    if not hidden:
        return []
    return [f"Không đọc {len(hidden)} trang tính ẩn: {_named([f'“{name}”' for name in hidden])}."]


def _formula_notes(findings: Findings) -> list[str]:
    notes = []
    if findings.error_cells:
        notes.append(f"Ô công thức báo lỗi (#N/A, #REF!…) được coi là trống: {_named(findings.error_cells)}.")
    if findings.uncounted_cells:
        notes.append(
            f"Ô công thức chưa có kết quả được coi là trống: {_named(findings.uncounted_cells)}. "
            "Xin mở bằng Excel, lưu lại rồi tải lên."
        )
    return notes


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
