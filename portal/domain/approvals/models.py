"""Chains as data, one edition after another for each kind of papers; papers on their way; who had a hand in them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.access.enums import Role
from portal.domain.approvals.enums import ApprovalState, StepRelation


class ChainDefinition(Versioned, Base):
    """One edition of a kind's chain. Without `published_at` it is being written; a published one never changes.

    `edits` moves with every change of its steps, so that two who edit it at once meet in its version.
    """

    __tablename__ = "chain_definition"
    __table_args__ = (
        UniqueConstraint("kind_code", "edition"),
        CheckConstraint("edition >= 1", name="edition"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind_code: Mapped[str] = mapped_column(KeyText(40))
    edition: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(300), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column()
    edits: Mapped[int] = mapped_column(Integer, default=0)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None] = mapped_column()


class ChainStep(Base):
    """A step of a chain: who answers, in how many working days (None: no day is set).

    `may_skip`: the one before may pass it over; `may_finish`: the paper may be approved here already.
    """

    __tablename__ = "chain_step"
    __table_args__ = (
        UniqueConstraint("definition_id", "position"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("days IS NULL OR days BETWEEN 1 AND 60", name="days"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("chain_definition.id"))
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    relation: Mapped[StepRelation] = mapped_column(enum_type(StepRelation, 12), default=StepRelation.BODY)
    may_skip: Mapped[bool] = mapped_column(default=False)
    may_finish: Mapped[bool] = mapped_column(default=False)
    days: Mapped[int | None] = mapped_column(Integer)


class Approval(Versioned, Base):
    """A paper of a feature on its way: `kind_code` and `record_id` name the feature's record, one approval each.

    `unit_id` is the body that the paper is of, `division_id` the drafter's own part of it. `definition_id` is set when
    the paper is put forward first and stays. `position` is the step that it waits at (0: with the drafting side),
    `arrived_at` since when, `due_on` until when. `title` repeats the record's, for lists.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("kind_code", "record_id"),
        Index("ix_approval_state", "state", "definition_id", "position"),
        Index("ix_approval_unit", "unit_id", "id"),
        Index("ix_approval_updated", "updated_at", "id"),
        Index("ix_approval_drafter", "drafted_by_id", "id"),
        CheckConstraint("state NOT IN ('running', 'approved', 'issued') OR definition_id IS NOT NULL", name="chain"),
        CheckConstraint("state <> 'running' OR position >= 1", name="position"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind_code: Mapped[str] = mapped_column(KeyText(40))
    record_id: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(KeyText(460))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    division_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("chain_definition.id"), index=True)
    state: Mapped[ApprovalState] = mapped_column(enum_type(ApprovalState, 12), default=ApprovalState.DRAFT)
    position: Mapped[int] = mapped_column(Integer, default=0)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    drafted_for_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()
    arrived_at: Mapped[datetime | None] = mapped_column()
    due_on: Mapped[date | None] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()


class ApprovalHand(Base):
    """Who has edited the paper since it was returned last, also in whose name: none of these may approve it."""

    __tablename__ = "approval_hand"

    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column()


class ApprovalMove(Base):
    """The trail: each step taken, by whom and in whose name, from where to where, with the opinion; never changed.

    `due_on` is the day by which the one who took it had to.
    """

    __tablename__ = "approval_move"
    __table_args__ = (
        Index("ix_approval_move_approval", "approval_id", "id"),
        Index("ix_approval_move_actor", "actor_id", "approval_id"),
        Index("ix_approval_move_behalf", "on_behalf_of_id", "approval_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"))
    action: Mapped[str] = mapped_column(String(20))
    from_position: Mapped[int] = mapped_column(Integer)
    to_position: Mapped[int] = mapped_column(Integer)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    opinion: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column()
    at: Mapped[datetime] = mapped_column()
