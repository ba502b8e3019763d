"""What goes into one cell of a workbook: text that stays what was typed, real numbers, real dates; pure functions."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portal.core.clock import local

TEXT_LIMIT = 32767  # UTF-16 units in one cell
CUT_MARK = " […]"
EXACT_INTEGER = 10**15  # a larger number would lose digits: it is written as text
FIRST_DAY = date(1900, 3, 1)  # from here on serial numbers and calendar agree
_EPOCH = date(1899, 12, 30).toordinal()

# Needs care: markup, characters that XML does not have, text that reads as an escape, spaces at an end, loose marks.
_SPECIAL = re.compile(
    "[&<>\x00-\x1f\x7f-\x9f\u0300-\u036f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s$",
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# Would be taken for a number, a date, a logical value or a formula when the cell is edited again.
_RISKY = re.compile(
    r"[\W\d_]|(?:true|false)\s*$|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ]*\d", re.IGNORECASE
)


class Kind(StrEnum):
    """What a column holds; it settles the cell's type, its number format and where it stands in the cell."""

    TEXT = "text"
    INTEGER = "integer"
    YEAR = "year"
    DECIMAL = "decimal"
    DATE = "date"
    STATUS = "status"


NUMBER_FORMATS = {Kind.INTEGER: "#,##0", Kind.YEAR: "0", Kind.DECIMAL: "#,##0.00", Kind.DATE: "dd/mm/yyyy"}

Encoder = Callable[[int, Any], str]
"""(row number from 1, value) to the cell's XML."""


def plain_text(value: Any) -> str:
    """Text that a cell can hold: composed (NFC), no characters that XML does not have, at most 32,767 UTF-16 units.

    What is longer is cut and says so at its end. An enum shows its label.
    """
    if value is None:
        return ""
    text = str(getattr(value, "label", value))
    if _SPECIAL.search(text):
        composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        text = _NOT_XML.sub("", composed)
    if len(text) > TEXT_LIMIT // 2 and _units(text) > TEXT_LIMIT:
        text = _cut(text)
    return text


def is_risky(text: str) -> bool:
    """Whether a spreadsheet would read this text as something else when typed: such a cell gets the quote prefix."""
    return _RISKY.match(text) is not None


def serial(value: date) -> float | int | None:
    """A day (or an aware instant, read in Vietnam) as a spreadsheet's serial number; None before March 1900."""
    if isinstance(value, datetime):
        value = local(value).date()
    return value.toordinal() - _EPOCH if value >= FIRST_DAY else None


def encoder(kind: Kind, letters: str, style: int, quoted: int) -> Encoder:
    """How a column writes its cells. `letters` name the column, `style` and `quoted` are its two formats."""
    text = _text_encoder(letters, style, quoted)
    if kind in (Kind.TEXT, Kind.STATUS):
        return text
    return _date_encoder(letters, style, text) if kind is Kind.DATE else _number_encoder(letters, style, text)


def _text_encoder(letters: str, style: int, quoted: int) -> Encoder:
    risky, special = _RISKY.match, _SPECIAL.search
    blank, half = f'" s="{style}"/>', TEXT_LIMIT // 2
    plain_head, quoted_head = f'" s="{style}" t="inlineStr"><is><t', f'" s="{quoted}" t="inlineStr"><is><t'

    def encode(row: int, value: Any) -> str:
        if value is None or value == "":
            return f'<c r="{letters}{row}{blank}'
        keep = ""
        if type(value) is not str or len(value) > half or special(value):
            value = plain_text(value)
            if not value:
                return f'<c r="{letters}{row}{blank}'
            head = quoted_head if risky(value) else plain_head
            keep = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
            value = _escape(value)
        else:
            head = quoted_head if risky(value) else plain_head
        return f'<c r="{letters}{row}{head}{keep}>{value}</t></is></c>'

    return encode


def _number_encoder(letters: str, style: int, text: Encoder) -> Encoder:
    def encode(row: int, value: Any) -> str:
        if value is None:
            return f'<c r="{letters}{row}" s="{style}"/>'
        if not isinstance(value, int | float | Decimal) or not _is_exact(value):
            return text(row, value)
        return f'<c r="{letters}{row}" s="{style}"><v>{value}</v></c>'

    return encode


def _date_encoder(letters: str, style: int, text: Encoder) -> Encoder:
    def encode(row: int, value: Any) -> str:
        if value is None:
            return f'<c r="{letters}{row}" s="{style}"/>'
        number = serial(value) if isinstance(value, date) else None
        if number is None:
            return text(row, f"{value:%d/%m/%Y}" if isinstance(value, date) else value)
        return f'<c r="{letters}{row}" s="{style}"><v>{number}</v></c>'

    return encode


def _is_exact(value: float | Decimal) -> bool:
    return not isinstance(value, bool) and math.isfinite(value) and -EXACT_INTEGER < value < EXACT_INTEGER


def _escape(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ESCAPE.sub("_x005F_", text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    """The longest beginning that fits with the mark; a character of two units is never halved."""
    kept = text.encode("utf-16-le")[: (TEXT_LIMIT - len(CUT_MARK)) * 2].decode("utf-16-le", errors="ignore")
    return kept + CUT_MARK
