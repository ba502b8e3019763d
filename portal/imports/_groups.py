"""Rows of headings inside a table (A. TẬP THỂ, I. Chiến sĩ thi đua cơ sở): which of them hold for which rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ROMAN = re.compile(r"^[IVX]+$")
LETTER = re.compile(r"^[A-ZĐ]$")
LED = re.compile(r"^\s*([A-ZĐ]|[IVX]{1,6}|\d{1,2}(?:\.\d{1,2})*)\s*[.)\-:/]\s*\S")


class Groups:
    """The headings of groups that hold for a row: A. over I. over 1."""

    def __init__(self, groups: Sequence[tuple[int, str]]) -> None:
        self._rest = sorted(groups)
        self._at = 0
        self._stack: list[tuple[str, str, int]] = []
        self._texts: tuple[str, ...] = ()

    def above(self, index: int) -> tuple[str, ...]:
        """The headings above a row (from 0), the nearest first; ask in the order of rows."""
        if self._turn_to(index):
            self._texts = tuple(unled(text) for _, text, _ in reversed(self._stack))
        return self._texts

    def rows_above(self, index: int) -> set[int]:
        """The rows (from 1) of the headings above a row (from 0); ask in the order of rows."""
        self._turn_to(index)
        return {row + 1 for _, _, row in self._stack}

    def _turn_to(self, index: int) -> bool:
        moved = False
        while self._at < len(self._rest) and self._rest[self._at][0] < index:
            row, text = self._rest[self._at]
            kinds = [kind for kind, _, _ in self._stack]
            kind = _kind_of_group(text, kinds)
            if kind in kinds:
                del self._stack[kinds.index(kind) :]
            self._stack.append((kind, text, row))
            self._at += 1
            moved = True
        return moved


def groups_above(groups: Sequence[tuple[int, str]], rows: Iterable[int]) -> set[int]:
    """The rows of headings that hold for some of these rows (all from 1)."""
    found, known = set(), Groups(groups)
    for row in sorted(rows):
        found |= known.rows_above(row - 1)
    return found


def _kind_of_group(text: str, open_kinds: Sequence[str]) -> str:
    """What leads a group's heading: a letter, a Roman number, a number, or nothing."""
    found = LED.match(text)
    if not found:
        return "plain"
    lead = found[1]
    if lead[0].isdecimal():
        return "number"
    if ROMAN.match(lead) and not (lead in "CDLM" or ("letter" in open_kinds and lead == "C")):
        return "roman"
    return "letter"


def unled(text: str) -> str:
    """A group's heading without its number: Chiến sĩ thi đua cơ sở."""
    found = LED.match(text)
    return text[found.end() - 1 :].strip() if found else text
