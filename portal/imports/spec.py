"""What a feature declares of a list that it takes from workbooks: the fields, by whatever names people give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.imports._cells import heading_key

FAULT, FAULT_LABEL = "fault", "Lỗi cần sửa"
MARK = "x:"
"""Before a field's key in a choice: the column's heading is the value of the rows that are marked in it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the list: its key, its heading, other headings that mean the same, whether it must be found.

    `silent` fields alone do not make a row (a number, a hidden key). `hidden` columns are the portal's own and stay out
    of sight. `joins`: several columns may hold it, and this stands between their texts. `by_mark`: columns of crosses
    may stand for it. `by_group`: rows of headings inside the table (I. …, A. …) may say it for the rows below them.
    `fixable`: one value may be given for the whole file. `unread` fields are known and not kept (a row's number).
    """

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    silent: bool = False
    hidden: bool = False
    joins: str = ""
    by_mark: bool = False
    by_group: bool = False
    fixable: bool = False
    unread: bool = False


FAULT_FIELD = Field(FAULT, FAULT_LABEL, silent=True, hidden=True, unread=True)


class Fields:
    """The fields of a list, found by their key or by the headings that people write."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.all = (*fields, FAULT_FIELD)
        self.by_key: Mapping[str, Field] = {f.key: f for f in self.all}
        self._known = {heading_key(text): f for f in reversed(self.all) for text in (*f.aliases, f.label)}

    def named(self, parts: Sequence[str]) -> Field | None:
        """The field that a heading names outright: the whole of it, its lowest line, or its highest."""
        for text in (" ".join(parts), parts[-1] if parts else "", parts[0] if parts else ""):
            found = self._known.get(heading_key(text))
            if found is not None:
                return found
        return None

    def named_above(self, parts: Sequence[str]) -> bool:
        """Whether it is only the heading above a column's own that names the field."""
        whole, own = heading_key(" ".join(parts)), heading_key(parts[-1])
        return len(parts) > 1 and whole not in self._known and own not in self._known

    def writings(self) -> Iterable[tuple[str, Field]]:
        """Every folded heading that is known, with its field."""
        return self._known.items()

    def label(self, key: str) -> str:
        """The heading of a field; the key itself for one that is not known."""
        found = self.by_key.get(key)
        return found.label if found else key


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where each field stands in the workbook. Indexes of columns count from 0.

    `columns`: the columns of a field, in order. `marks`: columns of crosses, each with the value that a cross means.
    `groups`: rows of headings inside the table say fields. `fixed`: values for the whole file.
    """

    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    marks: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    groups: bool = False
    fixed: Mapping[str, str] = field(default_factory=dict)

    def place(self, key: str) -> int | None:
        """The column that messages about a field name."""
        if self.columns.get(key):
            return self.columns[key][0]
        return self.marks[key][0][0] if self.marks.get(key) else None

    def gives(self, spec: Field) -> bool:
        """Whether a field can come out of the file in some way."""
        if self.place(spec.key) is not None or self.fixed.get(spec.key):
            return True
        return spec.by_group and self.groups

    def as_json(self) -> dict[str, Any]:
        """Plain values to be kept."""
        return {
            "columns": {key: list(places) for key, places in self.columns.items()},
            "marks": {key: [list(pair) for pair in pairs] for key, pairs in self.marks.items()},
            "groups": self.groups,
            "fixed": dict(self.fixed),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ColumnMap:
        """The reverse of `as_json`."""
        return cls(
            {key: tuple(places) for key, places in kept.get("columns", {}).items()},
            {key: tuple((at, text) for at, text in pairs) for key, pairs in kept.get("marks", {}).items()},
            bool(kept.get("groups")),
            dict(kept.get("fixed", {})),
        )
