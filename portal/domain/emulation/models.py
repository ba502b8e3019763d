"""A unit's registration for a period: content, numeric pledges, movements, expected numbers and lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.emulation import catalogue_models as catalogue_models  # noqa: PLC0414 - one import brings the feature's tables
from portal.domain.emulation.enums import RegistrationState, SubjectKind


class EmulationRegistration(Versioned, Base):
    """One unit's registration for one period; `receiver_unit_id` is the unit above it when it was made.

    The paper (`paper_*`, `signer_*`, `signed_file_id`) is what makes it take effect: văn thư's number is recorded here,
    never issued.
    `line_count` and `person_count` follow the lines, so that lists need not count.
    """

    __tablename__ = "emulation_registration"
    __table_args__ = (
        UniqueConstraint("period_id", "unit_id"),
        Index("ix_emulation_registration_receiver", "receiver_unit_id", "period_id", "state"),
        Index("ix_emulation_registration_unit", "unit_id", "period_id"),
        CheckConstraint("state NOT IN ('sent', 'accepted') OR sent_at IS NOT NULL", name="sent_has_instant"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("registration_period.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    receiver_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[RegistrationState] = mapped_column(enum_type(RegistrationState, 20), default=RegistrationState.DRAFT)
    content: Mapped[str] = mapped_column(Text, default="")
    staff_count: Mapped[int | None] = mapped_column(Integer)
    line_count: Mapped[int] = mapped_column(Integer, default=0)
    person_count: Mapped[int] = mapped_column(Integer, default=0)
    paper_no: Mapped[str] = mapped_column(String(60), default="")
    paper_date: Mapped[date | None] = mapped_column()
    signer_name: Mapped[str] = mapped_column(String(120), default="")
    signer_title: Mapped[str] = mapped_column(String(160), default="")
    signed_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class RegistrationEditor(Base):
    """Who has edited since the last return, also in whose name: none of these may approve it."""

    __tablename__ = "registration_editor"
    __table_args__ = (UniqueConstraint("registration_id", "user_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column()


class RegistrationPledge(Versioned, Base):
    """A numeric pledge (chỉ tiêu thi đua): what, how much, in which unit of measure."""

    __tablename__ = "registration_pledge"
    __table_args__ = (Index("ix_registration_pledge_registration", "registration_id", "position", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(300))
    number: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    unit_of_measure: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(300), default="")


class RegistrationMovement(Base):
    """A movement that the unit joins."""

    __tablename__ = "registration_movement"

    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"), primary_key=True)
    movement_id: Mapped[int] = mapped_column(ForeignKey("emulation_movement.id"), primary_key=True)


class ExpectedNumber(Base):
    """How many of a title the unit expects, whether or not it already names them in lines."""

    __tablename__ = "expected_number"

    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"), primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("emulation_title.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class RegistrationLine(Versioned, Base):
    """A collective or a person put forward for a title.

    `period_id` and `unit_id` repeat the registration's, so that the lists over all units stay on one index.
    `origin_line_id` and
    `origin_unit_id` say where a line that was taken in came from. `row_key` is the hidden id of the portal's own
    workbook.
    """

    __tablename__ = "registration_line"
    __table_args__ = (
        UniqueConstraint("registration_id", "row_key"),
        UniqueConstraint("registration_id", "origin_line_id"),
        Index("ix_registration_line_registration", "registration_id", "position", "id"),
        Index("ix_registration_line_name", "period_id", "sort_key", "id"),
        Index("ix_registration_line_unit", "period_id", "unit_id", "sort_key", "id"),
        Index("ix_registration_line_title", "period_id", "title_id", "sort_key", "id"),
        Index("ix_registration_line_namesake", "registration_id", "folded"),
        Index("ix_registration_line_origin", "origin_line_id"),
        Index("ix_registration_line_origin_unit", "origin_unit_id", "period_id", "sort_key", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("emulation_registration.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("registration_period.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    position: Mapped[int] = mapped_column(Integer)
    row_key: Mapped[str] = mapped_column(KeyText(32))
    subject: Mapped[SubjectKind] = mapped_column(enum_type(SubjectKind, 12))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(KeyText(310))
    sort_key: Mapped[str] = mapped_column(KeyText(420))
    post: Mapped[str] = mapped_column(String(200), default="")
    division: Mapped[str] = mapped_column(String(200), default="")
    birth_year: Mapped[int | None] = mapped_column(Integer)
    gender: Mapped[str] = mapped_column(String(6), default="")
    title_id: Mapped[int] = mapped_column(ForeignKey("emulation_title.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    origin_line_id: Mapped[int | None] = mapped_column(ForeignKey("registration_line.id"))
    origin_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    created_at: Mapped[datetime] = mapped_column()


REGISTRATION_TABLE = cast(Table, EmulationRegistration.__table__)
LINE_TABLE = cast(Table, RegistrationLine.__table__)
"""The plain tables, for statements over many rows that leave the version to the caller."""
