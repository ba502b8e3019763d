"""The rows of an imported workbook: what each would do to the registration's lines as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.core.errors import InvalidInput
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.services.bulk import LineCommand, LinePlan, preview_lines
from portal.domain.emulation.services.line_values import MAX_LINES, TOO_MANY, values_of
from portal.domain.staging.enums import ImportRowState
from portal.domain.staging.rows import Found, RowInput, RowVerdict

S = ImportRowState
Titles = Mapping[int, str]


def check_rows(work: Work, registration: EmulationRegistration, rows: Sequence[RowInput]) -> list[RowVerdict]:
    """What each row would do to the registration's lines as they are now; changes nothing.

    The sound rows are looked at once more without the faulty ones, until what is said of them holds when they alone are
    applied. Raises InvalidInput (file) when the registration would hold too many lines.
    """
    commands: list[LineCommand] = [row.command for row in rows]
    titles = {t.id: t.name for t in work.session.scalars(select(EmulationTitle))}
    verdicts: dict[int, RowVerdict] = {}
    while True:
        sound = [index for index in range(len(commands)) if index not in verdicts]
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
    return [verdicts[index] for index in range(len(rows))]


def _faulty(row: RowInput, plan: LinePlan, place: int) -> RowVerdict:
    return RowVerdict(S.FAULTY, {}, _found(plan.errors[place]), _warnings(row, plan, place))


def _sound(row: RowInput, command: LineCommand, plan: LinePlan, place: int, titles: Titles, fresh: bool) -> RowVerdict:
    warnings = _warnings(row, plan, place)
    if place not in plan.changed:
        return RowVerdict(S.NEW if fresh else S.SAME, {}, (), warnings)
    after = values_of(command.data)
    changes = {
        name: [_shown(name, value, titles), _shown(name, after[name], titles)]
        for name, value in plan.before[place].items()
    }
    return RowVerdict(S.CHANGED, changes, (), warnings)


def _warnings(row: RowInput, plan: LinePlan, place: int) -> Sequence[Found]:
    found = plan.warnings.get(place)
    return [*row.warnings, *_found(found)] if found else row.warnings


def _found(findings: Mapping[str, Sequence[str]]) -> list[Found]:
    return [(name, text) for name, texts in findings.items() for text in texts]


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
