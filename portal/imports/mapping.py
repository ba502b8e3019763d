"""Which column is which field: suggested by what was chosen before, by the headings, by what the cells hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from portal.imports._body import read_body
from portal.imports._book import Book, Sheet
from portal.imports._cells import column_letters, heading_key
from portal.imports._errors import WorkbookRefused
from portal.imports._groups import unled
from portal.imports._header import Header, Heading, find_header, header_from, samples
from portal.imports.spec import MARK, ColumnMap, Field, Fields

SHOWN_SAMPLES = 3
ENOUGH_SAMPLES, ENOUGH_SHARE = 3, 0.8
NEAR = 0.82
PEEK = 400  # rows that are looked at for headings of groups
GROUPS_KEY, FIXED_KEY = "#nhom", "#chung:"
NOTHING = "Tệp không có bảng nào để đọc. Xin chọn tệp có bảng với dòng tiêu đề cột."
Looks = Mapping[str, Callable[[str], bool]]


class Why(StrEnum):
    """What a suggestion rests on."""

    KEPT = "kept"
    NAMED = "named"
    NEAR = "near"
    CONTENT = "content"
    NONE = "none"

    @property
    def label(self) -> str:
        return _WHY[self]


_WHY = {
    Why.KEPT: "như lần trước",
    Why.NAMED: "theo tên cột",
    Why.NEAR: "tên gần giống",
    Why.CONTENT: "theo nội dung ô",
    Why.NONE: "chưa nhận ra",
}
SURE = frozenset({Why.KEPT, Why.NAMED})


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the workbook: its place (from 0), its heading, some of its texts, what it is read as and why so."""

    at: int
    heading: str
    samples: tuple[str, ...] = ()
    choice: str = ""
    why: Why = Why.NONE

    @property
    def letters(self) -> str:
        return column_letters(self.at)

    @property
    def mark(self) -> str:
        """What a cross in this column means: its heading's lowest line."""
        return self.heading.rsplit(" – ", 1)[-1]

    @property
    def key(self) -> str:
        """Under which its choice is remembered."""
        return heading_key(self.heading)[:200]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out: `first` and `last` rows of headings (from 0), its columns, headings of groups in it.

    `size` is about how many rows of data it has, `alone` that no other sheet holds a table of this kind.
    """

    sheet: str
    sheets: tuple[str, ...]
    first: int
    last: int
    columns: tuple[ColumnView, ...]
    groups: tuple[str, ...] = ()
    use_groups: bool = False
    fixed: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    notes: tuple[str, ...] = ()
    alone: bool = True

    def choices(self) -> dict[int, str]:
        """What each column is read as, by its place."""
        return {column.at: column.choice for column in self.columns}

    def as_json(self) -> dict[str, Any]:
        """Plain values to be kept."""
        return {
            "sheet": self.sheet,
            "sheets": list(self.sheets),
            "rows": [self.first, self.last],
            "columns": [[c.at, c.heading, list(c.samples), c.choice, c.why.value] for c in self.columns],
            "groups": list(self.groups),
            "use_groups": self.use_groups,
            "fixed": dict(self.fixed),
            "size": self.size,
            "notes": list(self.notes),
            "alone": self.alone,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Layout:
        """The reverse of `as_json`."""
        return cls(
            sheet=kept["sheet"],
            sheets=tuple(kept["sheets"]),
            first=kept["rows"][0],
            last=kept["rows"][1],
            columns=tuple(
                ColumnView(at, text, tuple(s), choice, Why(why)) for at, text, s, choice, why in kept["columns"]
            ),
            groups=tuple(kept["groups"]),
            use_groups=kept["use_groups"],
            fixed=dict(kept["fixed"]),
            size=kept["size"],
            notes=tuple(kept["notes"]),
            alone=kept.get("alone", True),
        )


def lay_out(book: Book, fields: Fields, looks: Looks, sheet: str | None = None, first: int | None = None) -> Layout:
    """How the likeliest sheet (or the one named, its headings beginning in row `first`) is laid out; nothing is
    remembered yet. Raises WorkbookRefused when no sheet holds a table.
    """
    found = _choose(book, fields, sheet)
    if found is None:
        raise WorkbookRefused(NOTHING)
    chosen, header = found
    if first is not None:
        header = header_from(chosen, min(max(first, 0), max(len(chosen.cells) - 1, 0)))
    if not header.headings:
        raise WorkbookRefused(NOTHING)
    texts = {h.at: samples(chosen, header, h.at) for h in header.headings}
    columns = _suggested(header.headings, texts, fields, looks)
    size = max(0, chosen.row_count - header.last - 1)
    plain = Layout(chosen.name, tuple(s.name for s in book.sheets), header.first, header.last, columns, size=size)
    groups = _groups_in(chosen, header, plain, fields, looks)
    used = _groups_speak(groups, plain, fields, looks)
    alone = sum(1 for s in book.sheets if (h := find_header(s, fields)) is not None and h.known(fields)) < 2
    return replace(plain, groups=groups, use_groups=used, notes=tuple(book.notes), alone=alone)


def remembered(layout: Layout, kept: Mapping[str, str], fields: Fields) -> Layout:
    """The layout with what was chosen before for headings like these."""
    columns = []
    for column in layout.columns:
        choice = kept.get(column.key) if column.key else None
        known = choice is not None and (choice == "" or choice.removeprefix(MARK) in fields.by_key)
        columns.append(replace(column, choice=choice or "", why=Why.KEPT) if known else column)
    groups = kept.get(GROUPS_KEY)
    fixed = {k.removeprefix(FIXED_KEY): v for k, v in kept.items() if k.startswith(FIXED_KEY)}
    return replace(
        layout,
        columns=tuple(_without_doubles(columns, fields)),
        use_groups=layout.use_groups if groups is None else bool(groups) and bool(layout.groups),
        fixed={key: value for key, value in fixed.items() if key in fields.by_key},
    )


def memory_keys(layout: Layout, fields: Fields) -> list[str]:
    """Under which keys something may be remembered for this layout."""
    fixed = [FIXED_KEY + f.key for f in fields.all if f.fixable]
    return [*{column.key for column in layout.columns if column.key}, GROUPS_KEY, *fixed]


def to_remember(layout: Layout, fields: Fields) -> dict[str, str]:
    """What is worth remembering of the choices of a layout."""
    kept = {column.key: column.choice for column in layout.columns if column.key}
    kept |= {FIXED_KEY + f.key: layout.fixed.get(f.key, "")[:200] for f in fields.all if f.fixable}
    if layout.groups:
        kept[GROUPS_KEY] = "1" if layout.use_groups else ""
    return kept


def is_sure(layout: Layout, fields: Fields) -> bool:
    """Whether the choices need no look: one sheet, each column known outright, every required field found."""
    decided = all(column.why in SURE for column in layout.columns)
    plain = layout.alone and not layout.groups and not any(layout.fixed.values())
    return decided and plain and not faults_of(layout, fields)


def column_map(layout: Layout) -> ColumnMap:
    """Where each field stands, by the choices of the layout."""
    columns: dict[str, list[int]] = {}
    marks: dict[str, list[tuple[int, str]]] = {}
    for column in layout.columns:
        if column.choice.startswith(MARK):
            marks.setdefault(column.choice.removeprefix(MARK), []).append((column.at, column.mark))
        elif column.choice:
            columns.setdefault(column.choice, []).append(column.at)
    return ColumnMap(
        {key: tuple(places) for key, places in columns.items()},
        {key: tuple(pairs) for key, pairs in marks.items()},
        layout.use_groups,
        {key: value for key, value in layout.fixed.items() if value},
    )


def faults_of(layout: Layout, fields: Fields) -> dict[str, list[str]]:
    """What is wrong with the choices: by column ("cot-<place>"), or by field ("truong-<key>") for what is missing."""
    mapping = column_map(layout)
    errors: dict[str, list[str]] = {}
    for key, places in mapping.columns.items():
        spec = fields.by_key[key]
        if len(places) > 1 and not spec.joins:
            others = ", ".join(column_letters(at) for at in places)
            errors[f"cot-{places[1]}"] = [f"“{spec.label}” được chọn cho nhiều cột ({others}). Xin giữ lại một cột."]
        elif key in mapping.marks:
            at = mapping.marks[key][0][0]
            errors[f"cot-{at}"] = [f"“{spec.label}” đã có cột {column_letters(places[0])}; không chọn thêm cột dấu x."]
    if len(mapping.marks) > 1:
        last = list(mapping.marks.values())[-1][0][0]
        errors.setdefault(f"cot-{last}", ["Chỉ một nội dung được đọc theo dấu x."])
    for spec in fields.all:
        if spec.required and not mapping.gives(spec):
            errors[f"truong-{spec.key}"] = [f"Chưa chọn cột nào là “{spec.label}”."]
    return errors


def _choose(book: Book, fields: Fields, name: str | None) -> tuple[Sheet, Header] | None:
    best: tuple[int, Sheet, Header] | None = None
    for sheet in book.sheets:
        if name is not None and sheet.name != name:
            continue
        header = find_header(sheet, fields)
        if header is None and name is not None:
            header = header_from(sheet, 0)
        if header is not None and (best is None or header.known(fields) > best[0]):
            best = (header.known(fields), sheet, header)
    return (best[1], best[2]) if best else None


def _suggested(
    headings: Sequence[Heading], texts: Mapping[int, Sequence[str]], fields: Fields, looks: Looks
) -> tuple[ColumnView, ...]:
    """The columns with what they are likely to be."""
    columns = [ColumnView(h.at, h.text, tuple(texts[h.at][:SHOWN_SAMPLES])) for h in headings]
    parts = {h.at: h.parts for h in headings}
    columns = [_by_name(column, parts[column.at], fields) for column in columns]
    columns = _without_doubles(columns, fields)
    for guess in (_by_nearness, _by_content):
        for index, column in enumerate(columns):
            if column.why is Why.NONE:
                taken = {c.choice.removeprefix(MARK) for c in columns}
                free = [f for f in fields.all if f.key not in taken and not f.hidden]
                columns[index] = guess(column, texts[column.at], free, looks)
    return tuple(columns)


def _by_name(column: ColumnView, parts: Sequence[str], fields: Fields) -> ColumnView:
    found = fields.named(parts) if parts else None
    if found is None:
        return column
    marked = found.by_mark and fields.named_above(parts)
    return replace(column, choice=MARK + found.key if marked else found.key, why=Why.NAMED)


def _without_doubles(columns: Iterable[ColumnView], fields: Fields) -> list[ColumnView]:
    """Of columns that claim one field, the first keeps it, unless the field takes several or they are marked."""
    seen: set[str] = set()
    kept = []
    for column in columns:
        choice = column.choice
        key = choice.removeprefix(MARK)
        alone = bool(key) and not fields.by_key[key].joins and not choice.startswith(MARK)
        double = (alone and key in seen) or (choice.startswith(MARK) and f"={key}" in seen)
        kept.append(replace(column, choice="", why=Why.NONE) if double else column)
        seen.add(key)
        if alone:
            seen.add(f"={key}")
    return kept


def _by_nearness(column: ColumnView, _texts: Sequence[str], free: Sequence[Field], _looks: Looks) -> ColumnView:
    wanted = heading_key(column.heading)
    best, found = NEAR, None
    for spec in free:
        for text in (spec.label, *spec.aliases):
            likeness = _likeness(wanted, heading_key(text))
            if likeness > best:
                best, found = likeness, spec
    return replace(column, choice=found.key, why=Why.NEAR) if found else column


def _likeness(heading: str, writing: str) -> float:
    if not heading:
        return 0.0
    words, known = set(heading.split()), set(writing.split())
    if len(known) > 1 and known <= words:
        return 0.9 + len(known) / 100
    return SequenceMatcher(None, heading, writing).ratio()


def _by_content(column: ColumnView, texts: Sequence[str], free: Sequence[Field], looks: Looks) -> ColumnView:
    if len(texts) < ENOUGH_SAMPLES:
        return column
    for spec in free:
        looks_so = looks.get(spec.key)
        if looks_so is not None and sum(map(looks_so, texts)) >= ENOUGH_SHARE * len(texts):
            return replace(column, choice=spec.key, why=Why.CONTENT)
    return column


def _groups_in(sheet: Sheet, header: Header, layout: Layout, fields: Fields, looks: Looks) -> tuple[str, ...]:
    peek = Sheet(sheet.name, [list(row) for row in sheet.cells[: header.last + 1 + PEEK]], sheet.merges)
    body = read_body(peek, header, column_map(layout), fields, says_group(fields, looks))
    return tuple(dict.fromkeys(text for _, text in body.groups))


def says_group(fields: Fields, looks: Looks) -> Callable[[str], bool]:
    """Whether a text alone in its row is the heading of a group: one of the fields that groups give knows it."""
    known = [looks[f.key] for f in fields.all if f.by_group and f.key in looks]
    return lambda text: any(knows(text) for knows in known)


def _groups_speak(groups: Sequence[str], layout: Layout, fields: Fields, looks: Looks) -> bool:
    """Whether headings of groups say a field that no column holds."""
    mapping = column_map(layout)
    lacking = [looks[f.key] for f in fields.all if f.by_group and f.key in looks and mapping.place(f.key) is None]
    return any(knows(unled(text)) for knows in lacking for text in groups)
