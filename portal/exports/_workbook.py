"""Official lists as XLSX, in the layout of Nghị định 30/2020/NĐ-CP: one library for every feature's exports.

A list stands alone, under both headings (cơ quan, quốc hiệu), or is an appendix ("PHỤ LỤC", "Kèm theo …"). A4, Times
New Roman, the header row frozen and repeated on every page, the page number on top except on the first page, totals and
the signature block at the end. Rows come from an iterator and go straight to the disk: memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_range

from portal.core.clock import local
from portal.exports._cells import NUMBER_FORMATS, Kind, encoder, plain_text
from portal.exports._sheet import OfficialSheet

FONT = "Times New Roman"
BODY_SIZE, HEAD_SIZE = 11, 12
MM = 1 / 25.4  # inches in a millimetre
MARGINS = {"left": 30 * MM, "right": 15 * MM, "top": 20 * MM, "bottom": 20 * MM}  # NĐ 30: 30-35, 15-20, 20-25, 20-25 mm
PAGE_NUMBER = f'&C&"{FONT},Regular"&13&P'
A4 = 9
RULE = "─"
PROGRESS_EVERY = 1000
_CENTRED = frozenset({Kind.YEAR, Kind.DATE, Kind.STATUS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, what it holds, whether its numbers are added up at the end."""

    label: str
    width: float
    kind: Kind = Kind.TEXT
    total: bool = False
    centred: bool = False

    @property
    def is_centred(self) -> bool:
        return self.centred or self.kind in _CENTRED


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Both headings of a list that stands alone.

    `issuer` is one line or two; `number` all that stands after "Số:", with a blank where văn thư writes.
    """

    issuer: Sequence[str]
    place_date: str
    number: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """The heading of an appendix. `attached_to` reads "Kèm theo Tờ trình số … ngày … của …", without brackets."""

    attached_to: str
    label: str = "PHỤ LỤC"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: the maker on the left, the head on the right (lines as they are: KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)."""

    head: Sequence[str]
    maker: str = "NGƯỜI LẬP BIỂU"
    maker_name: str = ""
    head_name: str = ""


@dataclass(frozen=True, slots=True)
class ListDocument:
    """An official list without its rows.

    `note` says below the title what the list is cut to; `made_at` dates the file; `freeze` columns stay in sight when
    one scrolls.
    """

    title: str
    columns: Sequence[Column]
    heading: Letterhead | Annex
    made_at: datetime
    subtitle: str = ""
    note: str = ""
    signature: Signature | None = None
    sheet_name: str = "Danh sách"
    total_label: str = "Tổng cộng"
    landscape: bool = True
    freeze: int = 2
    filterable: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A heading row between rows."""

    label: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a workbook goes: into `stream`, or to list.xlsx in the folder `workplace`, where rows wait meanwhile."""

    workplace: Path
    stream: BinaryIO | None = None

    @property
    def file(self) -> str:
        return str(self.workplace / "list.xlsx")


@dataclass(slots=True)
class Written:
    """What was written: rows (groups not counted) and the sums of the columns that are added up, by column index."""

    rows: int = 0
    sums: dict[int, int | float | Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class _Styles:
    """The formats of one workbook, made on first use."""

    book: Workbook
    made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def get(self, **properties: Any) -> Any:
        """A format in Times New Roman with these properties."""
        wanted = {"font_name": FONT, "font_size": HEAD_SIZE, "valign": "vcenter", **properties}
        key = tuple(sorted(wanted.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(wanted)
        return self.made[key]

    def pair(self, column: Column) -> tuple[int, int]:
        """The numbers of a body column's two formats: as it is, and with the quote prefix."""
        properties: dict[str, Any] = {"font_size": BODY_SIZE, "border": 1, "text_wrap": True}
        if column.kind in NUMBER_FORMATS:
            properties["num_format"] = NUMBER_FORMATS[column.kind]
        if column.is_centred:
            properties["align"] = "center"
        plain, quoted = self.get(**properties), self.get(**properties, quote_prefix=True)
        return plain._get_xf_index(), quoted._get_xf_index()


def write_list(
    target: Target,
    document: ListDocument,
    rows: Iterable[Sequence[Any] | Group],
    *,
    closing: Callable[[Written], str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write `document` with `rows` to `target`.

    `closing` gives the sentence below the table once all rows are known ("Tổng số: …"). `progress` is told how many
    rows are written, every thousand. A row must have a value for each column (ValueError).
    """
    if len(document.columns) < 2:
        raise ValueError("An official list has at least two columns: the two headings stand side by side.")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": str(target.workplace),
        "use_zip64": True,
        "default_format_properties": {"font_name": FONT, "font_size": BODY_SIZE},
    }
    with Workbook(target.file if target.stream is None else target.stream, options) as book:
        sheet = book.add_worksheet(document.sheet_name, worksheet_class=OfficialSheet)
        writer = _Writer(book, sheet, document)
        writer.set_up()
        header = writer.heading()
        return writer.body(header, rows, closing, progress)


class _Writer:
    """One list on one sheet, from top to bottom."""

    def __init__(self, book: Workbook, sheet: OfficialSheet, document: ListDocument) -> None:
        self.book, self.sheet, self.document = book, sheet, document
        self.styles = _Styles(book)
        self.last = len(document.columns) - 1

    def set_up(self) -> None:
        """Columns, paper, margins, page number, document properties."""
        document, sheet = self.document, self.sheet
        for index, column in enumerate(document.columns):
            sheet.set_column(index, index, column.width)
        sheet.set_paper(A4)
        if document.landscape:
            sheet.set_landscape()
        sheet.set_margins(**MARGINS)
        sheet.set_header(PAGE_NUMBER, {"margin": 10 * MM})
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(1)
        sheet.center_horizontally()
        issuer = " ".join(document.heading.issuer) if isinstance(document.heading, Letterhead) else ""
        self.book.set_properties(
            {
                "title": plain_text(document.title),
                "author": plain_text(issuer) or "Sở Nội vụ tỉnh Hưng Yên",
                "created": local(document.made_at).replace(tzinfo=None),
            }
        )

    def heading(self) -> int:
        """Everything above the table; returns the header row's index."""
        heading = self.document.heading
        row = self._letterhead(heading) if isinstance(heading, Letterhead) else self._annex(heading)
        row += 1
        self._wide(row, self.document.title.upper(), bold=True, font_size=14)
        if self.document.subtitle:
            row += 1
            self._wide(row, self.document.subtitle, bold=True, font_size=13)
        if self.document.note:
            row += 1
            self._wide(row, self.document.note, font_size=12)
        if isinstance(heading, Annex):
            row += 1
            self._wide(row, f"({heading.attached_to})", italic=True, font_size=13)
        self._space(row + 1)
        return row + 2

    def body(
        self,
        header: int,
        rows: Iterable[Sequence[Any] | Group],
        closing: Callable[[Written], str] | None,
        progress: Callable[[int], None] | None,
    ) -> Written:
        """The table and what stands below it."""
        document, sheet = self.document, self.sheet
        style = self.styles.get(font_size=BODY_SIZE, bold=True, border=1, align="center", text_wrap=True)
        for index, column in enumerate(document.columns):
            sheet.write_string(header, index, plain_text(column.label), style)
        sheet.repeat_rows(header)
        sheet.freeze_panes(header + 1, min(document.freeze, self.last))
        end, written = self._rows(header + 1, rows, progress)
        if document.filterable and written.rows:
            sheet.autofilter(header, 0, end - 1, self.last)
        end = self._totals(header + 1, end, written)
        if closing is not None:
            end += 1
            self._wide(end, closing(written), align="left", italic=True)
        if document.signature is not None:
            end = self._signature(end + 2, document.signature)
        sheet.print_area(0, 0, end, self.last)
        return written

    def _rows(
        self, first: int, rows: Iterable[Sequence[Any] | Group], progress: Callable[[int], None] | None
    ) -> tuple[int, Written]:
        encoders = [
            encoder(column.kind, xl_col_to_name(index), *self.styles.pair(column))
            for index, column in enumerate(self.document.columns)
        ]
        written, row = Written(), first
        for is_group, run in groupby(rows, key=lambda item: isinstance(item, Group)):
            if is_group:
                for group in run:
                    row = self._group(row, group)  # type: ignore[arg-type]
            else:
                row = self.sheet.write_encoded(row, self._counted(run, written, progress), encoders)  # type: ignore[arg-type]
        return row, written

    def _counted(
        self, rows: Iterator[Sequence[Any]], written: Written, progress: Callable[[int], None] | None
    ) -> Iterator[Sequence[Any]]:
        summed = [index for index, column in enumerate(self.document.columns) if column.total]
        count = written.rows
        for values in rows:
            yield values
            count += 1
            for index in summed:
                written.sums[index] = written.sums.get(index, 0) + (values[index] or 0)
            if progress is not None and count % PROGRESS_EVERY == 0:
                progress(count)
        written.rows = count

    def _group(self, row: int, group: Group) -> int:
        style = self.styles.get(font_size=BODY_SIZE, bold=True, border=1, align="left", text_wrap=True)
        self.sheet.merge_range(row, 0, row, self.last, "", style)
        self.sheet.write_string(row, 0, plain_text(group.label), style)
        return row + 1

    def _totals(self, first: int, end: int, written: Written) -> int:
        """The total line, when some column is added up: formulas that carry their value."""
        summed = [index for index, column in enumerate(self.document.columns) if column.total]
        if not summed:
            return end
        look: dict[str, Any] = {"font_size": BODY_SIZE, "bold": True, "border": 1}
        label = self.styles.get(**look, align="center")
        if summed[0] > 1:
            self.sheet.merge_range(end, 0, end, summed[0] - 1, "", label)
        self.sheet.write_string(end, 0, self.document.total_label, label)
        for index in range(summed[0], self.last + 1):
            column = self.document.columns[index]
            style = self.styles.get(**look, num_format=NUMBER_FORMATS.get(column.kind, "General"))
            if not column.total:
                self.sheet.write_blank(end, index, None, style)
            elif end > first:
                area = xl_range(first, index, end - 1, index)
                self.sheet.write_formula(end, index, f"=SUM({area})", style, written.sums.get(index, 0))
            else:
                self.sheet.write_number(end, index, 0, style)
        return end + 1

    def _letterhead(self, heading: Letterhead) -> int:
        left = [(heading.parent.upper(), False)] if heading.parent else []
        left += [(line.upper(), True) for line in heading.issuer]
        right = [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13), ("Độc lập - Tự do - Hạnh phúc", 14)]
        row = 0
        for (name, bold), (words, size) in zip_longest(left, right, fillvalue=("", 13)):
            self._halves(
                row, (str(name), {"bold": bold, "font_size": 13}), (str(words), {"bold": True, "font_size": size})
            )
            row += 1
        rules = (RULE * max(4, len(heading.issuer[-1]) // 2), RULE * 20)
        self._halves(row, *((line, {"font_size": 8, "valign": "top"}) for line in rules))
        self.sheet.set_row(row, 9)
        self._halves(
            row + 1,
            (f"Số: {heading.number}", {"font_size": 13}),
            (heading.place_date, {"font_size": 14, "italic": True}),
        )
        self._space(row + 2)
        return row + 2

    def _annex(self, heading: Annex) -> int:
        self._wide(0, heading.label.upper(), bold=True, font_size=14)
        return 0

    def _signature(self, row: int, signature: Signature) -> int:
        lines = [plain_text(line).upper() for line in signature.head] or [""]
        bold: dict[str, Any] = {"bold": True, "font_size": 13}
        for index, line in enumerate(lines):
            self._halves(row + index, (signature.maker if index == 0 else "", bold), (line, bold))
        row += len(lines)
        note: dict[str, Any] = {"italic": True, "font_size": 12}
        self._halves(row, ("(Ký, ghi rõ họ tên)", note), ("(Ký, ghi rõ họ tên, đóng dấu)", note))
        names = row + 4
        self._halves(names, (signature.maker_name, bold), (signature.head_name, bold))
        return names

    def _space(self, row: int) -> None:
        self.sheet.set_row(row, 8)
        self.sheet.write_blank(row, 0, None, self.styles.get())

    def _wide(self, row: int, text: str, **look: Any) -> None:
        """One line across all columns, as high as its text needs."""
        style = self.styles.get(**{"align": "center", "text_wrap": True, **look})
        size = look.get("font_size", HEAD_SIZE)
        self.sheet.set_row(row, self._height(text, 0, self.last, size))
        self.sheet.merge_range(row, 0, row, self.last, "", style)
        self.sheet.write_string(row, 0, plain_text(text), style)

    def _halves(self, row: int, left: tuple[str, dict[str, Any]], right: tuple[str, dict[str, Any]]) -> None:
        """Two texts side by side, each centred over its part of the columns."""
        split = self._split()
        height = 0.0
        for (text, look), first, last in ((left, 0, split), (right, split + 1, self.last)):
            style = self.styles.get(**{"align": "center", "text_wrap": True, **look})
            if last > first:
                self.sheet.merge_range(row, first, row, last, "", style)
            self.sheet.write_string(row, first, plain_text(text), style)
            height = max(height, self._height(text, first, last, look.get("font_size", HEAD_SIZE)))
        self.sheet.set_row(row, height)

    def _split(self) -> int:
        """The last column of the left part: near two fifths of the width, at least one column on either side."""
        widths = [column.width for column in self.document.columns]
        wanted, passed = sum(widths) * 0.42, 0.0
        for index, width in enumerate(widths[:-1]):
            if passed + width / 2 > wanted:
                return max(index - 1, 0)
            passed += width
        return len(widths) - 2

    def _height(self, text: str, first: int, last: int, size: float) -> float:
        """Points that wrapped text needs over these columns: merged cells do not grow by themselves."""
        room = sum(column.width for column in self.document.columns[first : last + 1]) * BODY_SIZE / size
        lines = sum(max(1, -(-len(line) // max(int(room), 1))) for line in text.split("\n"))
        return lines * size * 1.35
