"""What the page of one registration reads beside it. The registration itself came through a scoped query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.text import fold
from portal.core.workflow import WorkflowStep
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.intake import COPIED
from portal.domain.emulation.queries.lines import lines_of
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.units.models import Unit

UNSCOPED = {
    "frame_of": "the unit, receiver and period of a registration that was loaded in scope",
    "trail_with_names": "the trail of a registration that was loaded in scope",
    "lines_page": "lines of a registration that was loaded in scope",
    "line_ids_of": "lines of a registration that was loaded in scope",
    "line_with_title": "a line of a registration that was loaded in scope",
    "counts_by_title": "lines of a registration that was loaded in scope",
    "known_names": "names of lines of the unit whose registration was loaded in scope",
}
SUGGESTIONS = 20


def frame_of(registration_id: int) -> Select[Unit, Unit, RegistrationPeriod]:
    """(unit, receiving unit, period) of a registration."""
    receiver = aliased(Unit)
    return (
        select(Unit, receiver, RegistrationPeriod)
        .select_from(EmulationRegistration)
        .join(Unit, Unit.id == EmulationRegistration.unit_id)
        .join(receiver, receiver.id == EmulationRegistration.receiver_unit_id)
        .join(RegistrationPeriod, RegistrationPeriod.id == EmulationRegistration.period_id)
        .where(EmulationRegistration.id == registration_id)
    )


def trail_with_names(registration_id: int) -> Select[WorkflowStep, str, str, str]:
    """The trail, newest first: (step, who acted, in whose name or None, short name of the unit or None)."""
    giver = aliased(UserAccount)
    return (
        select(WorkflowStep, UserAccount.full_name, giver.full_name, Unit.short_name)
        .join(UserAccount, UserAccount.id == WorkflowStep.actor_id)
        .outerjoin(giver, giver.id == WorkflowStep.on_behalf_of_id)
        .outerjoin(Unit, Unit.id == WorkflowStep.unit_id)
        .where(WorkflowStep.object_type == OBJECT_TYPE, WorkflowStep.object_id == registration_id)
        .order_by(WorkflowStep.id.desc())
    )


def lines_page(registration_id: int, page: int, size: int) -> Select[RegistrationLine, EmulationTitle, str | None]:
    """One page of the lines (from 1), as `lines_of` gives them."""
    return lines_of(registration_id).limit(size).offset((page - 1) * size)


def line_ids_of(registration_id: int) -> Select[int]:
    """The ids of all lines in their order: a line's number on the page is its place here."""
    line = RegistrationLine
    return select(line.id).where(line.registration_id == registration_id).order_by(line.position, line.id)


def line_with_title(registration_id: int, line_id: int) -> Select[RegistrationLine, EmulationTitle, str | None]:
    """One line, as `lines_of` gives them."""
    return lines_of(registration_id).where(RegistrationLine.id == line_id)


def counts_by_title(registration_id: int) -> Select[int, str, int]:
    """How many lines a title has: (title's id, its name, number of lines), by the titles' rank."""
    title = EmulationTitle
    return (
        select(title.id, title.name, func.count())
        .join(RegistrationLine, RegistrationLine.title_id == title.id)
        .where(RegistrationLine.registration_id == registration_id)
        .group_by(title.id, title.name, title.rank)
        .order_by(title.rank, title.id)
    )


def known_names(unit_id: int, words: str) -> Select[str]:
    """Names that the unit has written in any year and that begin with these letters, with or without marks."""
    line = RegistrationLine
    return (
        select(line.name)
        .where(line.unit_id == unit_id, line.folded.startswith(fold(words), autoescape=True))
        .group_by(line.name, line.sort_key)
        .order_by(line.sort_key, line.name)
        .limit(SUGGESTIONS)
    )


def count_by_kind(session: Session, registration_id: int) -> tuple[int, int]:
    """How many lines are of collectives and how many of persons."""
    line = RegistrationLine
    rows = session.execute(
        select(line.subject, func.count()).where(line.registration_id == registration_id).group_by(line.subject)
    )
    found = dict(rows.all())
    return found.get(SubjectKind.COLLECTIVE, 0), found.get(SubjectKind.PERSON, 0)


def words_used(session: Session, registration_id: int, limit: int = 100) -> tuple[list[str], list[str]]:
    """The posts and the divisions that the registration's lines already name, for suggestions: (posts, divisions)."""
    line = RegistrationLine

    def of(column: Any) -> list[str]:
        stmt = select(column).where(line.registration_id == registration_id, column != "").distinct()
        return list(session.scalars(stmt.order_by(column).limit(limit)))

    return of(line.post), of(line.division)


def numbers_of(session: Session, registration_id: int) -> dict[int, int]:
    """The number of each line on the page, from 1."""
    return {key: number for number, key in enumerate(session.scalars(line_ids_of(registration_id)), start=1)}


def taken_from(session: Session, own_id: int, source_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of each child's registration: how many lines the unit's own has taken in, and how many of those differ now."""
    source, copy = aliased(RegistrationLine), aliased(RegistrationLine)
    differs = or_(*(getattr(source, c).is_distinct_from(getattr(copy, c)) for c in COPIED))
    rows = session.execute(
        select(source.registration_id, func.count(), func.sum(case((differs, 1), else_=0)))
        .join(copy, and_(copy.registration_id == own_id, copy.row_key == source.row_key))
        .where(source.registration_id.in_(sorted(source_ids)))
        .group_by(source.registration_id)
    )
    return {key: (taken, differing or 0) for key, taken, differing in rows}
