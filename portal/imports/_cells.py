"""Cells of a workbook as people write them: one line of text each, and what days, years and numbers that text holds."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.core.text import clean, fold

INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
SHOWN = 60
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 7_000, 73_000  # 1919 to 2099: a day that lost its format reads as such a number
CENTURY_TURNS = 30  # a year of two digits below it is of this century
_BRACKETS = re.compile(r"\([^)]*\)")
_DAY = re.compile(r"^(?:ngay\s+)?(\d{1,2})\s*(?:[/.\-]|thang)\s*(\d{1,2})\s*(?:[/.\-]|nam)\s*(\d{4}|\d{2})$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t].*)?$")
_YEAR = re.compile(r"^(?:nam\s+)?(\d{4})$")
_MONTH = re.compile(r"^(?:thang\s+)?\d{1,2}\s*[/.\-]\s*(\d{4})$")
_EDGE = " \t\n\r"


def text_of(value: Any) -> str:
    """A cell's value as one line of text: composed, no invisible signs; dates read dd/mm/yyyy, 1985.0 reads 1985."""
    if type(value) is str:
        sound = value.isprintable() and unicodedata.is_normalized("NFC", value) and "  " not in value
        if sound and value[:1] not in _EDGE and value[-1:] not in _EDGE:
            return value
        return clean(unicodedata.normalize("NFC", value).translate(INVISIBLE))
    return "" if value is None else _text_of_value(value)


def _text_of_value(value: Any) -> str:
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


def heading_key(text: str) -> str:
    """A heading as headings are compared: folded, without what stands in brackets, without stars and colons."""
    return fold(_BRACKETS.sub(" ", text)).strip(" *:.-–")


def shown(text: str) -> str:
    """A cell's text as messages quote it: shortened."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def day_of(text: str) -> date | None:
    """The day that a text names (15/03/2023, 15-3-23, 2023-03-15, ngày 15 tháng 3 năm 2023), or None.

    A bare number that can only be a day without its format (44986) is read as Excel counts days.
    """
    folded = fold(text)
    if found := _DAY.match(folded):
        return _day(_year_of_century(found[3]), int(found[2]), int(found[1]))
    if found := _ISO.match(folded):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if folded.isdecimal() and len(folded) == 5 and FIRST_SERIAL <= int(folded) <= LAST_SERIAL:
        return EXCEL_EPOCH + timedelta(days=int(folded))
    return None


def year_of(text: str) -> int | None:
    """The year that a text names: the year itself, a month and year, or a day; None when it is neither."""
    for pattern in (_YEAR, _MONTH):
        if found := pattern.match(text if text.isdecimal() else fold(text)):
            return int(found[1])
    found_day = day_of(text)
    return found_day.year if found_day is not None else None


def _year_of_century(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < CENTURY_TURNS else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0: A, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def at_cell(letters: str, row: int, message: str) -> str:
    """A message with the cell that it is about: Ô C9: danh hiệu …"""
    return f"Ô {letters}{row}: {lower_first(message)}"


def lower_first(text: str) -> str:
    """The sentence as it goes on after a colon; a word in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def thousands(value: int) -> str:
    """A whole number as it is written: 20.000."""
    return f"{value:,}".replace(",", ".")
