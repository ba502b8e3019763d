"""The official list of a year's days off and swapped working days, and the rules of periodic reports."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.confidence import Confidence
from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.calendar.enums import DayKind, ReportingCycle, TermUnit


class HolidayYear(Versioned, Base):
    """A year's list; it counts once it is confirmed with the paper that announced it."""

    __tablename__ = "holiday_year"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("confirmed_at IS NULL OR (paper_no <> '' AND paper_date IS NOT NULL)", name="confirmed"),
    )

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    paper_no: Mapped[str] = mapped_column(String(60), default="")
    paper_date: Mapped[date | None] = mapped_column()
    note: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime | None] = mapped_column()
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class CalendarDay(Base):
    """A day of a year's list. `counterpart` is the other day of a swap; `source` the paper that says so."""

    __tablename__ = "calendar_day"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("holiday_year.year"), index=True)
    day: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[DayKind] = mapped_column(enum_type(DayKind, 10))
    name: Mapped[str] = mapped_column(String(120))
    counterpart: Mapped[date | None] = mapped_column()
    source: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))


class ReportingPeriodRule(Versioned, Base):
    """How one cycle of reports is cut off and when it is due.

    `cutoff_day` is the day of the month on which figures are closed (31: the month's last); the report is due
    `due_amount` of `due_unit` after it.
    """

    __tablename__ = "reporting_period_rule"
    __table_args__ = (
        CheckConstraint("cutoff_day BETWEEN 1 AND 31", name="cutoff"),
        CheckConstraint("due_amount BETWEEN 0 AND 366", name="due"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(KeyText(30), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    cycle: Mapped[ReportingCycle] = mapped_column(enum_type(ReportingCycle, 12))
    cutoff_day: Mapped[int] = mapped_column(Integer)
    due_amount: Mapped[int] = mapped_column(Integer)
    due_unit: Mapped[TermUnit] = mapped_column(enum_type(TermUnit, 10))
    citation: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[Confidence] = mapped_column(enum_type(Confidence, 4))
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()
