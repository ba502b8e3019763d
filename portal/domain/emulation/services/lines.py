"""Adding, changing, removing and restoring the lines of a registration, one at a time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from portal.core.errors import InvalidInput, NotFound, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import LINE_TABLE, EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.lines import line_of
from portal.domain.emulation.services.bulk import LineCommand, LinePlan, apply_lines, preview_lines
from portal.domain.emulation.services.checks import errors_about, line_facts, title_codes, title_facts
from portal.domain.emulation.services.line_values import (
    MAX_LINES,
    TOO_MANY,
    LineData,
    facts_from,
    form_errors,
    values_of,
)
from portal.domain.emulation.services.shared import begin_edit, check_version, finish_edit, period_of

__all__ = [
    "LineCommand",
    "LineData",
    "LinePlan",
    "LineSnapshot",
    "add_line",
    "apply_lines",
    "preview_lines",
    "remove_line",
    "restore_line",
    "update_line",
]

NEW = -1


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """A removed line, whole: what `restore_line` needs to bring it back in its place."""

    row_key: str
    position: int
    subject: SubjectKind
    name: str
    title_id: int
    post: str
    division: str
    birth_year: int | None
    gender: str
    note: str
    origin_line_id: int | None
    origin_unit_id: int | None

    @property
    def data(self) -> LineData:
        """The line as it was typed."""
        return LineData(
            self.subject,
            self.name,
            self.title_id,
            self.post,
            self.division,
            self.birth_year,
            self.gender,
            self.note,
        )


def new_row_key() -> str:
    """A line's own key: 32 hexadecimal digits, kept through workbooks, removal and taking in."""
    return secrets.token_hex(16)


def add_line(work: Work, registration: EmulationRegistration, data: LineData) -> RegistrationLine:
    """Add a line at the end. Raises NotAllowed, NotEditable, InvalidInput (fields of LineData)."""
    begin_edit(work, registration)
    if registration.line_count >= MAX_LINES:
        raise RuleBroken(TOO_MANY)
    values = _checked(work, registration, data, NEW)
    last = work.session.scalars(
        select(func.coalesce(func.max(RegistrationLine.position), 0)).where(
            RegistrationLine.registration_id == registration.id
        )
    ).one()
    line = _insert(work, registration, values, row_key=new_row_key(), position=last + 1)
    finish_edit(work, registration, "registration.line_added", {"line": line.id})
    return line


def update_line(
    work: Work, registration: EmulationRegistration, line_id: int, version: int, data: LineData
) -> RegistrationLine:
    """Change a line. Raises NotAllowed, NotEditable, NotFound, VersionConflict, InvalidInput."""
    begin_edit(work, registration)
    line = _line(work, registration, line_id)
    check_version(line.version, version)
    values = _checked(work, registration, data, line.id, line.origin_unit_id)
    changed = sorted(name for name, value in values.items() if getattr(line, name) != value)
    for name in changed:
        setattr(line, name, values[name])
    if changed:
        finish_edit(work, registration, "registration.line_updated", {"line": line.id, "fields": changed})
    return line


def remove_line(work: Work, registration: EmulationRegistration, line_id: int, version: int) -> LineSnapshot:
    """Remove a line and give back the whole of it. Copies that the unit above has taken in stay, no longer tied to it.

    Raises NotAllowed, NotEditable, NotFound, VersionConflict.
    """
    begin_edit(work, registration)
    line = _line(work, registration, line_id)
    check_version(line.version, version)
    snapshot = _snapshot(line)
    loosen_copies(work, [line.id])
    work.session.delete(line)
    finish_edit(work, registration, "registration.line_removed", {"line": line_id, "name": snapshot.name})
    return snapshot


def restore_line(work: Work, registration: EmulationRegistration, snapshot: LineSnapshot) -> RegistrationLine:
    """Bring a removed line back with its key and place; a second call gives the line that is there.

    Raises NotAllowed, NotEditable, InvalidInput (when what was added meanwhile forbids it).
    """
    begin_edit(work, registration)
    known = work.session.scalars(
        select(RegistrationLine).where(
            RegistrationLine.registration_id == registration.id, RegistrationLine.row_key == snapshot.row_key
        )
    ).one_or_none()
    if known is not None:
        return known
    values = _checked(work, registration, snapshot.data, NEW, snapshot.origin_unit_id)
    line = _insert(
        work,
        registration,
        values,
        row_key=snapshot.row_key,
        position=snapshot.position,
        origin_line_id=_free_origin(work, registration, snapshot.origin_line_id),
        origin_unit_id=snapshot.origin_unit_id,
    )
    finish_edit(work, registration, "registration.line_restored", {"line": line.id})
    return line


def loosen_copies(work: Work, line_ids: list[int]) -> None:
    """Untie the copies of lines that are about to go; their unit of origin and key stay, so that a return finds them
    again.
    """
    work.session.flush()
    work.session.execute(
        update(RegistrationLine)
        .where(LINE_TABLE.c.origin_line_id.in_(line_ids))
        .values(origin_line_id=None)
        .execution_options(synchronize_session="fetch")
    )


def _free_origin(work: Work, registration: EmulationRegistration, origin_line_id: int | None) -> int | None:
    """The origin of a restored line, unless it has gone or has been taken in again meanwhile."""
    if origin_line_id is None or work.session.get(RegistrationLine, origin_line_id) is None:
        return None
    taken = select(RegistrationLine.id).where(
        RegistrationLine.registration_id == registration.id, RegistrationLine.origin_line_id == origin_line_id
    )
    return None if work.session.scalars(taken).first() is not None else origin_line_id


def _insert(work: Work, registration: EmulationRegistration, values: dict[str, Any], **place: Any) -> RegistrationLine:
    line = RegistrationLine(
        registration_id=registration.id,
        period_id=registration.period_id,
        unit_id=registration.unit_id,
        created_at=work.clock.now(),
        **place,
        **values,
    )
    work.session.add(line)
    work.session.flush()
    return line


def _checked(
    work: Work, registration: EmulationRegistration, data: LineData, line_id: int, origin_unit_id: int | None = None
) -> dict[str, Any]:
    """The line's columns; raises InvalidInput when it may not stand by itself, or beside those of the same name."""
    values = values_of(data)
    period = period_of(work, registration)
    codes = title_codes(work.session)
    errors = form_errors(values, codes, work.today().year)
    others = line_facts(
        work.session,
        registration.id,
        RegistrationLine.folded == values["folded"],
        RegistrationLine.id != line_id,
    )
    facts = facts_from(values, codes, line_id, len(others), origin_unit_id)
    found = errors_about([*others, facts], title_facts(work.session, period), frozenset({line_id}))
    for field, texts in found.get(line_id, {}).items():
        errors.setdefault(field, []).extend(t for t in texts if t not in errors.get(field, ()))
    if errors:
        raise InvalidInput(errors)
    return values


def _line(work: Work, registration: EmulationRegistration, line_id: int) -> RegistrationLine:
    found = work.session.scalars(
        line_of(registration.id, line_id).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _snapshot(line: RegistrationLine) -> LineSnapshot:
    return LineSnapshot(
        row_key=line.row_key,
        position=line.position,
        subject=line.subject,
        name=line.name,
        title_id=line.title_id,
        post=line.post,
        division=line.division,
        birth_year=line.birth_year,
        gender=line.gender,
        note=line.note,
        origin_line_id=line.origin_line_id,
        origin_unit_id=line.origin_unit_id,
    )
