"""Reading a .csv: which encoding, which separator, then its rows as texts."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 60
MOST_COLUMNS = 500
_SAID = re.compile(r"^\s*\"?sep=(.)\"?\s*$", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


class NoTable(ValueError):
    """The bytes are no text in rows and columns."""


def read_csv(content: bytes, most_rows: int) -> list[list[str]]:
    """The rows of a .csv, all equally wide. Raises NoTable. More than `most_rows` rows are cut off behind the next."""
    text = decode(content)
    separator, skipped = _separator(text)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False):
            rows.append(row)
            if len(rows) > most_rows:
                break
    except csv.Error as error:
        raise NoTable from error
    width = max(map(len, rows), default=0)
    if not 1 < width <= MOST_COLUMNS:
        raise NoTable
    if skipped:
        rows[0] = []
    return [row + [""] * (width - len(row)) for row in rows]


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark or its shape, else the Vietnamese code page. Raises NoTable."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _decoded(content, name)
    if b"\0" in content[:4000]:
        even, odd = content[:4000:2].count(0), content[1:4000:2].count(0)
        return _decoded(content, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "cp1258")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoTable from error
    if "\0" in text:
        raise NoTable
    return text


def _separator(text: str) -> tuple[str, bool]:
    """The separator, and whether the first line only says which it is (sep=;)."""
    said = _SAID.match(text.split("\n", 1)[0])
    if said:
        return said[1], True
    lines = text[:200_000].splitlines()[:LOOKED_AT]
    return max(SEPARATORS, key=lambda separator: _regularity(lines, separator)), False


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """How well a separator cuts the lines into a table: lines of the commonest width, and that width."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1)
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda pair: (pair[1] * pair[0], pair[0]))
    return count * width, width
