"""Confidential roles held longer, passwords and second factors reset: what a second person confirms besides grants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.db import write_mode
from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.enums import RequestKind
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.accounts.services import GrantData, requests
from tests.accounts.conftest import ClientOf, Give, UserId
from tests.accounts.test_access_requests import USERS, Read, WorkAs, confirm, newest
from tests.databases import DEMO_PASSWORD
from tests.pages import Page


class TestExtend:
    @pytest.fixture
    def held(self, give: Give) -> int:
        return give("hoidong", Role.RELIGION_OFFICER, "33", date(2023, 1, 1), date(2023, 6, 30))

    def extend(self, client: FlaskClient, key: int, held: int, until: str, reason: str = "Công văn 7") -> TestResponse:
        path = f"{USERS}/{key}/phan-quyen/{held}/sua"
        page = Page(client.get(path).text)
        return client.post(path, data={**page.values(page.form_to(path)), "valid_to": until, "reason": reason})

    def end_of(self, read: Read, held: int) -> date | None:
        return read(select(RoleAssignment.valid_to).where(RoleAssignment.id == held))[0]  # type: ignore[no-any-return]

    def test_longer_waits_shorter_does_not(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, held: int, read: Read
    ) -> None:
        key = user_id("hoidong")
        assert self.extend(admin, key, held, "31/12/2023", reason="").status_code == 422
        assert self.extend(admin, key, held, "31/12/2023").status_code == 303
        assert self.end_of(read, held) == date(2023, 6, 30)
        assert confirm(client_of("tongiao"), newest(read)).status_code == 303
        assert self.end_of(read, held) == date(2023, 12, 31)
        assert self.extend(admin, key, held, "30/04/2023", reason="").status_code == 303
        assert self.end_of(read, held) == date(2023, 4, 30)
        assert len(read(select(AccessRequest))) == 1

    def test_what_ended_meanwhile_is_not_made_longer(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, held: int, read: Read
    ) -> None:
        key = user_id("hoidong")
        self.extend(admin, key, held, "")
        admin.post(f"{USERS}/{key}/phan-quyen/{held}/ket-thuc", data={"version": "1"})
        assert confirm(client_of("tongiao"), newest(read)).status_code == 409
        assert self.end_of(read, held) == date(2023, 6, 30)


class TestReset:
    def test_the_factor_of_someone_confidential(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, user: Callable[[str], UserAccount], read: Read
    ) -> None:
        key, path = user_id("tongiao"), f"{USERS}/{user_id('tongiao')}/dat-lai-xac-thuc"
        page = Page(admin.get(path).text)
        assert "cần người thứ hai của mảng đó xác nhận" in page.text
        assert "Gửi yêu cầu xác nhận" in page.buttons()
        assert admin.post(path, data={"reason": ""}).status_code == 422
        assert admin.post(path, data={"reason": "Mất điện thoại"}).location == f"{USERS}/{key}"
        assert user("tongiao").totp_secret is not None
        assert confirm(client_of("tongiao"), newest(read)).status_code == 403, "not for oneself"
        assert confirm(client_of("tongiao.truong"), newest(read)).status_code == 303
        assert user("tongiao").totp_secret is None

    def test_the_new_password_is_shown_to_the_second_person_once(
        self, admin: FlaskClient, client_of: ClientOf, client: FlaskClient, user_id: UserId, read: Read
    ) -> None:
        path = f"{USERS}/{user_id('tongiao.truong')}/cap-lai-mat-khau"
        assert admin.post(path, data={"reason": "Quên mật khẩu"}).status_code == 303
        second, request = client_of("tongiao"), newest(read)
        inside = client_of("tongiao.truong")
        done = confirm(second, request)
        assert inside.get("/").status_code == 303
        page = Page(second.get(done.location).text)
        password = page.by_id("mat-khau").find(".//code")
        assert password is not None
        assert not Page(second.get(done.location).text).has_id("mat-khau")
        assert not Page(admin.get(done.location).text).has_id("mat-khau")
        for typed, status in ((DEMO_PASSWORD, 422), (str(password.text), 303)):
            answer = client.post("/dang-nhap", data={"username": "tongiao.truong", "password": typed})
            assert answer.status_code == status
        assert client.get("/").location == "/dang-nhap/xac-thuc", "the second factor stays"

    def test_all_confidential_roles_must_be_covered(
        self, admin: FlaskClient, client_of: ClientOf, give: Give, user_id: UserId, read: Read
    ) -> None:
        """A district's head does not confirm for someone who also holds a role in the province."""
        give("vangiang.tongiao", Role.RELIGION_OFFICER, "33")
        admin.post(f"{USERS}/{user_id('vangiang.tongiao')}/dat-lai-xac-thuc", data={"reason": "x"})
        assert confirm(client_of("vangiang.tongiao.lanhdao"), newest(read)).status_code == 403
        assert confirm(client_of("tongiao.truong"), newest(read)).status_code == 303

    def test_when_the_confidential_role_is_over_nobody_need_confirm(
        self, admin: FlaskClient, client_of: ClientOf, user_id: UserId, read: Read, assignment_of: Any
    ) -> None:
        key = user_id("tongiao")
        admin.post(f"{USERS}/{key}/dat-lai-xac-thuc", data={"reason": "x"})
        held = assignment_of("tongiao")
        admin.post(f"{USERS}/{key}/phan-quyen/{held.id}/ket-thuc", data={"version": str(held.version)})
        assert confirm(client_of("tongiao.truong"), newest(read)).status_code == 403
        assert admin.post(f"{USERS}/{key}/dat-lai-xac-thuc", data={}).status_code == 303


class TestServices:
    def test_what_needs_no_second_person_is_not_asked_for(
        self, work_as: WorkAs, user_id: UserId, unit_id: Callable[[str], int], assignment_of: Any
    ) -> None:
        viewer, held = GrantData(Role.VIEWER, unit_id("326"), date(2023, 3, 15)), assignment_of("vangiang")
        key, day = user_id("vangiang"), date(2023, 6, 1)
        with work_as("quantri") as work:
            with pytest.raises(requests.NoSecondPersonNeeded):
                requests.ask_grant(work, key, viewer, "x")
            with pytest.raises(requests.NoSecondPersonNeeded):
                requests.ask_extension(work, key, held.id, day, held.version, "x")
            with pytest.raises(requests.NoSecondPersonNeeded):
                requests.ask_reset(work, key, RequestKind.RESET_FACTOR, "x")

    def test_what_pages_never_get_to(
        self, admin: FlaskClient, client_of: ClientOf, work_as: WorkAs, user_id: UserId, read: Read, runtime: Runtime
    ) -> None:
        admin.post(f"{USERS}/{user_id('tongiao')}/cap-lai-mat-khau", data={"reason": "x"})
        request = newest(read)
        with work_as("tongiao.truong") as work:
            with pytest.raises(NotFound):
                requests.approve(work, 999, 1)
            with pytest.raises(InvalidInput):
                requests.approve(work, request.id, request.version)
            with pytest.raises(InvalidInput):
                requests.refuse(work, request.id, request.version, " ")
        with work_as("tongiao") as work, pytest.raises(NotAllowed):
            requests.refuse(work, request.id, request.version, "x")
        broken = update(AccessRequest).where(AccessRequest.id == request.id)
        for kind in (RequestKind.GRANT, RequestKind.EXTEND):
            with write_mode(), runtime.session_factory() as session:
                session.execute(broken.values(kind=kind))
                session.commit()
            with pytest.raises(requests.RequestClosed), work_as("tongiao.truong") as work:
                requests.approve(work, request.id, request.version)
