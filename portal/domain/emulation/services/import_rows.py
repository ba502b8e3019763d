"""The rows of an imported workbook: what each would do to the lines, and how a row is kept and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.core.errors import InvalidInput
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.import_enums import ImportRowState
from portal.domain.emulation.import_models import ImportRow
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.services.bulk import LineCommand, LinePlan, preview_lines
from portal.domain.emulation.services.line_values import MAX_LINES, TOO_MANY, LineData, values_of

S = ImportRowState
Titles = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class RowInput:
    """A row as it was read: its cells as text, the line that it makes (None: none), what the reader found, by field."""

    number: int
    cells: Mapping[str, str]
    command: LineCommand | None
    errors: Sequence[tuple[str, str]] = ()
    warnings: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What a row would do: its state, the fields that change with [before, after], what is wrong, what to look at."""

    state: ImportRowState
    changes: dict[str, Any] = field(default_factory=dict)
    errors: list[Any] = field(default_factory=list)
    warnings: list[Any] = field(default_factory=list)


def check_rows(work: Work, registration: EmulationRegistration, rows: Sequence[RowInput]) -> list[RowVerdict]:
    """What each row would do to the registration's lines as they are now; changes nothing.

    The sound rows are looked at once more without the faulty ones, until what is said of them holds when they alone are
    applied. Raises InvalidInput (file) when the registration would hold too many lines.
    """
    commands = {index: row.command for index, row in enumerate(rows) if row.command is not None}
    titles = {t.id: t.name for t in work.session.scalars(select(EmulationTitle))}
    verdicts: dict[int, RowVerdict] = {}
    while True:
        sound = [index for index in commands if index not in verdicts]
        plan = preview_lines(work, registration, [commands[index] for index in sound])
        if not plan.errors:
            break
        for place in plan.errors:
            verdicts[sound[place]] = _faulty(rows[sound[place]], plan, place)
    if registration.line_count + len(plan.new) > MAX_LINES:
        raise InvalidInput({"file": [TOO_MANY]})
    fresh = frozenset(plan.new)
    for place, index in enumerate(sound):
        verdicts[index] = _sound(rows[index], commands[index], plan, place, titles, place in fresh)
    return [verdicts[i] if i in verdicts else _unread(row) for i, row in enumerate(rows)]


def kept(row: RowInput, verdict: RowVerdict) -> dict[str, Any]:
    """The columns of a stored row."""
    payload: dict[str, Any] = {"cells": dict(row.cells), "line": None, "row_key": None}
    if row.command is not None:
        data = row.command.data
        payload["row_key"] = row.command.row_key
        payload["line"] = {
            "subject": data.subject.value,
            "name": data.name,
            "title_id": data.title_id,
            "post": data.post,
            "division": data.division,
            "birth_year": data.birth_year,
            "gender": data.gender,
            "note": data.note,
        }
    return {
        "number": row.number,
        "state": verdict.state,
        "payload": payload,
        "changes": verdict.changes,
        "errors": verdict.errors,
        "warnings": verdict.warnings,
    }


def read_again(row: ImportRow) -> RowInput:
    """A stored row as it was read."""
    line = row.payload["line"]
    command = None
    if line is not None:
        data = LineData(**{**line, "subject": SubjectKind(line["subject"])})
        command = LineCommand(row.payload["row_key"], data)
    return RowInput(
        row.number,
        row.payload["cells"],
        command,
        [(e["field"], e["text"]) for e in row.errors if e.get("read")],
        [(w["field"], w["text"]) for w in row.warnings if w.get("read")],
    )


def differs(row: ImportRow, verdict: RowVerdict) -> bool:
    """Whether a stored row says something else than this verdict."""
    return (row.state, row.changes, row.errors) != (verdict.state, verdict.changes, verdict.errors)


def _unread(row: RowInput) -> RowVerdict:
    return RowVerdict(S.FAULTY, {}, _read(row.errors), _read(row.warnings))


def _faulty(row: RowInput, plan: LinePlan, place: int) -> RowVerdict:
    return RowVerdict(S.FAULTY, {}, _found(plan.errors[place]), _warnings(row, plan, place))


def _sound(row: RowInput, command: LineCommand, plan: LinePlan, place: int, titles: Titles, fresh: bool) -> RowVerdict:
    warnings = _warnings(row, plan, place)
    if place not in plan.changed:
        return RowVerdict(S.NEW if fresh else S.SAME, {}, [], warnings)
    after = values_of(command.data)
    changes = {
        name: [_shown(name, value, titles), _shown(name, after[name], titles)]
        for name, value in plan.before[place].items()
    }
    return RowVerdict(S.CHANGED, changes, [], warnings)


def _warnings(row: RowInput, plan: LinePlan, place: int) -> list[Any]:
    return [*_read(row.warnings), *_found(plan.warnings.get(place, {}))]


def _read(findings: Sequence[tuple[str, str]]) -> list[Any]:
    return [{"field": name, "text": text, "read": True} for name, text in findings]


def _found(findings: Mapping[str, Sequence[str]]) -> list[Any]:
    return [{"field": name, "text": text} for name, texts in findings.items() for text in texts]


def _shown(name: str, value: Any, titles: Titles) -> str:
    """A value of a line as people read it."""
    if value is None or value == "":
        return ""
    if name == "title_id":
        return titles.get(value, "")
    if name == "subject":
        return SubjectKind(value).label
    if name == "gender":
        return Gender(value).label
    return str(value)
