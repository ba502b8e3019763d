"""The catalogue as its pages read it: movements, titles with who decides them, rules, blocks, periods, targets."""

from __future__ import annotations

from sqlalchemy import Select, and_, func, select

from portal.core.pagination import AnySelect, Order
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.catalogue_models import (
    BlockMember,
    EmulationBlock,
    EmulationMovement,
    EmulationRule,
    EmulationTitle,
    LegalRegime,
    PeriodException,
    RegistrationPeriod,
    RegistrationTarget,
    TitleAuthority,
)
from portal.domain.emulation.enums import BlockRole, MovementKind, PeriodSector, SubjectKind, TitleFamily
from portal.domain.emulation.models import EmulationRegistration, RegistrationMovement
from portal.domain.units.models import Unit

UNSCOPED = {
    "movements": "a catalogue that everyone reads",
    "one_movement": "a catalogue that everyone reads",
    "titles": "a catalogue that everyone reads",
    "title_names": "a catalogue that everyone reads",
    "one_title": "a catalogue that everyone reads",
    "authorities": "a catalogue that everyone reads",
    "rules_about": "a catalogue that everyone reads",
    "regimes": "a catalogue that everyone reads",
    "regime_of_year": "a catalogue that everyone reads",
    "blocks": "who is in which block is public in the province",
    "one_block": "who is in which block is public in the province",
    "members_of": "who is in which block is public in the province",
    "periods": "a catalogue that everyone reads",
    "one_period": "a catalogue that everyone reads",
    "exceptions_of": "days that were granted; the page of periods shows them to who manages periods alone",
    "targets": "the plan's numbers are public in the province",
}
BY_YEAR = Order("nam", (EmulationMovement.year_from, EmulationMovement.id), descending=True)
BY_RANK = Order("bac", (EmulationTitle.rank, EmulationTitle.id))
BY_BLOCK = Order("khoi", (EmulationBlock.id,))
NEWEST_PERIOD = Order(
    "moi", (RegistrationPeriod.year, RegistrationPeriod.opens_on, RegistrationPeriod.id), descending=True
)
BY_TARGET = Order("chi-tieu", (RegistrationTarget.id,))


def movements(year: int | None = None, kind: MovementKind | None = None, *, closed: bool | None = None) -> AnySelect:
    """Movements that reach into a year, of a kind, open or closed: (movement, how many registrations joined it)."""
    joined = (
        select(func.count())
        .select_from(RegistrationMovement)
        .where(RegistrationMovement.movement_id == EmulationMovement.id)
        .correlate(EmulationMovement)
        .scalar_subquery()
    )
    stmt = select(EmulationMovement, joined.label("joined"))
    if year is not None:
        stmt = stmt.where(EmulationMovement.year_from <= year, EmulationMovement.year_to >= year)
    if kind is not None:
        stmt = stmt.where(EmulationMovement.kind == kind)
    if closed is not None:
        stmt = stmt.where(EmulationMovement.closed.is_(closed))
    return stmt.order_by(EmulationMovement.year_from.desc(), EmulationMovement.id.desc())


def one_movement(movement_id: int) -> Select[EmulationMovement]:
    """A movement."""
    return select(EmulationMovement).where(EmulationMovement.id == movement_id)


def titles(
    regime_code: str, family: TitleFamily | None = None, subject: SubjectKind | None = None
) -> Select[EmulationTitle, TitleAuthority]:
    """Every title from the lowest, or those of a family or for persons or collectives, with who decides it under a
    regime (None where the regime says nothing).
    """
    decides = and_(TitleAuthority.title_id == EmulationTitle.id, TitleAuthority.regime_code == regime_code)
    stmt = (
        select(EmulationTitle, TitleAuthority)
        .outerjoin(TitleAuthority, decides)
        .order_by(EmulationTitle.rank, EmulationTitle.id)
    )
    if family is not None:
        stmt = stmt.where(EmulationTitle.family == family)
    return stmt if subject is None else stmt.where(EmulationTitle.subject.in_((subject, SubjectKind.BOTH)))


def title_names() -> Select[str, str]:
    """Every title: (code, name)."""
    return select(EmulationTitle.code, EmulationTitle.name)


def one_title(title_id: int) -> Select[EmulationTitle]:
    """A title."""
    return select(EmulationTitle).where(EmulationTitle.id == title_id)


def authorities(title_id: int) -> Select[LegalRegime, TitleAuthority]:
    """Every regime, the oldest first, with who decides the title under it (None where it says nothing)."""
    decides = and_(TitleAuthority.regime_code == LegalRegime.code, TitleAuthority.title_id == title_id)
    return select(LegalRegime, TitleAuthority).outerjoin(TitleAuthority, decides).order_by(LegalRegime.code)


def rules_about(title_code: str) -> Select[EmulationRule]:
    """The rules of a title and those of every title, by regime."""
    return (
        select(EmulationRule)
        .where(EmulationRule.title_code.in_([title_code, ""]))
        .order_by(EmulationRule.regime_code, EmulationRule.title_code.desc(), EmulationRule.id)
    )


def regimes() -> Select[LegalRegime]:
    """The regimes, the oldest first."""
    return select(LegalRegime).order_by(LegalRegime.code)


def regime_of_year(year: int) -> Select[str]:
    """The regime that the year's period for offices follows, else the newest."""
    of_year = select(RegistrationPeriod.regime_code).where(RegistrationPeriod.year == year)
    return select(LegalRegime.code).order_by(LegalRegime.code.in_(of_year).desc(), LegalRegime.code.desc()).limit(1)


def blocks(year: int) -> AnySelect:
    """The blocks of a year with their number of members and their leader's short name."""
    count = select(func.count()).where(BlockMember.block_id == EmulationBlock.id).scalar_subquery()
    leader = (
        select(Unit.short_name)
        .join(BlockMember, BlockMember.unit_id == Unit.id)
        .where(BlockMember.block_id == EmulationBlock.id, BlockMember.role == BlockRole.LEADER)
        .order_by(Unit.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(EmulationBlock, count.label("members"), leader.label("leader"))
        .where(EmulationBlock.year == year)
        .order_by(EmulationBlock.id)
    )


def one_block(block_id: int) -> Select[EmulationBlock]:
    """A block."""
    return select(EmulationBlock).where(EmulationBlock.id == block_id)


def members_of(block_id: int) -> Select[BlockMember, Unit]:
    """The members of a block, in the Vietnamese order."""
    return (
        select(BlockMember, Unit)
        .join(Unit, Unit.id == BlockMember.unit_id)
        .where(BlockMember.block_id == block_id)
        .order_by(Unit.sort_key, Unit.id)
    )


def periods(year: int | None = None, sector: PeriodSector | None = None) -> AnySelect:
    """The periods, the newest first, each with its regime's name, its registrations and its exceptions."""
    made = select(func.count()).where(EmulationRegistration.period_id == RegistrationPeriod.id).scalar_subquery()
    granted = select(func.count()).where(PeriodException.period_id == RegistrationPeriod.id).scalar_subquery()
    stmt = (
        select(
            RegistrationPeriod,
            LegalRegime.name.label("regime"),
            made.label("registrations"),
            granted.label("exceptions"),
        )
        .join(LegalRegime, LegalRegime.code == RegistrationPeriod.regime_code)
        .order_by(*(column.desc() for column in NEWEST_PERIOD.columns))
    )
    if sector is not None:
        stmt = stmt.where(RegistrationPeriod.sector == sector)
    return stmt if year is None else stmt.where(RegistrationPeriod.year == year)


def one_period(period_id: int) -> Select[RegistrationPeriod]:
    """A period."""
    return select(RegistrationPeriod).where(RegistrationPeriod.id == period_id)


def exceptions_of(period_id: int) -> Select[PeriodException, Unit, str]:
    """The later days that were granted in a period, the latest first: (exception, unit, name of who granted it)."""
    return (
        select(PeriodException, Unit, UserAccount.full_name)
        .join(Unit, Unit.id == PeriodException.unit_id)
        .join(UserAccount, UserAccount.id == PeriodException.granted_by_id)
        .where(PeriodException.period_id == period_id)
        .order_by(PeriodException.due_on.desc(), Unit.sort_key, PeriodException.id)
    )


def targets(year: int) -> Select[RegistrationTarget]:
    """The plan's numbers of a year."""
    return select(RegistrationTarget).where(RegistrationTarget.year == year).order_by(RegistrationTarget.id)
