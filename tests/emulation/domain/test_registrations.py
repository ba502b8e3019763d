"""Opening a registration, its content and its pledges: what is kept, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.domain.emulation.catalogue_models import EmulationMovement, PeriodException
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.errors import (
    NotEditable,
    RegistrationExists,
    RegistrationPeriodClosed,
    UnitDoesNotRegister,
)
from portal.domain.emulation.models import EmulationRegistration, RegistrationEditor
from portal.domain.emulation.queries import expected_of, movements_of, pledges_of
from portal.domain.emulation.services.registrations import (
    ContentData,
    PledgeData,
    add_pledge,
    load_for_write,
    open_registration,
    remove_pledge,
    save_content,
    update_pledge,
)
from portal.domain.units.models import Unit
from tests.emulation.domain.builders import CONTENT, World


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def grant(session: Session, world: World, unit: str, until: date) -> None:
    """A later day for a unit."""
    session.add(
        PeriodException(
            period_id=world.periods["2023"],
            unit_id=world.units[unit],
            due_on=until,
            reason="Thiên tai",
            granted_by_id=1,
            granted_on=date(2023, 3, 1),
        )
    )
    session.commit()


def test_a_registration_goes_to_the_unit_right_above(world: World) -> None:
    commune, district = world.opened("xuanquan", "12022"), world.opened("vangiang", "326")
    assert world.get(commune).receiver_unit_id == world.units["326"]
    assert world.get(district).receiver_unit_id == world.units["33"]
    assert world.get(district).state is RegistrationState.DRAFT


def test_opening_notes_the_editor_and_writes_the_audit(world: World) -> None:
    key = world.opened("vangiang", "326")
    editors = world.all(select(RegistrationEditor).where(RegistrationEditor.registration_id == key))
    assert len(editors) == 1
    actions = world.actions(key)
    assert actions == ["registration.opened", "registration.content_saved", "registration.line_added"]


def test_only_an_officer_of_exactly_the_unit_may_open(world: World) -> None:
    for who, unit in (("vangiang", "12022"), ("vangiang.lanhdao", "326"), ("thidua", "33"), ("khoaichau", "326")):
        with pytest.raises(NotAllowed), world.work_as(who) as work:
            open_registration(work, world.units[unit], world.periods["2023"])


def test_one_registration_for_a_unit_and_period(world: World) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(RegistrationExists), world.work_as("vangiang") as work:
        open_registration(work, world.units["326"], world.periods["2023"])
    with world.work_as("vangiang") as work:
        with pytest.raises(RegistrationExists):
            open_registration(work, world.units["326"], world.periods["2023"])
        assert load_for_write(work, key).content == CONTENT  # the transaction goes on


def test_a_unit_follows_the_period_of_its_sector(world: World) -> None:
    with pytest.raises(UnitDoesNotRegister), world.work_as("sgddt") as work:
        open_registration(work, world.units["SGDDT"], world.periods["2023"])
    with pytest.raises(UnitDoesNotRegister), world.work_as("stc") as work:
        open_registration(work, world.units["STC"], world.periods["2022-2023"])


def test_no_such_period(world: World) -> None:
    with pytest.raises(NotFound), world.work_as("stc") as work:
        open_registration(work, world.units["STC"], 999_999)


def test_a_unit_that_is_gone_registers_nothing(world: World, session: Session) -> None:
    session.get_one(Unit, world.units["STC"]).valid_to = date(2023, 3, 15)
    session.commit()
    with pytest.raises(UnitDoesNotRegister), world.work_as("stc") as work:
        open_registration(work, world.units["STC"], world.periods["2023"])


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2023, 1, 2), False),
        (date(2023, 1, 3), True),
        (date(2023, 4, 1), True),
        (date(2023, 6, 30), True),
        (date(2023, 7, 1), False),
    ],
)
def test_opening_only_within_the_periods_days(world: World, clock: FixedClock, day: date, is_open: bool) -> None:
    clock.instant = at(day)
    if is_open:
        assert world.opened("stc", "STC")
    else:
        with pytest.raises(RegistrationPeriodClosed, match="đã đóng"):
            world.opened("stc", "STC")


def test_an_exception_keeps_the_period_open_for_its_unit_alone(
    world: World, session: Session, clock: FixedClock
) -> None:
    grant(session, world, "STC", date(2023, 7, 15))
    clock.instant = at(date(2023, 7, 15))
    assert world.opened("stc", "STC")
    with pytest.raises(RegistrationPeriodClosed):
        world.opened("vangiang", "326")


def test_an_exception_ends_with_its_day(world: World, session: Session, clock: FixedClock) -> None:
    grant(session, world, "STC", date(2023, 7, 15))
    clock.instant = at(date(2023, 7, 16))
    with pytest.raises(RegistrationPeriodClosed):
        world.opened("stc", "STC")


def test_an_earlier_exception_does_not_close_the_period_sooner(
    world: World, session: Session, clock: FixedClock
) -> None:
    grant(session, world, "STC", date(2023, 4, 30))
    clock.instant = at(date(2023, 6, 30))
    assert world.opened("stc", "STC")


def test_content_is_saved_whole_and_moves_the_version(world: World) -> None:
    key = world.opened("vangiang", "326")
    movements = world.all(select(EmulationMovement.id).order_by(EmulationMovement.id).limit(3))
    before = world.get(key).version
    expected = {world.titles["LDTT"]: 12, world.titles["CTDT"]: 1, world.titles["BKT"]: 0}
    data = ContentData("  Dòng một \r\nDòng hai  ", 52, movements, expected)
    world.edit("vangiang", key, save_content, before, data)
    kept = world.get(key)
    assert (kept.content, kept.staff_count, kept.version) == ("Dòng một\nDòng hai", 52, before + 1)
    assert [m.id for m in world.all(movements_of(key))] == movements
    assert [(t.code, n) for t, n in world.rows(expected_of(key))] == [("LDTT", 12), ("CTDT", 1)]


def test_content_saved_again_replaces_movements_and_numbers(world: World) -> None:
    key = world.opened("vangiang", "326")
    first, second = world.all(select(EmulationMovement.id).order_by(EmulationMovement.id).limit(2))
    ldtt, bkt = world.titles["LDTT"], world.titles["BKT"]
    version = world.get(key).version
    world.edit("vangiang", key, save_content, version, ContentData("A", None, [first], {ldtt: 3, bkt: 2}))
    world.edit("vangiang", key, save_content, version + 1, ContentData("A", None, [second], {ldtt: 4}))
    assert [m.id for m in world.all(movements_of(key))] == [second]
    assert [(t.id, n) for t, n in world.rows(expected_of(key))] == [(ldtt, 4)]


def test_a_save_that_only_changes_movements_moves_the_version_too(world: World) -> None:
    key = world.opened("vangiang", "326")
    movement = world.all(select(EmulationMovement.id).limit(1))[0]
    version = world.get(key).version
    world.edit("vangiang", key, save_content, version, ContentData(CONTENT, 40, [movement]))
    assert world.get(key).version == version + 1


def test_stale_content_is_refused(world: World) -> None:
    key = world.opened("vangiang", "326")
    version = world.get(key).version
    world.edit("vangiang", key, save_content, version, ContentData("Bản của người thứ nhất"))
    with pytest.raises(VersionConflict):
        world.edit("vangiang", key, save_content, version, ContentData("Bản của người thứ hai"))
    assert world.get(key).content == "Bản của người thứ nhất"


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("content", ContentData("x" * 20_001)),
        ("staff_count", ContentData("", -1)),
        ("staff_count", ContentData("", 100_001)),
        ("movement_ids", ContentData("", None, [999_999])),
        ("expected", ContentData("", None, [], {999_999: 1})),
    ],
)
def test_content_that_cannot_be(world: World, field: str, data: ContentData) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, save_content, world.get(key).version, data)
    assert list(caught.value.errors) == [field]
    assert world.get(key).content == CONTENT


def test_expected_numbers_are_counted_in_bounds_and_by_the_periods_titles(world: World) -> None:
    key = world.opened("vangiang", "326")
    for expected in ({world.titles["LDTT"]: -1}, {world.titles["XPTB"]: 1}):
        with pytest.raises(InvalidInput) as caught:
            world.edit("vangiang", key, save_content, world.get(key).version, ContentData("", None, [], expected))
        assert list(caught.value.errors) == ["expected"]


def test_nobody_else_edits(world: World) -> None:
    key = world.opened("vangiang", "326")
    for who in ("vangiang.lanhdao", "thidua", "giamdoc"):
        with pytest.raises(NotAllowed):
            world.edit(who, key, save_content, 1, ContentData("X"))
    for who in ("khoaichau", "xuanquan", "luutru"):
        with pytest.raises(NotFound):
            world.edit(who, key, save_content, 1, ContentData("X"))


def test_no_editing_once_submitted(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    for verb, args in ((save_content, (1, ContentData("X"))), (add_pledge, (PledgeData("Chỉ tiêu"),))):
        with pytest.raises(NotEditable):
            world.edit("vangiang", key, verb, *args)


def test_pledges_are_added_changed_and_removed(world: World) -> None:
    key = world.opened("vangiang", "326")
    version = world.get(key).version
    first = world.edit("vangiang", key, add_pledge, PledgeData(" Hồ sơ  đúng hạn ", Decimal("98.5"), "%"))
    second = world.edit("vangiang", key, add_pledge, PledgeData("Sáng kiến", Decimal(5), "sáng kiến", "cấp cơ sở"))
    assert (first.name, first.position, second.position) == ("Hồ sơ đúng hạn", 1, 2)
    changed = world.edit("vangiang", key, update_pledge, first.id, first.version, PledgeData("Hồ sơ", None))
    assert (changed.name, changed.number, changed.version) == ("Hồ sơ", None, 2)
    kept = world.edit("vangiang", key, remove_pledge, second.id, second.version)
    assert kept == PledgeData("Sáng kiến", Decimal(5), "sáng kiến", "cấp cơ sở")
    assert [p.id for p in world.all(pledges_of(key))] == [first.id]
    assert world.get(key).version == version  # pledges bear their own versions


def test_stale_and_foreign_pledges_are_refused(world: World) -> None:
    key, other = world.opened("vangiang", "326"), world.opened("khoaichau", "330")
    pledge = world.edit("vangiang", key, add_pledge, PledgeData("Chỉ tiêu"))
    world.edit("vangiang", key, update_pledge, pledge.id, 1, PledgeData("Chỉ tiêu khác"))
    with pytest.raises(VersionConflict):
        world.edit("vangiang", key, update_pledge, pledge.id, 1, PledgeData("Muộn"))
    with pytest.raises(VersionConflict):
        world.edit("vangiang", key, remove_pledge, pledge.id, 1)
    with pytest.raises(NotFound):
        world.edit("khoaichau", other, update_pledge, pledge.id, 2, PledgeData("Của người khác"))


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("name", PledgeData("  ")),
        ("name", PledgeData("x" * 301)),
        ("unit_of_measure", PledgeData("a", None, "x" * 41)),
        ("note", PledgeData("a", None, "", "x" * 301)),
        ("number", PledgeData("a", Decimal("-1"))),
        ("number", PledgeData("a", Decimal("1e13"))),
        ("number", PledgeData("a", Decimal("NaN"))),
    ],
)
def test_pledges_that_cannot_be(world: World, field: str, data: PledgeData) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(InvalidInput) as caught:
        world.edit("vangiang", key, add_pledge, data)
    assert list(caught.value.errors) == [field]


def test_pledges_have_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.domain.emulation.services.registrations.MAX_PLEDGES", 1)
    key = world.opened("vangiang", "326")
    world.edit("vangiang", key, add_pledge, PledgeData("Một"))
    with pytest.raises(InvalidInput):
        world.edit("vangiang", key, add_pledge, PledgeData("Hai"))


def test_a_registration_out_of_sight_cannot_be_loaded(world: World) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(NotFound), world.work_as("khoaichau") as work:
        load_for_write(work, key)
    with world.work_as("vangiang") as work:
        assert isinstance(load_for_write(work, key), EmulationRegistration)
