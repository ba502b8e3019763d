"""Taking a child's lines in: origin kept, safe to repeat, later changes shown, never taken from what was not sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.core.errors import NotAllowed, RuleBroken
from portal.domain.emulation.enums import IntakeStatus, RegistrationState
from portal.domain.emulation.errors import NotEditable, SourceNotReceived
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries import children_status, intake_differences, intake_lines, lines_of
from portal.domain.emulation.services.intake import take_in, update_copies
from portal.domain.emulation.services.lines import add_line, remove_line, restore_line, update_line
from portal.domain.emulation.services.registrations import load_for_write
from tests.emulation.domain.builders import PAPER, World


@pytest.fixture
def pair(world: World) -> tuple[int, int]:
    """The district's draft and the commune's sent registration of three lines."""
    source = world.sent_by_commune(
        world.person("Đàm Văn Lợi", "CSTDCS", "Chủ tịch"),
        world.person("Nguyễn Thị Thơm", "LDTT", "Công chức"),
        world.collective("UBND xã Xuân Quan", "TTLDXS"),
    )
    return world.opened("vangiang", "326"), source


def run(world: World, verb: Any, own: int, source: int, *args: Any, who: str = "vangiang") -> Any:
    with world.work_as(who) as work:
        return verb(work, load_for_write(work, own), load_for_write(work, source), *args)


def statuses(world: World, own: int, source: int, only_differences: bool = False) -> dict[str, IntakeStatus]:
    query = intake_differences if only_differences else intake_lines
    with world.work_as("vangiang") as work:
        found = query(
            work.session,
            work.session.get_one(EmulationRegistration, own),
            work.session.get_one(EmulationRegistration, source),
            work.today(),
        )
    return {row.name: row.status for row in found}


def reopened(world: World, source: int) -> None:
    world.step("vangiang", source, "return", "Bổ sung")


def test_all_lines_are_taken_in_with_their_origin(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    assert run(world, take_in, own, source) == 3
    lines = world.all(select(RegistrationLine).where(RegistrationLine.registration_id == own).order_by("position"))
    originals = world.all(
        select(RegistrationLine).where(RegistrationLine.registration_id == source).order_by("position")
    )
    assert [line.name for line in lines[1:]] == [line.name for line in originals]
    assert [line.origin_line_id for line in lines] == [None, *(line.id for line in originals)]
    assert {line.origin_unit_id for line in lines[1:]} == {world.units["12022"]}
    assert {(line.unit_id, line.period_id) for line in lines} == {(world.units["326"], world.periods["2023"])}
    assert [line.row_key for line in lines[1:]] == [line.row_key for line in originals]
    assert world.get(own).line_count == 4
    assert world.actions(own)[-1] == "registration.lines_taken_in"
    assert [name for _, _, name in world.rows(lines_of(own))] == [None, *["Xã Xuân Quan"] * 3]


def test_a_second_time_nothing_is_added(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    actions = world.actions(own)
    assert run(world, take_in, own, source) == 0
    assert world.get(own).line_count == 4
    assert world.actions(own) == actions


def test_lines_may_be_left_by_choice(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    first, second, third = world.line_ids(source)
    assert run(world, take_in, own, source, [third]) == 1
    assert statuses(world, own, source) == {
        "Đàm Văn Lợi": IntakeStatus.NEW,
        "Nguyễn Thị Thơm": IntakeStatus.NEW,
        "UBND xã Xuân Quan": IntakeStatus.SAME,
    }
    assert run(world, take_in, own, source, [first, second, third]) == 2


def test_lines_of_another_registration_are_not_taken(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    assert run(world, take_in, own, source, world.line_ids(own)) == 0


def test_a_later_change_in_the_childs_shows_as_differing(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    reopened(world, source)
    first, second, _ = world.line_ids(source)
    world.edit("xuanquan", source, update_line, first, 1, world.person("Đàm Văn Lợi", "CSTDT", "Chủ tịch"))
    world.edit("xuanquan", source, remove_line, second, 1)
    world.edit("xuanquan", source, add_line, world.person("Lê Văn Mới"))
    assert statuses(world, own, source, only_differences=True) == {
        "Đàm Văn Lợi": IntakeStatus.CHANGED,
        "Lê Văn Mới": IntakeStatus.NEW,
        "Nguyễn Thị Thơm": IntakeStatus.GONE,
    }
    assert world.get(own).line_count == 4  # nothing changed by itself


def test_a_difference_names_its_fields_and_is_taken_over_on_request(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    reopened(world, source)
    first = world.line_ids(source)[0]
    world.edit("xuanquan", source, update_line, first, 1, world.person("Đàm Văn Lợi", "CSTDT", "Bí thư"))
    with world.work_as("vangiang") as work:
        reg = [work.session.get_one(EmulationRegistration, key) for key in (own, source)]
        (difference,) = intake_differences(work.session, reg[0], reg[1], work.today())
    assert (difference.fields, difference.line_id) == (("post", "title_id"), first)
    assert difference.status.label == "Khác bản đã lấy"
    with pytest.raises(SourceNotReceived):
        run(world, update_copies, own, source, [first])
    world.step("xuanquan", source, "send_signed", PAPER)
    assert run(world, take_in, own, source) == 0  # taking in again leaves the copy as it is
    assert run(world, update_copies, own, source, [first]) == 1
    assert run(world, update_copies, own, source, [first]) == 0
    assert set(statuses(world, own, source).values()) == {IntakeStatus.SAME}


def test_a_removed_line_that_comes_back_finds_its_copy_again(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    reopened(world, source)
    first = world.line_ids(source)[0]
    snapshot = world.edit("xuanquan", source, remove_line, first, 1)
    copy = world.all(select(RegistrationLine).where(RegistrationLine.row_key == snapshot.row_key))
    assert [(line.registration_id, line.origin_line_id) for line in copy] == [(own, None)]
    back = world.edit("xuanquan", source, restore_line, snapshot)
    assert statuses(world, own, source)["Đàm Văn Lợi"] is IntakeStatus.SAME
    world.step("xuanquan", source, "send_signed", PAPER)
    assert run(world, take_in, own, source) == 0
    copy = world.all(
        select(RegistrationLine).where(
            RegistrationLine.registration_id == own, RegistrationLine.row_key == snapshot.row_key
        )
    )
    assert copy[0].origin_line_id == back.id


def test_a_removed_copy_may_be_restored_and_keeps_its_origin(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    copy = world.line_ids(own)[1]
    snapshot = world.edit("vangiang", own, remove_line, copy, 1)
    restored = world.edit("vangiang", own, restore_line, snapshot)
    assert (restored.origin_line_id, restored.origin_unit_id) == (world.line_ids(source)[0], world.units["12022"])


def test_a_restored_copy_whose_line_has_gone_keeps_only_the_unit(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    run(world, take_in, own, source)
    copy = world.line_ids(own)[1]
    snapshot = world.edit("vangiang", own, remove_line, copy, 1)
    reopened(world, source)
    world.edit("xuanquan", source, remove_line, world.line_ids(source)[0], 1)
    restored = world.edit("vangiang", own, restore_line, snapshot)
    assert (restored.origin_line_id, restored.origin_unit_id) == (None, world.units["12022"])


def test_only_what_was_sent_to_this_unit_in_this_year_is_taken(world: World) -> None:
    own = world.opened("vangiang", "326")
    draft = world.opened("xuanquan", "12022")
    with pytest.raises(SourceNotReceived):
        run(world, take_in, own, draft)
    with pytest.raises(SourceNotReceived):
        run(world, take_in, own, own)


def test_an_accepted_registration_may_be_taken_in(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    world.step("vangiang", source, "accept")
    assert world.get(source).state is RegistrationState.ACCEPTED
    assert run(world, take_in, own, source) == 3


def test_the_own_registration_must_be_open_to_the_actor(world: World, pair: tuple[int, int]) -> None:
    own, source = pair
    with pytest.raises(NotAllowed):
        run(world, take_in, own, source, who="vangiang.lanhdao")
    world.step("vangiang", own, "submit")
    with pytest.raises(NotEditable):
        run(world, take_in, own, source)


def test_taking_in_respects_the_limit(world: World, pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.domain.emulation.services.intake.MAX_LINES", 3)
    with pytest.raises(RuleBroken, match="nhiều nhất"):
        run(world, take_in, *pair)


def test_children_show_with_their_registration_or_without(world: World, pair: tuple[int, int]) -> None:
    _, source = pair
    with world.work_as("vangiang") as work:
        rows = work.session.execute(children_status(world.units["326"], world.periods["2023"], work.today())).all()
    assert len(rows) == 11
    found = {unit.code: registration for unit, _, registration, _ in rows}
    assert found["12022"].id == source
    assert [code for code, registration in found.items() if registration in (found["12022"],)] == ["12022"]
    assert [unit.sort_key for unit, *_ in rows] == sorted(unit.sort_key for unit, *_ in rows)


def test_children_of_a_department_follow_their_own_sector(world: World) -> None:
    with world.work_as("sgddt") as work:
        rows = work.session.execute(children_status(world.units["SGDDT"], world.periods["2023"], work.today())).all()
    assert {period.code for _, period, _, _ in rows} == {"2022-2023"}
    assert len(rows) > 15
