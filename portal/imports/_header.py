"""Finding the headings of a table: under merged titles, in one row or in several of which the upper span the lower."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.imports._book import Merge, Sheet
from portal.imports._cells import text_of
from portal.imports.spec import Fields

HEADER_WITHIN = 40
MOST_LEVELS = 3
SAMPLES, SAMPLED_ROWS = 3, 60
LONGEST_HEADING = 120
LEAST_KNOWN = 2
_NUMBER = re.compile(r"^[\d.,\s/%()-]+$")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of one column (from 0): its lines from above to below, none for a column without one."""

    at: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return " – ".join(self.parts)


@dataclass(frozen=True, slots=True)
class Header:
    """Rows of headings, from 0, inclusive; `headings` stand in the order of their columns."""

    first: int
    last: int
    headings: tuple[Heading, ...]

    def known(self, fields: Fields) -> int:
        """How many different fields the headings name outright."""
        return len({found.key for h in self.headings if h.parts and (found := fields.named(h.parts)) is not None})


def find_header(sheet: Sheet, fields: Fields) -> Header | None:
    """The rows of headings that name the most fields; where none are named, the row that looks most like headings."""
    best = (LEAST_KNOWN - 1, sys.maxsize, 0)
    found: Header | None = None
    for first in range(min(HEADER_WITHIN, len(sheet.cells))):
        header = header_from(sheet, first)
        score = (header.known(fields), len(header.headings), -first)
        if score > best:
            best, found = score, header
    return found or _likeliest(sheet)


def header_from(sheet: Sheet, first: int) -> Header:
    """The headings that begin in this row, with as many rows as their cells span."""
    last = first
    while last - first + 1 < MOST_LEVELS and _goes_on_below(sheet, last):
        last += 1
    headings = [Heading(at, parts) for at, parts in enumerate(_parts(sheet, first, last))]
    used = _used_columns(sheet, last)
    return Header(first, last, tuple(h for h in headings if h.parts or h.at in used))


def samples(sheet: Sheet, header: Header, at: int) -> list[str]:
    """The first different texts of a column below its heading."""
    found: list[str] = []
    for row in sheet.cells[header.last + 1 : header.last + 1 + SAMPLED_ROWS]:
        text = text_of(row[at]) if at < len(row) else ""
        if text and text not in found:
            found.append(text)
    return found


def _likeliest(sheet: Sheet) -> Header | None:
    """Of a table whose headings name nothing that is known: its first row of several short texts over another row."""
    best, found = 1, None
    for first, row in enumerate(sheet.cells[:HEADER_WITHIN]):
        texts = [text for value in row if (text := text_of(value))]
        is_heading = all(len(text) <= LONGEST_HEADING and not _NUMBER.match(text) for text in texts)
        if is_heading and len(texts) > best:
            best, found = len(texts), first
    return header_from(sheet, found) if found is not None else None


def _texts(sheet: Sheet, row: int) -> list[str]:
    return [text_of(value) for value in sheet.cells[row]] if row < len(sheet.cells) else []


def _goes_on_below(sheet: Sheet, row: int) -> bool:
    """Whether the row below holds headings of a lower line."""
    upper, lower = _texts(sheet, row), _texts(sheet, row + 1)
    if sum(map(bool, upper)) < 2 or not any(lower) or any(_NUMBER.match(text) for text in lower if text):
        return False
    wide = [m for m in sheet.merges if m.top == m.bottom == row and m.right > m.left]
    tall = {at for m in sheet.merges if m.top <= row < m.bottom for at in range(m.left, m.right + 1)}
    if wide or tall:
        spanned = {at for m in wide for at in range(m.left, m.right + 1)}
        filled = {at for at, text in enumerate(lower) if text}
        return bool(filled) and filled <= spanned | {at for at, text in enumerate(upper) if not text} - tall
    return _fits_between(upper, lower)


def _fits_between(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Of cells that are not merged: the lower texts stand only under a heading that leaves room beside it."""
    below_gap = False
    for at, text in enumerate(lower):
        if not text:
            continue
        above = upper[at] if at < len(upper) else ""
        beside = upper[at + 1] if at + 1 < len(upper) else ""
        if above and (beside or not (at + 1 < len(lower) and lower[at + 1])):
            return False
        below_gap = below_gap or not above
    return below_gap


def _parts(sheet: Sheet, first: int, last: int) -> Iterator[tuple[str, ...]]:
    """The lines of each column's heading; a merged cell's text counts for all that it covers."""
    rows = [_texts(sheet, row) for row in range(first, last + 1)]
    merges = [m for m in sheet.merges if m.bottom >= first and m.top <= last]
    width = max(map(len, rows), default=0)
    for at in range(width):
        lines: list[str] = []
        for level, row in enumerate(rows):
            text = row[at] or _from_merge(sheet, merges, first + level, at)
            if not text and level < len(rows) - 1 and not merges:
                text = _from_left(rows, level, at)
            if text and text not in lines:
                lines.append(text[:LONGEST_HEADING])
        yield tuple(lines)


def _from_merge(sheet: Sheet, merges: Sequence[Merge], row: int, at: int) -> str:
    for m in merges:
        if m.top <= row <= m.bottom and m.left <= at <= m.right:
            value: Any = sheet.cells[m.top][m.left] if m.top < len(sheet.cells) else ""
            return text_of(value)
    return ""


def _from_left(rows: Sequence[Sequence[str]], level: int, at: int) -> str:
    """The heading to the left that leaves room for this column's lower line."""
    if not any(row[at] for row in rows[level + 1 :]):
        return ""
    return next((rows[level][left] for left in range(at - 1, -1, -1) if rows[level][left]), "")


def _used_columns(sheet: Sheet, last: int) -> set[int]:
    """Columns that hold something below the headings."""
    rows = sheet.cells[last + 1 : last + 1 + SAMPLED_ROWS]
    return {at for row in rows for at, value in enumerate(row) if value != "" and value is not None}
