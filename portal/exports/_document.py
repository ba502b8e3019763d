"""Official papers as DOCX, in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I: head, title, body, tables, signature.

A paper is put together by one module per feature; this one knows no feature. Everything is made in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from docx import Document
from docx.enum.section import WD_ORIENTATION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
BODY, TABLE, SMALL = Pt(14), Pt(12), Pt(11)
INDENT = Mm(10)
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
NARROW, WIDE = Mm(210), Mm(297)
MARGINS = {"top": Mm(20), "bottom": Mm(20), "left": Mm(30), "right": Mm(15)}
LEFT, CENTRE, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
_FIRST_MONTHS = 2  # Phụ lục I: months 1 and 2, and days below 10, take a nought before them


@dataclass(frozen=True, slots=True)
class PaperHead:
    """The two columns at the top. `issuer` is one line or two; `number` the whole "Số: …" text after its label."""

    parent: str
    issuer: tuple[str, ...]
    number: str
    place_date: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width in millimetres, whether its cells are centred."""

    label: str
    width: float
    centred: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A heading row over the whole width of a table."""

    label: str


def place_date(place: str, on: date | None, year: int) -> str:
    """ "Hưng Yên, ngày 05 tháng 02 năm 2023"; with blanks for pen and ink while the day is not known."""
    if on is None:
        return f"{place}, ngày       tháng       năm {year}"
    month = f"{on.month:02d}" if on.month <= _FIRST_MONTHS else str(on.month)
    return f"{place}, ngày {on.day:02d} tháng {month} năm {on.year}"


class OfficialDocument:
    """One paper under construction; `to_bytes` gives the file."""

    def __init__(self, title: str, author: str, made_at: datetime, landscape: bool = False) -> None:
        self._doc = Document()
        self._properties(title, author, made_at)
        self._styles()
        self._width = self._page(landscape)

    def head(self, head: PaperHead) -> None:
        """Cơ quan chủ quản, cơ quan ban hành, số; quốc hiệu, tiêu ngữ, place and date."""
        left = round(self._width * 0.42)
        table = self._frame((left, self._width - left))
        issuing, nation = table.rows[0].cells
        parts = [(_capitals(head.parent), False)] if head.parent else []
        parts += [(_capitals(line), True) for line in head.issuer]
        for index, (text, bold) in enumerate(parts):
            self._cell_line(issuing, text, Pt(13), index == 0, bold=bold)
        self._rule(issuing, left, 0.4)
        self._cell_line(issuing, f"Số: {head.number}", Pt(13)).paragraph_format.space_before = Pt(4)
        # the smaller sizes that Phụ lục I allows: in the larger ones the name of the state breaks into two lines
        self._cell_line(nation, NATION, Pt(12), first=True, bold=True)
        self._cell_line(nation, MOTTO, Pt(13), bold=True)
        self._rule(nation, self._width - left, 0.62)
        self._cell_line(nation, head.place_date, Pt(14), italic=True).paragraph_format.space_before = Pt(4)

    def title(self, kind: str, subject: str = "") -> None:
        """Tên loại in capitals and the trích yếu below it, with the short line under them."""
        self._line(_capitals(kind), BODY, CENTRE, bold=True, before=14)
        if subject:
            self._line(subject, BODY, CENTRE, bold=True)
        self._rule(None, self._width, 0.3)

    def addressee(self, text: str) -> None:
        """The line "Kính gửi: …"."""
        self._line(f"Kính gửi: {text}", BODY, CENTRE, before=12, after=6)

    def heading(self, text: str) -> None:
        """A part's heading: bold, kept with what follows."""
        paragraph = self._line(text, BODY, JUSTIFY, bold=True, before=8, after=4)
        paragraph.paragraph_format.first_line_indent = INDENT
        paragraph.paragraph_format.keep_with_next = True

    def paragraph(self, text: str, italic: bool = False) -> None:
        """Body text: justified, first line indented, six points after."""
        paragraph = self._line(text, BODY, JUSTIFY, italic=italic, after=6)
        paragraph.paragraph_format.first_line_indent = INDENT

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str] | GroupRow]) -> None:
        """A ruled table: its header row is repeated on every page, no row is broken between pages."""
        share = self._width / sum(c.width for c in columns)
        widths = [round(c.width * share) for c in columns]
        table = self._doc.add_table(rows=1, cols=len(columns), style="Table Grid")
        self._fix(table, widths)
        _mark(table.rows[0], "w:tblHeader")
        for cell, column in zip(table.rows[0].cells, columns, strict=True):
            self._cell_line(cell, column.label, TABLE, first=True, bold=True)
        pattern = self._pattern(table, columns, widths)
        for values in rows:
            if isinstance(values, GroupRow):
                row = _add_row(table)
                _mark(row, "w:cantSplit")
                merged = row.cells[0].merge(row.cells[-1])
                self._cell_line(merged, values.label, TABLE, first=True, bold=True, align=LEFT)
                continue
            copied = deepcopy(pattern)  # many times faster than a row made cell by cell
            for place, text in zip(copied.iter(qn("w:t")), values, strict=True):
                place.text = text
            table._tbl.append(copied)

    def _pattern(self, table: Table, columns: Sequence[Column], widths: Sequence[int]) -> CT_Row:
        """A body row to be copied; each of its cells holds one text."""
        row = _add_row(table)
        _mark(row, "w:cantSplit")
        for cell, width, column in zip(row.cells, widths, columns, strict=True):
            cell.width = Length(width)
            self._cell_line(cell, "…", TABLE, first=True, align=CENTRE if column.centred else LEFT)
        pattern: CT_Row = row._tr
        _remove(table._tbl, pattern)
        return pattern

    def signature(self, recipients: Sequence[str], authority: Sequence[str], signer: str) -> None:
        """Nơi nhận at the left; at the right the authority's lines as they are (KT., TL., TUQ.) and the name."""
        last = len(recipients) - 1
        places = [f"- {line}{'.' if number == last else ';'}" for number, line in enumerate(recipients)]
        self._signing(places, [line.upper() for line in authority], signer)

    def fields_signature(self, recipients: str, authority: str, signer: str) -> None:
        """The same place with a template's fields, each of which brings its own lines."""
        self._signing([recipients], [authority], signer)

    def _signing(self, recipients: Sequence[str], authority: Sequence[str], signer: str) -> None:
        self._line("", BODY, LEFT, before=2)
        half = self._width // 2
        table = self._frame((half, self._width - half))
        _mark(table.rows[0], "w:cantSplit")
        left, right = table.rows[0].cells
        self._cell_line(left, "Nơi nhận:", Pt(12), first=True, bold=True, italic=True, align=LEFT)
        for line in recipients:
            self._cell_line(left, line, SMALL, align=LEFT)
        for index, line in enumerate(authority):
            self._cell_line(right, line, BODY, index == 0, bold=True)
        for _ in range(4):
            self._cell_line(right, "", BODY)
        self._cell_line(right, signer, BODY, bold=True)

    def to_bytes(self) -> bytes:
        """The finished file."""
        out = io.BytesIO()
        self._doc.save(out)
        return out.getvalue()

    # --- page, styles ---

    def _properties(self, title: str, author: str, made_at: datetime) -> None:
        known = self._doc.core_properties
        known.title, known.author, known.last_modified_by = title, author, author
        known.comments, known.language = "", "vi-VN"
        known.created = known.modified = made_at.replace(tzinfo=None)

    def _styles(self) -> None:
        style = self._doc.styles["Normal"]
        style.font.name, style.font.size = FONT, BODY
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(attribute), FONT)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "vi-VN")
        style.element.get_or_add_rPr().append(language)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.15

    def _page(self, landscape: bool) -> int:
        section = self._doc.sections[0]
        section.page_width, section.page_height = (WIDE, NARROW) if landscape else (NARROW, WIDE)
        section.orientation = WD_ORIENTATION.LANDSCAPE if landscape else WD_ORIENTATION.PORTRAIT
        section.top_margin, section.bottom_margin = MARGINS["top"], MARGINS["bottom"]
        section.left_margin = MARGINS["top"] if landscape else MARGINS["left"]
        section.right_margin = MARGINS["top"] if landscape else MARGINS["right"]
        section.header_distance = Mm(10)
        section.different_first_page_header_footer = True  # the number is not shown on the first page
        number = section.header.paragraphs[0]
        number.alignment = CENTRE
        _page_number(number)
        return int(section.page_width) - int(section.left_margin) - int(section.right_margin)

    # --- pieces ---

    def _line(
        self,
        text: str,
        size: Pt,
        align: WD_ALIGN_PARAGRAPH,
        *,
        bold: bool = False,
        italic: bool = False,
        before: int = 0,
        after: int = 0,
    ) -> Paragraph:
        paragraph = self._doc.add_paragraph()
        _write(paragraph, text, size, bold, italic)
        paragraph.alignment = align
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        return paragraph

    def _cell_line(
        self,
        cell: _Cell,
        text: str,
        size: Pt,
        first: bool = False,
        *,
        bold: bool = False,
        italic: bool = False,
        align: WD_ALIGN_PARAGRAPH = CENTRE,
    ) -> Paragraph:
        paragraph: Paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
        _write(paragraph, text, size, bold, italic)
        paragraph.alignment = align
        paragraph.paragraph_format.line_spacing = 1.0
        return paragraph

    def _rule(self, cell: _Cell | None, width: int, share: float) -> None:
        """A thin centred line: a paragraph's upper border between two indents."""
        paragraph = self._doc.add_paragraph() if cell is None else cell.add_paragraph()
        indent = Length(round(width * (1 - share) / 2))
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
        paragraph.paragraph_format.line_spacing = Pt(4)
        paragraph.paragraph_format.space_before = Pt(2)
        borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
        for name, value in (("w:val", "single"), ("w:sz", "6"), ("w:space", "1"), ("w:color", "000000")):
            top.set(qn(name), value)
        borders.append(top)
        paragraph._p.get_or_add_pPr().insert_element_before(
            cast(Any, borders),
            "w:shd",
            "w:tabs",
            "w:suppressAutoHyphens",
            "w:spacing",
            "w:ind",
            "w:jc",
            "w:rPr",
        )

    def _frame(self, widths: tuple[int, int]) -> Table:
        """A table of one row without rules, to stand two columns side by side."""
        table: Table = self._doc.add_table(rows=1, cols=2)
        self._fix(table, widths)
        return table

    @staticmethod
    def _fix(table: Table, widths: Sequence[int]) -> None:
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
            column.width = cell.width = Length(width)


def _capitals(text: str) -> str:
    """In capitals; a template's field stays as it is."""
    return text if text.startswith("{{") else text.upper()


def _write(paragraph: Paragraph, text: str, size: Pt, bold: bool, italic: bool) -> None:
    run = paragraph.add_run(text)
    run.font.size = size
    run.bold, run.italic = bold or None, italic or None


def _add_row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call] # the library leaves it untyped
    return row


def _append(parent: Any, child: Any) -> None:
    """Put an element into another; the library types its elements one by one, which says nothing here."""
    parent.append(child)


def _remove(parent: Any, child: Any) -> None:
    parent.remove(child)


def _mark(row: _Row, name: str) -> None:
    """Set a yes-or-no property of a table row: w:tblHeader, w:cantSplit."""
    _append(row._tr.get_or_add_trPr(), OxmlElement(name))


def _page_number(paragraph: Paragraph) -> None:
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        _append(run._r, mark)
