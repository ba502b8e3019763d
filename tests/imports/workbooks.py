"""Workbooks made for a test: the portal's own layout, with whatever cells the test wants."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import xlsxwriter

from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.services.bulk import KeyedLine
from portal.domain.emulation.workbook import COLUMNS, NAME, Marker
from portal.domain.staging.rows import Rows
from portal.exports.emulation_template import Template, TemplateRow, TitleRow, write_template
from portal.imports._body import read_body
from portal.imports._cells import at_cell, column_letters, text_of
from portal.imports._emulation_lines import LineReader
from portal.imports._header import header_from
from portal.imports._package import PackageLimits
from portal.imports.emulation import LineTarget
from portal.imports.engine import inspect, place_of
from portal.imports.kinds import kinds
from portal.imports.mapping import Layout, column_map, says_group
from portal.imports.spec import ColumnMap

MARKER = Marker("326", "2023")
LABELS = [column.label for column in COLUMNS]
PLACES = {column.key: index for index, column in enumerate(COLUMNS)}
MADE = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)


def plain_workbook(
    rows: Sequence[Sequence[Any]],
    *,
    headings: Sequence[str] = tuple(LABELS),
    sheet: str = "Danh sách",
    above: int = 2,
    formats: Mapping[tuple[int, int], str] | None = None,
) -> io.BytesIO:
    """A workbook with these rows under these headings; `formats` gives number formats to cells of the rows."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    ) as book:
        page = book.add_worksheet(sheet)
        for column, heading in enumerate(headings):
            page.write_string(above, column, heading)
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                look = book.add_format({"num_format": (formats or {}).get((index, column), "General")})
                if value is not None:
                    page.write(above + 1 + index, column, value, look)
    stream.seek(0)
    return stream


def two_row_workbook(
    upper: Sequence[str], lower: Sequence[str], rows: Sequence[Sequence[Any]], *, above: int = 3, merged: bool = True
) -> io.BytesIO:
    """A workbook with two rows of headings, merged as people merge them, under a title."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("Danh sách")
        look = book.add_format({"bold": True})
        page.merge_range(0, 0, 0, len(upper) - 1, "DANH SÁCH ĐĂNG KÝ", look)
        for at, text in enumerate(upper):
            end = next((n for n in range(at + 1, len(upper)) if upper[n] or not lower[n]), len(upper)) - 1
            if not text:
                continue
            if merged and not lower[at]:
                page.merge_range(above, at, above + 1, at, text, look)
            elif merged and end > at:
                page.merge_range(above, at, above, end, text, look)
            else:
                page.write_string(above, at, text)
        for at, text in enumerate(lower):
            if text:
                page.write_string(above + 1, at, text)
        for index, row in enumerate(rows):
            for at, value in enumerate(row):
                if value is not None:
                    page.write(above + 2 + index, at, value)
    stream.seek(0)
    return stream


def row_of(**values: Any) -> list[Any]:
    """A row in the template's order from values by column key."""
    cells: list[Any] = [None] * len(COLUMNS)
    for key, value in values.items():
        cells[PLACES[key]] = value
    return cells


def own_workbook(
    rows: Sequence[Mapping[str, Any]], titles: Sequence[TitleRow] = (), marker: Marker = MARKER
) -> io.BytesIO:
    """The portal's own workbook with these rows."""
    stream = io.BytesIO()
    template = Template(
        unit_name="UBND huyện Văn Giang",
        period_name="Đăng ký thi đua năm 2023",
        marker=marker,
        titles=titles or [TitleRow("Lao động tiên tiến", "LĐTT", "Cá nhân", "Cấp cơ sở")],
        made_at=MADE,
    )
    write_template(stream, template, [TemplateRow(row) for row in rows])
    stream.seek(0)
    return stream


@dataclass(frozen=True)
class ReadRow:
    """One row as it was read."""

    number: int
    part: int
    cells: dict[str, str]
    command: KeyedLine | None
    errors: list[tuple[str, str]]
    warnings: list[tuple[str, str]]
    places: dict[str, int] | None


@dataclass(frozen=True)
class ReadList:
    """A workbook of lines as it is read without anyone's choice: its layout, where the fields stand, its rows."""

    layout: Layout
    mapping: ColumnMap
    read: Rows
    notes: list[str]

    @property
    def rows(self) -> list[ReadRow]:
        read = self.read
        return [
            ReadRow(
                number,
                read.part(index),
                read.cells(index),
                read.commands[index],
                read.errors.get(index, []),
                read.warnings.get(index, []),
                read.places.get(index),
            )
            for index, number in enumerate(read.numbers)
        ]

    def texts(self, row: ReadRow) -> list[str]:
        """What is wrong with a row, each with its cell."""
        return [self._told(row, *found) for found in row.errors]

    def warnings(self, row: ReadRow) -> list[str]:
        """What of a row calls for a look, each with its cell."""
        return [self._told(row, *found) for found in row.warnings]

    def _told(self, row: ReadRow, key: str, text: str) -> str:
        return at_cell(column_letters(place_of(self.mapping, NAME, row.places, key)), row.number, text)


def read_lines(stream: BinaryIO, titles: Sequence[EmulationTitle], marker: Marker, today: date) -> ReadList:
    """Read a workbook into lines as the importer does, by what it suggests."""
    kind, target = kinds()["emulation.lines"], LineTarget(0, 0, marker, LineReader(titles, today))
    book, layout = inspect(stream, PackageLimits(), kind, target)
    sheet = book.sheet(layout.sheet)
    assert sheet is not None
    header, mapping = header_from(sheet, layout.first), column_map(layout)
    body = read_body(sheet, header, mapping, kind.fields, says_group(kind.fields, target.looks))
    above = [text for row in sheet.cells[: header.first] for value in row if (text := text_of(value))]
    target.read(body.rows)
    return ReadList(layout, mapping, body.rows, [*target.notes(above), *body.notes(mapping.groups)])
