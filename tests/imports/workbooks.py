"""Workbooks made for a test: the portal's own layout, with whatever cells the test wants."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from portal.domain.emulation.workbook import COLUMNS, NUMBER, Marker
from portal.exports.emulation_template import Template, TemplateRow, TitleRow, write_template

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


def row_of(**values: Any) -> list[Any]:
    """A row in the template's order from values by column key."""
    cells: list[Any] = [None] * len(COLUMNS)
    for key, value in values.items():
        cells[PLACES[key]] = value
    return cells


def own_workbook(
    rows: Sequence[Mapping[str, Any]], titles: Sequence[TitleRow] = (), marker: Marker = MARKER, *, faulty: bool = False
) -> io.BytesIO:
    """The portal's own workbook with these rows."""
    stream = io.BytesIO()
    template = Template(
        unit_name="UBND huyện Văn Giang",
        period_name="Đăng ký thi đua năm 2023",
        marker=marker,
        titles=titles or [TitleRow("Lao động tiên tiến", "LĐTT", "Cá nhân", "Cấp cơ sở")],
        made_at=MADE,
        faulty=faulty,
    )
    write_template(stream, template, [TemplateRow(row) for row in rows])
    stream.seek(0)
    return stream


__all__ = ["MARKER", "NUMBER", "own_workbook", "plain_workbook", "row_of"]
