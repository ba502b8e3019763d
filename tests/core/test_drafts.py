"""Private drafts: one for each person and form, sealed, dropped when done or old; parked forms for half an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.drafts import KEEP_PARKED, LARGEST, MOST_PARKED, Draft, DraftBox, DraftTooLarge, Slot, drop_old_drafts
from portal.core.runtime import Runtime

FIELDS = {"name": ["Đỗ Thị Hoà"], "movements": ["1", "3"], "empty": []}
KIND = "emulation.content"


@pytest.fixture
def people(actor_of: Any) -> tuple[int, int]:
    return actor_of("vangiang").user_id, actor_of("stc").user_id


@pytest.fixture
def box(session: Session, runtime: Runtime) -> DraftBox:
    return DraftBox(session, runtime.keyring, runtime.clock)


def test_a_draft_comes_back_as_it_was_typed(box: DraftBox, people: tuple[int, int]) -> None:
    slot = Slot(people[0], KIND, "7")
    box.save(slot, FIELDS, 3)
    kept = box.load(slot)
    assert kept is not None
    assert kept.fields == FIELDS
    assert (kept.base_version, kept.saved_at, kept.left, kept.parked) == (3, box.clock.now(), False, False)


def test_saving_again_replaces_it(box: DraftBox, clock: FixedClock, people: tuple[int, int]) -> None:
    slot = Slot(people[0], KIND, "7")
    first = box.save(slot, FIELDS, 3)
    clock.advance(timedelta(minutes=1))
    second = box.save(slot, {"name": ["B"]}, 4, left=True)
    assert first.id == second.id
    kept = box.load(slot)
    assert kept is not None
    assert (kept.fields, kept.saved_at, kept.left) == ({"name": ["B"]}, clock.now(), True)


def test_it_is_one_persons_and_one_forms(box: DraftBox, people: tuple[int, int]) -> None:
    box.save(Slot(people[0], KIND, "7"), FIELDS, 3)
    assert box.load(Slot(people[1], KIND, "7")) is None
    assert box.load(Slot(people[0], KIND, "8")) is None
    assert box.load(Slot(people[0], "emulation.line", "7")) is None


def test_it_is_sealed_and_cannot_be_moved_to_another_person(
    box: DraftBox, session: Session, people: tuple[int, int]
) -> None:
    draft = box.save(Slot(people[0], KIND, "7"), FIELDS, 3)
    assert "Hoà" not in draft.sealed
    session.execute(update(Draft).values(user_id=people[1]))
    session.expire_all()
    assert box.load(Slot(people[1], KIND, "7")) is None


def test_the_drafts_of_a_record_come_together(box: DraftBox, people: tuple[int, int]) -> None:
    for kind, key in ((KIND, "7"), ("emulation.line", "7/12"), ("emulation.line", "7/moi"), ("emulation.line", "77/1")):
        box.save(Slot(people[0], kind, key), FIELDS, 1)
    found = box.load_all(people[0], [KIND, "emulation.line"], "7")
    assert set(found) == {(KIND, "7"), ("emulation.line", "7/12"), ("emulation.line", "7/moi")}


def test_a_finished_form_forgets_it(box: DraftBox, session: Session, people: tuple[int, int]) -> None:
    for key in ("7", "8"):
        box.save(Slot(people[0], KIND, key), FIELDS, 1)
    box.park(Slot(people[0], KIND, "7"), FIELDS, 1)
    box.drop(Slot(people[0], KIND, "7"))
    assert list(session.scalars(select(Draft.record_key))) == ["8"]


def test_too_much_is_refused(box: DraftBox, people: tuple[int, int]) -> None:
    slot = Slot(people[0], KIND, "7")
    with pytest.raises(DraftTooLarge):
        box.save(slot, {"name": ["ờ" * (LARGEST // 3)]}, 1)
    assert box.load(slot) is None


def test_a_parked_form_comes_before_the_draft_and_goes_after_half_an_hour(
    box: DraftBox, clock: FixedClock, people: tuple[int, int]
) -> None:
    slot = Slot(people[0], KIND, "7")
    box.save(slot, {"name": ["nháp"]}, 1)
    assert box.park(slot, {"name": ["đã gửi"]}, 1)
    clock.advance(KEEP_PARKED)
    kept = box.load(slot)
    assert kept is not None
    assert (kept.fields["name"], kept.parked) == (["đã gửi"], True)
    clock.advance(timedelta(seconds=1))
    kept = box.load(slot)
    assert kept is not None
    assert (kept.fields["name"], kept.parked) == (["nháp"], False)


def test_a_person_has_few_parked_forms_at_a_time(box: DraftBox, clock: FixedClock, people: tuple[int, int]) -> None:
    for number in range(MOST_PARKED):
        assert box.park(Slot(people[0], KIND, str(number)), FIELDS, 1)
    assert not box.park(Slot(people[0], KIND, "more"), FIELDS, 1)
    assert box.park(Slot(people[0], KIND, "1"), FIELDS, 1)  # the same form takes its own place
    assert box.park(Slot(people[1], KIND, "more"), FIELDS, 1)
    clock.advance(KEEP_PARKED + timedelta(seconds=1))
    assert box.park(Slot(people[0], KIND, "more"), FIELDS, 1)


def test_taking_a_parked_form_up_again_makes_it_a_draft(
    box: DraftBox, session: Session, people: tuple[int, int]
) -> None:
    slot = Slot(people[0], KIND, "7")
    box.park(slot, FIELDS, 1)
    box.save(slot, {"name": ["tiếp"]}, 1)
    assert list(session.execute(select(Draft.parked))) == [(False,)]


def test_old_ones_go(box: DraftBox, session: Session, clock: FixedClock, people: tuple[int, int]) -> None:
    slot = Slot(people[0], KIND, "7")
    box.save(slot, FIELDS, 1)
    box.park(slot, FIELDS, 1)
    clock.advance(KEEP_PARKED + timedelta(seconds=1))
    assert drop_old_drafts(session, clock) == 1
    clock.advance(timedelta(days=30) - KEEP_PARKED - timedelta(seconds=1))
    assert drop_old_drafts(session, clock) == 0
    clock.advance(timedelta(seconds=1))
    assert drop_old_drafts(session, clock) == 1
    assert box.load(slot) is None
