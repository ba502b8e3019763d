"""GET /tai-khoan, POST /tai-khoan/giao-dien, /tai-khoan/phien and what ends sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount, UserSession
from portal.domain.accounts.services.cleanup import drop_old_sessions
from portal.domain.accounts.services.failures import drop_old_failures
from portal.web.access import QUIET
from portal.web.transaction import PortalFlask
from tests.accounts.conftest import ClientOf, Give
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

Read = Callable[..., list[Any]]
SESSIONS = "/tai-khoan/phien"


def sessions_of(read: Read) -> list[UserSession]:
    return read(select(UserSession).order_by(UserSession.id))


def test_the_page_tells_who_one_is_and_what_one_may_do(client_of: ClientOf, give: Give) -> None:
    give("vangiang", Role.VIEWER, "330", date(2023, 4, 1), date(2023, 6, 30))
    page = Page(client_of("vangiang").get("/tai-khoan").text)
    assert page.headings() == ["Tài khoản của tôi"]
    for words in ("Nguyễn Thị Lan Anh", "vangiang", "UBND huyện Văn Giang", "vangiang@hungyen.example", "Chưa bật"):
        assert words in page.text
    assert page.table() == [
        {
            "Vai trò": "Người xem",
            "Đơn vị": "UBND huyện Khoái Châu",
            "Từ ngày": "01/04/2023",
            "Đến hết ngày": "30/06/2023",
            "Tình trạng": "Chưa đến ngày",
        },
        {
            "Vai trò": "Đầu mối của đơn vị",
            "Đơn vị": "UBND huyện Văn Giang",
            "Từ ngày": "01/01/2022",
            "Đến hết ngày": "không thời hạn",
            "Tình trạng": "Đang hiệu lực",
        },
    ]


def test_who_has_no_role_is_told_what_to_do(client_of: ClientOf, runtime: Runtime) -> None:
    with write_mode(), runtime.session_factory() as session:
        session.execute(delete(RoleAssignment))
        session.commit()
    page = Page(client_of("vangiang").get("/tai-khoan").text)
    assert "Chưa có vai trò" in page.headings(2)


def test_the_look_is_chosen_and_kept(client_of: ClientOf, user: Callable[[str], UserAccount]) -> None:
    client = client_of("vangiang")
    version = user("vangiang").version
    assert client.post("/tai-khoan/giao-dien", data={"theme": "dark"}).location == "/tai-khoan"
    page = Page(client.get("/tai-khoan").text)
    assert page.root.get("data-theme") == "dark"
    assert "Nền tối, đang dùng" in page.buttons()
    assert user("vangiang").version == version, "a preference is no edit of the record"
    assert client.post("/tai-khoan/giao-dien", data={"theme": "xanh"}).status_code == 422


def test_own_sessions_are_listed_the_one_used_last_first(
    client: FlaskClient, app: PortalFlask, clock: FixedClock
) -> None:
    phone = app.test_client()
    phone.post(
        "/dang-nhap",
        data={"username": "vangiang", "password": DEMO_PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"},
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    clock.advance(timedelta(minutes=3))
    client.post("/dang-nhap", data={"username": "vangiang", "password": DEMO_PASSWORD})
    app.test_client().post("/dang-nhap", data={"username": "xuanquan", "password": DEMO_PASSWORD})
    page = Page(client.get(SESSIONS).text)
    rows = page.table()
    assert [(r["Thiết bị"], r["Địa chỉ mạng"], r["Bắt đầu"]) for r in rows] == [
        ("Thiết bị không rõ Phiên này", "127.0.0.1", "09:03 15/03/2023"),
        ("Safari trên iPhone", "10.1.2.3", "09:00 15/03/2023"),
    ]
    assert "sau 30 phút không dùng, và sau 12 giờ" in page.text


def test_one_session_is_ended_at_once(client_of: ClientOf, read: Read) -> None:
    here, there = client_of("vangiang"), client_of("vangiang")
    other = sessions_of(read)[1].id
    answer = here.post(f"{SESSIONS}/{other}/ket-thuc")
    assert (answer.status_code, answer.location) == (303, SESSIONS)
    assert there.get("/").status_code == 303
    assert here.get("/").status_code == 200
    assert sessions_of(read)[1].end_reason == "by_owner"


def test_ending_this_session_signs_out(client_of: ClientOf, read: Read) -> None:
    here = client_of("vangiang")
    answer = here.post(f"{SESSIONS}/{sessions_of(read)[0].id}/ket-thuc")
    assert answer.location == "/dang-nhap"
    assert here.get("/").status_code == 303


def test_nobody_ends_another_persons_session(client_of: ClientOf, read: Read) -> None:
    mine, theirs = client_of("vangiang"), client_of("xuanquan")
    assert mine.post(f"{SESSIONS}/{sessions_of(read)[1].id}/ket-thuc").status_code == 404
    assert mine.post(f"{SESSIONS}/999999/ket-thuc").status_code == 404
    assert theirs.get("/").status_code == 200


def test_all_other_sessions_are_ended(client_of: ClientOf, read: Read) -> None:
    here, *others = [client_of("vangiang") for _ in range(3)]
    stranger = client_of("xuanquan")
    assert "Kết thúc mọi phiên khác" in Page(here.get(SESSIONS).text).buttons()
    here.post(f"{SESSIONS}/ket-thuc-khac")
    page = Page(here.get(SESSIONS).text)
    assert "Đã kết thúc 2 phiên đăng nhập khác." in page.text
    assert "Kết thúc mọi phiên khác" not in page.buttons()
    assert [o.get("/").status_code for o in others] == [303, 303]
    assert stranger.get("/").status_code == 200
    here.post(f"{SESSIONS}/ket-thuc-khac")
    assert "Không có phiên nào khác." in Page(here.get(SESSIONS).text).text


def test_a_session_ends_after_half_an_hour_without_use(client_of: ClientOf, clock: FixedClock) -> None:
    client = client_of("vangiang")
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert client.get("/").status_code == 200
    clock.advance(timedelta(minutes=30, seconds=1))
    assert client.get("/").location == "/dang-nhap"


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(client_of: ClientOf, clock: FixedClock) -> None:
    client = client_of("vangiang")
    for _ in range(36):
        assert client.get("/").status_code == 200
        clock.advance(timedelta(minutes=20))
    assert client.get("/").status_code == 200
    clock.advance(timedelta(seconds=1))
    assert client.get("/").status_code == 303


def test_polls_do_not_keep_a_session_alive(
    client_of: ClientOf, app: PortalFlask, clock: FixedClock, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("vangiang")
    monkeypatch.setattr(app.view_functions["accounts.list_own_sessions"], QUIET, True, raising=False)
    begun = sessions_of(read)[0].seen_at
    for _ in range(3):
        clock.advance(timedelta(minutes=9))
        assert client.get(SESSIONS).status_code == 200
    assert sessions_of(read)[0].seen_at == begun
    clock.advance(timedelta(minutes=4))
    assert client.get(SESSIONS).status_code == 303


def test_use_is_noted_every_five_minutes_at_most(client_of: ClientOf, clock: FixedClock, read: Read) -> None:
    client = client_of("vangiang")
    begun = sessions_of(read)[0].seen_at
    clock.advance(timedelta(minutes=5))
    client.get("/")
    assert sessions_of(read)[0].seen_at == begun
    clock.advance(timedelta(seconds=1))
    client.get("/")
    assert sessions_of(read)[0].seen_at == clock.now()


def test_a_busy_database_only_puts_off_noting_the_use(
    client_of: ClientOf, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    client = client_of("vangiang")
    begun = sessions_of(read)[0].seen_at
    clock.advance(timedelta(minutes=6))

    def busy(_: object) -> None:
        raise OperationalError("UPDATE user_session", {}, Exception("database is locked"))

    monkeypatch.setattr("portal.web.login.update", busy)
    assert client.get("/").status_code == 200
    assert sessions_of(read)[0].seen_at == begun


def test_expired_sessions_are_not_listed_and_are_dropped_later(
    client_of: ClientOf, clock: FixedClock, runtime: Runtime, work_as: Any, read: Read
) -> None:
    client_of("vangiang")
    clock.advance(timedelta(minutes=31))
    here = client_of("vangiang")
    assert len(Page(here.get(SESSIONS).text).table()) == 1
    settings = runtime.settings
    with work_as("quantri") as work:
        assert drop_old_sessions(work, settings.session_idle, settings.session_absolute) == (1, 0)
    assert [s.end_reason for s in sessions_of(read)] == ["expired", ""]
    clock.advance(timedelta(days=31))
    with work_as("quantri") as work:
        assert drop_old_sessions(work, settings.session_idle, settings.session_absolute) == (1, 1)


def test_old_failures_are_dropped(client: FlaskClient, clock: FixedClock, work_as: Any) -> None:
    client.post("/dang-nhap", data={"username": "vangiang", "password": "sai"})
    with work_as("quantri") as work:
        assert drop_old_failures(work) == 0
    clock.advance(timedelta(hours=24, seconds=1))
    with work_as("quantri") as work:
        assert drop_old_failures(work) == 2


def test_a_role_that_is_given_or_ends_counts_in_an_open_session(
    client_of: ClientOf, give: Give, runtime: Runtime, clock: FixedClock
) -> None:
    client = client_of("vangiang")
    assert client.get("/quan-tri/nguoi-dung").status_code == 403
    given = give("vangiang", Role.SYSTEM_ADMIN, "326", valid_to=date(2023, 3, 15))
    with write_mode(), runtime.session_factory() as session:
        session.execute(update(UserSession).values(second_factor_at=clock.now()))
        session.commit()
    assert client.get("/quan-tri/nguoi-dung").status_code == 200
    with write_mode(), runtime.session_factory() as session:
        session.execute(update(RoleAssignment).where(RoleAssignment.id == given).values(ended_at=clock.now()))
        session.commit()
    assert client.get("/quan-tri/nguoi-dung").status_code == 403


def test_a_role_ends_by_itself_after_its_last_day(client_of: ClientOf, give: Give, clock: FixedClock) -> None:
    give("vangiang", Role.SYSTEM_ADMIN, "326", valid_to=date(2023, 3, 15))
    assert client_of("vangiang").get("/quan-tri/nguoi-dung").status_code == 200
    clock.advance(timedelta(hours=15))
    assert client_of("vangiang").get("/quan-tri/nguoi-dung").status_code == 403
