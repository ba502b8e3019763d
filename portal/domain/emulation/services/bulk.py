"""Many lines at once: what an import would do, and doing it in a fixed number of statements. Safe to repeat."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from portal.core.errors import InvalidInput, RuleBroken
from portal.core.search.index import touch
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import LINE_TABLE, EmulationRegistration, RegistrationLine
from portal.domain.emulation.rules import PERSON, LineFacts, desk_key
from portal.domain.emulation.services.checks import findings_about, title_codes, title_facts
from portal.domain.emulation.services.line_values import (
    MAX_LINES,
    TOO_MANY,
    LineData,
    LineValues,
    form_errors,
    is_formal,
    line_values,
)
from portal.domain.emulation.services.shared import begin_edit, finish_edit, index_added, period_of
from portal.domain.staging.rows import Outcome

COMPARED = ("subject", "name", "post", "division", "birth_year", "gender", "title_id", "note")
WRITTEN = LineValues._fields
FieldTexts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One row of a workbook: `row_key` is the hidden key of the portal's own template, None in any other."""

    row_key: str | None
    data: LineData


class KeyedLine(NamedTuple):
    """One row of a workbook with its columns as they would be stored."""

    row_key: str | None
    values: LineValues


class StoredLine(NamedTuple):
    """A line as it is."""

    values: LineValues
    row_key: str
    position: int
    origin_unit_id: int | None


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What the rows would do, by the index of the row: new, changed (with the line's id), same; what is wrong with a
    row, or calls for a look, by field; and of a changed row the fields that differ, with the value that is stored.
    """

    new: tuple[int, ...]
    changed: Mapping[int, int]
    same: tuple[int, ...]
    errors: Mapping[int, FieldTexts]
    warnings: Mapping[int, FieldTexts] = field(default_factory=dict)
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return Outcome(len(self.new), len(self.changed), len(self.same))


class LinePlanner:
    """What rows would do to a registration's lines; what is stored is read once."""

    def __init__(self, work: Work, registration: EmulationRegistration) -> None:
        self._stored = _stored(work, registration.id)
        self._codes = title_codes(work.session)
        self._titles = title_facts(work.session, period_of(work, registration))
        self._year = work.today().year
        self._persons, self._collectives = Desks(SubjectKind.PERSON), Desks(SubjectKind.COLLECTIVE)

    def plan(self, rows: Sequence[KeyedLine]) -> LinePlan:
        """What these rows would do."""
        matched = _match(rows, self._stored) if self._stored else {}
        before = {index: _differing(self._stored[key].values, rows[index].values) for index, key in matched.items()}
        errors, warnings = self.findings(rows, matched)
        return LinePlan(
            new=tuple(index for index in range(len(rows)) if index not in matched),
            changed={index: matched[index] for index, fields in before.items() if fields},
            same=tuple(index for index, fields in before.items() if not fields),
            errors=errors,
            warnings=warnings,
            before={index: fields for index, fields in before.items() if fields},
        )

    def findings(
        self, rows: Sequence[KeyedLine], matched: Mapping[int, int], only: Collection[int] | None = None
    ) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, list[str]]]]:
        """What is wrong with each row, by itself and beside the other rows and lines; and what calls for a look.

        `only` looks at these rows (by index) and at the stored lines that bear their names.
        """
        chosen = range(len(rows)) if only is None else only
        named = set(matched.values())
        kept = [(key, line) for key, line in self._stored.items() if key not in named]
        if only is not None:
            names = {rows[index].values.folded for index in only}
            kept = [(key, line) for key, line in kept if line.values.folded in names]
        facts = [self._facts(line.values, key, line.position, line.origin_unit_id) for key, line in kept]
        for index in chosen:
            origin = self._stored[matched[index]].origin_unit_id if index in matched else None
            facts.append(self._facts(rows[index].values, -(index + 1), index, origin))
        blocking, warning = findings_about(facts, self._titles, frozenset(-(index + 1) for index in chosen))
        errors = {-key - 1: fields for key, fields in blocking.items()}
        for index in chosen:
            if not is_formal(rows[index].values, self._codes, self._year):
                self._add_formal(errors.setdefault(index, {}), rows[index].values)
        return errors, {-key - 1: fields for key, fields in warning.items()}

    def _add_formal(self, known: dict[str, list[str]], values: LineValues) -> None:
        for name, texts in form_errors(values._asdict(), self._codes, self._year).items():
            found = known.setdefault(name, [])
            found.extend(text for text in texts if text not in found)

    def _facts(self, values: LineValues, key: int, position: int, origin_unit_id: int | None) -> LineFacts:
        desks = self._persons if values.subject is PERSON else self._collectives
        return LineFacts(
            key,
            position,
            values.subject,
            values.name,
            values.folded,
            values.post,
            values.division,
            self._codes.get(values.title_id, ""),
            values.birth_year,
            origin_unit_id,
            (values.sort_key, *desks[values.post, values.division], origin_unit_id),
        )


class Desks(dict[tuple[str, str], tuple[str, str]]):
    """Post and division as `identity` compares them; the same ones come again and again."""

    def __init__(self, subject: SubjectKind) -> None:
        super().__init__()
        self._subject = subject

    def __missing__(self, desk: tuple[str, str]) -> tuple[str, str]:
        found = self[desk] = desk_key(self._subject, *desk)
        return found


def preview_lines(work: Work, registration: EmulationRegistration, rows: Sequence[LineCommand]) -> LinePlan:
    """What `apply_lines` would do with these rows; changes nothing."""
    return LinePlanner(work, registration).plan(_keyed(rows))


def apply_lines(work: Work, registration: EmulationRegistration, rows: Sequence[LineCommand]) -> Outcome:
    """Add and change lines by these rows; lines that no row names stay. All rows or none.

    A row finds its line by the key; without one, by name, title and post. Raises NotAllowed, NotEditable and
    InvalidInput, whose
    fields are `dong-<n>` for the n-th row, from 1.
    """
    return apply_keyed(work, registration, _keyed(rows))


def apply_keyed(work: Work, registration: EmulationRegistration, rows: Sequence[KeyedLine]) -> Outcome:
    """As `apply_lines`, of rows whose columns are known already."""
    begin_edit(work, registration)
    plan = LinePlanner(work, registration).plan(rows)
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


def _keyed(rows: Sequence[LineCommand]) -> list[KeyedLine]:
    return [KeyedLine(row.row_key, line_values(row.data)) for row in rows]


def _stored(work: Work, registration_id: int) -> dict[int, StoredLine]:
    line = RegistrationLine
    columns: list[Any] = [getattr(line, name) for name in WRITTEN]
    rows = work.session.execute(
        select(line.id, line.row_key, line.position, line.origin_unit_id, *columns)
        .where(line.registration_id == registration_id)
        .order_by(line.position, line.id)
    )
    return {
        key: StoredLine(LineValues(*values), row_key, place, origin) for key, row_key, place, origin, *values in rows
    }


def _differing(stored: LineValues, wanted: LineValues) -> dict[str, Any]:
    """The stored values of the fields that differ."""
    if stored == wanted:
        return {}
    names = (name for name in COMPARED if getattr(stored, name) != getattr(wanted, name))
    return {name: getattr(stored, name) for name in names}


def _match(rows: Sequence[KeyedLine], stored: Mapping[int, StoredLine]) -> dict[int, int]:
    """Row index to line id; no line is given to two rows.

    Keys come first, then rows that agree wholly, then by name, title, post.
    """
    by_key = {line.row_key: key for key, line in stored.items()}
    matched: dict[int, int] = {}
    free = dict(stored)
    for index, row in enumerate(rows):
        key = by_key.get(row.row_key) if row.row_key else None
        if key is not None and key in free:
            matched[index] = key
            del free[key]
    candidates: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for key, line in free.items():
        candidates[_identity(line.values)].append(key)
    for exact in (True, False):
        for index, row in enumerate(rows):
            if index in matched or not (near := candidates.get(_identity(row.values))):
                continue
            found = _pick(near, row.values, stored, exact)
            if found is not None:
                matched[index] = found
    return matched


def _identity(values: LineValues) -> tuple[object, ...]:
    return values.subject, values.sort_key, values.title_id, fold(values.post)


def _pick(line_ids: list[int], wanted: LineValues, stored: Mapping[int, StoredLine], exact: bool) -> int | None:
    """Take the first line that fits out of `line_ids`: alike in division and birth, or at least of no other birth."""
    for line_id in line_ids:
        values = stored[line_id].values
        born = (values.birth_year, wanted.birth_year)
        if exact:
            fits = born[0] == born[1] and fold(values.division) == fold(wanted.division)
        else:
            fits = born[0] == born[1] or None in born
        if fits:
            line_ids.remove(line_id)
            return line_id
    return None


def _write(work: Work, registration: EmulationRegistration, rows: Sequence[KeyedLine], plan: LinePlan) -> None:
    if plan.changed:
        changes = [
            {"line_id": key, **{f"new_{name}": value for name, value in rows[index].values._asdict().items()}}
            for index, key in plan.changed.items()
        ]
        columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in WRITTEN}
        work.session.execute(
            update(LINE_TABLE)
            .where(LINE_TABLE.c.id == bindparam("line_id"))
            .values(version=LINE_TABLE.c.version + 1, **columns),
            changes,
        )
        touch(work.session, RegistrationLine, [change["line_id"] for change in changes])
        work.session.expire_all()
    if plan.new:
        insert_lines(work, registration, [(rows[index].row_key, rows[index].values._asdict()) for index in plan.new])


def insert_lines(
    work: Work, registration: EmulationRegistration, lines: Sequence[tuple[str | None, Mapping[str, Any]]]
) -> None:
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
