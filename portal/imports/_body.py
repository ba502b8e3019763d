"""The rows of a table below its headings: which are data, which are headings of groups, which end the paper.

Left out, and told: rows that number the columns, headings printed again, sums, and the notes and signatures at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from operator import itemgetter
from typing import Any, TypeVar

from portal.core.text import fold
from portal.domain.staging.rows import Rows
from portal.imports._book import Sheet
from portal.imports._cells import text_of, thousands
from portal.imports._errors import WorkbookRefused
from portal.imports._groups import LED, LETTER, ROMAN, Groups
from portal.imports._header import Header
from portal.imports.spec import ColumnMap, Fields

ItemT = TypeVar("ItemT")
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
_PLACE_NUMBER = re.compile(r"^\(?(\d{1,2}|[A-Z])\)?$")


@dataclass(slots=True)
class Body:
    """What stands below the headings. `groups` are (row from 0, text); `left_out` maps a reason to rows (from 1)."""

    rows: Rows = field(default_factory=lambda: Rows([], {}))
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
    """The rows of the table. `says` knows texts that head a group. Raises WorkbookRefused: more than `most` rows."""
    reader = _Reader(sheet, header, mapping, fields, says)
    kept = reader.data()
    if len(kept) > most:
        raise WorkbookRefused(
            f"Tệp có {thousands(len(kept))} dòng; mỗi lần nhập nhiều nhất {thousands(most)} dòng. Xin chia tệp."
        )
    reader.collect(kept)
    return reader.body


class _Reader:
    """Reads one table, column by column; only sparse rows are looked at one by one. Rows count from 0 below the
    headings.
    """

    def __init__(
        self, sheet: Sheet, header: Header, mapping: ColumnMap, fields: Fields, says: Callable[[str], bool]
    ) -> None:
        self._header, self._mapping, self._fields, self._says = header, mapping, fields, says
        self._first = header.last + 1
        self._rows = sheet.cells[self._first :]
        self._fill_merged(sheet)
        self._columns = _columns(self._rows)
        self._marks = {key: self._marked(places) for key, places in mapping.marks.items()}
        self._texts = self._text_columns()
        self._content = [key for key in self._texts if not fields.by_key[key].silent]
        self._wide = {m.top - self._first for m in sheet.merges if m.right - m.left + 1 >= WIDE}
        self._heads = {h.at: fold(h.parts[-1]) for h in header.headings if h.parts}
        self._own = [at for key, (at, *_) in mapping.columns.items() if fields.by_key[key].by_group]
        self.body = Body()

    def data(self) -> list[int]:
        """The rows that are data, in order; sorts out all that is not."""
        counts = self._filled()
        few = FEW
        if len(self._content) <= FEW:  # too few columns are read to tell by them: all columns count
            both = zip(counts, self._rows, strict=True)
            counts = [len(cells) - cells.count("") if count else 0 for count, cells in both]
            few = min(FEW, len(self._heads) - 1)
        odd = self._wide | self._echoes() | {row for row in (0, 1) if row < len(self._rows) and self._numbers(row)}
        dense = [row for row, count in enumerate(counts) if count > few and row not in odd]
        known = set(dense)
        sparse: dict[int, list[str]] = {}
        found = []
        for row, count in enumerate(counts):
            if row in known:
                continue
            texts = [text for value in self._rows[row] if (text := text_of(value))]
            if not texts or self._sorted_out(row, texts):
                continue
            sparse[row] = texts
            if count:
                found.append(row)
        return self._without_ending(sorted(dense + found) if found else dense, sparse)

    def collect(self, kept: Sequence[int]) -> None:
        """Make the rows of what is data."""
        numbers = [self._first + row + 1 for row in kept]
        taken = kept if len(kept) < len(self._rows) else None
        texts = {key: _taken(column, taken) for key, column in self._texts.items()}
        for key, value in self._mapping.fixed.items():
            texts[key] = [text or value for text in texts[key]] if key in texts else [value] * len(kept)
        rows = Rows(numbers, texts)
        if self._mapping.groups and self.body.groups:
            groups = Groups(self.body.groups)
            rows.groups = [groups.above(number - 1) for number in numbers]
        self.body.rows = self._in_parts(rows, kept) if self._marks else rows

    def _text_columns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, places in self._mapping.columns.items():
            spec = self._fields.by_key[key]
            known = [] if spec.unread else [at for at in places if at < len(self._columns)]
            if not known:
                continue
            parts = [_text_column(self._columns[at]) for at in known]
            joined = [spec.joins.join(filter(None, texts)) for texts in zip(*parts, strict=True)] if parts[1:] else []
            found[key] = joined or parts[0]
        for key, marked in self._marks.items():
            found[key] = [hit[0][1] if hit else "" for hit in marked]
        return found

    def _marked(self, places: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
        """The crosses of each row: column and what it means."""
        known = [(at, text) for at, text in places if at < len(self._columns)]
        if not known:
            return [[] for _ in self._rows]
        flags = zip(*([is_mark(value) for value in self._columns[at]] for at, _ in known), strict=True)
        return [[pair for pair, flag in zip(known, row, strict=True) if flag] for row in flags]

    def _in_parts(self, rows: Rows, kept: Sequence[int]) -> Rows:
        """Each cross of a row makes a part of its own."""
        key, marked = next(iter(self._marks.items()))
        source: list[int] = []
        parts: list[int] = []
        texts: list[str] = []
        places: dict[int, dict[str, int]] = {}
        for place, row in enumerate(kept):
            for part, (at, text) in enumerate(marked[row] or [(-1, "")]):
                if at >= 0:
                    places[len(source)] = {key: at}
                source.append(place)
                parts.append(part)
                texts.append(text)
        columns = {name: _taken(column, source) for name, column in rows.texts.items()}
        fixed = self._mapping.fixed.get(key, "")
        columns[key] = [text or fixed for text in texts]
        groups = _taken(rows.groups, source) if rows.groups else None
        return Rows(_taken(rows.numbers, source), columns, parts, groups, places)

    def _filled(self) -> list[int]:
        """How many of the table's own columns each row fills."""
        columns = [self._texts[key] for key in self._content]
        if not columns:
            return [0] * len(self._rows)
        return [len(columns) - row.count("") for row in zip(*columns, strict=True)]

    def _echoes(self) -> set[int]:
        """Rows that repeat a heading."""
        own = {h.at: h.parts[-1] for h in self._header.headings if h.parts}
        for key, (at, *_) in self._mapping.columns.items():
            if key in self._content and at in own:
                column, head = self._texts[key], own[at]
                return {row for row, text in enumerate(column) if text == head} if head in column else set()
        return set()

    def _sorted_out(self, row: int, texts: Sequence[str]) -> bool:
        """Whether an odd row is no data by itself: numbers of columns, headings again, a group's heading."""
        if row <= 1 and self._numbers(row):
            self._leave_out(NUMBERS, row)
        elif self._is_header(row):
            self._leave_out(AGAIN, row)
        elif (group := self._group(row, texts)) is not None:
            self.body.groups.append((self._first + row, group))
        else:
            return False
        return True

    def _numbers(self, row: int) -> bool:
        """Whether a row numbers the columns: (1) (2) (3), or A B 1 2."""
        texts = [text for value in self._rows[row] if (text := text_of(value))]
        found = [match[1] for text in texts if (match := _PLACE_NUMBER.match(text))]
        if len(texts) < 3 or len(found) != len(texts):
            return False
        numbers = [int(text) for text in found if text.isdecimal()]
        return numbers[:1] == [1] and all(after == before + 1 for before, after in pairwise(numbers))

    def _is_header(self, row: int) -> bool:
        cells = self._rows[row]
        same = sum(
            1 for at, text in self._heads.items() if at < len(cells) and text and fold(text_of(cells[at])) == text
        )
        return same >= max(2, len(self._heads) // 2)

    def _group(self, row: int, texts: Sequence[str]) -> str | None:
        """The text of a row that heads a group, or None."""
        if len(texts) > FEW + 1 or _CLOSING.match(fold(texts[0])) or _CLOSING.match(fold(texts[-1])):
            return None
        first, last = texts[0].strip(" ."), texts[1] if len(texts) > 1 else ""
        if len(texts) > 1 and (ROMAN.match(first) or LETTER.match(first)) and not last.isdecimal():
            return f"{first}. {last}"
        if len(texts) > 1:
            return None
        cells = self._rows[row]
        says = self._says(texts[0]) and not any(text_of(cells[at]) for at in self._own if at < len(cells))
        return texts[0] if row in self._wide or LED.match(texts[0]) or says else None

    def _leave_out(self, reason: str, row: int) -> None:
        self.body.left_out.setdefault(reason, []).append(self._first + row + 1)

    def _without_ending(self, found: list[int], sparse: Mapping[int, Sequence[str]]) -> list[int]:
        """Cut off what ends the paper, and take out sums."""
        if not sparse:
            return found
        last_data = max((row for row in found if row not in sparse or self._is_counted(row)), default=-1)
        tail = [row for row in sorted(sparse) if row > last_data]
        closing = next((row for row in tail if any(_CLOSING.match(fold(text)) for text in sparse[row])), None)
        sums = {row for row, texts in sparse.items() if any(_SUM.match(fold(text)) for text in texts[:2])}
        if closing is not None:
            for row in tail:
                if row >= closing:
                    self._leave_out(ENDING, row)
            sums = {row for row in sums if row < closing}
            self.body.groups = [pair for pair in self.body.groups if pair[0] < self._first + closing]
        for row in sorted(sums):
            self._leave_out(SUMS, row)
        return [row for row in found if row not in sums and (closing is None or row < closing)]

    def _is_counted(self, row: int) -> bool:
        """Whether a sparse row bears a number of its own in the first column that it fills."""
        first = next((text for value in self._rows[row] if (text := text_of(value))), "")
        return first.isdecimal()

    def _fill_merged(self, sheet: Sheet) -> None:
        """Let a cell that is merged over several rows hold for each of them."""
        filled = 0
        for m in sheet.merges:
            top = m.top - self._first
            if top < 0 or m.bottom == m.top or top >= len(self._rows) or m.left >= len(self._rows[top]):
                continue
            value = self._rows[top][m.left]
            for cells in self._rows[top + 1 : m.bottom - self._first + 1]:
                filled += 1
                if filled > MOST_MERGED:
                    return
                if cells[m.left] == "":
                    cells[m.left] = value


def _columns(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    if len(set(map(len, rows))) <= 1:
        return list(zip(*rows, strict=True))
    return list(zip_longest(*rows, fillvalue=""))


def _text_column(column: Sequence[Any]) -> list[str]:
    """The texts of a column; what comes again is looked up. Logical values equal numbers, so they are read alone."""
    if bool in set(map(type, column)):
        return list(map(text_of, column))
    return list(map(_Texts().__getitem__, column))


class _Texts(dict[Any, str]):
    def __missing__(self, value: Any) -> str:
        text = self[value] = text_of(value)
        return text


def _taken(column: Sequence[ItemT], chosen: Sequence[int] | None) -> list[ItemT]:
    """The chosen items of a column, in their order; all of them when None."""
    if chosen is None:
        return list(column)
    return list(itemgetter(*chosen)(column)) if len(chosen) > 1 else [column[index] for index in chosen]


def is_mark(value: Any) -> bool:
    """Whether a cell is crossed: x, X, v, 1, có; not when it is empty, 0 or không."""
    text = fold(text_of(value))
    return bool(text) and text not in NO_MARK


def _spans(rows: Sequence[int]) -> str:
    """Rows in words: dòng 9; dòng 412–418."""
    if len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1:
        return f"dòng {rows[0]}–{rows[-1]}"
    listed = ", ".join(map(str, rows[:8]))
    return f"dòng {listed}" + ("…" if len(rows) > 8 else "")
