"""Telling people: each effect once, never oneself, only who may still see it, nothing of confidential features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.jobs import Job, JobState
from portal.core.notices import Holders, MailChoice, People
from portal.core.runtime import Runtime
from portal.domain.access.enums import Permission
from portal.domain.accounts import services as accounts
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.services import DelegationData
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.services.periods import ExceptionData, grant_exception
from portal.domain.notifications import kinds as kinds_module
from portal.domain.notifications import services
from portal.domain.notifications.kinds import kinds
from portal.domain.notifications.models import Notice, NoticeSetting
from portal.domain.notifications.queries import NoticeFilter, notices_of, unread_text
from portal.domain.notifications.services import notify
from portal.domain.units.models import Unit
from portal.jobs.api import JobResult
from tests.emulation.domain.builders import PAPER, World, make_world
from tests.jobs.handlers import Scripted, ask, worker_with

Told = Callable[[str], list[Notice]]
KIND = "emulation.to_approve"


@pytest.fixture
def world(runtime: Runtime, work_as: Any) -> World:
    return make_world(runtime, work_as)


def texts(notices: list[Notice]) -> list[str]:
    return [notice.text for notice in notices]


def test_the_steps_of_a_registration_tell_those_whom_they_concern(world: World, told: Told) -> None:
    what = "ăng ký thi đua năm 2023 của UBND huyện Văn Giang"
    key = world.sent_by_district()
    assert texts(told("vangiang.lanhdao")) == [f"Đ{what} chờ ông/bà duyệt"]
    assert texts(told("vangiang")) == [f"Đ{what} đã được duyệt và gửi đi"]
    assert texts(told("thidua")) == texts(told("thidua.truong")) == [f"Đ{what} đã gửi đến, chờ tiếp nhận"]
    world.step("vangiang.lanhdao", key, "take_back", "Bổ sung")
    assert texts(told("thidua"))[1:] == [f"Đ{what} đã được đơn vị thu hồi"]
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send_back", "Thiếu chức vụ")
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    world.step("thidua", key, "return", "Thiếu chỉ tiêu")
    assert texts(told("vangiang"))[-1] == f"Cơ quan tiếp nhận trả lại đ{what}"
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    world.step("thidua", key, "accept")
    world.step("thidua", key, "reopen", "Sửa danh sách")
    assert texts(told("vangiang.lanhdao"))[-2:] == [f"Đ{what} đã được tiếp nhận", f"Đ{what} đã được mở lại"]
    assert texts(told("vangiang"))[1] == f"Lãnh đạo đơn vị trả lại đ{what}"
    assert told("khoaichau") == told("xuanquan") == []
    opened = told("vangiang")[-1]
    assert (opened.endpoint, opened.link_values) == ("emulation.show_registration", {"registration_id": key})


def test_an_extension_tells_the_unit(work_as: Any, told: Told) -> None:
    with work_as("thidua") as work:
        period = work.session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one()
        unit = work.session.scalars(select(Unit).where(Unit.code == "326")).one()
        grant_exception(work, period, unit, ExceptionData(date(2023, 6, 20), "Chờ hướng dẫn"))
    (notice,) = told("vangiang")
    assert notice.text == "Được gia hạn gửi đăng ký thi đua năm 2023 của UBND huyện Văn Giang đến 20/06/2023"
    assert texts(told("vangiang.lanhdao")) == [notice.text]


def test_delegations_tell_both_sides(
    work_as: Any, told: Told, person_id: Callable[[str], int], session: Session
) -> None:
    held = session.scalars(
        select(RoleAssignment.id).where(RoleAssignment.user_id == person_id("vangiang.lanhdao"))
    ).one()
    session.rollback()
    with work_as("vangiang.lanhdao") as work:
        data = DelegationData(person_id("vangiang"), [held], date(2023, 3, 15), date(2023, 3, 31), "GUQ số 12")
        made = accounts.delegate(work, data).made[0]
    days = "từ 15/03/2023 đến hết 31/03/2023"
    assert texts(told("vangiang")) == [f"Ông/bà được ủy quyền vai trò Thủ trưởng đơn vị, {days}"]
    assert told("vangiang.lanhdao") == [], "nobody is told of what they did themselves"
    with work_as("vangiang.lanhdao") as work:
        accounts.revoke(work, made.id, made.version)
    assert texts(told("vangiang"))[1:] == ["Ủy quyền vai trò Thủ trưởng đơn vị đã kết thúc"]


def test_the_end_of_a_job_tells_its_owner_once(
    session: Session, runtime: Runtime, told: Told, person_id: Callable[[str], int]
) -> None:
    owner = person_id("thidua")

    def fail(_ctx: Any) -> Any:
        raise RuntimeError

    ask(session, runtime, "tốt", owner_id=owner)
    ask(session, runtime, "hỏng", owner_id=owner, max_attempts=1, kind="test.broken")
    ask(session, runtime, "nhà")
    good = Scripted(lambda _ctx: JobResult("Xong"))
    worker_with(runtime, good, Scripted(fail, kind="test.broken")).run_pending()
    assert texts(told("thidua")) == ["Đã xong: việc thử tốt", "Không thành công: việc thử hỏng"]
    assert JobState.DONE.value in told("thidua")[0].key


def test_the_same_effect_is_told_once_and_never_to_who_acts(work_as: Any, told: Told, unit_id: Any) -> None:
    to = [
        Holders(Permission.REGISTRATION_EDIT, unit_id("326")),
        Holders(Permission.REGISTRATION_APPROVE, unit_id("326")),
    ]
    for _ in range(2):
        with work_as("vangiang") as work:
            notify(work, KIND, "một việc", "Việc thử", to, unit_id=unit_id("326"))
    assert told("vangiang") == []
    assert texts(told("vangiang.lanhdao")) == ["Việc thử"]


def test_closed_accounts_and_what_was_switched_off_are_left_out(
    work_as: Any, told: Told, session: Session, person_id: Callable[[str], int], runtime: Runtime
) -> None:
    people = [person_id(name) for name in ("vangiang", "vangiang.lanhdao", "khoaichau")]
    session.execute(update(UserAccount).where(UserAccount.id == people[0]).values(disabled_at=runtime.clock.now()))
    off = {"on_portal": False, "mail": MailChoice.NONE, "updated_at": runtime.clock.now()}
    session.add_all(NoticeSetting(user_id=people[1], kind=kind, **off) for kind in ("jobs.ended", KIND))
    session.commit()
    with work_as("thidua") as work:
        assert notify(work, "jobs.ended", "a", "Đã xong", [People(people)]) == 1
        assert notify(work, KIND, "b", "Chờ duyệt", [People(people)]) == 2, "what is fixed cannot be switched off"
    assert told("vangiang") == []
    assert texts(told("vangiang.lanhdao")) == ["Chờ duyệt"]


def test_a_notice_goes_out_of_sight_with_the_right_to_see_what_it_is_about(
    work_as: Any, actor_of: Any, session: Session, person_id: Callable[[str], int], clock: FixedClock, unit_id: Any
) -> None:
    with work_as("thidua") as work:
        notify(work, KIND, "a", "Chờ duyệt", [People([person_id("vangiang")])], unit_id=unit_id("326"))
        notify(work, KIND, "b", "Của huyện khác", [People([person_id("vangiang")])], unit_id=unit_id("330"))

    def seen() -> list[str]:
        actor = actor_of("vangiang")
        found = session.scalars(notices_of(actor, clock.today(), NoticeFilter())).all()
        assert unread_text(session, actor, clock.today()) == (str(len(found)) if found else "")
        session.rollback()
        return texts(list(found))

    assert seen() == ["Chờ duyệt"]
    ended = update(RoleAssignment).where(RoleAssignment.user_id == person_id("vangiang"))
    session.execute(ended.values(valid_to=clock.today()))
    session.commit()
    clock.advance(timedelta(days=1))
    assert seen() == []


def test_of_a_confidential_feature_nothing_but_that_there_is_something(
    work_as: Any, told: Told, person_id: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = kinds()["emulation.received"]
    quiet = {
        **kinds(),
        "emulation.received": replace(
            found, feature=replace(found.feature, confidential=True, searchable=(), comment_owners=())
        ),
    }
    monkeypatch.setattr(services, "kinds", lambda: quiet)
    link = ("emulation.show_registration", {"registration_id": 7})
    with work_as("thidua") as work:
        notify(work, "emulation.received", "hồ sơ 7", "Hồ sơ của ông A", [People([person_id("vangiang")])], link)
    (notice,) = told("vangiang")
    assert (notice.text, notice.link_values) == ("Có việc mới", {})
    assert notice.endpoint == "emulation.list_registrations"


def test_words_that_fail_do_not_keep_a_job_from_ending(
    session: Session, runtime: Runtime, told: Told, person_id: Callable[[str], int]
) -> None:
    class Speechless(Scripted):
        def done_notice(self, payload: Any) -> Any:
            raise KeyError(payload["name"])

    key = ask(session, runtime, "câm", owner_id=person_id("thidua"))
    worker_with(runtime, Speechless(lambda _ctx: JobResult("Xong"))).run_pending()
    assert session.get_one(Job, key).state is JobState.DONE
    assert told("thidua") == []


def test_old_notices_go_the_read_ones_sooner(
    session: Session, person_id: Callable[[str], int], clock: FixedClock, work_as: Any, read: Callable[..., Any]
) -> None:
    person, now = person_id("thidua"), clock.now()
    for key, age, read_ago in (
        ("đọc lâu", 90, 61),
        ("mới đọc", 90, 59),
        ("chưa đọc", 364, None),
        ("bỏ quên", 366, None),
    ):
        at = None if read_ago is None else now - timedelta(days=read_ago)
        values = {"unread": int(at is None), "read_at": at, "created_at": now - timedelta(days=age)}
        session.add(Notice(receiver_id=person, kind="jobs.ended", key=key, text=key, **values))
    mailed = {"unread": 0, "on_portal": False, "created_at": now - timedelta(days=61)}
    session.add(Notice(receiver_id=person, kind="jobs.ended", key="chỉ gửi thư", text="x", **mailed))
    session.commit()
    with work_as("thidua") as work:
        assert services.drop_old_notices(work) == 3
    assert read(select(Notice.key).order_by(Notice.id)) == ["mới đọc", "chưa đọc"]


def test_two_kinds_of_one_name_are_refused() -> None:
    feature = kinds()[KIND].feature
    with pytest.raises(ValueError, match=KIND):
        kinds_module.declared([feature, feature])


def test_the_bell_stops_counting(
    session: Session, person_id: Callable[[str], int], actor_of: Any, clock: FixedClock, runtime: Runtime
) -> None:
    session.add_all(
        Notice(receiver_id=person_id("thidua"), kind="jobs.ended", key=f"{n}", text="x", created_at=clock.now())
        for n in range(120)
    )
    session.commit()
    assert unread_text(session, actor_of("thidua"), clock.today()) == "99+"
