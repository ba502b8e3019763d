"""Many lines at once: matched by key, else by name, title and post; all rows or none; a second run changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotAllowed, RuleBroken
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.queries import lines_of
from portal.domain.emulation.services.lines import (
    LineCommand,
    LineData,
    apply_lines,
    preview_lines,
)
from portal.domain.emulation.services.registrations import load_for_write
from portal.domain.staging.rows import Outcome
from tests.emulation.domain.builders import World


def stored(world: World, key: int) -> list[RegistrationLine]:
    return [row[0] for row in world.rows(lines_of(key))]


def rows(*data: LineData, keys: Sequence[str | None] = ()) -> list[LineCommand]:
    given = [*keys, *[None] * (len(data) - len(keys))]
    return [LineCommand(key, line) for key, line in zip(given, data, strict=True)]


def test_new_rows_are_added_in_order_and_counted(world: World) -> None:
    key = world.opened("vangiang", "326")
    data = [world.person(f"Lê Văn {letter}") for letter in "BCD"]
    outcome = world.edit("vangiang", key, apply_lines, rows(*data, world.collective()))
    assert outcome == Outcome(new=4, changed=0, same=0)
    lines = stored(world, key)
    assert [line.name for line in lines] == ["Nguyễn Văn An", "Lê Văn B", "Lê Văn C", "Lê Văn D", "Phòng Nội vụ"]
    assert [line.position for line in lines] == [1, 2, 3, 4, 5]
    assert len({line.row_key for line in lines}) == 5
    assert (world.get(key).line_count, world.get(key).person_count) == (5, 4)
    assert world.actions(key)[-1] == "registration.lines_imported"


def test_a_second_run_changes_nothing(world: World) -> None:
    key = world.opened("vangiang", "326")
    command = rows(world.person("Lê Văn B", birth_year=1980), world.collective(division="Khối 1"))
    world.edit("vangiang", key, apply_lines, command)
    before = [(line.id, line.version) for line in stored(world, key)]
    actions = world.actions(key)
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(new=0, changed=0, same=2)
    assert [(line.id, line.version) for line in stored(world, key)] == before
    assert world.actions(key) == actions


def test_a_row_with_a_key_changes_its_line_whatever_it_says(world: World) -> None:
    key = world.opened("vangiang", "326")
    (line,) = stored(world, key)
    command = rows(world.person("Nguyễn Văn Ân", "BKT", "Trưởng phòng", gender="male"), keys=[line.row_key])
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(0, 1, 0)
    (changed,) = stored(world, key)
    assert (changed.id, changed.name, changed.post, changed.gender) == (
        line.id,
        "Nguyễn Văn Ân",
        "Trưởng phòng",
        "male",
    )
    assert (changed.folded, changed.version, changed.title_id) == ("nguyen van an", 2, world.titles["BKT"])


def test_a_row_without_a_key_finds_its_line_by_name_title_and_post(world: World) -> None:
    key = world.opened("vangiang", "326")
    command = rows(world.person("NGUYỄN VĂN AN", division="Văn phòng", birth_year=1975, note="mới"))
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(0, 1, 0)
    (line,) = stored(world, key)
    assert (line.name, line.division, line.birth_year, line.note) == ("NGUYỄN VĂN AN", "Văn phòng", 1975, "mới")


def test_a_different_tone_or_post_or_birth_is_another_line(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Nguyễn Văn Tú", birth_year=1980))
    command = rows(
        world.person("Nguyễn Văn Tư"),
        world.person("Nguyễn Văn Tú", post="Kế toán"),
        world.person("Nguyễn Văn Tú", birth_year=1991),
    )
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(3, 0, 0)


def test_namesakes_find_each_their_own_line(world: World) -> None:
    older = world.person(birth_year=1970, division="Văn phòng")
    younger = world.person(birth_year=1990, division="Văn phòng")
    key = world.opened("vangiang", "326", "2023", older, younger)
    command = rows(world.person(birth_year=1990, division="Phòng Nội vụ"), older)
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(0, 1, 1)
    assert [(line.birth_year, line.division) for line in stored(world, key)] == [
        (1970, "Văn phòng"),
        (1990, "Phòng Nội vụ"),
    ]


def test_a_key_given_twice_or_unknown_makes_a_new_line(world: World) -> None:
    key = world.opened("vangiang", "326")
    (line,) = stored(world, key)
    command = rows(
        world.person(), world.person("Lê B"), world.person("Lê C"), keys=[line.row_key, line.row_key, "a" * 32]
    )
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(2, 0, 1)
    keys = [made.row_key for made in stored(world, key)]
    assert len(set(keys)) == 3
    assert keys[2] == "a" * 32


def test_a_key_of_another_registration_takes_nothing_from_it(world: World) -> None:
    key, other = world.opened("vangiang", "326"), world.opened("khoaichau", "330")
    (foreign,) = stored(world, key)
    command = rows(world.person("Lê B"), keys=[foreign.row_key])
    assert world.edit("khoaichau", other, apply_lines, command) == Outcome(1, 0, 0)
    assert [line.name for line in stored(world, key)] == ["Nguyễn Văn An"]


def test_one_bad_row_keeps_all_out(world: World) -> None:
    key = world.opened("vangiang", "326")
    command = rows(world.person("Lê B"), world.person("Lê C", post=""), world.person("Lê D", "TTLDTT"))
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, apply_lines, command)
    assert list(caught.value.errors) == ["dong-2", "dong-3"]
    assert world.get(key).line_count == 1


def test_rows_are_checked_against_each_other_and_the_lines_that_stay(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person(), world.collective("UBND huyện", "CTDT"))
    twice = rows(world.person("Lê B"), world.person("Lê B", division=""), world.collective("UBND huyện", "CTDCP"))
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, apply_lines, twice)
    assert list(caught.value.errors) == ["dong-1", "dong-2", "dong-3"]


def test_a_swap_of_two_lines_is_allowed(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Lê B"), world.person("Lê C"))
    first, second = stored(world, key)
    command = rows(world.person("Lê C"), world.person("Lê B"), keys=[first.row_key, second.row_key])
    assert world.edit("vangiang", key, apply_lines, command) == Outcome(0, 2, 0)
    assert [line.name for line in stored(world, key)] == ["Lê C", "Lê B"]


def test_a_preview_says_what_would_happen_and_changes_nothing(world: World) -> None:
    key = world.opened("vangiang", "326")
    (line,) = stored(world, key)
    command = rows(
        world.person(note="mới"), world.person("Lê B"), world.person("Lê C", birth_year=1800), keys=[line.row_key]
    )
    with world.work_as("vangiang") as work:
        plan = preview_lines(work, load_for_write(work, key), command)
    assert (plan.new, dict(plan.changed), plan.same) == ((1, 2), {0: line.id}, ())
    assert {i: list(fields) for i, fields in plan.errors.items()} == {2: ["birth_year"]}
    assert plan.outcome == Outcome(2, 1, 0)
    assert [kept.note for kept in stored(world, key)] == [""]


def test_a_preview_of_good_rows_has_no_errors(world: World) -> None:
    key = world.opened("vangiang", "326")
    with world.work_as("vangiang") as work:
        plan = preview_lines(work, load_for_write(work, key), rows(world.person("Lê B")))
    assert plan.errors == {}


def test_too_many_lines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.domain.emulation.services.bulk.MAX_LINES", 2)
    key = world.opened("vangiang", "326")
    with pytest.raises(RuleBroken, match="nhiều nhất"):
        world.edit("vangiang", key, apply_lines, rows(world.person("Lê B"), world.person("Lê C")))


def test_the_statements_do_not_grow_with_the_rows(world: World) -> None:
    key = world.opened("vangiang", "326")

    def statements(count: int) -> int:
        seen: list[str] = []
        command = rows(*(world.person(f"Lê Văn {'B' * (n % 50 + 1)} {n}") for n in range(count)))
        with world.work_as("vangiang") as work:
            bind = work.session.get_bind()
            listen = lambda *args: seen.append(args[2])  # noqa: E731
            event.listen(bind, "before_cursor_execute", listen)
            try:
                apply_lines(work, load_for_write(work, key), command)
                work.session.rollback()
            finally:
                event.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    assert statements(2) == statements(200)


def test_who_may_not_edit_may_not_import(world: World, session: Session) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(NotAllowed):
        world.edit("thidua", key, apply_lines, rows(world.person("Lê B")))
    world.step("vangiang", key, "submit")
    with pytest.raises(NotEditable):
        world.edit("vangiang", key, apply_lines, rows(world.person("Lê B")))
