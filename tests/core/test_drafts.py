"""Private drafts: one for each person and form, sealed, dropped when done or old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.drafts import Draft, drop_draft, drop_old_drafts, load_draft, save_draft
from portal.core.runtime import Runtime

FIELDS = {"name": ["Đỗ Thị Hoà"], "movements": ["1", "3"], "empty": []}


@pytest.fixture
def people(actor_of: Any) -> tuple[int, int]:
    return actor_of("vangiang").user_id, actor_of("stc").user_id


def save(session: Session, runtime: Runtime, user_id: int, key: str = "7", **more: Any) -> Draft:
    values: dict[str, Any] = {"record_type": "registration", "base_version": 3, "data": FIELDS, **more}
    return save_draft(session, runtime.keyring, runtime.clock, user_id=user_id, record_key=key, **values)


def load(session: Session, runtime: Runtime, user_id: int, key: str = "7") -> Any:
    return load_draft(session, runtime.keyring, user_id=user_id, record_type="registration", record_key=key)


def test_a_draft_comes_back_as_it_was_typed(session: Session, runtime: Runtime, people: tuple[int, int]) -> None:
    save(session, runtime, people[0])
    draft, fields = load(session, runtime, people[0])
    assert fields == FIELDS
    assert (draft.base_version, draft.saved_at) == (3, runtime.clock.now())


def test_saving_again_replaces_it(
    session: Session, runtime: Runtime, clock: FixedClock, people: tuple[int, int]
) -> None:
    first = save(session, runtime, people[0])
    clock.advance(timedelta(minutes=1))
    second = save(session, runtime, people[0], base_version=4, data={"name": ["B"]})
    assert first.id == second.id
    assert load(session, runtime, people[0])[1] == {"name": ["B"]}
    assert second.saved_at == clock.now()


def test_it_is_one_persons_and_one_forms(session: Session, runtime: Runtime, people: tuple[int, int]) -> None:
    save(session, runtime, people[0])
    assert load(session, runtime, people[1]) is None
    assert load(session, runtime, people[0], "8") is None


def test_it_is_sealed_and_cannot_be_moved_to_another_person(
    session: Session, runtime: Runtime, people: tuple[int, int]
) -> None:
    draft = save(session, runtime, people[0])
    assert "Hoà" not in draft.sealed
    session.execute(update(Draft).values(user_id=people[1]))
    with pytest.raises(ValueError, match="belongs elsewhere"):
        load(session, runtime, people[1])


def test_a_finished_form_forgets_it(session: Session, runtime: Runtime, people: tuple[int, int]) -> None:
    save(session, runtime, people[0])
    save(session, runtime, people[0], "8")
    drop_draft(session, user_id=people[0], record_type="registration", record_key="7")
    assert list(session.scalars(select(Draft.record_key))) == ["8"]


def test_after_thirty_days_it_goes(
    session: Session, runtime: Runtime, clock: FixedClock, people: tuple[int, int]
) -> None:
    save(session, runtime, people[0])
    clock.advance(timedelta(days=30))
    assert drop_old_drafts(session, clock) == 0
    clock.advance(timedelta(seconds=1))
    assert drop_old_drafts(session, clock) == 1
    assert load(session, runtime, people[0]) is None
