"""A worksheet that takes its body as finished rows: one string each, straight into the row stream; memory stays flat.

XlsxWriter writes everything else (headings, formats, page set-up, the package). This module alone reaches into its
worksheet: the version is pinned, and the tests read back every part that is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from portal.exports._cells import Encoder


class OfficialSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """Worksheet of a workbook in constant_memory mode."""

    ROWS = 1_048_576

    def write_encoded(
        self,
        first_row: int,
        rows: Iterable[Sequence[Any]],
        encoders: Sequence[Encoder],
    ) -> int:
        """Write rows from `first_row` (from 0) on; returns the row after the last.

        A row must have as many values as there are encoders, and a sheet ends at 1,048,576 rows; ValueError otherwise.
        """
        self._write_single_row(first_row)  # what waits from the headings goes out first
        write, row = self.row_data_fh.write, first_row
        for values in rows:
            row += 1
            cells = "".join([encode(row, value) for encode, value in zip(encoders, values, strict=True)])
            write(f'<row r="{row}">{cells}</row>')
        if row > self.ROWS:
            raise ValueError("A worksheet holds at most 1,048,576 rows.")
        if row > first_row:
            self._check_dimensions(first_row, 0)
            self._check_dimensions(row - 1, len(encoders) - 1)
        self.previous_row = row
        return row

    def _write_header_footer(self) -> None:
        """No page number on the first page (Nghị định 30/2020/NĐ-CP); XlsxWriter has no header of the first page."""
        self._xml_start_tag("headerFooter", [("differentFirst", 1), ("scaleWithDoc", 0)])
        self._write_odd_header()
        self._xml_data_element("firstHeader", "")
        self._xml_end_tag("headerFooter")
