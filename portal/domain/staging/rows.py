"""The rows of a workbook on their way through an import, column by column: files are long, most rows say nothing.

What the commands are, the kind of the import knows; what is said of a row stands under its index.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from portal.domain.staging.enums import ImportRowState

Found = tuple[str, str]
"""A field and the sentence about it."""
Findings = dict[int, list[Found]]
"""By the index of the row."""


@dataclass(slots=True)
class Rows:
    """Rows as they stand in a file and as they were read.

    `numbers` are theirs in the file (from 1); `parts` count those that crosses in several columns make of one. `texts`
    hold the cells of each field, "" where one is empty. `groups` are the headings of groups above each row, the nearest
    first; `places` columns other than a field's usual one. Reading adds the commands (None where `errors` say why not),
    what calls for a look, and in `read` what was understood where it is other than what is written ("" where not).
    """

    numbers: list[int]
    texts: dict[str, list[str]]
    parts: list[int] | None = None
    groups: list[tuple[str, ...]] | None = None
    places: dict[int, dict[str, int]] = field(default_factory=dict)
    commands: list[Any] = field(default_factory=list)
    errors: Findings = field(default_factory=dict)
    warnings: Findings = field(default_factory=dict)
    read: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, key: str) -> list[str]:
        """The texts of a field, empty ones where the file does not have it."""
        found = self.texts.get(key)
        return [""] * len(self.numbers) if found is None else found

    def cells(self, index: int) -> dict[str, str]:
        """The texts of a row that are there, by field."""
        return {key: column[index] for key, column in self.texts.items() if column[index]}

    def part(self, index: int) -> int:
        """Which part of its row this is, from 0."""
        return self.parts[index] if self.parts else 0

    def error(self, index: int, key: str, text: str) -> None:
        """Say what is wrong with a cell."""
        self.errors.setdefault(index, []).append((key, text))

    def warn(self, index: int, key: str, text: str) -> None:
        """Say what calls for a look."""
        self.warnings.setdefault(index, []).append((key, text))

    def sound(self) -> list[int]:
        """The indexes of the rows that make a command."""
        return [index for index, command in enumerate(self.commands) if command is not None]


@dataclass(slots=True)
class Verdicts:
    """What the rows would do: a state each, the fields that change with [before, after], what is wrong or odd."""

    states: list[ImportRowState]
    changes: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    errors: Findings = field(default_factory=dict)
    warnings: Findings = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What one row would do, as it is stored."""

    state: ImportRowState
    changes: Mapping[str, list[str]] | None
    errors: list[dict[str, str]] | None
    warnings: list[dict[str, str]] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records were added, changed, and found as they were."""

    new: int
    changed: int
    same: int


def verdict_of(verdicts: Verdicts, index: int) -> RowVerdict:
    """The verdict on one row."""
    return RowVerdict(
        verdicts.states[index],
        verdicts.changes.get(index) or None,
        told(verdicts.errors.get(index)),
        told(verdicts.warnings.get(index)),
    )


def told(found: Sequence[Found] | None) -> list[dict[str, str]] | None:
    """Sentences as they are stored; None when there are none."""
    return [{"field": name, "text": text} for name, text in found] if found else None


StoredRow = tuple[int, int, int, str, str, str | None, str | None, str | None]
"""batch, number, part, state, payload, changes, errors, warnings: the last four as JSON."""
_NEW = ImportRowState.NEW


def stored(batch_id: int, rows: Rows, verdicts: Verdicts) -> list[StoredRow]:
    """The rows as they are stored, in their order."""
    count = len(rows)
    sentences = _Sentences()
    return list(
        zip(
            repeat(batch_id, count),
            rows.numbers,
            rows.parts or repeat(0, count),
            ["new" if state is _NEW else state.value for state in verdicts.states],
            _payloads(rows),
            _sparse(count, {index: _json(changes) for index, changes in verdicts.changes.items()}),
            _sparse(count, {index: sentences[tuple(found)] for index, found in verdicts.errors.items()}),
            _sparse(count, {index: sentences[tuple(found)] for index, found in verdicts.warnings.items()}),
            strict=True,
        )
    )


def _sparse(count: int, known: Mapping[int, str]) -> Iterable[str | None]:
    return map(known.get, range(count)) if known else repeat(None, count)


def from_stored(numbers: list[int], parts: list[int], payloads: Sequence[Mapping[str, Any]]) -> Rows:
    """Stored rows as they were before they were read."""
    keys = {key for payload in payloads for key in payload["cells"]}
    texts = {key: [payload["cells"].get(key, "") for payload in payloads] for key in sorted(keys)}
    groups = [tuple(payload.get("groups", ())) for payload in payloads]
    places = {index: payload["places"] for index, payload in enumerate(payloads) if payload.get("places")}
    return Rows(numbers, texts, parts, groups if any(groups) else None, places)


class _Sentences(dict[tuple[Found, ...], str]):
    """Sentences as JSON; namesakes share theirs."""

    def __missing__(self, found: tuple[Found, ...]) -> str:
        made = self[found] = _json(told(found))
        return made


def _payloads(rows: Rows) -> Iterable[str]:
    """What is kept of each row as JSON: {"cells": {…}, "read": {…}, "places": {…}, "groups": […]}.

    It is put together from each column's texts, which come again and again.
    """
    cells = _objects(rows.texts)
    if not rows.read and not rows.places and not rows.groups:
        return [f'{{"cells": {{{text}}}}}' for text in cells]
    more = _further(rows)
    return [f'{{"cells": {{{text}}}{rest}}}' for text, rest in zip(cells, more, strict=True)]


def _further(rows: Rows) -> Iterable[str]:
    """What stands behind the cells of each row."""
    read: Iterable[str] = repeat("", len(rows))
    if len(rows.read) == 1:
        ((key, column),) = rows.read.items()
        read = map(_Pairs(key, ', "read": {', "}").__getitem__, column)
    elif rows.read:
        read = (f', "read": {{{text}}}' if text else "" for text in _objects(rows.read))
    if not rows.places and not rows.groups:
        return read
    groups = [f', "groups": {_json(list(texts))}' if texts else "" for texts in rows.groups or repeat((), len(rows))]
    places = {index: f', "places": {_json(found)}' for index, found in rows.places.items()}
    return [
        f"{text}{places.get(index, '')}{group}" for index, (text, group) in enumerate(zip(read, groups, strict=True))
    ]


def _objects(columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each row's texts as the inside of a JSON object, empty ones left out."""
    pairs = [map(_Pairs(key).__getitem__, column) for key, column in columns.items()]
    return (", ".join(filter(None, row)) for row in zip(*pairs, strict=True))


class _Pairs(dict[str, str]):
    """A field's texts as pairs of a JSON object, with what stands around them."""

    def __init__(self, key: str, before: str = "", after: str = "") -> None:
        super().__init__({"": ""})
        self._head, self._tail = f"{before}{_quote(key)}: ", after

    def __missing__(self, text: str) -> str:
        made = self[text] = f"{self._head}{_quote(text)}{self._tail}"
        return made


_quote: Callable[[str], str] = json.encoder.encode_basestring


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
