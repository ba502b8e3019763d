"""Difficulties and proposals (vướng mắc, kiến nghị) that units raise and the Sở answers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, DifficultyState, WorkField


class Difficulty(Versioned, Base):
    """One difficulty or proposal of a unit, with its answer.

    `assignee_id` owes the answer by `due_on`. Who drafted the answer (`answered_by_id`, in the name of
    `answered_for_id`) never approves it. The answer is out, to `audience`, from `decided_at` on.
    """

    __tablename__ = "difficulty"
    __table_args__ = (
        Index("ix_difficulty_unit", "unit_id", "id"),
        Index("ix_difficulty_state", "state", "due_on"),
        Index("ix_difficulty_assignee", "assignee_id", "state"),
        Index("ix_difficulty_audience", "audience", "id"),
        CheckConstraint("audience IS NULL OR decided_at IS NOT NULL", name="published_is_decided"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[DifficultyKind] = mapped_column(enum_type(DifficultyKind, 12))
    work_field: Mapped[WorkField] = mapped_column(enum_type(WorkField, 20))
    title: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(KeyText(420))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[DifficultyState] = mapped_column(enum_type(DifficultyState, 12), default=DifficultyState.DRAFT)
    year: Mapped[int] = mapped_column(Integer)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date | None] = mapped_column()
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_for_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    audience: Mapped[AnswerAudience | None] = mapped_column(enum_type(AnswerAudience, 8))
    name_shown: Mapped[bool] = mapped_column(default=False, server_default=false())
