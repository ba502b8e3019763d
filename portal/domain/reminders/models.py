"""The rules by which people are reminded."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.calendar.enums import TermUnit
from portal.domain.reminders.enums import ReminderSide


class ReminderRule(Versioned, Base):
    """Remind of what falls due in a feature (`area`: its name; empty: all) so many days before or after, or on the day.

    `amount` is 0 on the due day itself. A paused rule reminds nobody.
    """

    __tablename__ = "reminder_rule"
    __table_args__ = (
        UniqueConstraint("area", "side", "amount", "unit"),
        CheckConstraint("(side = 'on') = (amount = 0) AND amount BETWEEN 0 AND 60", name="amount"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    area: Mapped[str] = mapped_column(KeyText(40), default="")
    side: Mapped[ReminderSide] = mapped_column(enum_type(ReminderSide, 8))
    amount: Mapped[int] = mapped_column(Integer)
    unit: Mapped[TermUnit] = mapped_column(enum_type(TermUnit, 10))
    paused: Mapped[bool] = mapped_column(default=False)

    @property
    def label(self) -> str:
        """Trước hạn 3 ngày làm việc; Đúng ngày hạn."""
        return f"{self.side.label} {self.amount} {self.unit.label}" if self.amount else self.side.label
