"""Units as data: levels, kinds, dated names and a dated closure table; nothing is ever re-parented in place."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.units.enums import ChangeKind, PartSide


class UnitLevel(Base):
    """A level: province, department, district, commune, subordinate. `rank` orders them from the top."""

    is_catalogue = True
    __tablename__ = "unit_level"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    rank: Mapped[int] = mapped_column(Integer)


class UnitKind(Base):
    """A kind of unit.

    `owes_registration`: it registers emulation each period; `head_review`: a head opines in the portal before it is
    sent (where False, the officer sends what the head has signed on paper).
    """

    is_catalogue = True
    __tablename__ = "unit_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    level_code: Mapped[str] = mapped_column(ForeignKey("unit_level.code"))
    owes_registration: Mapped[bool] = mapped_column(default=True)
    head_review: Mapped[bool] = mapped_column(default=True)


class Unit(Versioned, Base):
    """A body that people work in and records belong to.

    `name` is the body's official name (UBND huyện Văn Giang), `short_name` the one for lists (Văn Giang); `symbol` is
    the sign in document numbers, `place` the place in a document's date line. Valid from `valid_from`, up to but not
    on `valid_to`.
    """

    is_catalogue = True
    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        Index("ix_unit_sort", "sort_key", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(100))
    folded: Mapped[str] = mapped_column(KeyText(310))
    sort_key: Mapped[str] = mapped_column(KeyText(400))
    level_code: Mapped[str] = mapped_column(ForeignKey("unit_level.code"), index=True)
    kind_code: Mapped[str] = mapped_column(ForeignKey("unit_kind.code"), index=True)
    sector: Mapped[str] = mapped_column(String(20), default="")
    symbol: Mapped[str] = mapped_column(String(30), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    head_title: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()

    level: Mapped[UnitLevel] = relationship(lazy="raise_on_sql")
    kind: Mapped[UnitKind] = relationship(lazy="raise_on_sql")

    def is_valid(self, on: date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class UnitClosure(Base):
    """`descendant` lies `depth` levels under `ancestor` (0: itself) from a day up to but not on a day."""

    is_catalogue = True
    __tablename__ = "unit_closure"
    __table_args__ = (
        UniqueConstraint("ancestor_id", "descendant_id", "valid_from"),
        Index("ix_unit_closure_up", "descendant_id", "depth", "valid_from"),
        CheckConstraint("depth >= 0", name="depth"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    descendant_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    depth: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()


class UnitName(Base):
    """The names that a unit bore, each with its days: an old paper is printed with the name of its day."""

    is_catalogue = True
    __tablename__ = "unit_name"
    __table_args__ = (UniqueConstraint("unit_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(100))
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()


class UnitChange(Base):
    """A reorganisation by a decision with its number and date, in effect on a day."""

    __tablename__ = "unit_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_type(ChangeKind, 20))
    decision_no: Mapped[str] = mapped_column(String(60))
    decision_date: Mapped[date] = mapped_column()
    effective_on: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text, default="")


class UnitChangePart(Base):
    """A unit's part in a change (see PartSide), with the name that it bore before and the one that it bears after."""

    __tablename__ = "unit_change_part"
    __table_args__ = (UniqueConstraint("change_id", "unit_id", "side"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("unit_change.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    side: Mapped[PartSide] = mapped_column(enum_type(PartSide, 10))
    old_name: Mapped[str] = mapped_column(String(200), default="")
    new_name: Mapped[str] = mapped_column(String(200), default="")
