"""Vietnamese text: one normal form, one folded form, one order."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.text import clean, clean_lines, fold, initials, person_sort_key, sort_key, whole_number

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
SYLLABLES = st.text(alphabet=VOWELS + "bcdđghklmnpqrstvx", min_size=1, max_size=7)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=5).map(" ".join)

pytestmark = pytest.mark.property


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ""),
        ("", ""),
        ("  Nguyễn   Văn\tAn \n", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "Hưng Yên"), "Hưng Yên"),
        ("a\x00b\x07c", "abc"),
        ("e\x00\u0301", "é"),
        ("\u00a0Xã\u2003Xuân Quan\u00a0", "Xã Xuân Quan"),
    ],
)
def test_clean_makes_one_composed_line(given: str | None, expected: str) -> None:
    assert clean(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ""),
        ("một  \r\nhai\rba\n\n", "một\nhai\nba"),
        ("\n\n  thụt vào\n\nhết", "thụt vào\n\nhết"),
        ("a\x0bb", "ab"),
    ],
)
def test_clean_lines_keeps_the_lines(given: str | None, expected: str) -> None:
    assert clean_lines(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ""),
        ("Đỗ Thị Hoà", "do thi hoa"),
        ("đỗ thị hòa", "do thi hoa"),
        ("DO THI HOA", "do thi hoa"),
        ("Phường  Lê\tLợi", "phuong le loi"),
        ("ƯƠNG", "uong"),
        ("Ð", "d"),
        ("a\x00b", "ab"),
    ],
)
def test_fold_meets_with_and_without_marks(given: str | None, expected: str) -> None:
    assert fold(given) == expected


@given(st.text())
def test_cleaning_twice_changes_nothing(value: str) -> None:
    once = clean(value)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    lines = clean_lines(value)
    assert clean_lines(lines) == lines


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_no_mark(value: str) -> None:
    once = fold(value)
    assert fold(once) == once
    assert not any(unicodedata.combining(c) for c in once)
    assert "\x00" not in once


@given(NAMES)
def test_folding_does_not_see_how_a_name_is_composed_or_written(name: str) -> None:
    folded = fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == folded
    assert fold(name.upper()) == folded
    assert fold(f"  {name} ") == folded
    assert folded.isascii()


@given(NAMES)
def test_a_names_key_does_not_see_case_spaces_or_composition(name: str) -> None:
    key = sort_key(name)
    assert sort_key(name.upper()) == key
    assert sort_key(unicodedata.normalize("NFD", f" {name}  ")) == key
    assert key.isascii()


@given(NAMES, NAMES)
def test_equal_keys_mean_equal_letters(one: str, other: str) -> None:
    if sort_key(one) == sort_key(other):
        assert fold(one) == fold(other)


WORDS = [
    "a", "an", "ăn", "ân", "ba", "ca", "da", "đa", "e", "ê", "ga", "ha", "i", "ka", "la", "ma", "na", "o", "ô", "ơ",
    "pa", "qua", "ra", "sa", "ta", "u", "ư", "va", "xa", "y",
]  # fmt: skip


def test_the_order_is_that_of_the_vietnamese_alphabet() -> None:
    shuffled = Random(1).sample(WORDS, len(WORDS))
    assert sorted(shuffled, key=sort_key) == WORDS


def test_tones_come_after_letters_in_their_own_order() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(Random(2).sample(tones, 6), key=sort_key) == tones
    assert sorted(["mạ", "man", "ma"], key=sort_key) == ["ma", "mạ", "man"]


def test_the_place_of_the_tone_mark_does_not_matter() -> None:
    assert sort_key("hoà") == sort_key("hòa")
    assert sort_key("hoá") != sort_key("hòa")


def test_numbers_stand_before_letters() -> None:
    assert sorted(["Tổ B", "Tổ 2", "Tổ 1"], key=sort_key) == ["Tổ 1", "Tổ 2", "Tổ B"]


def test_people_are_sorted_by_given_name_then_family_and_middle_name() -> None:
    expected = ["Nguyễn Văn An", "Trần Thị An", "Lê Thị Ánh", "Bùi Văn Bình", "Đỗ Thị Đào", "Vũ Văn Em"]
    assert sorted(Random(3).sample(expected, len(expected)), key=person_sort_key) == expected


def test_one_tone_of_a_given_name_comes_whole_before_the_next() -> None:
    expected = ["Vũ Thị An", "Bùi Thị Ân"]
    assert person_sort_key(expected[0]) < person_sort_key(expected[1])
    expected = ["Vũ Thị Hà", "Bùi Thị Hạ"]
    assert person_sort_key(expected[0]) < person_sort_key(expected[1])


@given(NAMES)
def test_a_persons_key_begins_with_the_given_name(name: str) -> None:
    words = name.split(" ")
    assert person_sort_key(name).startswith(sort_key(words[-1]))


@pytest.mark.parametrize(
    ("name", "expected"), [("Trần Thị Bình", "TB"), ("Đỗ", "ĐỖ"), ("", ""), ("  lê   văn a ", "LA")]
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_whole_numbers_are_taken_from_anything_that_is_sent() -> None:
    assert [whole_number(text) for text in ("7", "007", "0", "2147483647")] == [7, 7, 0, 2147483647]
    for odd in (None, "", "-1", " 7", "²", "7a", "2147483648", "9" * 5_000):
        assert whole_number(odd) is None
