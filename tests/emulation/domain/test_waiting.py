"""What waits for whom in emulation, what was sent and where it is, and the figures that are watched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.manifest import FigurePanel, WaitingItem
from portal.domain.access.enums import Permission
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationTarget
from portal.domain.emulation.manifest import CLOSED, MANIFEST, MOST_RECEIVING, figures, sent, waiting
from portal.domain.emulation.services.workflow import PaperData
from tests.emulation.domain.builders import PAPER, World

DUE = date(2023, 3, 31)


def waits(world: World, who: str, year: int = 2023) -> list[WaitingItem]:
    with world.work_as(who) as work:
        return waiting(work, year)


def titles(world: World, who: str, year: int = 2023) -> list[str]:
    return [item.title for item in waits(world, who, year)]


def places(world: World, who: str, year: int = 2023) -> list[tuple[str, str, str]]:
    with world.work_as(who) as work:
        return [(item.title, item.state.label, item.where) for item in sent(work, year)]


def panel(world: World, who: str, year: int = 2023) -> FigurePanel | None:
    with world.work_as(who) as work:
        return figures(work, year)


def test_an_officer_is_told_to_begin(world: World) -> None:
    (item,) = waits(world, "vangiang")
    assert item.title == "Lập đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    assert (item.due_on, item.endpoint, item.values) == (DUE, "emulation.new_registration", {"nam": 2023})
    assert waits(world, "vangiang.lanhdao") == []
    assert waits(world, "thidua") == []
    assert waits(world, "luutru") == []


def test_before_the_period_opens_nothing_waits(world: World, clock: FixedClock) -> None:
    clock.instant = datetime(2023, 1, 2, 3, tzinfo=UTC)
    assert waits(world, "vangiang") == []


def test_a_period_that_closed_unused_is_said(world: World, clock: FixedClock) -> None:
    clock.instant = datetime(2023, 7, 1, 3, tzinfo=UTC)
    (item,) = waits(world, "vangiang")
    assert (item.due_on, item.note) == (DUE, CLOSED)


def test_an_exception_shows_its_own_day(world: World, session: Session) -> None:
    session.add(
        PeriodException(
            period_id=world.periods["2023"],
            unit_id=world.units["326"],
            due_on=date(2023, 7, 31),
            reason="Thiên tai",
            granted_by_id=1,
            granted_on=date(2023, 3, 1),
        )
    )
    session.commit()
    assert waits(world, "vangiang")[0].due_on == date(2023, 7, 31)


def test_the_way_of_a_registration_over_the_desks(world: World) -> None:
    key = world.opened("vangiang", "326")
    name = "đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    assert titles(world, "vangiang") == [f"Hoàn thành {name}"]
    assert places(world, "vangiang") == []
    world.step("vangiang", key, "submit")
    assert titles(world, "vangiang") == []
    assert titles(world, "vangiang.lanhdao") == [f"Duyệt {name}"]
    shown = "Đăng ký thi đua năm 2023: UBND huyện Văn Giang"
    assert places(world, "vangiang") == [(shown, "Chờ lãnh đạo duyệt", "Lãnh đạo đơn vị")]
    world.step("vangiang.lanhdao", key, "send", PAPER)
    assert titles(world, "vangiang.lanhdao") == []
    assert titles(world, "thidua") == [f"Tiếp nhận {name}"]
    assert places(world, "vangiang.lanhdao") == [(shown, "Chờ tiếp nhận", "Sở Nội vụ")]
    world.step("thidua", key, "return", "Bổ sung")
    (item,) = waits(world, "vangiang")
    assert (item.title, item.note, item.since) == (f"Sửa {name}", "Bị trả lại", date(2023, 3, 15))
    assert titles(world, "thidua") == []
    assert places(world, "vangiang") == [(shown, "Bị trả lại", "UBND huyện Văn Giang")]


def test_what_is_accepted_waits_for_nobody_and_stays_among_the_sent(world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "accept")
    assert titles(world, "vangiang") == titles(world, "thidua") == []
    assert [state for _, state, _ in places(world, "vangiang")] == ["Đã tiếp nhận"]


def test_a_commune_waits_at_its_district(world: World) -> None:
    world.sent_by_commune()
    name = "đăng ký thi đua năm 2023: UBND xã Xuân Quan"
    assert f"Tiếp nhận {name}" in titles(world, "vangiang")
    assert f"Tiếp nhận {name}" in titles(world, "vangiang.lanhdao")
    assert titles(world, "thidua") == []
    assert places(world, "xuanquan")[0][2] == "UBND huyện Văn Giang"
    receiving = next(item for item in waits(world, "vangiang") if item.title.startswith("Tiếp nhận"))
    assert (receiving.due_on, receiving.since) == (None, date(2023, 3, 15))


def test_a_missing_number_is_asked_for(world: World) -> None:
    key = world.sent_by_district(paper=PaperData("", None, "Lê Văn Quyết", "Phó Chủ tịch"))
    assert titles(world, "vangiang") == ["Ghi số, ngày văn bản đăng ký thi đua năm 2023: UBND huyện Văn Giang"]
    world.step("vangiang", key, "record_paper", PAPER)
    assert titles(world, "vangiang") == []


def test_many_to_receive_end_in_one_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.domain.emulation.manifest.MOST_RECEIVING", 1)
    world.sent_by_district()
    key = world.opened("khoaichau", "330")
    world.step("khoaichau", key, "submit")
    world.step("khoaichau.lanhdao", key, "send", replace(PAPER, signer_name="Hoàng Đình Phúc"))
    first, rest = waits(world, "thidua")
    assert first.title.startswith("Tiếp nhận đăng ký thi đua năm 2023")
    assert rest.title == "Tiếp nhận 1 bản đăng ký thi đua khác"
    assert (rest.endpoint, rest.values) == ("emulation.list_units", {"nam": 2023, "trang_thai": "sent"})
    assert MOST_RECEIVING == 10


def test_the_school_year_that_is_open_shows_in_the_present_year(world: World, clock: FixedClock) -> None:
    clock.instant = datetime(2023, 9, 1, 3, tzinfo=UTC)
    missed, now = waits(world, "sgddt", 2023)
    assert (missed.title, missed.note) == (
        "Lập đăng ký thi đua năm học 2022-2023: Sở Giáo dục và Đào tạo",
        CLOSED,
    )
    assert (now.title, now.note) == ("Lập đăng ký thi đua năm học 2023-2024: Sở Giáo dục và Đào tạo", "")
    assert titles(world, "sgddt", 2024) == [now.title]


def test_another_year_in_view_shows_that_year(world: World) -> None:
    world.sent_by_district()
    assert places(world, "vangiang", 2022) == []
    assert titles(world, "thidua", 2022) == []
    assert titles(world, "khoaichau", 2022) == []  # long past: nothing to be done any more


def test_the_province_watches_the_plans_numbers(world: World) -> None:
    world.sent_by_district(world.collective("UBND huyện Văn Giang", "CTDT"))
    for who in ("thidua", "giamdoc"):
        found = panel(world, who)
        assert found is not None
        assert found.title == "Chỉ tiêu thi đua năm 2023"
        values = {f.name: (f.value, f.goal) for f in found.figures}
        assert values["Cơ quan, đơn vị đăng ký thi đua"] == (1, 344)
        assert values["Cờ thi đua UBND tỉnh"] == (1, 58)
        assert {f.state.label for f in found.figures} == {"Đang đăng ký"}
        assert found.figures[0].elapsed == pytest.approx(100 * 71 / 87)


def test_a_district_watches_its_communes(world: World, clock: FixedClock) -> None:
    world.sent_by_commune()
    found = panel(world, "vangiang")
    assert found is not None
    (figure,) = found.figures
    assert (figure.name, figure.value, figure.goal) == ("Đơn vị trực thuộc đã gửi đăng ký", 1, 11)
    clock.instant = datetime(2023, 4, 5, 3, tzinfo=UTC)
    later = panel(world, "vangiang")
    assert later is not None
    assert (later.figures[0].state.label, later.figures[0].elapsed) == ("Chưa đạt kế hoạch", None)


def test_who_watches_nothing_sees_no_figures(world: World, session: Session) -> None:
    assert panel(world, "xuanquan") is None
    assert panel(world, "hoidong") is None
    assert panel(world, "xuanquan.lanhdao") is None  # watches units below, of which there are none
    assert panel(world, "thidua", 2030) is None  # no period, no numbers
    session.execute(delete(RegistrationTarget))
    session.commit()
    assert panel(world, "thidua") is None


def test_a_reached_number_says_so(world: World, session: Session) -> None:
    session.execute(update(RegistrationTarget).where(RegistrationTarget.code == "2023-CTDT").values(number=1))
    session.commit()
    world.sent_by_district(world.collective("UBND huyện Văn Giang", "CTDT"))
    found = panel(world, "thidua")
    assert found is not None
    assert next(f for f in found.figures if f.name == "Cờ thi đua UBND tỉnh").state.label == "Đạt kế hoạch"


def test_the_queries_are_fixed(world: World) -> None:
    def statements(who: str) -> int:
        seen: list[str] = []
        with world.work_as(who) as work:
            bind = work.session.get_bind()
            listen = lambda *args: seen.append(args[2])  # noqa: E731
            event.listen(bind, "before_cursor_execute", listen)
            try:
                waiting(work, 2023)
                sent(work, 2023)
                figures(work, 2023)
            finally:
                event.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    before = statements("thidua"), statements("vangiang")
    world.sent_by_commune()
    world.sent_by_district()
    assert (statements("thidua"), statements("vangiang")) == before


def test_every_audit_action_has_its_words(world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "return", "Bổ sung")
    actions = world.all(select(AuditEntry.action).distinct())
    named = [action for action in actions if action.startswith("registration.")]
    assert named
    assert set(named) <= set(MANIFEST.audit_labels)
    assert all(label and label[0].isupper() for label in MANIFEST.audit_labels.values())


def test_the_menu_names_real_permissions() -> None:
    assert {entry.group for entry in MANIFEST.menu} == {"Thi đua, khen thưởng"}
    assert all(Permission(entry.permission) for entry in MANIFEST.menu)
    assert len({entry.endpoint for entry in MANIFEST.menu}) == len(MANIFEST.menu)
