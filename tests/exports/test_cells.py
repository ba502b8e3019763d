"""portal/exports/_cells.py: what goes into one cell."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports._cells import CUT_MARK, TEXT_LIMIT, Kind, encoder, is_risky, plain_text, serial

STYLE, QUOTED = 3, 4


class Colour(StrEnum):
    RED = "red"

    @property
    def label(self) -> str:
        return "Đỏ"


def cell(kind: Kind, value: Any) -> ElementTree.Element:
    """The cell's XML, parsed: it is well formed or this raises."""
    return ElementTree.fromstring(encoder(kind, "B", STYLE, QUOTED)(7, value))  # noqa: S314 - our own output


def text_of(kind: Kind, value: Any) -> tuple[str, int]:
    """The text of a string cell and its format."""
    element = cell(kind, value)
    assert element.get("r") == "B7"
    assert element.get("t") == "inlineStr"
    return element.find("is/t").text or "", int(element.get("s", "0"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+84 912",
        "-5",
        "@SUM(A1)",
        "'x",
        "\t=2",
        "12",
        "1/2",
        "1.213",
        "5%",
        "TRUE",
        "false",
        "Mar 5",
        "sep-2023",
        "#N/A",
        "(12)",
        " =1",
    ],
)
def test_what_reads_as_something_else_is_quoted_text(typed: str) -> None:
    assert is_risky(typed)
    text, style = text_of(Kind.TEXT, typed)
    assert (text, style) == (typed, QUOTED)


@pytest.mark.parametrize(
    "typed", ["Nguyễn Thị Lan Anh", "Đỗ Mạnh Cường", "Trường Mầm non 19/5", "Mai Văn Sáu", "True Milk", "ấp"]
)
def test_plain_names_are_not_quoted(typed: str) -> None:
    assert not is_risky(typed)
    assert text_of(Kind.TEXT, typed) == (typed, STYLE)


def test_numbers_in_a_text_column_are_text() -> None:
    assert text_of(Kind.TEXT, 12) == ("12", QUOTED)


def test_an_enum_shows_its_label() -> None:
    assert text_of(Kind.STATUS, Colour.RED) == ("Đỏ", STYLE)


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_an_empty_cell(kind: Kind) -> None:
    element = cell(kind, None)
    assert element.get("t") is None
    assert len(element) == 0
    assert element.get("s") == str(STYLE)


@pytest.mark.parametrize("value", ["", "\x00\x1f"])
def test_text_of_nothing_is_an_empty_cell(value: str) -> None:
    assert len(cell(Kind.TEXT, value)) == 0


def test_markup_is_escaped() -> None:
    assert text_of(Kind.TEXT, 'A & B <C> "D"') == ('A & B <C> "D"', STYLE)


def test_control_characters_go_line_breaks_stay() -> None:
    assert plain_text("Một\x00\x0b\x1f\x7f\x9f\ufffe\nHai\r\nBa\tBốn") == "Một\nHai\nBa\tBốn"
    element = cell(Kind.TEXT, "Một\nHai")
    assert element.find("is/t").get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"  # type: ignore[union-attr]


def test_lone_surrogates_go() -> None:
    assert plain_text("A\ud800B") == "AB"


def test_text_is_composed() -> None:
    loose = unicodedata.normalize("NFD", "Nguyễn Thị Hường")
    assert text_of(Kind.TEXT, loose) == ("Nguyễn Thị Hường", STYLE)


def test_what_reads_as_an_escape_is_escaped() -> None:
    assert text_of(Kind.TEXT, "mã _x0041_ cũ")[0] == "mã _x005F_x0041_ cũ"


def test_spaces_at_the_ends_are_kept() -> None:
    element = cell(Kind.TEXT, " Lan ")
    assert element.find("is/t").text == " Lan "  # type: ignore[union-attr]
    assert element.find("is/t").get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"  # type: ignore[union-attr]


def test_text_over_the_limit_is_cut_and_says_so() -> None:
    assert plain_text("ư" * TEXT_LIMIT) == "ư" * TEXT_LIMIT
    cut = plain_text("ư" * (TEXT_LIMIT + 1))
    assert len(cut) == TEXT_LIMIT
    assert cut.endswith(CUT_MARK)
    assert text_of(Kind.TEXT, "ư" * (TEXT_LIMIT + 1)) == (cut, STYLE)


def test_a_character_of_two_units_is_not_halved() -> None:
    cut = plain_text("a" + "𠀀" * 20000)
    assert len(cut.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    assert cut.removesuffix(CUT_MARK).endswith("𠀀")


@pytest.mark.parametrize(
    ("value", "written"),
    [(1213, "1213"), (-9, "-9"), (0, "0"), (Decimal("1635.50"), "1635.50"), (2.5, "2.5"), (10**14, str(10**14))],
)
def test_numbers_are_numbers(value: Any, written: str) -> None:
    element = cell(Kind.DECIMAL, value)
    assert element.get("t") is None
    assert element.find("v").text == written  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [10**15, float("inf"), float("nan"), "mười", True])
def test_what_is_no_exact_number_becomes_text(value: Any) -> None:
    assert text_of(Kind.INTEGER, value)[0] == str(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (date(1900, 3, 1), 61),
        (date(2023, 3, 15), 45000),
        (datetime(2023, 3, 14, 17, 30, tzinfo=UTC), 45000),  # 00:30 on the 15th in Hưng Yên
    ],
)
def test_days_are_serial_numbers(value: date, number: int) -> None:
    assert serial(value) == number
    assert cell(Kind.DATE, value).find("v").text == str(number)  # type: ignore[union-attr]


def test_a_day_before_the_calendar_agrees_is_text() -> None:
    assert serial(date(1899, 5, 19)) is None
    assert text_of(Kind.DATE, date(1890, 5, 19)) == ("19/05/1890", QUOTED)


def test_words_in_a_date_column_stay_words() -> None:
    assert text_of(Kind.DATE, "chưa rõ") == ("chưa rõ", STYLE)


@given(st.text())
def test_any_text_gives_a_well_formed_cell_that_reads_back(value: str) -> None:
    element = cell(Kind.TEXT, value)
    expected = plain_text(value)
    found = element.find("is/t")
    read = "" if found is None else re.sub("_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", found.text or "")
    assert read == expected
    assert unicodedata.is_normalized("NFC", expected) or not re.search("[\u0300-\u036f]", value)
