"""The catalogue that registrations stand on: regimes, titles and who decides them, rules, movements, periods, blocks,
targets.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.confidence import Confidence
from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.emulation.enums import BlockRole, MovementKind, PeriodSector, SubjectKind, TitleFamily, TitleScope


class LegalRegime(Base):
    """A body of law in force between two days; rules, authorities and periods name the one they follow."""

    __tablename__ = "legal_regime"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    instruments: Mapped[str] = mapped_column(Text)
    registration_is_ground: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))


class EmulationTitle(Versioned, Base):
    """A danh hiệu thi đua or hình thức khen thưởng.

    `aliases` are other writings, folded, each between bars: |cstd co so|cstdcs|.
    """

    is_catalogue = True
    __tablename__ = "emulation_title"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    family: Mapped[TitleFamily] = mapped_column(enum_type(TitleFamily, 10))
    subject: Mapped[SubjectKind] = mapped_column(enum_type(SubjectKind, 12))
    scope: Mapped[TitleScope] = mapped_column(enum_type(TitleScope, 12))
    rank: Mapped[int] = mapped_column(Integer)
    aliases: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()


class TitleAuthority(Base):
    """Who decides a title under a regime: a table, since the law moves it between levels."""

    __tablename__ = "title_authority"
    __table_args__ = (UniqueConstraint("title_id", "regime_code"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("emulation_title.id"))
    regime_code: Mapped[str] = mapped_column(ForeignKey("legal_regime.code"))
    decided_by: Mapped[str] = mapped_column(String(200))
    citation: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))


class EmulationRule(Base):
    """A condition of a regime, shown with its source; `number` and `operator` feed the checks that are computed.

    `stage` says where it is asked: registration, recognition or both; `ref` names the title, rating or level that the
    number is about.
    """

    __tablename__ = "emulation_rule"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    regime_code: Mapped[str] = mapped_column(ForeignKey("legal_regime.code"))
    title_code: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[str] = mapped_column(String(40))
    operator: Mapped[str] = mapped_column(String(10), default="")
    number: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    text: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))
    blocking: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str] = mapped_column(String(20), default="recognition")
    ref: Mapped[str] = mapped_column(String(60), default="")
    any_of: Mapped[str] = mapped_column(String(30), default="")


class EmulationMovement(Versioned, Base):
    """A phong trào thi đua, or a campaign of one year."""

    is_catalogue = True
    __tablename__ = "emulation_movement"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[MovementKind] = mapped_column(enum_type(MovementKind, 12))
    year_from: Mapped[int] = mapped_column(Integer)
    year_to: Mapped[int] = mapped_column(Integer)
    launched_by: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))
    closed: Mapped[bool] = mapped_column(default=False)


class RegistrationPeriod(Versioned, Base):
    """A year's registration for offices, or a school year's for the education sector.

    Days are inclusive; `due_on` is the hạn gửi.
    """

    is_catalogue = True
    __tablename__ = "registration_period"
    __table_args__ = (
        UniqueConstraint("year", "sector"),
        CheckConstraint("opens_on <= due_on AND due_on <= closes_on", name="days"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    year: Mapped[int] = mapped_column(Integer)
    sector: Mapped[PeriodSector] = mapped_column(enum_type(PeriodSector, 12))
    opens_on: Mapped[date] = mapped_column()
    due_on: Mapped[date] = mapped_column()
    closes_on: Mapped[date] = mapped_column()
    regime_code: Mapped[str] = mapped_column(ForeignKey("legal_regime.code"))
    share_rounding: Mapped[str] = mapped_column(String(10), default="down")


class PeriodException(Base):
    """A later day for one unit, with the paper that allowed it."""

    is_catalogue = True
    __tablename__ = "period_exception"
    __table_args__ = (UniqueConstraint("period_id", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("registration_period.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    granted_on: Mapped[date] = mapped_column()


class EmulationBlock(Versioned, Base):
    """A cụm or khối thi đua of one year."""

    is_catalogue = True
    __tablename__ = "emulation_block"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    year: Mapped[int] = mapped_column(Integer)
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))


class BlockMember(Base):
    """A unit's membership of a block."""

    is_catalogue = True
    __tablename__ = "block_member"
    __table_args__ = (UniqueConstraint("block_id", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("emulation_block.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[BlockRole] = mapped_column(enum_type(BlockRole, 10))


class RegistrationTarget(Versioned, Base):
    """The plan's number for one or several titles in a year (58 Cờ, 135 Tập thể LĐXS, 2.000 Bằng khen).

    `title_codes` joins codes with bars (HCLD1|HCLD2|HCLD3); empty: the share of units that register, in per cent.
    """

    __tablename__ = "registration_target"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    year: Mapped[int] = mapped_column(Integer, index=True)
    label: Mapped[str] = mapped_column(String(200))
    title_codes: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[int] = mapped_column(Integer)
    unit_of_measure: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))
