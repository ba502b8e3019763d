"""Changes in a confidential module: asked for by an administrator, done once a second person of it confirms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.enums import RequestState
from portal.domain.accounts.manifest import waiting
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.audit.models import AuditEntry
from tests.accounts.conftest import ClientOf, Give, UserId
from tests.pages import Page

USERS = "/quan-tri/nguoi-dung"
LIST = "/quan-tri/yeu-cau-phan-quyen"
Read = Callable[..., list[Any]]
WorkAs = Callable[[str], Any]


def ask_grant(client: FlaskClient, key: int, **fields: str) -> TestResponse:
    data = {"role": "religion_officer", "unit": "33", "valid_from": "15/03/2023", "reason": "Phân công số 5", **fields}
    return client.post(f"{USERS}/{key}/phan-quyen", data=data)


def newest(read: Read) -> AccessRequest:
    found: AccessRequest = read(select(AccessRequest).order_by(AccessRequest.id.desc()))[0]
    return found


def confirm(client: FlaskClient, request: AccessRequest) -> TestResponse:
    return client.post(f"{LIST}/{request.id}/xac-nhan", data={"version": str(request.version)})


def roles_of(read: Read, key: int) -> list[Role]:
    return read(select(RoleAssignment.role).where(RoleAssignment.user_id == key).order_by(RoleAssignment.id))


class TestGrant:
    def test_a_confidential_role_waits_for_the_second_person_and_then_works(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, read: Read
    ) -> None:
        key = user_id("hoidong")
        answer = ask_grant(admin, key, valid_to="31/12/2023")
        assert answer.location == f"{USERS}/{key}"
        shown = Page(admin.get(answer.location).text)
        assert "Đã gửi yêu cầu" in shown.text
        assert "Đang chờ người thứ hai xác nhận: giao vai trò" in shown.text
        assert roles_of(read, key) == [Role.COUNCIL_MEMBER]
        second, request = client_of("tongiao.truong"), newest(read)
        page = Page(second.get(f"{LIST}/{request.id}").text)
        for words in ("Vũ Xuân Trường", "Chuyên viên tôn giáo", "Phân công số 5", "Nguyễn Minh Tuấn", "31/12/2023"):
            assert words in page.text
        done = second.post(
            f"{LIST}/{request.id}/xac-nhan", data=page.values(page.form_to(f"{LIST}/{request.id}/xac-nhan"))
        )
        assert done.status_code == 303
        assert roles_of(read, key) == [Role.COUNCIL_MEMBER, Role.RELIGION_OFFICER]
        decided = newest(read)
        assert (decided.state, decided.decided_by_id) == (RequestState.APPROVED, user_id("tongiao.truong"))
        assert decided.assignment_id is not None
        assert "Đã xác nhận" in Page(second.get(f"{LIST}/{request.id}").text).text

    def test_the_log_names_fields_of_confidential_roles_never_values(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, read: Read
    ) -> None:
        ask_grant(admin, user_id("hoidong"))
        confirm(client_of("tongiao"), newest(read))
        entries = read(
            select(AuditEntry)
            .where(AuditEntry.action.in_(["access_request.made", "access_request.approved", "assignment.created"]))
            .order_by(AuditEntry.id.desc())
        )[:3]
        assert "religion" not in str([e.detail for e in entries])
        assert {e.action: e.detail for e in entries}["assignment.created"] == {
            "user": user_id("hoidong"),
            "fields": ["role", "from", "to"],
        }

    def test_a_reason_is_asked_for(self, admin: FlaskClient, user_id: UserId, read: Read) -> None:
        answer = ask_grant(admin, user_id("hoidong"), reason=" ")
        assert answer.status_code == 422
        assert "Xin ghi lý do" in Page(answer.text).field_errors()["reason"]
        assert read(select(AccessRequest)) == []

    def test_the_rules_of_every_role_hold_here_too(self, admin: FlaskClient, user_id: UserId) -> None:
        answer = ask_grant(admin, user_id("hoidong"), unit="326")
        assert "không giao được ở cấp" in Page(answer.text).field_errors()["role"]

    def test_the_same_is_not_asked_twice_while_it_waits(
        self, admin: FlaskClient, user_id: UserId, clock: FixedClock
    ) -> None:
        assert ask_grant(admin, user_id("hoidong")).status_code == 303
        assert ask_grant(admin, user_id("hoidong")).status_code == 409
        clock.advance(timedelta(days=14, minutes=1))
        assert clock.today() == date(2023, 3, 29)

    def test_after_a_lapsed_request_it_may_be_asked_again(
        self, client_of: ClientOf, user_id: UserId, clock: FixedClock, read: Read
    ) -> None:
        ask_grant(client_of("quantri"), user_id("hoidong"))
        lapsed = newest(read)
        clock.advance(timedelta(days=14, minutes=1))
        again = client_of("quantri")
        assert confirm(client_of("tongiao.truong"), lapsed).status_code == 409
        assert "Quá hạn" in Page(again.get(f"{LIST}/{lapsed.id}").text).text
        assert ask_grant(again, user_id("hoidong"), valid_from="29/03/2023").status_code == 303

    def test_who_asked_and_lost_the_right_meanwhile_asked_in_vain(
        self, client_of: ClientOf, give: Give, user_id: UserId, read: Read, runtime: Runtime
    ) -> None:
        given = give("vanphong", Role.SYSTEM_ADMIN, "33")
        ask_grant(client_of("vanphong"), user_id("hoidong"))
        second = client_of("tongiao.truong")
        with write_mode(), runtime.session_factory() as session:
            stmt = update(RoleAssignment).where(RoleAssignment.id == given)
            session.execute(stmt.values(ended_at=runtime.clock.now()))
            session.commit()
        assert confirm(second, newest(read)).status_code == 403
        with write_mode(), runtime.session_factory() as session:
            stmt = update(UserAccount).where(UserAccount.username == "vanphong")
            session.execute(stmt.values(disabled_at=runtime.clock.now()))
            session.commit()
        refused = confirm(second, newest(read))
        assert refused.status_code == 409
        assert "không còn quyền" in Page(refused.text).text
        assert roles_of(read, user_id("hoidong")) == [Role.COUNCIL_MEMBER]

    def test_a_grant_that_no_longer_fits_is_told(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, read: Read, clock: FixedClock
    ) -> None:
        ask_grant(admin, user_id("hoidong"), valid_to="16/03/2023")
        clock.advance(timedelta(days=3))
        answer = confirm(client_of("tongiao.truong"), newest(read))
        assert answer.status_code == 422
        assert "Ngày cuối không được trước hôm nay" in Page(answer.text).text
        assert newest(read).state is RequestState.PENDING


class TestWho:
    @pytest.fixture
    def request_in_district(self, admin: FlaskClient, user_id: UserId, read: Read) -> AccessRequest:
        ask_grant(admin, user_id("vangiang"), role="district_religion_officer", unit="326")
        return newest(read)

    @pytest.mark.parametrize(
        ("username", "status"),
        [
            ("tongiao.truong", 303),
            ("tongiao", 303),
            ("vangiang.tongiao", 303),
            ("vangiang.tongiao.lanhdao", 303),
            ("quantri", 403),
            ("giamdoc", 403),
            ("vangiang.lanhdao", 403),
        ],
    )
    def test_the_second_person_is_of_that_module_over_that_unit(
        self, client_of: ClientOf, request_in_district: AccessRequest, username: str, status: int
    ) -> None:
        assert confirm(client_of(username), request_in_district).status_code == status

    def test_someone_of_the_module_over_another_unit_does_not_know_of_it(
        self, client_of: ClientOf, give: Give, request_in_district: AccessRequest
    ) -> None:
        give("khoaichau.lanhdao", Role.DISTRICT_RELIGION_HEAD, "330")
        stranger = client_of("khoaichau.lanhdao")
        assert stranger.get(f"{LIST}/{request_in_district.id}").status_code == 404
        assert confirm(stranger, request_in_district).status_code == 404
        assert (
            stranger.post(f"{LIST}/{request_in_district.id}/khong-xac-nhan", data={"version": "1"}).status_code == 404
        )
        assert "Không có yêu cầu nào" in Page(stranger.get(LIST).text).text

    def test_a_district_does_not_confirm_for_the_province(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, read: Read
    ) -> None:
        ask_grant(admin, user_id("hoidong"))
        assert confirm(client_of("vangiang.tongiao.lanhdao"), newest(read)).status_code == 404

    def test_neither_the_asker_nor_who_gains_confirms(
        self, client_of: ClientOf, give: Give, user_id: UserId, read: Read, admin: FlaskClient
    ) -> None:
        give("vanphong", Role.SYSTEM_ADMIN, "33")
        give("vanphong", Role.RELIGION_OFFICER, "33")
        asker = client_of("vanphong")
        ask_grant(asker, user_id("hoidong"))
        page = Page(asker.get(f"{LIST}/{newest(read).id}").text)
        assert "Xác nhận" not in page.buttons()
        assert "Rút yêu cầu" in page.buttons()
        assert confirm(asker, newest(read)).status_code == 403
        ask_grant(admin, user_id("tongiao"), role="religion_approver")
        gains = client_of("tongiao")
        assert "Chờ người thứ hai" in Page(gains.get(f"{LIST}/{newest(read).id}").text).text
        assert confirm(gains, newest(read)).status_code == 403
        assert confirm(client_of("tongiao.truong"), newest(read)).status_code == 303


class TestDecisions:
    @pytest.fixture
    def asked(self, admin: FlaskClient, user_id: UserId, read: Read) -> AccessRequest:
        ask_grant(admin, user_id("hoidong"))
        return newest(read)

    def test_it_is_refused_with_a_reason(
        self, admin: FlaskClient, client_of: ClientOf, asked: AccessRequest, read: Read, user_id: UserId
    ) -> None:
        second, path = client_of("tongiao.truong"), f"{LIST}/{asked.id}/khong-xac-nhan"
        missing = second.post(path, data={"version": "1", "note": ""})
        assert missing.status_code == 422
        assert "Xin ghi lý do" in Page(missing.text).field_errors()["note"]
        assert second.post(path, data={"version": "1", "note": "Chưa có phân công"}).status_code == 303
        page = Page(admin.get(f"{LIST}/{asked.id}").text)
        assert "Không xác nhận" in page.text
        assert "Chưa có phân công" in page.text
        assert confirm(second, newest(read)).status_code == 409
        assert roles_of(read, user_id("hoidong")) == [Role.COUNCIL_MEMBER]

    def test_the_asker_takes_it_back(
        self, admin: FlaskClient, client_of: ClientOf, asked: AccessRequest, read: Read
    ) -> None:
        page = Page(admin.get(f"{LIST}/{asked.id}").text)
        path = f"{LIST}/{asked.id}/rut"
        assert admin.post(path, data=page.values(page.form_to(path))).status_code == 303
        assert newest(read).state is RequestState.WITHDRAWN
        assert confirm(client_of("tongiao.truong"), newest(read)).status_code == 409

    def test_another_administrator_does_not_take_it_back(
        self, client_of: ClientOf, give: Give, asked: AccessRequest, read: Read
    ) -> None:
        give("vanphong", Role.SYSTEM_ADMIN, "33")
        assert client_of("vanphong").post(f"{LIST}/{asked.id}/rut", data={"version": "1"}).status_code == 403
        assert newest(read).state is RequestState.PENDING

    @pytest.mark.parametrize("act", ["xac-nhan", "khong-xac-nhan", "rut"])
    def test_what_moved_meanwhile_is_told(
        self, admin: FlaskClient, client_of: ClientOf, asked: AccessRequest, read: Read, act: str
    ) -> None:
        client = admin if act == "rut" else client_of("tongiao.truong")
        answer = client.post(f"{LIST}/{asked.id}/{act}", data={"version": "9", "note": "x"})
        assert answer.status_code == 409
        assert newest(read).state is RequestState.PENDING

    def test_nobody_finds_what_is_not_there(self, admin: FlaskClient) -> None:
        assert admin.get(f"{LIST}/999").status_code == 404

    def test_the_list_tells_states_apart(
        self, admin: FlaskClient, client_of: ClientOf, asked: AccessRequest, user_id: UserId, read: Read
    ) -> None:
        confirm(client_of("tongiao.truong"), asked)
        ask_grant(admin, user_id("luutru"))
        rows = Page(admin.get(LIST).text).table()
        assert [(r["Người dùng"], r["Tình trạng"]) for r in rows] == [
            ("Trịnh Thị Ngọc Mai", "Chờ xác nhận"),
            ("Vũ Xuân Trường", "Đã xác nhận"),
        ]
        assert len(Page(admin.get(f"{LIST}?tinh_trang=approved").text).table()) == 1
        assert "Không có yêu cầu nào" in Page(admin.get(f"{LIST}?tinh_trang=refused").text).text

    def test_it_waits_on_the_second_persons_start_page_without_names(
        self, asked: AccessRequest, work_as: WorkAs, client_of: ClientOf
    ) -> None:
        counts = {}
        for username in ("tongiao.truong", "vangiang.tongiao", "quantri", "thidua"):
            with work_as(username) as work:
                counts[username] = [item.title for item in waiting(work, 2023)]
        assert counts == {
            "tongiao.truong": ["Yêu cầu về quyền hạn chế chờ xác nhận"],
            "vangiang.tongiao": [],
            "quantri": [],
            "thidua": [],
        }
        home = Page(client_of("tongiao.truong").get("/").text)
        assert "Yêu cầu về quyền hạn chế chờ xác nhận" in home.text
        assert "Vũ Xuân Trường" not in home.text
