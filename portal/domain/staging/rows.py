"""A row on its way through an import: as it was read, and what it would do. What its command is, its kind knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.domain.staging.enums import ImportRowState

Found = tuple[str, str]
"""A field and the sentence about it."""


@dataclass(slots=True)
class RowInput:
    """A row as it was read.

    Its texts by field, what they were understood as where that differs, the command that it makes (None: none, then
    `errors` say why), what the reader found, where cells stand elsewhere than their field's usual column.
    """

    number: int
    part: int
    cells: Mapping[str, str]
    command: Any
    errors: Sequence[Found] = ()
    warnings: Sequence[Found] = ()
    read: Mapping[str, str] | None = None
    places: Mapping[str, int] | None = None
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class RowVerdict:
    """What a row would do: its state, the fields that change with [before, after], what is wrong, what to look at."""

    state: ImportRowState
    changes: dict[str, list[str]] = field(default_factory=dict)
    errors: Sequence[Found] = ()
    warnings: Sequence[Found] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records were added, changed, and found as they were."""

    new: int
    changed: int
    same: int


def unread(row: RowInput) -> RowVerdict:
    """The verdict on a row that makes no command."""
    return RowVerdict(ImportRowState.FAULTY, {}, row.errors, row.warnings)


def stored(row: RowInput, verdict: RowVerdict) -> dict[str, Any]:
    """The columns of a stored row."""
    payload: dict[str, Any] = {"cells": dict(row.cells)}
    if row.read:
        payload["read"] = dict(row.read)
    if row.places:
        payload["places"] = dict(row.places)
    if row.groups:
        payload["groups"] = list(row.groups)
    return {
        "number": row.number,
        "part": row.part,
        "state": verdict.state,
        "payload": payload,
        "changes": verdict.changes or None,
        "errors": findings(verdict.errors),
        "warnings": findings(verdict.warnings),
    }


def findings(found: Sequence[Found]) -> list[dict[str, str]] | None:
    """Sentences as they are stored; None when there are none."""
    return [{"field": name, "text": text} for name, text in found] or None
