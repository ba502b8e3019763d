"""The demonstration's difficulties: each at its own stage, up to the clock's day, written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from portal.domain.comments.models import Comment
from portal.domain.difficulties.enums import DifficultyState
from portal.domain.difficulties.models import Difficulty
from seed.demo.difficulties import load_difficulties


def test_items_stand_at_every_stage_and_are_written_once(runtime: Runtime, read: Callable[..., Any]) -> None:
    assert load_difficulties(runtime.session_factory, FixedClock(datetime(2023, 1, 5, tzinfo=UTC))) == 0
    assert load_difficulties(runtime.session_factory, runtime.clock) == 11
    assert load_difficulties(runtime.session_factory, runtime.clock) == 0
    states = Counter(read(select(Difficulty.state)))
    assert set(states) == set(DifficultyState) - {DifficultyState.DROPPED}
    overdue = read(
        select(Difficulty.title).where(Difficulty.due_on < runtime.clock.today(), Difficulty.state == "assigned")
    )
    assert len(overdue) == 1
    assert len(read(select(Comment.id))) == 1
