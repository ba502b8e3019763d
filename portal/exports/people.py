"""Workbooks about people: the one to be filled in, and first passwords to be handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.exports._cells import plain_text
from portal.exports._workbook import FONT

HEADINGS = (
    ("STT", 6),
    ("Họ và tên", 28),
    ("Tên đăng nhập", 20),
    ("Chức vụ", 24),
    ("Đơn vị công tác", 40),
    ("Thư điện tử", 30),
    ("Vai trò", 30),
)
PASSWORDS = (("STT", 6), ("Họ và tên", 28), ("Đơn vị", 40), ("Tên đăng nhập", 20), ("Mật khẩu lần đầu", 26))
HOW = (
    "Giao tận tay từng người rồi hủy tệp này. Người dùng phải đổi mật khẩu ngay khi đăng nhập lần đầu. "
    "Cổng không giữ bản nào của các mật khẩu dưới đây."
)
BLANK_ROWS = 500
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class FirstPassword(NamedTuple):
    """What is handed over to a person."""

    full_name: str
    unit: str
    username: str
    password: str


def write_people_template(target: BinaryIO, units: Sequence[tuple[str, str]], roles: Sequence[str]) -> None:
    """The workbook to be filled in, with the units (code, name) and roles that can be named on a second sheet."""
    with Workbook(target, OPTIONS) as book:
        head, text, note = _formats(book)
        page = book.add_worksheet("Người dùng")
        page.merge_range(0, 0, 0, len(HEADINGS) - 1, "DANH SÁCH NGƯỜI DÙNG CỔNG NỘI VỤ", head)
        page.write_string(
            1, 0, "Cột có dấu * bắt buộc. Tên đăng nhập để trống thì cổng tự đặt. Vai trò để trống thì giao sau.", note
        )
        required = {1, 4}
        for at, (heading, width) in enumerate(HEADINGS):
            page.set_column(at, at, width, text)
            page.write_string(2, at, heading + (" *" if at in required else ""), head)
        page.freeze_panes(3, 2)
        lists = book.add_worksheet("Danh mục")
        for at, (heading, width) in enumerate((("Mã đơn vị", 14), ("Đơn vị", 60), ("Vai trò", 36))):
            lists.set_column(at, at, width, text)
            lists.write_string(0, at, heading, head)
        for index, (code, name) in enumerate(units, start=1):
            _write(lists, index, (code, name), text)
        for index, role in enumerate(roles, start=1):
            lists.write_string(index, 2, role, text)
        _choice(
            page, 4, f"='Danh mục'!$B$2:$B${len(units) + 1}", "Đơn vị không có trong danh mục. Có thể ghi mã đơn vị."
        )
        _choice(page, 6, f"='Danh mục'!$C$2:$C${len(roles) + 1}", "Vai trò không có trong danh mục.")


def write_first_passwords(target: BinaryIO, people: Sequence[FirstPassword]) -> None:
    """A line for each person, to be cut apart."""
    with Workbook(target, OPTIONS) as book:
        head, text, note = _formats(book)
        page = book.add_worksheet("Mật khẩu lần đầu")
        page.merge_range(0, 0, 0, len(PASSWORDS) - 1, HOW, note)
        page.set_row(0, 32)
        for at, (heading, width) in enumerate(PASSWORDS):
            page.set_column(at, at, width)
            page.write_string(1, at, heading, head)
        for index, person in enumerate(people, start=1):
            page.write_number(index + 1, 0, index, text)
            _write(page, index + 1, person, text, 1)
        page.freeze_panes(2, 0)
        page.repeat_rows(1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)


def _formats(book: Workbook) -> tuple[Any, Any, Any]:
    plain = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    head = book.add_format(
        {**plain, "bold": True, "border": 1, "align": "center", "bg_color": "#E7E2D3", "text_wrap": True}
    )
    text = book.add_format({**plain, "border": 1, "num_format": "@", "quote_prefix": True})
    return head, text, book.add_format({**plain, "italic": True, "text_wrap": True})


def _write(page: Worksheet, row: int, values: Sequence[str], look: Any, first: int = 0) -> None:
    for at, value in enumerate(values, start=first):
        page.write_string(row, at, plain_text(value), look)


def _choice(page: Worksheet, column: int, source: str, told: str) -> None:
    rule = {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": "Xin kiểm tra",
        "error_message": told,
    }
    page.data_validation(3, column, BLANK_ROWS, column, rule)
