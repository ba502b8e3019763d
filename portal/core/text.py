"""Vietnamese text: one normal form, one folded form for search and matching, one sort key."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
WORD_LENGTH = 40
_PLANES = range(0, 0x110000, 0x10000)
_NO_CHARACTERS = (*range(0xFDD0, 0xFDF0), *(plane + end for plane in _PLANES for end in (0xFFFE, 0xFFFF)))
_CONTROLS = (*(c for c in range(32) if c not in (9, 10, 13)), *range(0x7F, 0xA0))
_CONTROL: dict[int, str | None] = dict.fromkeys((*_CONTROLS, *_NO_CHARACTERS))  # a page or a document may not hold them
_OTHER_D = {ord("ð"): "đ", ord("Ð"): "đ"}
_BARE = _CONTROL | {ord(c): "d" for c in "đĐðÐ"}
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
CACHED = 400  # longer texts are folded in one piece
_LETTER_RANK = {letter: chr(ord("A") + index) for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# The tone mark may stand on either vowel (hoà, hòa): folding drops it, sorting reads it per syllable.


def clean(value: str | None) -> str:
    """One line of text: composed (NFC), no control characters, single spaces, trimmed."""
    if not value:
        return ""
    if is_clean(value):
        return value
    composed = unicodedata.normalize("NFC", value.translate(_CONTROL))
    return _SPACES.sub(" ", composed).strip()


def is_clean(value: str) -> bool:
    """Whether a text is one clean line already, as most are: a look is far cheaper than cleaning."""
    if not value.isprintable() or "  " in value or value[:1] == " " or value[-1:] == " ":
        return False
    return unicodedata.is_normalized("NFC", value)


def clean_lines(value: str | None) -> str:
    """Text of several lines: composed, no control characters, each line trimmed at its end, no blank lines around."""
    if not value:
        return ""
    composed = unicodedata.normalize("NFC", value.translate(_CONTROL)).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in composed.split("\n")).strip()


def fold(value: str | None) -> str:
    """The form that search, matching and autocomplete compare: lower case, no marks, đ as d, single spaces.

    Lists, search, autocomplete and imports all use this one function, so that "hoà", "hòa" and "Hoa" meet.
    """
    if not value:
        return ""
    if value.isprintable() and len(value) <= CACHED:  # no white space but the plain one: fold word by word
        return " ".join(filter(None, map(_folded_word, value.split())))
    return _SPACES.sub(" ", _folded(value)).strip()


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.translate(_BARE))
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


_folded_word = lru_cache(maxsize=32_768)(_folded)
"""Names and titles are made of a few thousand words that come again and again."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in both its forms: `folded` as fold() gives it, `marked` with its marks, the tone before the letters.

    The tone stands first so that hoà and hòa are one, and that what begins alike is alike from its beginning.
    """

    folded: str
    marked: str


def words_of(value: str | None) -> list[Word]:
    """The words of a text in their order: runs of letters and digits, each cut at 40 characters."""
    return [_word(found) for found in _WORD.findall(unicodedata.normalize("NFC", value or ""))]


def word_spans(value: str) -> list[tuple[int, int, Word]]:
    """The words of a text as it stands, with where each begins and ends."""
    return [(m.start(), m.end(), _word(m.group())) for m in _WORD.finditer(value)]


def word_form(value: str | None) -> str:
    """The folded words of a text, single spaces between: what is left of it when punctuation does not count."""
    return " ".join(word.folded for word in words_of(value))


@lru_cache(maxsize=65_536)
def _word(text: str) -> Word:
    folded = fold(text).replace(" ", "")[:WORD_LENGTH]
    parts = unicodedata.normalize("NFD", text.translate(_OTHER_D).casefold())
    tone = "".join(c for c in parts if c in _TONES)
    letters = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return Word(folded, (tone + letters)[:WORD_LENGTH])


@lru_cache(maxsize=16_384)
def _syllable_key(syllable: str) -> tuple[str, str]:
    """Letters first in the Vietnamese alphabet, then the tone: (letters, tone)."""
    tone = "0"
    letters: list[str] = []
    for char in unicodedata.normalize("NFC", syllable.lower()):
        parts = unicodedata.normalize("NFD", char)
        marks = [c for c in parts if c in _TONES]
        if marks:
            tone = _TONES[marks[0]]
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        letters.append(_LETTER_RANK.get(base, base))
    return "".join(letters), tone


def sort_key(value: str | None) -> str:
    """A plain ASCII-ordered key for names of things, in the order of the Vietnamese alphabet, alike on every engine."""
    words = clean(value).split()
    if not words:
        return "!"
    letters, tones = zip(*map(_syllable_key, words), strict=True)
    return f"{' '.join(letters)}!{''.join(tones)}"


def person_sort_key(value: str | None) -> str:
    """The key of a person's name: the given name (last word) with its tone first, then family and middle names.

    All the Anh come before all the Ánh, whatever their family names.
    """
    words = clean(value).split()
    if not words:
        return "! !"
    (last, tone), rest = _syllable_key(words[-1]), words[:-1]
    if not rest:
        return f"{last}!{tone} !"
    letters, tones = zip(*map(_syllable_key, rest), strict=True)
    return f"{last}!{tone} {' '.join(letters)}!{''.join(tones)}"


def initials(name: str) -> str:
    """Two letters for an avatar.

    Of the given name and the word before it reversed as officials write them (Trần Thị Bình: TB).
    """
    words = clean(name).split(" ")
    letters = [words[0][:1], words[-1][:1]] if len(words) > 1 else [words[0][:2]]
    return "".join(letters).upper()


def whole_number(text: str | None, most: int = 2**31 - 1) -> int | None:
    """Digits as they were sent, as a number up to `most`; None for anything else, however long.

    `int` alone raises for more than 4,300 digits, and a column of whole numbers holds no more than `most`.
    """
    if not text or not text.isdecimal() or len(text) > LONGEST_NUMBER:
        return None
    number = int(text)
    return number if number <= most else None


LONGEST_NUMBER = 20
