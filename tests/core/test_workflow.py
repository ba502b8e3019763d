"""Workflows as data: which steps there are, which need a reason, and the trail that they leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.errors import ReasonMissing, WrongState
from portal.core.workflow import Transition, Workflow, record_step, states, trail_of


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


SHUT = Transition("shut", states({Door.OPEN}), Door.SHUT, "Đóng", "Đóng cửa")
LOCK = Transition("lock", states([Door.SHUT]), Door.LOCKED, "Khóa", "Khóa cửa", needs_reason=True)
OPEN = Transition("open", states({Door.SHUT, Door.LOCKED}), Door.OPEN, "Mở", "Mở cửa")
DOORS = Workflow("door", (SHUT, LOCK, OPEN))


def test_a_step_leads_from_its_sources_only() -> None:
    assert DOORS.check("shut", Door.OPEN) is SHUT
    assert DOORS.allows("open", Door.LOCKED)
    assert not DOORS.allows("shut", Door.LOCKED)
    with pytest.raises(WrongState):
        DOORS.check("shut", Door.LOCKED)


def test_a_step_may_need_a_reason() -> None:
    assert DOORS.check("lock", Door.SHUT, "hết giờ").target is Door.LOCKED
    for reason in ("", "   \n"):
        with pytest.raises(ReasonMissing):
            DOORS.check("lock", Door.SHUT, reason)


def test_the_wrong_state_is_told_before_the_missing_reason() -> None:
    with pytest.raises(WrongState):
        DOORS.check("lock", Door.OPEN)


def test_the_offered_steps_stand_in_the_tables_order() -> None:
    assert [t.action for t in DOORS.actions_from(Door.SHUT)] == ["lock", "open"]
    assert DOORS.actions_from(Door.LOCKED) == [OPEN]
    assert DOORS.transition("open") is OPEN
    with pytest.raises(KeyError):
        DOORS.transition("paint")


def test_the_trail_keeps_every_step_in_order(session: Session, clock: FixedClock, actor_of: Any, unit_id: Any) -> None:
    who, giver = actor_of("vangiang").user_id, actor_of("vangiang.lanhdao").user_id
    for action, before, after, opinion in (("shut", "open", "shut", ""), ("lock", "shut", "locked", "Hết giờ.")):
        record_step(
            session,
            object_type="door",
            object_id=7,
            action=action,
            from_state=before,
            to_state=after,
            actor_id=who,
            at=clock.now(),
            on_behalf_of_id=giver if opinion else None,
            unit_id=unit_id("326"),
            opinion=opinion,
        )
    record_step(
        session, object_type="door", object_id=8, action="shut", from_state="open", to_state="shut", actor_id=who,
        at=clock.now(),
    )  # fmt: skip
    session.commit()
    trail = list(session.scalars(trail_of("door", 7)))
    assert [(s.action, s.from_state, s.to_state, s.opinion) for s in trail] == [
        ("shut", "open", "shut", ""),
        ("lock", "shut", "locked", "Hết giờ."),
    ]
    assert [s.on_behalf_of_id for s in trail] == [None, giver]
    assert {s.actor_id for s in trail} == {who}
