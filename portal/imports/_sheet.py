"""Reading a workbook that people filled in: its package is checked, its table found by the headings, its cells read.

Every message names the cell. Nothing here knows what the columns mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import python_calamine

from portal.core.errors import InvalidInput
from portal.core.text import clean, fold
from portal.imports._package import PackageLimits, check_package

HEADER_WITHIN = 40
INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_BRACKETS = re.compile(r"\([^)]*\)")
FILE = "file"
UNREADABLE = "Không đọc được tệp Excel này. Xin mở bằng Excel, lưu lại theo dạng .xlsx rồi tải lên."


class WorkbookRefused(InvalidInput):
    """The workbook as a whole cannot be taken; the sentence belongs beside the file field."""

    def __init__(self, text: str) -> None:
        super().__init__({FILE: [text]}, text)
        self.text = text


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What a workbook may hold: `rows` of data, and what its package may unpack to."""

    rows: int = 5_000
    package: PackageLimits = field(default_factory=PackageLimits)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: its key, its heading, other headings that mean the same, whether it must be there."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """The table. `sheet` is tried first; `silent` columns alone do not make a row (a number, a hidden key)."""

    sheet: str
    columns: tuple[ColumnSpec, ...]
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell; `row` counts from 1 as the spreadsheet does."""

    row: int
    column_letter: str
    header: str
    message: str
    value: str = ""

    @property
    def address(self) -> str:
        return f"{self.column_letter}{self.row}"

    @property
    def text(self) -> str:
        """The sentence that users read: Ô C9: danh hiệu …"""
        return at_cell(self.column_letter, self.row, self.message)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of data: the cells as the reader gave them, by the column's key."""

    number: int
    cells: dict[str, Any]

    def text(self, key: str) -> str:
        """A cell as one line of text."""
        return text_of(self.cells.get(key))


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The table that was found. `columns` maps keys to letters, `headers` to the headings as they are written."""

    sheet: str
    header_row: int
    columns: dict[str, str]
    headers: dict[str, str]
    rows: list[SheetRow]
    above: list[str]
    unknown: list[str]


def at_cell(letters: str, row: int, message: str) -> str:
    """A message with the cell that it is about."""
    return f"Ô {letters}{row}: {lower_first(message)}"


def lower_first(text: str) -> str:
    """The sentence as it goes on after a colon; a word in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0: A, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def text_of(value: Any) -> str:
    """A cell's value as one line of text: composed, no invisible signs; dates read dd/mm/yyyy, 1985.0 reads 1985."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(unicodedata.normalize("NFC", value).translate(INVISIBLE))
    if isinstance(value, bool):
        return "ĐÚNG" if value else "SAI"
    if isinstance(value, float | int):
        return _number_text(float(value))
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return f"{value:%d/%m/%Y}" if whole_day else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return str(value)
    return clean(str(value))


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:  # beyond it a float has lost digits
        return str(int(value))
    return f"{value:.15g}".replace(".", ",")


def read_table(stream: BinaryIO, spec: SheetSpec, limits: SheetLimits) -> SheetTable:
    """The rows of the table that `spec` describes.

    Raises WorkbookRefused: no .xlsx, dangerous, too large, no such table, too many rows.
    """
    fault = check_package(stream, limits.package)
    if fault:
        raise WorkbookRefused(fault)
    stream.seek(0)
    return _find_table(_sheets(stream, spec), spec, limits)


def _sheets(stream: BinaryIO, spec: SheetSpec) -> list[tuple[str, list[list[Any]]]]:
    """The visible sheets with their cells, the one with the expected name first."""
    try:
        book = python_calamine.load_workbook(stream)
        names = [s.name for s in book.sheets_metadata if s.visible == python_calamine.SheetVisibleEnum.Visible]
        names.sort(key=lambda name: fold(name) != fold(spec.sheet))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names]
    except (KeyboardInterrupt, SystemExit):  # pragma: no cover - the process is told to stop
        raise
    except BaseException as error:  # a panic of the reader is no Exception
        raise WorkbookRefused(UNREADABLE) from error


def _find_table(sheets: Sequence[tuple[str, list[list[Any]]]], spec: SheetSpec, limits: SheetLimits) -> SheetTable:
    nearest: tuple[int, str] = (0, "")
    for name, cells in sheets:
        for index, row in enumerate(cells[:HEADER_WITHIN]):
            places, twice = _places(row, spec)
            missing = [c.label for c in spec.columns if c.required and c.key not in places]
            if not missing and not twice:
                return _table(name, cells, index, places, spec, limits)
            if len(places) > nearest[0]:
                nearest = (len(places), _header_fault(name, index + 1, missing, twice))
    if nearest[0] > 1:
        raise WorkbookRefused(nearest[1])
    wanted = ", ".join(f"“{c.label}”" for c in spec.columns if c.required)
    raise WorkbookRefused(f"Không tìm thấy dòng tiêu đề có các cột {wanted}. Xin dùng tệp mẫu của cổng.")


def _header_fault(sheet: str, row: int, missing: list[str], twice: list[str]) -> str:
    if twice:
        return f"Trang tính “{sheet}”, dòng {row}: cột “{twice[0]}” có hai lần. Xin giữ lại một cột."
    names = ", ".join(f"“{label}”" for label in missing)
    return f"Trang tính “{sheet}”, dòng tiêu đề {row}: thiếu cột {names}. Xin dùng tệp mẫu của cổng."


def heading(value: Any) -> str:
    """A heading as headings are compared: folded, without what stands in brackets, without stars and colons."""
    return fold(_BRACKETS.sub(" ", text_of(value))).strip(" *:.")


def _places(row: Sequence[Any], spec: SheetSpec) -> tuple[dict[str, int], list[str]]:
    """Where the columns stand in this row, and the headings that come twice."""
    known = {heading(text): c for c in spec.columns for text in (c.label, *c.aliases)}
    places: dict[str, int] = {}
    twice: list[str] = []
    for index, value in enumerate(row):
        column = known.get(heading(value))
        if column is None:
            continue
        if column.key in places:
            twice.append(column.label)
        else:
            places[column.key] = index
    return places, twice


def _table(
    sheet: str, cells: list[list[Any]], header: int, places: dict[str, int], spec: SheetSpec, limits: SheetLimits
) -> SheetTable:
    content = [key for key in places if key not in spec.silent]
    rows: list[SheetRow] = []
    count = 0
    for index in range(header + 1, len(cells)):
        row = cells[index]
        found = {key: row[place] for key, place in places.items() if place < len(row)}
        if not any(text_of(found.get(key)) for key in content):
            continue
        count += 1
        if count <= limits.rows:
            rows.append(SheetRow(index + 1, found))
    if count > limits.rows:
        raise WorkbookRefused(
            f"Tệp có {_thousands(count)} dòng; mỗi lần nhập nhiều nhất {_thousands(limits.rows)} dòng. Xin chia tệp."
        )
    taken = set(places.values())
    return SheetTable(
        sheet=sheet,
        header_row=header + 1,
        columns={key: column_letters(place) for key, place in places.items()},
        headers={key: text_of(cells[header][place]) for key, place in places.items()},
        rows=rows,
        above=[text for row in cells[:header] for value in row if (text := text_of(value))],
        unknown=[text for i, value in enumerate(cells[header]) if i not in taken and (text := text_of(value))],
    )


def _thousands(value: int) -> str:
    return f"{value:,}".replace(",", ".")
