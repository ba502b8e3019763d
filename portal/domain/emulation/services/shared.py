"""What every verb on a registration needs: the locked row, the right to edit it, who edited, and the counts of its
lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, cast, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal.core.errors import NotAllowed, NotFound, VersionConflict
from portal.core.search.index import touch
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import EDITABLE, SubjectKind
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import (
    REGISTRATION_TABLE,
    EmulationRegistration,
    RegistrationEditor,
    RegistrationLine,
)
from portal.domain.emulation.queries.registrations import OBJECT_TYPE, get_registration

SEPARATOR = "\u001f"


def load_for_write(work: Work, registration_id: int) -> EmulationRegistration:
    """The registration, locked until the transaction ends; NotFound when the actor may not know of it."""
    stmt = get_registration(work.actor, registration_id, work.today())
    found = work.session.scalars(
        stmt.with_for_update(of=EmulationRegistration).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def lock(work: Work, registration: EmulationRegistration) -> None:
    """Lock the row and read it again, so that the decision rests on what is there now."""
    work.session.refresh(registration, with_for_update=True)


def begin_edit(work: Work, registration: EmulationRegistration) -> None:
    """Lock the registration for a change of its content; raises NotAllowed or NotEditable."""
    lock(work, registration)
    if not work.actor.holds_at(Permission.REGISTRATION_EDIT, registration.unit_id):
        raise NotAllowed
    if registration.state not in EDITABLE:
        raise NotEditable


def check_version(found: int, given: int) -> None:
    """Raise VersionConflict when the record moved since the actor read it."""
    if found != given:
        raise VersionConflict


def giver_of(work: Work, registration: EmulationRegistration) -> int | None:
    """In whose name the actor edits: the giver of a delegation, or None."""
    return work.actor.acts_for(Permission.REGISTRATION_EDIT, registration.unit_id)


def note_editor(work: Work, registration: EmulationRegistration) -> None:
    """Remember who edited, and in whose name: none of them may approve it until it has been returned."""
    people = {p for p in (work.actor.user_id, giver_of(work, registration)) if p is not None}
    known = set(
        work.session.scalars(
            select(RegistrationEditor.user_id).where(
                RegistrationEditor.registration_id == registration.id, RegistrationEditor.user_id.in_(sorted(people))
            )
        )
    )
    now = work.clock.now()
    work.session.add_all(
        RegistrationEditor(registration_id=registration.id, user_id=person, at=now) for person in sorted(people - known)
    )


def finish_edit(
    work: Work, registration: EmulationRegistration, action: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Note the editor, bring the counts up to date and write the audit entry; the registration's version stays."""
    work.session.flush()
    note_editor(work, registration)
    recount(work, registration)
    audit(work, registration, action, detail, giver_of(work, registration))
    work.session.flush()


def index_added(work: Work, registration: EmulationRegistration, after: int) -> None:
    """Let search follow the lines that one statement has added after this position."""
    line = RegistrationLine
    touch(work.session, line, select(line.id).where(line.registration_id == registration.id, line.position > after))


def recount(work: Work, registration: EmulationRegistration) -> None:
    """Set the counts from the lines in one statement; it does not move the version, so that two officers can edit
    different lines.
    """
    table = REGISTRATION_TABLE
    of_registration = RegistrationLine.registration_id == registration.id
    person = RegistrationLine.sort_key + SEPARATOR + RegistrationLine.post + SEPARATOR + RegistrationLine.division
    person = person + SEPARATOR + cast(func.coalesce(RegistrationLine.origin_unit_id, 0), String)
    lines = select(func.count()).select_from(RegistrationLine).where(of_registration)
    people = select(func.count(person.distinct())).where(
        of_registration, RegistrationLine.subject == SubjectKind.PERSON
    )
    now = work.clock.now()
    row = work.session.execute(
        update(table)
        .where(table.c.id == registration.id)
        .values(line_count=lines.scalar_subquery(), person_count=people.scalar_subquery(), updated_at=now)
        .returning(table.c.line_count, table.c.person_count)
    ).one()
    set_committed_value(registration, "line_count", row.line_count)
    set_committed_value(registration, "person_count", row.person_count)
    set_committed_value(registration, "updated_at", now)


def audit(
    work: Work,
    registration: EmulationRegistration,
    action: str,
    detail: Mapping[str, Any] | None = None,
    on_behalf_of_id: int | None = None,
) -> None:
    """An audit entry about this registration."""
    record(
        work,
        action,
        OBJECT_TYPE,
        registration.id,
        unit_id=registration.unit_id,
        on_behalf_of_id=on_behalf_of_id,
        detail=detail,
    )


def period_of(work: Work, registration: EmulationRegistration) -> RegistrationPeriod:
    """The registration's period."""
    return work.session.get_one(RegistrationPeriod, registration.period_id)
