"""The rows of a table below its headings: which are data, which are headings of groups, which end the paper.

Left out, and told: rows that number the columns, headings printed again, sums, and the notes and signatures at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from portal.core.text import fold
from portal.imports._book import Sheet
from portal.imports._cells import text_of, thousands
from portal.imports._errors import WorkbookRefused
from portal.imports._header import Header
from portal.imports.spec import ColumnMap, Fields

FEW = 2  # a row with more texts than this in the table's own columns is data
WIDE = 3  # merged over so many columns a row is a heading
MOST_MERGED = 200_000
NAMED_GROUPS = 3
NO_MARK = frozenset({"0", "-", "khong", "ko"})
_CLOSING = re.compile(
    r"^(?:tong (?:cong|so)\b|tong\b\s*:?\s*\d*$|cong\s*(?::|$|cong\b)|nguoi (?:lap|tong hop|tham dinh)\b|lap bieu\b"
    r"|thu truong\b|noi nhan\b|ghi chu\s*:|luu y\b|chu thich\b|xac nhan cua\b|\(?(?:da )?ky,?\b|(?:tm|kt|tl|tuq)\s*\."
    r"|\*|danh sach (?:nay |tren )?(?:gom|co)\b|.{0,40}\bngay\s*[\d.… ]*thang\s*[\d.… ]*nam\b)"
)
_SUM = re.compile(r"^(?:tong (?:cong|so)\b|tong\b\s*:?\s*\d*$|cong\s*(?::|$|cong\b))")
_ROMAN = re.compile(r"^[IVX]+$")
_LETTER = re.compile(r"^[A-ZĐ]$")
_LED = re.compile(r"^\s*([A-ZĐ]|[IVX]{1,6}|\d{1,2}(?:\.\d{1,2})*)\s*[.)\-:/]\s*\S")
_PLACE_NUMBER = re.compile(r"^\(?(\d{1,2}|[A-Z])\)?$")


@dataclass(slots=True)
class Record:
    """One thing that a row speaks of: the row (from 1 as spreadsheets count), its part where crosses make several, its
    texts by field, the headings of groups above it (the nearest first), and columns other than the field's usual one.
    """

    number: int
    cells: dict[str, str]
    part: int = 0
    groups: tuple[str, ...] = ()
    places: Mapping[str, int] | None = None


@dataclass(slots=True)
class Body:
    """What stands below the headings. `groups` are (row from 0, text); `left_out` maps a reason to rows (from 1)."""

    records: list[Record] = field(default_factory=list)
    groups: list[tuple[int, str]] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def notes(self, groups_used: bool) -> list[str]:
        """Sentences about what was not read as data."""
        told = [f"{_spans(rows)} ({reason})" for reason, rows in self.left_out.items()]
        notes = [f"Không đọc {'; '.join(told)}."] if told else []
        if self.groups and not groups_used:
            names = ", ".join(f"“{text}”" for _, text in self.groups[:NAMED_GROUPS])
            notes.append(f"Có {thousands(len(self.groups))} dòng tiêu đề nhóm không được dùng: {names}.")
        return notes


NUMBERS, AGAIN, SUMS, ENDING = "số thứ tự cột", "tiêu đề lặp lại", "dòng cộng", "ghi chú, tổng cộng, phần ký"


def read_body(
    sheet: Sheet,
    header: Header,
    mapping: ColumnMap,
    fields: Fields,
    says: Callable[[str], bool] = lambda _: False,
    most: int = 20_000,
) -> Body:
    """The records of the table. `says` knows texts that head a group. Raises WorkbookRefused: more than `most` rows."""
    reader = _Reader(sheet, header, mapping, fields, says)
    rows = reader.rows()
    if len(rows) > most:
        raise WorkbookRefused(
            f"Tệp có {thousands(len(rows))} dòng; mỗi lần nhập nhiều nhất {thousands(most)} dòng. Xin chia tệp."
        )
    reader.collect(rows)
    return reader.body


class _Reader:
    """Reads one table."""

    def __init__(
        self, sheet: Sheet, header: Header, mapping: ColumnMap, fields: Fields, says: Callable[[str], bool]
    ) -> None:
        self._sheet, self._header, self._says = sheet, header, says
        self._mapping = mapping
        self._first = header.last + 1
        self._plain = [(key, places[0]) for key, places in mapping.columns.items() if len(places) == 1]
        self._joined = [
            (key, fields.by_key[key].joins, places) for key, places in mapping.columns.items() if places[1:]
        ]
        self._silent = frozenset(f.key for f in fields.all if f.silent)
        self._by_mark = list(mapping.marks.items())
        self._own = [at for key, at in self._plain if fields.by_key[key].by_group]
        self._wide = {m.top for m in sheet.merges if m.top >= self._first and m.right - m.left + 1 >= WIDE}
        self._heads = {h.at: fold(h.parts[-1]) for h in header.headings if h.parts}
        self._echo = self._echoed()
        self.body = Body()

    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """The rows that may be data: (index, texts by field), in order; sorts out all that is not."""
        self._fill_merged()
        silent, wide = self._silent, self._wide
        echo_key, echo = self._echo
        found: list[tuple[int, dict[str, str]]] = []
        few: dict[int, list[str]] = {}
        for index in range(self._first, len(self._sheet.cells)):
            row = self._sheet.cells[index]
            cells = self._texts(row)
            content = len(cells) - sum(key in cells for key in silent)
            plain = content > FEW and index not in wide and cells.get(echo_key) != echo
            if plain and (index > self._first + 1 or not self._numbers(row)):
                found.append((index, cells))
            elif texts := [text for value in row if (text := text_of(value))]:
                if self._sorted_out(index, row, texts):
                    continue
                few[index] = texts
                if content:
                    found.append((index, cells))
        return self._without_ending(found, few)

    def _echoed(self) -> tuple[str, str]:
        """A field and its heading: a row that has this text there may be the headings again."""
        own = {h.at: h.parts[-1] for h in self._header.headings if h.parts}
        key, at = next(((key, at) for key, at in self._plain if key not in self._silent), ("", -1))
        return key, own.get(at, "\0")

    def collect(self, rows: Iterable[tuple[int, dict[str, str]]]) -> None:
        """Make records of the rows."""
        groups = _Groups(self.body.groups)
        use_groups = self._mapping.groups and bool(self.body.groups)
        fixed = self._mapping.fixed
        records = self.body.records
        for index, cells in rows:
            for key, value in fixed.items():
                if not cells.get(key):
                    cells[key] = value
            above = groups.above(index) if use_groups else ()
            if self._by_mark:
                records.extend(self._marked(index, cells, above))
            else:
                records.append(Record(index + 1, cells, groups=above))

    def _texts(self, row: Sequence[Any]) -> dict[str, str]:
        cells: dict[str, str] = {}
        width = len(row)
        for key, at in self._plain:
            if at < width and (value := row[at]) != "" and (text := text_of(value)):
                cells[key] = text
        for key, between, places in self._joined:
            parts = [text for at in places if at < width and (text := text_of(row[at]))]
            if parts:
                cells[key] = between.join(parts)
        for key, marks in self._by_mark:
            parts = [text for at, text in marks if at < width and _is_mark(row[at])]
            if parts:
                cells.setdefault(key, parts[0])
        return cells

    def _marked(self, index: int, cells: dict[str, str], above: tuple[str, ...]) -> list[Record]:
        """A record for each cross of the row."""
        row = self._sheet.cells[index]
        key, marks = self._by_mark[0]
        hit = [(at, text) for at, text in marks if at < len(row) and _is_mark(row[at])]
        if not hit:
            return [Record(index + 1, cells, groups=above)]
        return [Record(index + 1, {**cells, key: text}, part, above, {key: at}) for part, (at, text) in enumerate(hit)]

    def _sorted_out(self, index: int, row: Sequence[Any], texts: Sequence[str]) -> bool:
        """Whether a sparse row is no data by itself: numbers of columns, headings again, a sum, a group's heading."""
        if index <= self._first + 1 and self._numbers(row):
            self._leave_out(NUMBERS, index)
        elif self._is_header(row):
            self._leave_out(AGAIN, index)
        elif (group := self._group(index, row, texts)) is not None:
            self.body.groups.append((index, group))
        else:
            return False
        return True

    def _numbers(self, row: Sequence[Any]) -> bool:
        """Whether a row numbers the columns: (1) (2) (3), or A B 1 2."""
        texts = [text for value in row if (text := text_of(value))]
        found = [match[1] for text in texts if (match := _PLACE_NUMBER.match(text))]
        if len(texts) < 3 or len(found) != len(texts):
            return False
        numbers = [int(text) for text in found if text.isdecimal()]
        return numbers[:1] == [1] and all(after == before + 1 for before, after in pairwise(numbers))

    def _is_header(self, row: Sequence[Any]) -> bool:
        same = sum(1 for at, text in self._heads.items() if at < len(row) and text and fold(text_of(row[at])) == text)
        return same >= max(2, len(self._heads) // 2)

    def _group(self, index: int, row: Sequence[Any], texts: Sequence[str]) -> str | None:
        """The text of a row that heads a group, or None."""
        if len(texts) > FEW + 1 or _CLOSING.match(fold(texts[0])) or _CLOSING.match(fold(texts[-1])):
            return None
        first, last = texts[0].strip(" ."), texts[1] if len(texts) > 1 else ""
        if len(texts) > 1 and (_ROMAN.match(first) or _LETTER.match(first)) and not last.isdecimal():
            return f"{first}. {last}"
        if len(texts) > 1:
            return None
        says = self._says(texts[0]) and not any(text_of(row[at]) for at in self._own if at < len(row))
        return texts[0] if index in self._wide or _LED.match(texts[0]) or says else None

    def _leave_out(self, reason: str, index: int) -> None:
        self.body.left_out.setdefault(reason, []).append(index + 1)

    def _without_ending(
        self, found: list[tuple[int, dict[str, str]]], few: Mapping[int, Sequence[str]]
    ) -> list[tuple[int, dict[str, str]]]:
        """Cut off what ends the paper, and take out sums."""
        last_data = max((index for index, _ in found if index not in few or self._is_counted(index)), default=-1)
        tail = [index for index in sorted(few) if index > last_data]
        closing = next((index for index in tail if any(_CLOSING.match(fold(text)) for text in few[index])), None)
        sums = {index for index, texts in few.items() if any(_SUM.match(fold(text)) for text in texts[:2])}
        if closing is not None:
            for index in tail:
                if index >= closing:
                    self._leave_out(ENDING, index)
            sums = {index for index in sums if index < closing}
            self.body.groups = [pair for pair in self.body.groups if pair[0] < closing]
        for index in sorted(sums):
            self._leave_out(SUMS, index)
        return [pair for pair in found if pair[0] not in sums and (closing is None or pair[0] < closing)]

    def _is_counted(self, index: int) -> bool:
        """Whether a sparse row bears a number of its own in the first column that it fills."""
        first = next((text for value in self._sheet.cells[index] if (text := text_of(value))), "")
        return first.isdecimal()

    def _fill_merged(self) -> None:
        """Let a cell that is merged over several rows hold for each of them."""
        cells, filled = self._sheet.cells, 0
        for m in self._sheet.merges:
            if m.top < self._first or m.bottom == m.top or m.top >= len(cells):
                continue
            value = cells[m.top][m.left]
            for row in cells[m.top + 1 : m.bottom + 1]:
                filled += 1
                if filled > MOST_MERGED:
                    return
                if m.left < len(row) and row[m.left] == "":
                    row[m.left] = value


class _Groups:
    """The headings of groups that hold for a row: A. over I. over 1."""

    def __init__(self, groups: Sequence[tuple[int, str]]) -> None:
        self._rest = sorted(groups)
        self._at = 0
        self._stack: list[tuple[str, str, int]] = []
        self._texts: tuple[str, ...] = ()

    def above(self, index: int) -> tuple[str, ...]:
        """The headings above a row (from 0), the nearest first; ask in the order of rows."""
        if self._turn_to(index):
            self._texts = tuple(_unled(text) for _, text, _ in reversed(self._stack))
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
    found, known = set(), _Groups(groups)
    for row in sorted(rows):
        found |= known.rows_above(row - 1)
    return found


def _kind_of_group(text: str, open_kinds: Sequence[str]) -> str:
    """What leads a group's heading: a letter, a Roman number, a number, or nothing."""
    found = _LED.match(text)
    if not found:
        return "plain"
    lead = found[1]
    if lead[0].isdecimal():
        return "number"
    if _ROMAN.match(lead) and not (lead in "CDLM" or ("letter" in open_kinds and lead == "C")):
        return "roman"
    return "letter"


def _unled(text: str) -> str:
    """A group's heading without its number: Chiến sĩ thi đua cơ sở."""
    found = _LED.match(text)
    return text[found.end() - 1 :].strip() if found else text


def _is_mark(value: Any) -> bool:
    text = fold(text_of(value))
    return bool(text) and text not in NO_MARK


def _spans(rows: Sequence[int]) -> str:
    """Rows in words: dòng 9; dòng 412–418."""
    if len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1:
        return f"dòng {rows[0]}–{rows[-1]}"
    listed = ", ".join(map(str, rows[:8]))
    return f"dòng {listed}" + ("…" if len(rows) > 8 else "")
