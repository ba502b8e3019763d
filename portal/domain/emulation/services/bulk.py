"""Many lines at once: what an import would do, and doing it in a fixed number of statements. Safe to repeat."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from portal.core.errors import InvalidInput, RuleBroken
from portal.core.search.index import touch
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.emulation.models import LINE_TABLE, EmulationRegistration, RegistrationLine
from portal.domain.emulation.services.checks import findings_about, title_codes, title_facts
from portal.domain.emulation.services.line_values import (
    MAX_LINES,
    TOO_MANY,
    LineData,
    facts_from,
    form_errors,
    values_of,
)
from portal.domain.emulation.services.shared import begin_edit, finish_edit, index_added, period_of
from portal.domain.staging.rows import Outcome

Values = dict[str, Any]
COMPARED = (
    "subject",
    "name",
    "post",
    "division",
    "birth_year",
    "gender",
    "title_id",
    "note",
)
WRITTEN = (*COMPARED, "folded", "sort_key")


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One row of a workbook: `row_key` is the hidden key of the portal's own template, None in any other."""

    row_key: str | None
    data: LineData


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What the rows would do, by the index of the row: new, changed (with the line's id), same; what is wrong with a
    row, or calls for a look, by field; and of a changed row the fields that differ, with the value that is stored.
    """

    new: tuple[int, ...]
    changed: Mapping[int, int]
    same: tuple[int, ...]
    errors: Mapping[int, Mapping[str, Sequence[str]]]
    warnings: Mapping[int, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return Outcome(len(self.new), len(self.changed), len(self.same))


def preview_lines(work: Work, registration: EmulationRegistration, rows: Sequence[LineCommand]) -> LinePlan:
    """What `apply_lines` would do with these rows; changes nothing."""
    stored = _stored(work, registration.id)
    wanted = [values_of(row.data) for row in rows]
    matched = _match(rows, wanted, stored)
    new = tuple(i for i in range(len(rows)) if i not in matched)
    before = {i: {c: stored[k][c] for c in COMPARED if stored[k][c] != wanted[i][c]} for i, k in matched.items()}
    changed = {i: matched[i] for i, fields in before.items() if fields}
    same = tuple(i for i in matched if i not in changed)
    errors, warnings = _findings(work, registration, wanted, matched, stored)
    return LinePlan(new, changed, same, errors, warnings, {i: before[i] for i in changed})


def apply_lines(work: Work, registration: EmulationRegistration, rows: Sequence[LineCommand]) -> Outcome:
    """Add and change lines by these rows; lines that no row names stay. All rows or none.

    A row finds its line by the key; without one, by name, title and post. Raises NotAllowed, NotEditable and
    InvalidInput, whose
    fields are `dong-<n>` for the n-th row, from 1.
    """
    begin_edit(work, registration)
    plan = preview_lines(work, registration, rows)
    if plan.errors:
        raise InvalidInput(
            {f"dong-{i + 1}": [t for texts in plan.errors[i].values() for t in texts] for i in sorted(plan.errors)}
        )
    if not plan.new and not plan.changed:
        return plan.outcome
    if registration.line_count + len(plan.new) > MAX_LINES:
        raise RuleBroken(TOO_MANY)
    _write(work, registration, rows, plan)
    finish_edit(work, registration, "registration.lines_imported", {"new": len(plan.new), "changed": len(plan.changed)})
    return plan.outcome


def _stored(work: Work, registration_id: int) -> dict[int, Values]:
    columns: list[Any] = [
        getattr(RegistrationLine, name) for name in (*WRITTEN, "row_key", "position", "origin_unit_id")
    ]
    rows = work.session.execute(
        select(RegistrationLine.id, *columns)
        .where(RegistrationLine.registration_id == registration_id)
        .order_by(RegistrationLine.position, RegistrationLine.id)
    ).mappings()
    return {row["id"]: dict(row) for row in rows}


def _match(rows: Sequence[LineCommand], wanted: Sequence[Values], stored: Mapping[int, Values]) -> dict[int, int]:
    """Row index to line id; no line is given to two rows.

    Keys come first, then rows that agree wholly, then by name, title, post.
    """
    by_key = {values["row_key"]: line_id for line_id, values in stored.items()}
    matched: dict[int, int] = {}
    free = dict(stored)
    for index, row in enumerate(rows):
        line_id = by_key.get(row.row_key) if row.row_key else None
        if line_id is not None and line_id in free:
            matched[index] = line_id
            del free[line_id]
    candidates: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for line_id, values in free.items():
        candidates[_identity(values)].append(line_id)
    for exact in (True, False):
        for index in range(len(rows)):
            if index in matched:
                continue
            found = _pick(candidates[_identity(wanted[index])], wanted[index], stored, exact)
            if found is not None:
                matched[index] = found
    return matched


def _identity(values: Values) -> tuple[object, ...]:
    return values["subject"], values["sort_key"], values["title_id"], fold(values["post"])


def _pick(line_ids: list[int], wanted: Values, stored: Mapping[int, Values], exact: bool) -> int | None:
    """Take the first line that fits out of `line_ids`: alike in division and birth, or at least of no other birth."""
    for line_id in line_ids:
        values = stored[line_id]
        born = (values["birth_year"], wanted["birth_year"])
        if exact:
            fits = born[0] == born[1] and fold(values["division"]) == fold(wanted["division"])
        else:
            fits = born[0] == born[1] or None in born
        if fits:
            line_ids.remove(line_id)
            return line_id
    return None


def _findings(
    work: Work,
    registration: EmulationRegistration,
    wanted: Sequence[Values],
    matched: Mapping[int, int],
    stored: Mapping[int, Values],
) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, list[str]]]]:
    """What is wrong with each row, by itself and beside the other rows and lines; and what calls for a look."""
    period = period_of(work, registration)
    codes = title_codes(work.session)
    named = set(matched.values())
    after = [facts_from(v, codes, k, v["position"], v["origin_unit_id"]) for k, v in stored.items() if k not in named]
    after += [
        facts_from(
            values,
            codes,
            -(index + 1),
            index,
            stored[matched[index]]["origin_unit_id"] if index in matched else None,
        )
        for index, values in enumerate(wanted)
    ]
    rows = frozenset(-(index + 1) for index in range(len(wanted)))
    blocking, warning = findings_about(after, title_facts(work.session, period), rows)
    errors = {-line_id - 1: fields for line_id, fields in blocking.items()}
    for index, values in enumerate(wanted):
        for name, texts in form_errors(values, codes, work.today().year).items():
            known = errors.setdefault(index, {}).setdefault(name, [])
            known.extend(text for text in texts if text not in known)
    return errors, {-line_id - 1: fields for line_id, fields in warning.items()}


def _write(work: Work, registration: EmulationRegistration, rows: Sequence[LineCommand], plan: LinePlan) -> None:
    if plan.changed:
        changes = [
            {"line_id": k, **{f"new_{c}": v for c, v in values_of(rows[i].data).items()}}
            for i, k in plan.changed.items()
        ]
        columns: dict[str, Any] = {c: bindparam(f"new_{c}") for c in WRITTEN}
        work.session.execute(
            update(LINE_TABLE)
            .where(LINE_TABLE.c.id == bindparam("line_id"))
            .values(version=LINE_TABLE.c.version + 1, **columns),
            changes,
        )
        touch(work.session, RegistrationLine, [change["line_id"] for change in changes])
        work.session.expire_all()
    if plan.new:
        insert_lines(work, registration, [(rows[i].row_key, values_of(rows[i].data)) for i in plan.new])


def insert_lines(work: Work, registration: EmulationRegistration, lines: Sequence[tuple[str | None, Values]]) -> None:
    """Insert lines at the end in one statement.

    A key that another line of the registration bears is replaced by a fresh one.
    """
    known = work.session.execute(
        select(RegistrationLine.row_key, RegistrationLine.position).where(
            RegistrationLine.registration_id == registration.id
        )
    ).all()
    keys = {key for key, _ in known}
    position = max((place for _, place in known), default=0)
    made = []
    for number, (given, values) in enumerate(lines, start=1):
        key = given if given and len(given) == 32 and given not in keys else secrets.token_hex(16)
        keys.add(key)
        made.append(
            {
                "registration_id": registration.id,
                "period_id": registration.period_id,
                "unit_id": registration.unit_id,
                "position": position + number,
                "row_key": key,
                "version": 1,
                "created_at": work.clock.now(),
                "origin_line_id": None,
                "origin_unit_id": None,
                **values,
            }
        )
    work.session.execute(insert(LINE_TABLE), made)
    index_added(work, registration, position)
