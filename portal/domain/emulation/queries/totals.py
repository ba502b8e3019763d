"""Totals: by title against the plan's numbers, and by unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from portal.core.pagination import AnySelect
from portal.domain.access.actor import Actor
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationTarget
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration, ExpectedNumber
from portal.domain.emulation.queries.completeness import Completeness, OwingFilter, completeness
from portal.domain.emulation.queries.registrations import content_scope
from portal.domain.emulation.queries.submitted import Line, LineFilter, Registration, cut, direct_to, period_ids_of
from portal.domain.units.models import Unit

UNSCOPED = {"targets_of": "the plan's numbers: a catalogue that everyone reads"}
PERSONS = func.sum(case((Line.subject == SubjectKind.PERSON, 1), else_=0))
COLLECTIVES = func.sum(case((Line.subject == SubjectKind.PERSON, 0), else_=1))


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """One of the plan's numbers and what is sent towards it; a share of units is turned into a number of units."""

    target: RegistrationTarget
    value: int
    number: int
    title_ids: tuple[int, ...] = ()

    @property
    def percent(self) -> float:
        """The share of the plan's number, 0 and up."""
        return 100 * self.value / self.number if self.number else 0.0

    @property
    def is_completeness(self) -> bool:
        """Whether it is the share of units that register."""
        return not self.target.title_codes


def totals_by_title(actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """By title, by rank: title_id, code, name, short_name, scope, family, lines, persons, collectives, units."""
    stmt = select(
        EmulationTitle.id.label("title_id"),
        EmulationTitle.code,
        EmulationTitle.name,
        EmulationTitle.short_name,
        EmulationTitle.scope,
        EmulationTitle.family,
        func.count().label("lines"),
        PERSONS.label("persons"),
        COLLECTIVES.label("collectives"),
        func.count(Line.unit_id.distinct()).label("units"),
    )
    return (
        cut(stmt, actor, on, chosen)
        .group_by(
            EmulationTitle.id,
            EmulationTitle.code,
            EmulationTitle.name,
            EmulationTitle.short_name,
            EmulationTitle.scope,
            EmulationTitle.family,
            EmulationTitle.rank,
        )
        .order_by(EmulationTitle.rank, EmulationTitle.id)
    )


def expected_by_title(actor: Actor, on: date, chosen: LineFilter) -> Select[int, int]:
    """The numbers that units expect, by title: (title_id, sum), over the registrations of the filter's periods and
    state.
    """
    reg = EmulationRegistration
    stmt = (
        select(ExpectedNumber.title_id, func.sum(ExpectedNumber.number))
        .join(reg, reg.id == ExpectedNumber.registration_id)
        .where(content_scope(actor, on), reg.period_id.in_(chosen.period_ids))
    )
    if chosen.direct_only and (direct := direct_to(actor, on)) is not None:
        stmt = stmt.where(direct)
    if chosen.state is not None:
        stmt = stmt.where(reg.state == chosen.state)
    return stmt.group_by(ExpectedNumber.title_id).order_by(ExpectedNumber.title_id)


def summary_by_unit(actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """By the unit that sent, in the Vietnamese order: unit_id, code, short_name, name, state, sent_at, paper_no, lines,
    persons, collectives.
    """
    keys = (
        Unit.id,
        Unit.code,
        Unit.name,
        Unit.short_name,
        Unit.sort_key,
        Registration.id,
        Registration.state,
        Registration.sent_at,
        Registration.paper_no,
        Registration.paper_date,
    )
    stmt = select(
        Unit.id.label("unit_id"),
        *keys[1:5],
        Registration.id.label("registration_id"),
        *keys[6:],
        func.count().label("lines"),
        PERSONS.label("persons"),
        COLLECTIVES.label("collectives"),
    )
    return cut(stmt, actor, on, chosen).group_by(*keys).order_by(Unit.sort_key, Unit.id, Registration.id)


def unit_title_counts(actor: Actor, on: date, chosen: LineFilter) -> AnySelect:
    """The cells of the table unit by title: (registration_id, title_id, lines)."""
    stmt = select(Registration.id.label("registration_id"), Line.title_id, func.count().label("lines"))
    return (
        cut(stmt, actor, on, chosen).group_by(Registration.id, Line.title_id).order_by(Registration.id, Line.title_id)
    )


def targets_of(year: int) -> Select[RegistrationTarget]:
    """The plan's numbers of a year, in the plan's order."""
    return select(RegistrationTarget).where(RegistrationTarget.year == year).order_by(RegistrationTarget.id)


def target_progress(session: Session, actor: Actor, on: date, year: int) -> list[TargetProgress]:
    """The plan's numbers of a year with what is sent towards each, over all that the actor may read (a fixed number of
    queries).
    """
    targets = session.scalars(targets_of(year)).all()
    if not targets:
        return []
    wanted = {code for target in targets for code in target.title_codes.split("|") if code}
    ids = dict(session.execute(select(EmulationTitle.code, EmulationTitle.id)).all())
    named = tuple(ids[code] for code in sorted(wanted) if code in ids)
    chosen = LineFilter(period_ids_of(session, year), title_ids=named, counted_only=True)
    counts = {row.code: (row.title_id, row.lines) for row in session.execute(totals_by_title(actor, on, chosen))}
    figure = completeness(session, actor, on, OwingFilter(year))
    return [_progress(target, counts, ids, figure) for target in targets]


def _progress(
    target: RegistrationTarget, counts: dict[str, tuple[int, int]], ids: dict[str, int], figure: Completeness
) -> TargetProgress:
    codes = [code for code in target.title_codes.split("|") if code]
    if not codes:
        return TargetProgress(target, figure.sent, -(-figure.owing * target.number // 100))
    value = sum(counts[code][1] for code in codes if code in counts)
    return TargetProgress(target, value, target.number, tuple(ids[code] for code in codes if code in ids))
