"""What search finds of emulation: the catalogue, registrations, and who is put forward in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.core.manifest import Shown
from portal.core.search.documents import Document
from portal.core.search.kinds import AnyRow, AnySelect, Follow, Hit, Searchable
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import (
    EmulationBlock,
    EmulationMovement,
    EmulationTitle,
    RegistrationPeriod,
)
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine, RegistrationPledge
from portal.domain.emulation.queries.registrations import content_scope
from portal.domain.units.models import Unit
from portal.domain.units.queries import units_in_reach

Registration, Line, Period = EmulationRegistration, RegistrationLine, RegistrationPeriod
MOST_YEARS = 20
CLOSED = Shown("Đã đóng", "idle", "lock")


def _movements() -> AnySelect:
    m = EmulationMovement
    return select(m.id, m.name, m.launched_by, m.source, m.year_from, m.year_to)


def _movement(row: AnyRow) -> Document:
    years = range(row.year_from, row.year_to + 1)[:MOST_YEARS]
    return Document(row.name, f"{row.launched_by} {row.source}", facets=tuple(f"year{year}" for year in years))


def _movement_hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    manages, year = work.actor.can(Permission.CATALOGUE_MANAGE), work.today().year
    m = EmulationMovement
    rows = work.session.execute(
        select(m.id, m.name, m.kind, m.year_from, m.year_to, m.launched_by, m.closed).where(m.id.in_(ids))
    )
    found = []
    for row in rows:
        span = str(row.year_from) if row.year_from == row.year_to else f"{row.year_from}–{row.year_to}"
        shown = min(max(year, row.year_from), row.year_to)
        where = ("emulation.edit_movement", {"movement_id": row.id}) if manages else (_MOVEMENTS, {"nam": shown})
        detail = ", ".join(part for part in (row.kind.label, span, row.launched_by) if part)
        found.append(Hit(row.id, row.name, detail, *where, state=CLOSED if row.closed else None))
    return found


def _titles() -> AnySelect:
    t = EmulationTitle
    return select(t.id, t.code, t.name, t.short_name, t.aliases)


def _title(row: AnyRow) -> Document:
    return Document(f"{row.name} {row.short_name} {row.code}", row.aliases)


def _title_hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    t = EmulationTitle
    rows = work.session.execute(select(t.id, t.name, t.short_name, t.family, t.subject).where(t.id.in_(ids)))
    return [
        Hit(
            row.id,
            row.name,
            f"{row.short_name}, {row.family.label}, {row.subject.label}",
            "emulation.show_title",
            {"title_id": row.id},
        )
        for row in rows
    ]


def _blocks() -> AnySelect:
    return select(EmulationBlock.id, EmulationBlock.name, EmulationBlock.year)


def _block(row: AnyRow) -> Document:
    return Document(row.name, year=row.year)


def _block_hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    rows = work.session.execute(_blocks().where(EmulationBlock.id.in_(ids)))
    return [Hit(row.id, row.name, f"Năm {row.year}", "emulation.show_block", {"block_id": row.id}) for row in rows]


def _catalogue_of(model: type[EmulationMovement | EmulationTitle | EmulationBlock]) -> AnySelect:
    """The catalogue is read whole by everyone who may read it: the kind's permission is what cuts it."""
    return select(model.id)


def _registrations() -> AnySelect:
    r = Registration
    pledges = select(func.aggregate_strings(RegistrationPledge.name, " ")).where(
        RegistrationPledge.registration_id == r.id
    )
    return (
        select(r.id, r.unit_id, r.paper_no, r.signer_name, r.content, Unit.code, Unit.name.label("unit_name"))
        .add_columns(Unit.short_name, Period.name.label("period_name"), Period.year, Period.id.label("period_id"))
        .add_columns(pledges.scalar_subquery().label("pledges"))
        .join(Unit, Unit.id == r.unit_id)
        .join(Period, Period.id == r.period_id)
    )


def _registration(row: AnyRow) -> Document:
    return Document(
        title=f"{row.period_name} {row.unit_name} {row.short_name} {row.code} {row.paper_no}",
        body=f"{row.signer_name} {row.pledges or ''} {row.content}",
        unit_id=row.unit_id,
        year=row.year,
        facets=(f"period{row.period_id}",),
    )


def _readable(actor: Actor, on: date) -> AnySelect:
    """The registrations whose content the actor may read: drafts of others stay unfound."""
    return select(Registration.id).where(content_scope(actor, on))


def _registration_hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    rows = work.session.execute(
        _registrations()
        .add_columns(Registration.state)
        .where(Registration.id.in_(ids), content_scope(work.actor, work.today()))
    )
    return [
        Hit(
            row.id,
            f"{row.period_name}: {row.unit_name}",
            ", ".join(part for part in (f"Số {row.paper_no}" if row.paper_no else "", row.signer_name) if part),
            "emulation.show_registration",
            {"registration_id": row.id},
            _shown(row.state),
        )
        for row in rows
    ]


def _lines() -> AnySelect:
    return (
        select(Line.id, Line.name, Line.post, Line.division, Line.note, Line.unit_id, Line.origin_unit_id)
        .add_columns(Line.period_id, Line.title_id, Line.subject, Period.year)
        .join(Period, Period.id == Line.period_id)
    )


def _line(row: AnyRow) -> Document:
    return Document(
        title=row.name,
        body=f"{row.post} {row.division} {row.note}",
        unit_id=row.unit_id,
        origin_id=row.origin_unit_id,
        year=row.year,
        facets=(f"period{row.period_id}", f"title{row.title_id}", row.subject.value),
    )


def _readable_lines(actor: Actor, on: date) -> AnySelect:
    return select(Line.id).join(Registration, Registration.id == Line.registration_id).where(content_scope(actor, on))


def _line_hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    origin = aliased(Unit)
    rows = work.session.execute(
        select(Line.id, Line.name, Line.post, Line.division, Line.registration_id, Unit.short_name.label("unit_name"))
        .add_columns(origin.short_name.label("origin_name"), EmulationTitle.short_name.label("title_name"))
        .add_columns(Registration.state, Period.year)
        .join(Registration, Registration.id == Line.registration_id)
        .join(Unit, Unit.id == Line.unit_id)
        .join(EmulationTitle, EmulationTitle.id == Line.title_id)
        .join(Period, Period.id == Line.period_id)
        .outerjoin(origin, origin.id == Line.origin_unit_id)
        .where(Line.id.in_(ids), content_scope(work.actor, work.today()))
    )
    return [
        Hit(
            row.id,
            row.name,
            ", ".join(part for part in (row.post, row.division, _unit_of(row), f"{row.title_name} {row.year}") if part),
            "emulation.show_line",
            {"registration_id": row.registration_id, "line_id": row.id},
            _shown(row.state),
        )
        for row in rows
    ]


def _unit_of(row: AnyRow) -> str:
    return f"{row.unit_name} (lấy từ {row.origin_name})" if row.origin_name else row.unit_name


def _shown(state: RegistrationState) -> Shown:
    return Shown(state.label, state.tone, state.icon)


def _reach(session: Session, actor: Actor, on: date) -> Sequence[int] | None:
    return units_in_reach(session, actor, Permission.REGISTRATION_VIEW, on)


def _of_unit(unit: Unit) -> AnySelect:
    return select(Registration.id).where(Registration.unit_id == unit.id)


def _of_period(period: RegistrationPeriod) -> AnySelect:
    return select(Registration.id).where(Registration.period_id == period.id)


_MOVEMENTS = "emulation.list_movements"
SEARCHABLE = (
    Searchable(
        number=3,
        label="Phong trào, đợt thi đua",
        icon="flag",
        permission=Permission.CATALOGUE_VIEW,
        model=EmulationMovement,
        records=_movements,
        document=_movement,
        visible=lambda _actor, _on: _catalogue_of(EmulationMovement),
        hits=_movement_hits,
        attributes=frozenset({"name", "launched_by", "source", "year_from", "year_to"}),
    ),
    Searchable(
        number=4,
        label="Danh hiệu, hình thức",
        icon="award",
        permission=Permission.CATALOGUE_VIEW,
        model=EmulationTitle,
        records=_titles,
        document=_title,
        visible=lambda _actor, _on: _catalogue_of(EmulationTitle),
        hits=_title_hits,
        attributes=frozenset({"code", "name", "short_name", "aliases"}),
    ),
    Searchable(
        number=5,
        label="Cụm, khối thi đua",
        icon="users-group",
        permission=Permission.CATALOGUE_VIEW,
        model=EmulationBlock,
        records=_blocks,
        document=_block,
        visible=lambda _actor, _on: _catalogue_of(EmulationBlock),
        hits=_block_hits,
        attributes=frozenset({"name", "year"}),
    ),
    Searchable(
        number=6,
        label="Bản đăng ký thi đua",
        icon="clipboard-text",
        permission=Permission.REGISTRATION_VIEW,
        model=EmulationRegistration,
        records=_registrations,
        document=_registration,
        visible=_readable,
        hits=_registration_hits,
        reach=_reach,
        attributes=frozenset({"unit_id", "period_id", "content", "paper_no", "signer_name"}),
        follows=(
            Follow(RegistrationPledge, lambda pledge: int(pledge.registration_id), frozenset({"name"})),
            Follow(Unit, _of_unit, frozenset({"name", "short_name", "code"})),
            Follow(RegistrationPeriod, _of_period, frozenset({"name"})),
        ),
    ),
    Searchable(
        number=7,
        label="Cá nhân, tập thể đăng ký",
        icon="trophy",
        permission=Permission.REGISTRATION_VIEW,
        model=RegistrationLine,
        records=_lines,
        document=_line,
        visible=_readable_lines,
        hits=_line_hits,
        reach=_reach,
        attributes=frozenset(
            {"name", "post", "division", "note", "unit_id", "origin_unit_id", "period_id", "title_id", "subject"}
        ),
    ),
)
