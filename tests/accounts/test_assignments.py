"""/quan-tri/nguoi-dung/<id>/phan-quyen: roles given, their end moved, ended; delegations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.db import write_mode
from portal.core.errors import NotAllowed, NotFound
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Grant, Work
from portal.domain.access.enums import Permission, Reach, Role
from portal.domain.accounts import policies, services
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.services import GrantData, SecondPersonNeeded
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit
from tests.accounts.conftest import DISTRICT_ADMIN, ClientOf, Give, UserId
from tests.pages import Page

LIST = "/quan-tri/nguoi-dung"
Read = Callable[..., list[Any]]
Newest = Callable[[str], RoleAssignment]
DELEGATION = {
    "role": "unit_head",
    "unit": "326",
    "given_by": "vangiang.lanhdao",
    "valid_to": "31/03/2023",
    "reason": "GUQ 12",
}


def grant(client: FlaskClient, key: int, **fields: str) -> TestResponse:
    data = {"role": "viewer", "unit": "326", "valid_from": "15/03/2023", **fields}
    return client.post(f"{LIST}/{key}/phan-quyen", data=data)


def end_form(client: FlaskClient, key: int, assignment: int) -> dict[str, str]:
    path = f"{LIST}/{key}/phan-quyen/{assignment}/sua"
    page = Page(client.get(path).text)
    return page.values(page.form_to(path))


class TestGrant:
    def test_the_form_begins_with_the_persons_unit_and_today(self, admin: FlaskClient, user_id: UserId) -> None:
        page = Page(admin.get(f"{LIST}/{user_id('xuanquan')}/phan-quyen/moi").text)
        values = page.values(page.form_to(f"{LIST}/{user_id('xuanquan')}/phan-quyen"))
        assert (values["unit"], values["valid_from"], values["valid_to"]) == (
            "12022 – UBND xã Xuân Quan",
            "15/03/2023",
            "",
        )

    def test_a_role_is_given_and_works_at_once(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, assignment_of: Newest, unit_id: Any, read: Read
    ) -> None:
        inside, key = client_of("hoidong"), user_id("hoidong")
        before = inside.get("/quan-tri/nguoi-dung").status_code
        answer = grant(admin, key, role="system_admin", unit="33", valid_to="31/12/2023")
        assert (before, answer.status_code, answer.location) == (403, 303, f"{LIST}/{key}")
        made = assignment_of("hoidong")
        assert (made.role, made.unit_id, made.valid_to) == (Role.SYSTEM_ADMIN, unit_id("33"), date(2023, 12, 31))
        assert made.created_by_id == user_id("quantri")
        assert inside.get("/quan-tri/nguoi-dung").status_code == 200
        entry = read(
            select(AuditEntry).where(AuditEntry.action == "assignment.created").order_by(AuditEntry.id.desc())
        )[0]
        assert entry.detail == {"user": key, "role": "system_admin", "from": "2023-03-15", "to": "2023-12-31"}
        assert "Đã giao vai trò Quản trị hệ thống." in Page(admin.get(answer.location).text).text

    @pytest.mark.parametrize(
        ("fields", "faulty", "words"),
        [
            ({"role": ""}, "role", "Xin chọn vai trò"),
            ({"role": "không có"}, "role", "trong danh sách"),
            ({"role": "director"}, "role", "không giao được ở cấp"),
            ({"unit": "không có"}, "unit", "Không có đơn vị này"),
            ({"valid_from": ""}, "valid_from", "Xin nhập ngày bắt đầu"),
            ({"valid_from": "31/02/2023"}, "valid_from", "ngày/tháng/năm"),
            ({"valid_from": "01/01/0023"}, "valid_from", "bốn chữ số"),
            ({"valid_to": "14/03/2023"}, "valid_to", "không được trước hôm nay"),
            ({"valid_from": "01/05/2023", "valid_to": "01/04/2023"}, "valid_to", "trước ngày bắt đầu"),
            ({"role": "unit_officer"}, "role", "đã có vai trò đó"),
            ({"given_by": "khong.co"}, "given_by", "Không có tài khoản này"),
        ],
    )
    def test_what_cannot_be_given_is_said_beside_its_field(
        self, admin: FlaskClient, user_id: UserId, fields: dict[str, str], faulty: str, words: str
    ) -> None:
        answer = grant(admin, user_id("vangiang"), **fields)
        assert answer.status_code == 422
        assert words in Page(answer.text).field_errors()[faulty]

    def test_a_unit_that_is_gone_by_then_holds_no_role(
        self, admin: FlaskClient, user_id: UserId, runtime: Runtime, unit_id: Callable[[str], int]
    ) -> None:
        with write_mode(), runtime.session_factory() as session:
            session.execute(update(Unit).where(Unit.id == unit_id("12022")).values(valid_to=date(2023, 7, 1)))
            session.commit()
        answer = grant(admin, user_id("vangiang"), unit="12022", valid_from="01/08/2023")
        assert "không hoạt động vào ngày bắt đầu" in Page(answer.text).field_errors()["unit"]

    def test_a_role_may_begin_in_the_past(self, admin: FlaskClient, user_id: UserId, assignment_of: Newest) -> None:
        assert grant(admin, user_id("vangiang"), valid_from="01/02/2023").status_code == 303
        assert assignment_of("vangiang").valid_from == date(2023, 2, 1)

    def test_the_same_role_may_follow_itself(self, admin: FlaskClient, user_id: UserId) -> None:
        key = user_id("hoidong")
        assert grant(admin, key, valid_to="31/03/2023").status_code == 303
        assert grant(admin, key, valid_from="31/03/2023").status_code == 422
        assert grant(admin, key, valid_from="01/04/2023", valid_to="30/04/2023").status_code == 303
        assert grant(admin, key, unit="330").status_code == 303, "over another unit it is another role"

    def test_nobody_gives_roles_to_themselves(self, admin: FlaskClient, user_id: UserId) -> None:
        assert grant(admin, user_id("quantri"), unit="33").status_code == 409

    def test_a_shut_account_gets_no_role(self, admin: FlaskClient, user_id: UserId) -> None:
        key = user_id("vangiang")
        admin.post(f"{LIST}/{key}/khoa", data={})
        answer = grant(admin, key)
        assert answer.status_code == 409
        assert "mở khóa trước" in Page(answer.text).text

    def test_a_district_gives_over_its_own_and_lower_units_only(
        self, district_admin: FlaskClient, user_id: UserId, read: Read
    ) -> None:
        key = user_id("xuanquan")
        assert grant(district_admin, key, unit="326").status_code == 303
        assert grant(district_admin, key, unit="12022").status_code == 303
        for outside in ("330", "33"):
            assert "unit" in Page(grant(district_admin, key, unit=outside).text).field_errors()
        assert len(read(select(RoleAssignment).where(RoleAssignment.user_id == key))) == 3

    @pytest.mark.parametrize("username", ["vangiang", "tongiao.truong"])
    def test_others_give_nothing(self, client_of: ClientOf, user_id: UserId, username: str) -> None:
        assert grant(client_of(username), user_id("xuanquan")).status_code == 403


class TestMoveEnd:
    def test_the_last_day_is_moved(
        self, admin: FlaskClient, user_id: UserId, assignment_of: Newest, read: Read
    ) -> None:
        key, before = user_id("vangiang"), assignment_of("vangiang")
        path = f"{LIST}/{key}/phan-quyen/{before.id}/sua"
        form = {**end_form(admin, key, before.id), "valid_to": "30/06/2023"}
        assert admin.post(path, data=form).location == f"{LIST}/{key}"
        assert assignment_of("vangiang").valid_to == date(2023, 6, 30)
        entry = read(select(AuditEntry).where(AuditEntry.action == "assignment.edited"))[0]
        assert entry.detail["to"] == {"old": None, "new": "2023-06-30"}
        form = {**end_form(admin, key, before.id), "valid_to": ""}
        admin.post(path, data=form)
        assert assignment_of("vangiang").valid_to is None

    def test_a_day_that_is_over_is_refused(self, admin: FlaskClient, user_id: UserId, assignment_of: Newest) -> None:
        key, found = user_id("vangiang"), assignment_of("vangiang")
        path = f"{LIST}/{key}/phan-quyen/{found.id}/sua"
        for typed in ("14/03/2023", "ngày mai"):
            answer = admin.post(path, data={**end_form(admin, key, found.id), "valid_to": typed})
            assert answer.status_code == 422
            assert "valid_to" in Page(answer.text).field_errors()

    def test_who_saves_second_is_told(self, admin: FlaskClient, user_id: UserId, assignment_of: Newest) -> None:
        key, found = user_id("vangiang"), assignment_of("vangiang")
        path = f"{LIST}/{key}/phan-quyen/{found.id}/sua"
        stale = end_form(admin, key, found.id)
        admin.post(path, data={**stale, "valid_to": "30/06/2023"})
        assert admin.post(path, data={**stale, "valid_to": "31/12/2023"}).status_code == 409
        assert assignment_of("vangiang").valid_to == date(2023, 6, 30)


class TestEnd:
    def test_a_role_ends_at_once(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, assignment_of: Newest
    ) -> None:
        inside, key, found = client_of("hoidong"), user_id("hoidong"), assignment_of("hoidong")
        path = f"{LIST}/{key}/phan-quyen/{found.id}/ket-thuc"
        page = Page(admin.get(path).text)
        assert "Kết thúc vai trò Thành viên Hội đồng" in page.headings(2)
        assert inside.get("/viec").status_code == 200
        assert admin.post(path, data=page.values(page.form_to(path))).location == f"{LIST}/{key}"
        assert inside.get("/viec").status_code == 403
        ended = assignment_of("hoidong")
        assert (ended.ended_at is not None, ended.ended_by_id) == (True, user_id("quantri"))
        assert "Kết thúc lúc 09:00 15/03/2023" in Page(admin.get(f"{LIST}/{key}").text).text

    def test_what_is_over_is_not_touched_again(self, admin: FlaskClient, give: Give, user_id: UserId) -> None:
        key = user_id("hoidong")
        past = give("hoidong", Role.VIEWER, "326", date(2022, 1, 1), date(2022, 12, 31))
        for path in ("ket-thuc", "sua"):
            answer = admin.post(f"{LIST}/{key}/phan-quyen/{past}/{path}", data={"version": "1", "valid_to": ""})
            assert answer.status_code == 409
            assert "đã kết thúc nên không sửa được" in Page(answer.text).text

    @pytest.mark.parametrize("version", ["", "7", "x", "9" * 12])
    def test_another_version_is_told(
        self, admin: FlaskClient, user_id: UserId, assignment_of: Newest, version: str
    ) -> None:
        found = assignment_of("hoidong")
        path = f"{LIST}/{user_id('hoidong')}/phan-quyen/{found.id}/ket-thuc"
        assert admin.post(path, data={"version": version}).status_code == 409
        assert assignment_of("hoidong").ended_at is None

    def test_an_assignment_is_looked_for_with_its_person(
        self, admin: FlaskClient, user_id: UserId, assignment_of: Newest
    ) -> None:
        found = assignment_of("hoidong")
        for path in ("ket-thuc", "sua"):
            assert admin.get(f"{LIST}/{user_id('xuanquan')}/phan-quyen/{found.id}/{path}").status_code == 404
            assert admin.post(f"{LIST}/{user_id('xuanquan')}/phan-quyen/{found.id}/{path}").status_code == 404

    def test_a_district_does_not_end_what_reaches_beyond_it(
        self, district_admin: FlaskClient, give: Give, user_id: UserId, assignment_of: Newest
    ) -> None:
        given = give("vangiang", Role.VIEWER, "33")
        key = user_id("vangiang")
        shown = Page(district_admin.get(f"{LIST}/{key}").text)
        assert [label for label in shown.links() if label.startswith("Kết thúc vai trò")] == [
            "Kết thúc vai trò Đầu mối của đơn vị"
        ]
        answer = district_admin.post(f"{LIST}/{key}/phan-quyen/{given}/ket-thuc", data={"version": "1"})
        assert answer.status_code == 403
        assert assignment_of("vangiang").ended_at is None

    def test_nobody_ends_their_own_role(self, admin: FlaskClient, user_id: UserId, assignment_of: Newest) -> None:
        found = assignment_of("quantri")
        path = f"{LIST}/{user_id('quantri')}/phan-quyen/{found.id}/ket-thuc"
        assert admin.post(path, data={"version": str(found.version)}).status_code == 409


class TestDelegation:
    def test_it_names_giver_reason_and_end(self, admin: FlaskClient, user_id: UserId, assignment_of: Newest) -> None:
        key = user_id("vangiang")
        assert grant(admin, key, **DELEGATION).status_code == 303
        made = assignment_of("vangiang")
        assert (made.given_by_id, made.reason) == (user_id("vangiang.lanhdao"), "GUQ 12")
        assert "Ủy quyền của Lê Văn Quyết: GUQ 12" in Page(admin.get(f"{LIST}/{key}").text).text
        path = f"{LIST}/{key}/phan-quyen/{made.id}/sua"
        answer = admin.post(path, data={**end_form(admin, key, made.id), "valid_to": ""})
        assert "phải có ngày cuối" in Page(answer.text).field_errors()["valid_to"]

    @pytest.mark.parametrize(
        ("changes", "faulty", "words"),
        [
            ({"valid_to": ""}, "valid_to", "phải có ngày cuối"),
            ({"reason": " "}, "reason", "cần ghi căn cứ"),
            ({"given_by": "vangiang"}, "given_by", "Không tự ủy quyền"),
            ({"given_by": "khoaichau.lanhdao"}, "given_by", "không giữ vai trò này"),
        ],
    )
    def test_what_makes_no_delegation(
        self, admin: FlaskClient, user_id: UserId, changes: dict[str, str], faulty: str, words: str
    ) -> None:
        answer = grant(admin, user_id("vangiang"), **{**DELEGATION, **changes})
        assert answer.status_code == 422
        assert words in Page(answer.text).field_errors()[faulty]

    def test_the_giver_must_hold_the_role_for_all_that_time(
        self, admin: FlaskClient, runtime: Runtime, user_id: UserId, assignment_of: Newest
    ) -> None:
        held = assignment_of("vangiang.lanhdao")
        with write_mode(), runtime.session_factory() as session:
            stmt = update(RoleAssignment).where(RoleAssignment.id == held.id)
            session.execute(stmt.values(valid_to=date(2023, 3, 20)))
            session.commit()
        assert grant(admin, user_id("vangiang"), **DELEGATION).status_code == 422
        assert grant(admin, user_id("vangiang"), **{**DELEGATION, "valid_to": "20/03/2023"}).status_code == 303


class TestServices:
    """What pages never get to, since they load in scope first: the services refuse it themselves."""

    def test_people_and_roles_out_of_reach_are_refused(
        self, give: Give, work_as: Callable[[str], Any], user_id: UserId, unit_id: Callable[[str], int]
    ) -> None:
        give(DISTRICT_ADMIN, Role.SYSTEM_ADMIN, "326")
        viewer = GrantData(Role.VIEWER, unit_id("326"), date(2023, 3, 15))
        beyond = GrantData(Role.VIEWER, unit_id("330"), date(2023, 3, 15))
        data = services.UserData("an.nv", "An", unit_id("330"))
        for act, error in (
            (lambda w: services.grant_role(w, user_id("khoaichau"), viewer), NotAllowed),
            (lambda w: services.grant_role(w, user_id("vangiang"), beyond), NotAllowed),
            (lambda w: services.grant_role(w, 999999, viewer), NotFound),
            (lambda w: services.add_user(w, data, "x"), NotAllowed),
            (lambda w: services.edit_user(w, user_id("xuanquan"), data, 1), NotAllowed),
            (lambda w: services.disable_user(w, user_id("khoaichau"), ""), NotAllowed),
            (lambda w: services.reset_password(w, 999999, "x"), NotFound),
            (lambda w: services.end_assignment(w, user_id("vangiang"), 999999, 1), NotFound),
        ):
            with pytest.raises(error), work_as(DISTRICT_ADMIN) as work:
                act(work)

    def test_a_confidential_role_is_never_given_directly(
        self, work_as: Callable[[str], Any], user_id: UserId, unit_id: Callable[[str], int], give: Give
    ) -> None:
        data = GrantData(Role.RELIGION_OFFICER, unit_id("33"), date(2023, 3, 15))
        with pytest.raises(SecondPersonNeeded), work_as("quantri") as work:
            services.grant_role(work, user_id("hoidong"), data)
        held = give("hoidong", Role.RELIGION_OFFICER, "33", date(2023, 1, 1), date(2023, 6, 30))
        with pytest.raises(SecondPersonNeeded), work_as("quantri") as work:
            services.move_end(work, user_id("hoidong"), held, None, 1)
        with pytest.raises(SecondPersonNeeded), work_as("quantri") as work:
            services.reset_password(work, user_id("hoidong"), "x")
        with pytest.raises(SecondPersonNeeded), work_as("quantri") as work:
            services.reset_factor(work, user_id("hoidong"))
        with work_as("quantri") as work:
            services.move_end(work, user_id("hoidong"), held, date(2023, 4, 30), 1)

    def test_no_role_reaches_further_than_its_giver_manages(
        self, runtime: Runtime, unit_id: Callable[[str], int], user: Callable[[str], UserAccount]
    ) -> None:
        """Someone who manages one unit without those below gives only roles that stay in it."""
        unit = unit_id("326")
        grants = (Grant(Permission.ASSIGNMENT_MANAGE, unit, Reach.OWN, Role.SYSTEM_ADMIN, 1),)
        with runtime.session_factory() as session:
            work = Work(session, Actor(999, "x", "X", unit, grants), runtime.clock)
            assert policies.can_assign_over(work, Role.AREA_APPRAISER, unit)
            assert not policies.can_assign_over(work, Role.VIEWER, unit)
            assert policies.can_assign_to(work, user("vangiang"))
            assert not policies.can_assign_to(work, user("xuanquan"))

    def test_who_acts_for_someone_does_not_touch_their_account(
        self, runtime: Runtime, unit_id: Callable[[str], int], user: Callable[[str], UserAccount]
    ) -> None:
        grants = (
            Grant(Permission.USER_MANAGE, unit_id("33"), Reach.SUBTREE, Role.SYSTEM_ADMIN, 1),
            Grant(Permission.UNIT_VIEW, unit_id("33"), Reach.SUBTREE, Role.VIEWER, 2, user("giamdoc").id),
        )
        with runtime.session_factory() as session:
            work = Work(session, Actor(999, "x", "X", unit_id("33"), grants), runtime.clock)
            assert not policies.can_manage_user(work, user("giamdoc"))
            assert policies.can_manage_user(work, user("phogiamdoc"))
            assert policies.can_reset(work, user("phogiamdoc"))
