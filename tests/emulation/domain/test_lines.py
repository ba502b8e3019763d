"""Lines one at a time: added, changed, removed, brought back; counts kept; what may not stand is refused at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import person_sort_key
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries import lines_of
from portal.domain.emulation.services.checks import registration_findings
from portal.domain.emulation.services.lines import (
    LineData,
    LineSnapshot,
    add_line,
    remove_line,
    restore_line,
    update_line,
)
from portal.domain.emulation.services.registrations import load_for_write
from tests.emulation.domain.builders import World


def names(world: World, key: int) -> list[str]:
    return [line.name for line, _, _ in world.rows(lines_of(key))]


def test_lines_are_cleaned_counted_and_kept_in_order(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("  Nguyễn  Văn An "), world.collective())
    first = world.all(select(RegistrationLine).where(RegistrationLine.registration_id == key))[0]
    assert (first.name, first.folded, first.sort_key) == (
        "Nguyễn Văn An",
        "nguyen van an",
        person_sort_key("Nguyễn Văn An"),
    )
    assert len(first.row_key) == 32
    assert (first.period_id, first.unit_id) == (world.periods["2023"], world.units["326"])
    assert names(world, key) == ["Nguyễn Văn An", "Phòng Nội vụ"]
    kept = world.get(key)
    assert (kept.line_count, kept.person_count) == (2, 1)


def test_person_count_is_of_distinct_people(world: World) -> None:
    lines = [world.person(), world.person(title="CSTDCS"), world.person(post="Kế toán"), world.collective()]
    key = world.opened("vangiang", "326", "2023", *lines)
    assert (world.get(key).line_count, world.get(key).person_count) == (4, 2)


def test_lines_do_not_move_the_registrations_version(world: World) -> None:
    key = world.opened("vangiang", "326")
    version = world.get(key).version
    line = world.edit("vangiang", key, add_line, world.collective())
    world.edit("vangiang", key, update_line, line.id, 1, world.collective("Văn phòng"))
    world.edit("vangiang", key, remove_line, line.id, 2)
    assert world.get(key).version == version


def test_a_change_is_versioned(world: World) -> None:
    key = world.opened("vangiang", "326")
    (line_id,) = world.line_ids(key)
    changed = world.edit("vangiang", key, update_line, line_id, 1, world.person(post="Trưởng phòng"))
    assert (changed.post, changed.version) == ("Trưởng phòng", 2)
    with pytest.raises(VersionConflict):
        world.edit("vangiang", key, update_line, line_id, 1, world.person(post="Phó phòng"))
    with pytest.raises(VersionConflict):
        world.edit("vangiang", key, remove_line, line_id, 1)


def test_a_change_that_changes_nothing_leaves_the_version(world: World) -> None:
    key = world.opened("vangiang", "326")
    (line_id,) = world.line_ids(key)
    assert world.edit("vangiang", key, update_line, line_id, 1, world.person()).version == 1


def test_collectives_bear_no_birth_year_and_no_gender(world: World) -> None:
    key = world.opened("vangiang", "326")
    line = world.edit("vangiang", key, add_line, world.collective(birth_year=1980, gender="male"))
    assert (line.birth_year, line.gender) == (None, "")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("post", {"post": ""}),
        ("post", {"post": "x" * 201}),
        ("division", {"division": "x" * 201}),
        ("note", {"note": "x" * 301}),
        ("birth_year", {"birth_year": 1899}),
        ("birth_year", {"birth_year": 2010}),
        ("gender", {"gender": "khác"}),
        ("title_id", {"title_id": 999_999}),
        ("subject", {"subject": SubjectKind.BOTH}),
    ],
)
def test_a_line_that_may_not_stand_by_itself(world: World, field: str, change: dict[str, Any]) -> None:
    key = world.opened("vangiang", "326", "2023", world.collective())
    values = {
        "subject": SubjectKind.PERSON,
        "name": "Nguyễn Văn An",
        "title_id": world.titles["BKT"],
        "post": "Kế toán",
    }
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, add_line, LineData(**{**values, **change}))
    assert list(caught.value.errors) == [field]
    assert all(len(texts) == 1 for texts in caught.value.errors.values())
    assert world.get(key).line_count == 1


@pytest.mark.parametrize(("title", "words"), [("TTLDTT", "chỉ dành cho tập thể"), ("XPTB", "không áp dụng")])
def test_a_title_that_does_not_fit(world: World, title: str, words: str) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, add_line, world.person(title=title))
    assert words in caught.value.errors["title_id"][0]


def test_the_same_person_and_title_is_refused_as_it_is_typed(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person(), world.person(title="CSTDCS"))
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, add_line, world.person("NGUYỄN VĂN AN"))
    assert "2 lần" in caught.value.errors["title_id"][0]
    second = world.line_ids(key)[1]
    with pytest.raises(InvalidInput):
        world.edit("vangiang", key, update_line, second, 1, world.person())


def test_a_second_flag_is_refused_as_it_is_typed(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.collective("UBND huyện Văn Giang", "CTDT"))
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, add_line, world.collective("UBND huyện Văn Giang", "CTDCP"))
    assert "hai loại cờ" in caught.value.errors["title_id"][0]


def test_namesakes_are_taken_and_warned_of(world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.person(), world.person(post="Kế toán"))
    with world.work_as("vangiang") as work:
        found = registration_findings(work.session, load_for_write(work, key))
    assert [(f.code, f.level) for f in found] == [("namesake", "warning")]


def test_a_removed_line_comes_back_with_its_key_and_place(world: World) -> None:
    lines = [world.person("Nguyễn Văn An", gender="male", birth_year=1980), world.person("Lê Bình"), world.collective()]
    key = world.opened("vangiang", "326", "2023", *lines)
    second = world.line_ids(key)[1]
    snapshot = world.edit("vangiang", key, remove_line, second, 1)
    assert isinstance(snapshot, LineSnapshot)
    assert names(world, key) == ["Nguyễn Văn An", "Phòng Nội vụ"]
    assert world.get(key).line_count == 2
    back = world.edit("vangiang", key, restore_line, snapshot)
    assert back.row_key == snapshot.row_key
    assert names(world, key) == ["Nguyễn Văn An", "Lê Bình", "Phòng Nội vụ"]
    assert world.get(key).line_count == 3
    again = world.edit("vangiang", key, restore_line, snapshot)
    assert again.id == back.id
    assert world.get(key).line_count == 3


def test_a_line_does_not_come_back_beside_its_double(world: World) -> None:
    key = world.opened("vangiang", "326")
    snapshot = world.edit("vangiang", key, remove_line, world.line_ids(key)[0], 1)
    world.edit("vangiang", key, add_line, world.person())
    with pytest.raises(InvalidInput):
        world.edit("vangiang", key, restore_line, snapshot)


def test_lines_of_another_registration_are_not_found(world: World) -> None:
    key, other = world.opened("vangiang", "326"), world.opened("khoaichau", "330")
    foreign = world.line_ids(key)[0]
    with pytest.raises(NotFound):
        world.edit("khoaichau", other, update_line, foreign, 1, world.person("Khác"))
    with pytest.raises(NotFound):
        world.edit("khoaichau", other, remove_line, foreign, 1)


def test_only_the_units_officers_edit_and_only_while_it_is_open(world: World) -> None:
    key = world.opened("vangiang", "326")
    line_id = world.line_ids(key)[0]
    for who in ("vangiang.lanhdao", "thidua"):
        with pytest.raises(NotAllowed):
            world.edit(who, key, add_line, world.collective())
    world.step("vangiang", key, "submit")
    for verb, args in (
        (add_line, (world.collective(),)),
        (update_line, (line_id, 1, world.person("Khác"))),
        (remove_line, (line_id, 1)),
    ):
        with pytest.raises(NotEditable):
            world.edit("vangiang", key, verb, *args)


def test_a_registration_has_a_limit_of_lines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.domain.emulation.services.lines.MAX_LINES", 1)
    key = world.opened("vangiang", "326")
    with pytest.raises(RuleBroken, match="nhiều nhất"):
        world.edit("vangiang", key, add_line, world.collective())


def test_the_counts_in_the_row_agree_with_the_object(world: World) -> None:
    key = world.opened("vangiang", "326")
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        add_line(work, found, world.collective())
        assert (found.line_count, found.person_count) == (2, 1)
        work.session.expire_all()
        again = work.session.get_one(EmulationRegistration, key)
        assert (again.line_count, again.person_count) == (2, 1)
