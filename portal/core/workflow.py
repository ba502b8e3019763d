"""Workflows as data: states, transitions, and the log of who did what for whom.

A feature writes its table of `Transition`s in its enums module. The engine checks the step, keeps the log, and knows
no feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from sqlalchemy import ForeignKey, Index, Integer, Select, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.db import Base
from portal.core.errors import ReasonMissing, WrongState

StateT = TypeVar("StateT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[StateT]):
    """One step: `action` leads from any of `sources` to `target`.

    `label` is the button, `done` the trail's words, both Vietnamese. `needs_reason` asks for a written reason.
    """

    action: str
    sources: frozenset[StateT]
    target: StateT
    label: str
    done: str
    needs_reason: bool = False


@dataclass(frozen=True)
class Workflow(Generic[StateT]):
    """The transitions of one kind of record."""

    object_type: str
    transitions: tuple[Transition[StateT], ...]

    @cached_property
    def _by_action(self) -> dict[str, Transition[StateT]]:
        return {t.action: t for t in self.transitions}

    def transition(self, action: str) -> Transition[StateT]:
        """The step called `action`; KeyError when there is none."""
        return self._by_action[action]

    def allows(self, action: str, state: StateT) -> bool:
        """Whether the table has this step from this state."""
        return state in self._by_action[action].sources

    def actions_from(self, state: StateT) -> Sequence[Transition[StateT]]:
        """The steps that the table offers from `state`, in its order."""
        return [t for t in self.transitions if state in t.sources]

    def check(self, action: str, state: StateT, reason: str = "") -> Transition[StateT]:
        """Return the step, or raise WrongState / ReasonMissing."""
        step = self._by_action[action]
        if state not in step.sources:
            raise WrongState
        if step.needs_reason and not reason.strip():
            raise ReasonMissing
        return step


class WorkflowStep(Base):
    """The trail: one row for each step taken; never changed, removed only with its record's draft."""

    __tablename__ = "workflow_step"
    __table_args__ = (Index("ix_workflow_step_object", "object_type", "object_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    opinion: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column()


def record_step(  # noqa: PLR0913 - a row of the trail has that many columns
    session: Session,
    *,
    object_type: str,
    object_id: int,
    action: str,
    from_state: str,
    to_state: str,
    actor_id: int,
    at: datetime,
    on_behalf_of_id: int | None = None,
    unit_id: int | None = None,
    opinion: str = "",
) -> WorkflowStep:
    """Add one row to the trail; the caller has checked the step."""
    step = WorkflowStep(
        object_type=object_type,
        object_id=object_id,
        action=action,
        from_state=from_state,
        to_state=to_state,
        actor_id=actor_id,
        on_behalf_of_id=on_behalf_of_id,
        unit_id=unit_id,
        opinion=opinion,
        at=at,
    )
    session.add(step)
    return step


def trail_of(object_type: str, object_id: int) -> Select[WorkflowStep]:
    """The steps of one record, oldest first."""
    return (
        select(WorkflowStep)
        .where(WorkflowStep.object_type == object_type, WorkflowStep.object_id == object_id)
        .order_by(WorkflowStep.id)
    )


def states(values: Iterable[StateT]) -> frozenset[StateT]:
    """Readable shorthand for a transition's sources."""
    return frozenset(values)
