"""A received workbook given back to be corrected: the unit's own columns and order, faults marked and explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.domain.staging.returned import ReturnedRow, ReturnedSheet
from portal.exports._cells import EXACT_INTEGER, FIRST_DAY, is_risky, plain_text
from portal.exports._workbook import FONT

HEAD_FILL, FAULT_FILL, FAULT_INK = "#E7E2D3", "#FCE4E4", "#9B1C1C"
NAME_LENGTH = 31
FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_returned(target: BinaryIO, sheet: ReturnedSheet) -> int:
    """Write the workbook; returns how many rows it holds."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 11, "valign": "vcenter"},
    }
    with Workbook(target, options) as book:
        page = book.add_worksheet(sheet.name.translate(FORBIDDEN_IN_NAME)[:NAME_LENGTH].strip("' ") or "Danh sách")
        writer = _Writer(book, page, sheet)
        writer.columns()
        writer.above()
        for index, row in enumerate(sheet.rows, start=len(sheet.above)):
            writer.row(index, row)
    return len(sheet.rows)


class _Writer:
    """Writes one sheet."""

    def __init__(self, book: Workbook, page: Worksheet, sheet: ReturnedSheet) -> None:
        self._book, self._page, self._sheet = book, page, sheet
        self._formats: dict[tuple[str, bool], Any] = {}
        self._first_heading = len(sheet.above) - sheet.headings

    def columns(self) -> None:
        """Widths, what is hidden, what stays in view."""
        for at, width in self._sheet.widths.items():
            self._page.set_column(at, at, width, None, {"hidden": at in self._sheet.hidden})
        self._page.freeze_panes(len(self._sheet.above), 0)

    def above(self) -> None:
        """The lines above the table and its headings, merged as they were."""
        covered = set()
        for top, left, bottom, right in self._sheet.merges:
            kind = "head" if top >= self._first_heading else "centred"
            self._page.merge_range(top, left, bottom, right, "", self._format(kind))
            covered |= {(row, at) for row in range(top, bottom + 1) for at in range(left, right + 1)} - {(top, left)}
        for index, row in enumerate(self._sheet.above):
            kind = "head" if index >= self._first_heading else "title"
            merged = {left for top, left, _, _ in self._sheet.merges if top == index}
            for at, value in enumerate(row):
                if (index, at) not in covered and (value != "" or kind == "head"):
                    self._cell(index, at, value, "centred" if kind == "title" and at in merged else kind)
        self._cell(len(self._sheet.above) - 1, self._sheet.fault_at, self._sheet.fault_label, "head")

    def row(self, index: int, row: ReturnedRow) -> None:
        """One row, with its faulty cells marked."""
        self._values(index, row.values, row.faulty)
        if row.message:
            self._page.write_string(index, self._sheet.fault_at, plain_text(row.message), self._format("text", True))

    def _values(self, index: int, values: Sequence[Any], faulty: frozenset[int]) -> None:
        for at, value in enumerate(values):
            if value != "" or at in faulty:
                self._cell(index, at, value, "text", at in faulty)

    def _cell(self, row: int, at: int, value: Any, kind: str, faulty: bool = False) -> None:
        page = self._page
        if value is None or value == "":
            page.write_blank(row, at, None, self._format(kind, faulty))
        elif isinstance(value, bool):
            page.write_boolean(row, at, value, self._format(kind, faulty))
        elif isinstance(value, int | float) and abs(value) < EXACT_INTEGER:
            page.write_number(row, at, value, self._format(kind, faulty))
        elif isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) >= FIRST_DAY:
            whole = not isinstance(value, datetime) or value.time() == time()
            page.write_datetime(row, at, value, self._format("day" if whole else "moment", faulty))
        elif isinstance(value, time | timedelta):
            page.write_datetime(row, at, value, self._format("hours", faulty))
        else:
            text = plain_text(f"{value:%d/%m/%Y}" if isinstance(value, date) else value)
            quoted = kind == "text" and is_risky(text)
            page.write_string(row, at, text, self._format("quoted" if quoted else kind, faulty))

    def _format(self, kind: str, faulty: bool = False) -> Any:
        if (kind, faulty) not in self._formats:
            look: dict[str, Any] = {"font_name": FONT, "font_size": 11, "valign": "vcenter", **_LOOKS[kind]}
            if faulty:
                look |= {"bg_color": FAULT_FILL, "font_color": FAULT_INK}
            self._formats[kind, faulty] = self._book.add_format(look)
        return self._formats[kind, faulty]


_CELL = {"text_wrap": True, "border": 1}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "centred": {"bold": True, "align": "center"},
    "head": {**_CELL, "bold": True, "align": "center", "bg_color": HEAD_FILL},
    "text": _CELL,
    "quoted": {**_CELL, "quote_prefix": True},
    "day": {**_CELL, "num_format": "dd/mm/yyyy"},
    "moment": {**_CELL, "num_format": "dd/mm/yyyy hh:mm"},
    "hours": {**_CELL, "num_format": "hh:mm"},
}
