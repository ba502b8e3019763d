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
from portal.domain.emulation.services.bulk import KeyedLine, LinePlan, LinePlanner
from portal.domain.emulation.services.line_values import MAX_LINES, TOO_MANY
from portal.domain.staging.enums import ImportRowState
from portal.domain.staging.rows import Findings, Found, Verdicts

S = ImportRowState
Titles = Mapping[int, str]
FieldTexts = Mapping[str, Sequence[str]]


def check_rows(work: Work, registration: EmulationRegistration, rows: Sequence[KeyedLine]) -> Verdicts:
    """What each row would do to the registration's lines as they are now; changes nothing.

    The sound rows are looked at once more without the faulty ones, until what is said of them holds when they alone are
    applied. Raises InvalidInput (file) when the registration would hold too many lines.
    """
    planner = LinePlanner(work, registration)
    faulty: Findings = {}
    warnings: Findings = {}
    sound = list(range(len(rows)))
    while True:
        kept = [rows[index] for index in sound]
        plan = planner.plan(kept)
        errors, odd = _settled(planner, kept, plan)
        for place, found in errors.items():
            faulty[sound[place]] = _found(found)
            if place in odd:
                warnings[sound[place]] = _found(odd[place])
        if not errors or not (plan.changed or plan.same):
            break
        sound = [index for place, index in enumerate(sound) if place not in errors]  # a line may be free again
    verdicts = _verdicts(work, rows, sound, plan, faulty)
    verdicts.warnings = warnings | {sound[place]: _found(found) for place, found in odd.items() if place not in errors}
    if registration.line_count + sum(state is S.NEW for state in verdicts.states) > MAX_LINES:
        raise InvalidInput({"file": [TOO_MANY]})
    return verdicts


def _settled(
    planner: LinePlanner, rows: Sequence[KeyedLine], plan: LinePlan
) -> tuple[dict[int, FieldTexts], dict[int, FieldTexts]]:
    """Errors and warnings that hold when the faulty rows are left out; of rows that bear none of their names nothing
    changes by that.
    """
    errors: dict[int, FieldTexts] = dict(plan.errors)
    warnings: dict[int, FieldTexts] = dict(plan.warnings)
    matched = {**plan.changed, **dict.fromkeys(plan.same, 0)}
    found: Mapping[int, FieldTexts] = plan.errors
    while found and not matched:
        names = {rows[index].values.folded for index in found}
        near = [index for index, row in enumerate(rows) if row.values.folded in names and index not in errors]
        found, odd = planner.findings(rows, {}, near)
        for index in near:
            warnings.pop(index, None)
        warnings |= odd
        errors |= found
    return errors, warnings


def _verdicts(
    work: Work, rows: Sequence[KeyedLine], sound: Sequence[int], plan: LinePlan, faulty: Findings
) -> Verdicts:
    states = [S.NEW] * len(rows)
    for place in plan.same:
        states[sound[place]] = S.SAME
    changes: dict[int, dict[str, list[str]]] = {}
    titles = {t.id: t.name for t in work.session.scalars(select(EmulationTitle))} if plan.changed else {}
    for place in plan.changed:
        index = sound[place]
        states[index] = S.CHANGED
        changes[index] = {
            name: [_shown(name, value, titles), _shown(name, getattr(rows[index].values, name), titles)]
            for name, value in plan.before[place].items()
        }
    for index in faulty:
        states[index] = S.FAULTY
        changes.pop(index, None)
    return Verdicts(states, changes, faulty)


def _found(findings: FieldTexts) -> list[Found]:
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
