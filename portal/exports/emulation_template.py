"""The workbook in which lines are filled in: the list as it stands, choices, instructions.

Sheet "Danh sách" is what is read again. Its last column holds the keys of the lines, hidden, so that a changed row
finds its line. The heading row refuses typing by a rule on its cells, not by a locked sheet: on a locked sheet, rows
pasted from another workbook could not be edited any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.core.clock import local
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.workbook import (
    BORN,
    COLUMNS,
    DIVISION,
    GENDER,
    KEY,
    NAME,
    NOTE,
    NUMBER,
    POST,
    SHEET,
    SUBJECT,
    TITLE,
    Marker,
)
from portal.exports._cells import is_risky, plain_text
from portal.exports._workbook import A4, FONT, MARGINS, PAGE_NUMBER

GUIDE, CATALOGUE = "Hướng dẫn", "Danh mục"
HEADER = 5  # the heading row, counted from 0
CATALOGUE_FIRST = 3
HEAD_FILL = "#E7E2D3"
EARLIEST_BIRTH, YOUNGEST = 1900, 14
KINDS = (SubjectKind.PERSON, SubjectKind.COLLECTIVE)
HEADING_RULE = {
    "validate": "custom",
    "value": "=FALSE",
    "error_title": "Dòng tiêu đề",
    "error_message": "Xin giữ nguyên dòng tiêu đề: cổng đọc các cột theo dòng này.",
}


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A title that can be chosen, as the sheet of choices shows it."""

    name: str
    short_name: str
    subject: str
    scope: str


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A row that is filled in already: values by column."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook without its rows."""

    unit_name: str
    period_name: str
    marker: Marker
    titles: Sequence[TitleRow]
    made_at: datetime
    row_limit: int = 5_000


def line_values(line: RegistrationLine, title: str) -> dict[str, Any]:
    """A stored line as a row: values by column."""
    return {
        SUBJECT: line.subject.label,
        TITLE: title,
        NAME: line.name,
        POST: line.post,
        DIVISION: line.division,
        BORN: line.birth_year,
        GENDER: Gender(line.gender).label if line.gender else "",
        NOTE: line.note,
        KEY: line.row_key,
    }


def write_template(target: BinaryIO, template: Template, rows: Iterable[TemplateRow]) -> int:
    """Write the workbook with these rows filled in; returns how many there were."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 11, "valign": "vcenter"},
    }
    with Workbook(target, options) as book:
        book.set_properties(
            {
                "title": f"Danh sách {plain_text(template.period_name)}",
                "author": plain_text(template.unit_name),
                "created": local(template.made_at).replace(tzinfo=None),
            }
        )
        sheet = book.add_worksheet(SHEET)
        writer = _ListSheet(book, sheet, template)
        writer.heading()
        count = writer.rows(rows)
        writer.choices(count)
        _guide(book, template)
        _catalogue(book, template)
        sheet.activate()
    return count


class _ListSheet:
    """The sheet that is filled in."""

    def __init__(self, book: Workbook, sheet: Worksheet, template: Template) -> None:
        self._book, self._sheet, self._template = book, sheet, template
        self._place = {column.key: index for index, column in enumerate(COLUMNS)}
        self._formats: dict[tuple[bool, bool], Any] = {}

    def heading(self) -> None:
        """Columns, paper, the lines above the table, the heading row."""
        sheet, template = self._sheet, self._template
        for column in COLUMNS:
            place = self._place[column.key]
            sheet.set_column(place, place, column.width, self._format(column.key), {"hidden": column.key == KEY})
        self._paper()
        last = self._place[KEY] - 1
        self._wide(0, last, template.unit_name.upper(), bold=True, font_size=12)
        title = "DANH SÁCH ĐĂNG KÝ DANH HIỆU THI ĐUA, HÌNH THỨC KHEN THƯỞNG"
        self._wide(1, last, title, bold=True, font_size=14, align="center")
        self._wide(2, last, template.period_name, bold=True, font_size=13, align="center")
        self._wide(3, last, _hint(), italic=True, align="center")
        sheet.write_string(0, self._place[KEY], str(template.marker))
        look = self._book.add_format(
            {
                "font_name": FONT,
                "font_size": 11,
                "bold": True,
                "border": 1,
                "bg_color": HEAD_FILL,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
                "locked": True,
            }
        )
        sheet.set_row(HEADER, 34)
        for column in COLUMNS:
            label = f"{column.label} (*)" if column.required else column.label
            sheet.write_string(HEADER, self._place[column.key], label, look)

    def _paper(self) -> None:
        sheet = self._sheet
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.set_margins(**MARGINS)
        sheet.set_header(PAGE_NUMBER)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER)
        sheet.freeze_panes(HEADER + 1, self._place[NAME] + 1)
        sheet.hide_gridlines(1)

    def rows(self, rows: Iterable[TemplateRow]) -> int:
        """The rows that are filled in already."""
        count = 0
        for count, row in enumerate(rows, start=1):
            at = HEADER + count
            values = {NUMBER: count, **row.values}
            for column in COLUMNS:
                self._cell(at, column.key, values.get(column.key))
        return count

    def _cell(self, row: int, key: str, value: Any) -> None:
        place = self._place[key]
        if value is None or value == "":
            self._sheet.write_blank(row, place, None, self._format(key))
        elif isinstance(value, int):
            self._sheet.write_number(row, place, value, self._format(key))
        else:
            text = plain_text(value)
            self._sheet.write_string(row, place, text, self._format(key, quoted=is_risky(text)))

    def choices(self, count: int) -> None:
        """Lists to choose from, the guard of the heading row, borders that come with what is typed."""
        sheet, place = self._sheet, self._place
        first, last = HEADER + 1, HEADER + max(self._template.row_limit, count)
        self._list(SUBJECT, last, [kind.label for kind in KINDS], "Xin chọn “Cá nhân” hoặc “Tập thể”.")
        self._list(GENDER, last, [gender.label for gender in Gender], "Xin chọn “Nam” hoặc “Nữ”, hoặc để trống.")
        sheet.data_validation(first, place[TITLE], last, place[TITLE], self._title_rule())
        sheet.data_validation(first, place[BORN], last, place[BORN], self._birth_rule())
        sheet.data_validation(HEADER, 0, HEADER, place[KEY], HEADING_RULE)
        sheet.autofilter(HEADER, 0, HEADER + max(count, 1), place[KEY])  # sorting takes the keys along
        filled = f'=OR($C{first + 1}<>"",$D{first + 1}<>"")'
        border = self._book.add_format({"border": 1})
        look = {"type": "formula", "criteria": filled, "format": border}
        sheet.conditional_format(first, 0, last, place[KEY] - 1, look)

    def _title_rule(self) -> dict[str, Any]:
        end = CATALOGUE_FIRST + len(self._template.titles)
        return {
            "validate": "list",
            "source": f"='{CATALOGUE}'!$A${CATALOGUE_FIRST + 1}:$A${end}",
            "error_type": "warning",
            "error_title": "Ngoài danh mục",
            "error_message": "Nên chọn trong danh sách. Cách viết khác được đối chiếu khi nhập vào cổng.",
        }

    def _birth_rule(self) -> dict[str, Any]:
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": EARLIEST_BIRTH,
            "maximum": local(self._template.made_at).year - YOUNGEST,
            "error_type": "warning",
            "error_title": "Năm sinh",
            "error_message": "Xin ghi bốn chữ số, ví dụ 1985.",
        }

    def _list(self, key: str, last: int, labels: Sequence[str], message: str) -> None:
        place = self._place[key]
        self._sheet.data_validation(
            HEADER + 1,
            place,
            last,
            place,
            {"validate": "list", "source": list(labels), "error_title": "Xin chọn", "error_message": message},
        )

    def _format(self, key: str, *, quoted: bool = False) -> Any:
        centred = key in (NUMBER, SUBJECT, BORN, GENDER)
        known = (centred, quoted)
        if known not in self._formats:
            look: dict[str, Any] = {"font_name": FONT, "font_size": 11, "valign": "vcenter", "text_wrap": True}
            if centred:
                look["align"] = "center"
            if quoted:
                look["quote_prefix"] = True
            self._formats[known] = self._book.add_format(look)
        return self._formats[known]

    def _wide(self, row: int, last: int, text: str, **look: Any) -> None:
        style = self._book.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter", **look})
        self._sheet.merge_range(row, 0, row, last, "", style)
        self._sheet.write_string(row, 0, plain_text(text), style)


def _hint() -> str:
    return f"Điền từ dòng {HEADER + 2}; cột có dấu (*) là bắt buộc. Cách điền: xem trang “{GUIDE}”."


def _guide(book: Workbook, template: Template) -> None:
    """How to fill it in."""
    sheet = book.add_worksheet(GUIDE)
    head = book.add_format({"font_name": FONT, "font_size": 14, "bold": True})
    text = book.add_format({"font_name": FONT, "font_size": 12, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "Cách điền danh sách đăng ký thi đua", head)
    for number, line in enumerate(_guide_lines(template), start=1):
        sheet.write_number(number + 1, 0, number, text)
        sheet.write_string(number + 1, 1, line, text)
        sheet.set_row(number + 1, 17 * (1 + len(line) // 105))
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _guide_lines(template: Template) -> list[str]:
    limit = f"{template.row_limit:,}".replace(",", ".")
    return [
        f"Điền vào trang “{SHEET}”: mỗi cá nhân hoặc tập thể, mỗi danh hiệu một dòng; nhiều nhất {limit} dòng một lần.",
        "Loại: chọn “Cá nhân” hoặc “Tập thể”. Có thể để trống khi danh hiệu chỉ dành cho một loại.",
        f"Danh hiệu, hình thức: chọn trong danh sách; danh mục đầy đủ ở trang “{CATALOGUE}”. "
        "Cách viết tắt quen dùng (CSTĐ cơ sở, LĐTT, BK UBND tỉnh) cũng được hiểu.",
        "Cá nhân phải có chức vụ. Năm sinh ghi bốn chữ số; giới tính chọn “Nam” hoặc “Nữ”, hoặc để trống.",
        "Hai người cùng tên: ghi rõ chức vụ, phòng hoặc năm sinh để phân biệt. "
        "Một người không đăng ký một danh hiệu hai lần.",
        "Dòng có sẵn là danh sách hiện có trên cổng: sửa tại chỗ thì dòng đó được cập nhật, thêm dòng mới ở dưới. "
        "Xóa dòng trong tệp không xóa dòng trên cổng; muốn xóa xin làm trên cổng.",
        "Không sửa dòng tiêu đề, không xóa cột ẩn “Mã dòng”: cổng dùng cột này để nhận ra dòng đã có.",
        "Khi tải lên, cổng đọc thử và cho biết từng ô cần sửa; chưa có gì thay đổi cho đến khi xác nhận nhập.",
        "Không ghi nội dung thuộc bí mật nhà nước. Chỉ nêu thông tin cá nhân mà thủ tục cần.",
    ]


def _catalogue(book: Workbook, template: Template) -> None:
    """The titles that can be chosen, from the lowest."""
    sheet = book.add_worksheet(CATALOGUE)
    head = book.add_format({"font_name": FONT, "font_size": 14, "bold": True})
    look = {"font_name": FONT, "font_size": 12, "border": 1, "text_wrap": True, "valign": "vcenter"}
    cell = book.add_format(look)
    column = book.add_format({**look, "bold": True, "align": "center", "bg_color": HEAD_FILL})
    sheet.write_string(0, 0, f"Danh hiệu thi đua, hình thức khen thưởng: {template.period_name}", head)
    for place, (label, width) in enumerate(
        (("Tên đầy đủ", 44), ("Tên gọn", 28), ("Dành cho", 20), ("Cấp quyết định", 20))
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(CATALOGUE_FIRST - 1, place, label, column)
    for row, title in enumerate(template.titles, start=CATALOGUE_FIRST):
        for place, value in enumerate((title.name, title.short_name, title.subject, title.scope)):
            sheet.write_string(row, place, plain_text(value), cell)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.protect()
