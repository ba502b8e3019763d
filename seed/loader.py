"""Loads the start data into an empty or an earlier database.

What is there already stays as the office has edited it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.core.confidence import Confidence
from portal.core.text import fold
from portal.domain.access.actor import Actor, Work
from portal.domain.emulation import catalogue_models as m
from portal.domain.emulation.enums import BlockRole, MovementKind, PeriodSector, SubjectKind, TitleFamily, TitleScope
from portal.domain.units.models import Unit, UnitKind, UnitLevel
from portal.domain.units.services import UnitData, create_unit
from seed.approvals import load_chains
from seed.calendar import load_days_off, load_reporting_rules
from seed.tables import parts, read_table

SEED_ACTOR = Actor(0, "seed", "Dữ liệu khởi tạo", 0)
Row = dict[str, str]


def seed_work(session: Session, clock: Clock) -> Work:
    """The unit of work that start data is loaded in: nobody signed in acts."""
    return Work(session, SEED_ACTOR, clock, "seed")


def load_base(session: Session, clock: Clock) -> None:
    """Load units, the emulation catalogue, the calendar and the chains; idempotent. The caller commits, writing."""
    work = seed_work(session, clock)
    load_units(work)
    load_catalogue(work)
    load_days_off(work)
    load_reporting_rules(work)
    load_chains(work)


def load_units(work: Work) -> None:
    """Levels, kinds, then units in the file's order (parents first)."""
    session = work.session
    _add_missing(
        session,
        UnitLevel.code,
        "unit_levels",
        lambda r: UnitLevel(code=r["code"], label=r["label"], rank=int(r["rank"])),
    )
    _add_missing(session, UnitKind.code, "unit_kinds", _kind)
    ids: dict[str, int] = dict(session.execute(select(Unit.code, Unit.id)).all())
    for row in read_table("units"):
        if row["code"] not in ids:
            ids[row["code"]] = create_unit(work, _unit(row, ids)).id


def load_catalogue(work: Work) -> None:
    """Regimes, titles, authorities, rules, movements, periods, blocks and targets."""
    session = work.session
    _add_missing(session, m.LegalRegime.code, "regimes", _regime)
    _add_missing(session, m.EmulationTitle.code, "emulation_titles", _title)
    titles = dict(session.execute(select(m.EmulationTitle.code, m.EmulationTitle.id)).all())
    _add_missing(session, m.EmulationRule.code, "emulation_rules", _rule)
    _add_missing(session, m.EmulationMovement.code, "emulation_movements", _movement)
    _add_missing(session, m.RegistrationPeriod.code, "registration_periods", _period)
    _add_missing(session, m.EmulationBlock.code, "emulation_blocks", _block)
    _add_missing(session, m.RegistrationTarget.code, "registration_targets", _target)
    known = {(t, r) for t, r in session.execute(select(m.TitleAuthority.title_id, m.TitleAuthority.regime_code))}
    session.add_all(
        m.TitleAuthority(
            title_id=titles[r["title_code"]],
            regime_code=r["regime"],
            decided_by=r["decided_by"],
            citation=r["citation"],
            confidence=Confidence(r["confidence"]),
        )
        for r in read_table("title_authorities")
        if (titles[r["title_code"]], r["regime"]) not in known
    )
    _load_block_members(session)
    session.flush()


def _load_block_members(session: Session) -> None:
    blocks = dict(session.execute(select(m.EmulationBlock.code, m.EmulationBlock.id)).all())
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    filled = set(session.scalars(select(m.BlockMember.block_id)))
    session.add_all(
        m.BlockMember(block_id=blocks[r["block_code"]], unit_id=units[r["unit_code"]], role=BlockRole(r["role"]))
        for r in read_table("emulation_block_members")
        if blocks[r["block_code"]] not in filled
    )


def _add_missing(session: Session, code_column: Any, table: str, build: Callable[[Row], Any]) -> None:
    known = set(session.scalars(select(code_column)))
    session.add_all(build(row) for row in read_table(table) if row["code"] not in known)
    session.flush()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _must_day(text: str) -> date:
    return date.fromisoformat(text)


def _kind(r: Row) -> UnitKind:
    return UnitKind(
        code=r["code"],
        label=r["label"],
        level_code=r["level"],
        owes_registration=r["owes_registration"] == "yes",
        head_review=r["head_review"] == "yes",
    )


def _unit(r: Row, ids: dict[str, int]) -> UnitData:
    return UnitData(
        code=r["code"],
        name=r["body_name"] or r["name"],
        short_name=r["short_name"],
        level_code=r["level"],
        kind_code=r["kind"],
        parent_id=ids[r["parent_code"]] if r["parent_code"] else None,
        valid_from=_must_day(r["valid_from"]),
        valid_to=_day(r["valid_to"]),
        sector=r["sector"],
        symbol=r["symbol"],
        place=r["place"],
        head_title=r["head_title"],
        note=r["source_note"],
    )


def _regime(r: Row) -> m.LegalRegime:
    return m.LegalRegime(
        code=r["code"],
        name=r["name"],
        instruments=r["instruments"],
        registration_is_ground=r["registration_is_ground"] == "yes",
        valid_from=_day(r["valid_from"]),
        valid_to=_day(r["valid_to"]),
        confidence=Confidence(r["confidence"]),
    )


def _title(r: Row) -> m.EmulationTitle:
    writings = {fold(w) for w in (r["code"], r["name"], r["short_name"], *parts(r["aliases"]))}
    return m.EmulationTitle(
        code=r["code"],
        name=r["name"],
        short_name=r["short_name"],
        family=TitleFamily(r["family"]),
        subject=SubjectKind(r["subject"]),
        scope=TitleScope(r["scope"]),
        rank=int(r["rank"]),
        aliases="|" + "|".join(sorted(writings)) + "|",
        valid_from=_day(r["valid_from"]),
        valid_to=_day(r["valid_to"]),
    )


def _rule(r: Row) -> m.EmulationRule:
    return m.EmulationRule(
        code=r["code"],
        regime_code=r["regime"],
        title_code=r["title_code"],
        kind=r["kind"],
        operator=r["operator"],
        number=Decimal(r["number"]) if r["number"] else None,
        text=r["text"],
        citation=r["citation"],
        confidence=Confidence(r["confidence"]),
        blocking=r["blocking"] == "yes",
        stage=r["stage"],
        ref=r["ref"],
        any_of=r["any_of"],
    )


def _movement(r: Row) -> m.EmulationMovement:
    return m.EmulationMovement(
        code=r["code"],
        name=r["name"],
        kind=MovementKind(r["kind"]),
        year_from=int(r["year_from"]),
        year_to=int(r["year_to"]),
        launched_by=r["launched_by"],
        source=r["source"],
        confidence=Confidence(r["confidence"]),
    )


def _period(r: Row) -> m.RegistrationPeriod:
    return m.RegistrationPeriod(
        code=r["code"],
        name=r["name"],
        year=int(r["year"]),
        sector=PeriodSector(r["sector"]),
        opens_on=_must_day(r["opens_on"]),
        due_on=_must_day(r["due_on"]),
        closes_on=_must_day(r["closes_on"]),
        regime_code=r["regime"],
    )


def _block(r: Row) -> m.EmulationBlock:
    return m.EmulationBlock(code=r["code"], name=r["name"], year=int(r["year"]), confidence=Confidence(r["confidence"]))


def _target(r: Row) -> m.RegistrationTarget:
    return m.RegistrationTarget(
        code=r["code"],
        year=int(r["year"]),
        label=r["label"],
        title_codes=r["title_code"],
        number=int(r["number"]),
        unit_of_measure=r["unit"],
        source=r["source"],
        confidence=Confidence(r["confidence"]),
    )
