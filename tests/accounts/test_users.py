"""/quan-tri/nguoi-dung/…: one person shown, made, edited, shut, opened, reset."""

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
from portal.core.errors import InvalidInput
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts import services
from portal.domain.accounts.models import SignInFailure, UserAccount, UserSession
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit
from portal.web.transaction import PortalFlask
from tests.accounts.conftest import ClientOf, Give, UserId
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

LIST = "/quan-tri/nguoi-dung"
Read = Callable[..., list[Any]]
User = Callable[[str], UserAccount]
PERSON = {
    "username": "an.nv",
    "full_name": "Nguyễn Văn An",
    "post": "Chuyên viên",
    "unit": "12022 – UBND xã Xuân Quan",
    "email": "an@hungyen.example",
}


def make(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(LIST, data={**PERSON, **changes})


def edit_form(client: FlaskClient, key: int) -> dict[str, str]:
    page = Page(client.get(f"{LIST}/{key}/sua").text)
    return page.values(page.form_to(f"{LIST}/{key}/sua"))


def audited(read: Read, action: str) -> list[AuditEntry]:
    return read(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))


class TestShow:
    def test_data_state_and_roles_with_their_history(self, admin: FlaskClient, user_id: UserId, give: Give) -> None:
        give("vangiang", Role.VIEWER, "330", date(2022, 1, 1), date(2022, 12, 31))
        page = Page(admin.get(f"{LIST}/{user_id('vangiang')}").text)
        assert page.headings() == ["Nguyễn Thị Lan Anh"]
        assert [(r["Vai trò"], r["Tình trạng"]) for r in page.table()] == [
            ("Người xem", "Đã hết hiệu lực"),
            ("Đầu mối của đơn vị", "Đang hiệu lực"),
        ]
        links = page.links()
        assert "Đổi ngày cuối của vai trò Đầu mối của đơn vị" in links
        assert "Đổi ngày cuối của vai trò Người xem" not in links
        assert {"Sửa thông tin", "Khóa tài khoản", "Giao vai trò", "Cấp lại mật khẩu"} <= set(links)
        assert "Đặt lại xác thực hai bước" not in links, "there is no factor to reset"

    def test_oneself_is_only_shown(self, admin: FlaskClient, user_id: UserId) -> None:
        page = Page(admin.get(f"{LIST}/{user_id('quantri')}").text)
        assert "không tự làm cho tài khoản của mình" in page.text
        assert not {"Sửa thông tin", "Khóa tài khoản", "Giao vai trò", "Cấp lại mật khẩu"} & set(page.links())

    @pytest.mark.parametrize(
        ("username", "status"), [("vangiang", 200), ("xuanquan", 200), ("khoaichau", 404), ("thidua", 404)]
    )
    def test_an_administrator_of_a_district_opens_own_and_lower_people_only(
        self, district_admin: FlaskClient, user_id: UserId, username: str, status: int
    ) -> None:
        key = user_id(username)
        for path in (
            "",
            "/sua",
            "/khoa",
            "/cap-lai-mat-khau",
            "/dat-lai-xac-thuc",
            "/mat-khau-lan-dau",
            "/phan-quyen/moi",
        ):
            assert district_admin.get(f"{LIST}/{key}{path}").status_code == status, path

    @pytest.mark.parametrize(
        "path", ["/sua", "/khoa", "/mo-khoa", "/cap-lai-mat-khau", "/dat-lai-xac-thuc", "/phan-quyen"]
    )
    def test_nor_do_they_write_elsewhere(
        self, district_admin: FlaskClient, user_id: UserId, user: User, path: str
    ) -> None:
        before = user("khoaichau")
        answer = district_admin.post(f"{LIST}/{user_id('khoaichau')}{path}", data={**PERSON, "version": "1"})
        assert answer.status_code == 404
        after = user("khoaichau")
        assert (after.version, after.password_hash) == (before.version, before.password_hash)

    def test_nobody_there_is_not_found(self, admin: FlaskClient) -> None:
        assert admin.get(f"{LIST}/999999").status_code == 404


class TestCreate:
    def test_a_person_is_made_and_the_first_password_shown_once(
        self, admin: FlaskClient, client: FlaskClient, user: User, read: Read, unit_id: Callable[[str], int]
    ) -> None:
        answer = make(admin)
        made = user("an.nv")
        assert (answer.status_code, answer.location) == (303, f"{LIST}/{made.id}/mat-khau-lan-dau")
        assert (made.full_name, made.home_unit_id, made.must_change_password) == (
            "Nguyễn Văn An",
            unit_id("12022"),
            True,
        )
        page = Page(admin.get(answer.location).text)
        password = page.by_id("mat-khau").find(".//code")
        assert password is not None
        again = Page(admin.get(answer.location).text)
        assert "Mật khẩu đã được xem" in again.headings(2)
        assert not again.has_id("mat-khau")
        entered = client.post("/dang-nhap", data={"username": "an.nv", "password": password.text})
        assert entered.status_code == 303
        assert client.get("/").location == "/tai-khoan/doi-mat-khau"
        (entry,) = [e for e in audited(read, "account.created") if e.object_id == str(made.id)]
        assert str(password.text) not in str(entry.detail)

    def test_the_form_may_begin_with_a_unit(self, admin: FlaskClient) -> None:
        page = Page(admin.get(f"{LIST}/moi?don_vi=12022").text)
        assert page.values(page.form_to(LIST))["unit"] == "12022"

    @pytest.mark.parametrize(
        ("changes", "faulty", "words"),
        [
            ({"username": ""}, "username", "Xin nhập tên đăng nhập"),
            ({"username": "Nguyễn An"}, "username", "chữ thường không dấu"),
            ({"username": "vangiang"}, "username", "đã có"),
            ({"username": "VANGIANG"}, "username", "đã có"),
            ({"full_name": " "}, "full_name", "Xin nhập họ và tên"),
            ({"full_name": "x" * 121}, "full_name", "Dài nhất 120 ký tự"),
            ({"unit": "không có"}, "unit", "Không có đơn vị này"),
            ({"unit": ""}, "unit", "Xin chọn đơn vị"),
            ({"unit": "Văn phòng Sở"}, "unit", "nhiều đơn vị trùng tên"),
            ({"email": "không phải thư"}, "email", "chưa đúng"),
        ],
    )
    def test_what_cannot_be_taken_is_said_beside_its_field(
        self, admin: FlaskClient, read: Read, changes: dict[str, str], faulty: str, words: str
    ) -> None:
        before = len(read(select(UserAccount.id)))
        answer = make(admin, **changes)
        assert answer.status_code == 422
        page = Page(answer.text)
        assert words in page.field_errors()[faulty]
        assert page.values(page.form_to(LIST))["post"] == "Chuyên viên", "what was typed stays"
        assert len(read(select(UserAccount.id))) == before

    def test_a_unit_is_found_by_code_or_whole_name(self, admin: FlaskClient, user: User, unit_id: Any) -> None:
        make(admin, unit="326")
        make(admin, username="binh.nv", unit="UBND huyện Văn Giang")
        assert user("an.nv").home_unit_id == user("binh.nv").home_unit_id == unit_id("326")

    def test_a_district_makes_people_of_its_own_units_only(self, district_admin: FlaskClient, read: Read) -> None:
        assert make(district_admin).status_code == 303
        outside = make(district_admin, username="binh.nv", unit="330 – UBND huyện Khoái Châu")
        assert outside.status_code == 422
        assert "binh.nv" not in read(select(UserAccount.username))


class TestEdit:
    def test_data_are_corrected_and_found_under_the_new_name(
        self, admin: FlaskClient, user_id: UserId, user: User, read: Read
    ) -> None:
        key = user_id("xuanquan")
        form = edit_form(admin, key)
        assert form["unit"] == "12022 – UBND xã Xuân Quan"
        form |= {"full_name": "Nguyễn Thị Thơm Mới", "unit": "326"}
        assert admin.post(f"{LIST}/{key}/sua", data=form).location == f"{LIST}/{key}"
        after = user("xuanquan")
        assert (after.full_name, after.username) == ("Nguyễn Thị Thơm Mới", "xuanquan")
        assert "thom moi" in after.folded
        assert after.sort_key > "M"
        (entry,) = audited(read, "account.edited")
        assert set(entry.detail) == {"full_name", "home_unit_id"}
        assert entry.detail["full_name"] == {"old": "Nguyễn Thị Thơm", "new": "Nguyễn Thị Thơm Mới"}

    def test_saving_without_a_change_changes_nothing(
        self, admin: FlaskClient, user_id: UserId, user: User, read: Read
    ) -> None:
        key = user_id("xuanquan")
        version = user("xuanquan").version
        assert admin.post(f"{LIST}/{key}/sua", data=edit_form(admin, key)).status_code == 303
        assert user("xuanquan").version == version
        assert audited(read, "account.edited") == []

    def test_the_second_of_two_editors_sees_both_versions(
        self, admin: FlaskClient, client_of: ClientOf, give: Give, user_id: UserId, user: User
    ) -> None:
        give("vanphong", Role.SYSTEM_ADMIN, "33")
        key = user_id("xuanquan")
        mine, theirs = edit_form(admin, key), edit_form(admin, key)
        client_of("vanphong").post(f"{LIST}/{key}/sua", data={**theirs, "post": "Công chức Văn hóa"})
        answer = admin.post(f"{LIST}/{key}/sua", data={**mine, "post": "Công chức Tư pháp"})
        assert answer.status_code == 409
        page = Page(answer.text)
        assert page.table() == [
            {
                "Ô": "Chức vụ cả hai cùng sửa",
                "Bản đang soạn, chưa lưu": "Công chức Tư pháp",
                "Bản trên hệ thống": "Công chức Văn hóa",
            }
        ]
        assert "Vũ Thị Thanh Huyền vừa sửa nội dung này lúc 09:00 15/03/2023" in page.text
        assert user("xuanquan").post == "Công chức Văn hóa"
        kept = page.values(page.form_to(f"{LIST}/{key}/sua"))
        assert kept["post"] == "Công chức Tư pháp"
        assert admin.post(f"{LIST}/{key}/sua", data=kept).status_code == 303
        assert user("xuanquan").post == "Công chức Tư pháp"

    def test_signing_in_meanwhile_is_no_conflict(
        self, admin: FlaskClient, client: FlaskClient, user_id: UserId, user: User
    ) -> None:
        key = user_id("xuanquan")
        form = edit_form(admin, key)
        client.post("/dang-nhap", data={"username": "xuanquan", "password": DEMO_PASSWORD})
        client.post("/tai-khoan/giao-dien", data={"theme": "dark"})
        assert admin.post(f"{LIST}/{key}/sua", data={**form, "post": "Khác"}).status_code == 303

    @pytest.mark.parametrize(
        ("changes", "faulty"),
        [({"full_name": ""}, "full_name"), ({"unit": "không có"}, "unit"), ({"email": "a b@c"}, "email")],
    )
    def test_faults_are_said_beside_their_field(
        self, admin: FlaskClient, user_id: UserId, changes: dict[str, str], faulty: str
    ) -> None:
        key = user_id("xuanquan")
        answer = admin.post(f"{LIST}/{key}/sua", data={**edit_form(admin, key), **changes})
        assert answer.status_code == 422
        assert faulty in Page(answer.text).field_errors()

    def test_a_form_without_its_version_is_not_taken(self, admin: FlaskClient, user_id: UserId) -> None:
        key = user_id("xuanquan")
        form = edit_form(admin, key)
        del form["version"]
        assert admin.post(f"{LIST}/{key}/sua", data=form).status_code == 422

    def test_a_person_is_not_moved_out_of_reach(self, district_admin: FlaskClient, user_id: UserId, user: User) -> None:
        key = user_id("xuanquan")
        form = {**edit_form(district_admin, key), "unit": "330 – UBND huyện Khoái Châu"}
        assert district_admin.post(f"{LIST}/{key}/sua", data=form).status_code == 422
        assert user("xuanquan").home_unit_id != user("khoaichau").home_unit_id

    def test_oneself_is_not_edited(self, admin: FlaskClient, user_id: UserId) -> None:
        key = user_id("quantri")
        answer = admin.post(f"{LIST}/{key}/sua", data=edit_form(admin, key))
        assert answer.status_code == 409
        assert "không tự làm cho tài khoản của mình" in Page(answer.text).text


class TestUnits:
    def test_nobody_is_put_into_a_unit_that_is_gone(
        self,
        runtime: Runtime,
        work_as: Callable[[str], Any],
        unit_id: Callable[[str], int],
        user_id: UserId,
        user: User,
    ) -> None:
        gone = unit_id("12022")
        with write_mode(), runtime.session_factory() as session:
            session.execute(update(Unit).where(Unit.id == gone).values(valid_to=date(2023, 3, 1)))
            session.commit()
        data = services.UserData("an.nv", "An", gone)
        person = user("vangiang")
        with pytest.raises(InvalidInput), work_as("quantri") as work:
            services.add_user(work, data, "x")
        with pytest.raises(InvalidInput), work_as("quantri") as work:
            services.edit_user(work, person.id, data, person.version)


class TestDisable:
    def test_a_shut_account_is_out_at_once_and_comes_back(
        self, admin: FlaskClient, client_of: ClientOf, client: FlaskClient, user_id: UserId, read: Read
    ) -> None:
        inside, key = client_of("xuanquan"), user_id("xuanquan")
        page = Page(admin.get(f"{LIST}/{key}/khoa").text)
        assert "Khóa tài khoản xuanquan" in page.headings(2)
        assert admin.post(f"{LIST}/{key}/khoa", data={"reason": "Chuyển công tác"}).location == f"{LIST}/{key}"
        assert inside.get("/").status_code == 303
        assert client.post("/dang-nhap", data={"username": "xuanquan", "password": DEMO_PASSWORD}).status_code == 422
        assert audited(read, "account.disabled")[0].detail == {"reason": "Chuyển công tác"}
        shown = Page(admin.get(f"{LIST}/{key}").text)
        assert "Đã khóa" in shown.text
        assert "Mở khóa" in shown.buttons()
        admin.post(f"{LIST}/{key}/khoa", data={})
        assert len(audited(read, "account.disabled")) == 1, "shutting twice is shutting once"
        admin.post(f"{LIST}/{key}/mo-khoa")
        admin.post(f"{LIST}/{key}/mo-khoa")
        assert len(audited(read, "account.enabled")) == 1
        assert inside.get("/").status_code == 303, "the old session stays ended"
        assert client.post("/dang-nhap", data={"username": "xuanquan", "password": DEMO_PASSWORD}).status_code == 303

    def test_a_reason_too_long_is_asked_again(self, admin: FlaskClient, user_id: UserId, user: User) -> None:
        answer = admin.post(f"{LIST}/{user_id('xuanquan')}/khoa", data={"reason": "x" * 1001})
        assert answer.status_code == 422
        assert user("xuanquan").disabled_at is None

    @pytest.mark.parametrize("path", ["khoa", "mo-khoa", "cap-lai-mat-khau", "dat-lai-xac-thuc"])
    def test_oneself_is_left_alone(self, admin: FlaskClient, user_id: UserId, path: str) -> None:
        assert admin.post(f"{LIST}/{user_id('quantri')}/{path}", data={}).status_code == 409
        assert admin.get("/").status_code == 200


class TestReset:
    def test_a_new_first_password_ends_sessions_and_waits(
        self, admin: FlaskClient, client_of: ClientOf, client: FlaskClient, user_id: UserId, user: User, read: Read
    ) -> None:
        inside, key = client_of("xuanquan"), user_id("xuanquan")
        for _ in range(3):
            client.post("/dang-nhap", data={"username": "xuanquan", "password": "sai"})
        assert "Cấp lại mật khẩu cho Nguyễn Thị Thơm" in Page(
            admin.get(f"{LIST}/{key}/cap-lai-mat-khau").text
        ).headings(2)
        answer = admin.post(f"{LIST}/{key}/cap-lai-mat-khau", data={})
        assert answer.location == f"{LIST}/{key}/mat-khau-lan-dau"
        password = Page(admin.get(answer.location).text).by_id("mat-khau").find(".//code")
        assert password is not None
        assert inside.get("/").status_code == 303
        assert user("xuanquan").must_change_password
        assert client.post("/dang-nhap", data={"username": "xuanquan", "password": DEMO_PASSWORD}).status_code == 422
        assert client.post("/dang-nhap", data={"username": "xuanquan", "password": password.text}).status_code == 303
        assert {s.end_reason for s in read(select(UserSession).where(UserSession.user_id == key))} == {
            "password_reset",
            "",
        }
        assert [r.kind for r in read(select(SignInFailure))] == ["address"], "the reset clears the account's delay"

    def test_the_password_is_not_shown_to_another_administrator(
        self, admin: FlaskClient, client_of: ClientOf, give: Give, user_id: UserId
    ) -> None:
        give("vanphong", Role.SYSTEM_ADMIN, "33")
        other = client_of("vanphong")
        answer = admin.post(f"{LIST}/{user_id('xuanquan')}/cap-lai-mat-khau", data={})
        with admin.session_transaction() as cookie:
            planted = {name: value for name, value in cookie.items() if name.startswith("once-")}
        assert planted
        with other.session_transaction() as cookie:
            cookie.update(planted)
        assert "Mật khẩu đã được xem" in Page(other.get(answer.location).text).text

    def test_who_holds_a_role_beyond_ones_reach_is_not_reset(
        self, district_admin: FlaskClient, give: Give, user_id: UserId, user: User
    ) -> None:
        give("vangiang", Role.VIEWER, "33", date(2023, 12, 1))
        key, before = user_id("vangiang"), user("vangiang").password_hash
        page = Page(district_admin.get(f"{LIST}/{key}").text)
        assert "ngoài phạm vi quản lý" in page.text
        assert "Cấp lại mật khẩu" not in page.links()
        assert district_admin.post(f"{LIST}/{key}/cap-lai-mat-khau", data={}).status_code == 409
        assert user("vangiang").password_hash == before
        assert district_admin.post(f"{LIST}/{user_id('xuanquan')}/cap-lai-mat-khau", data={}).status_code == 303

    def test_the_second_factor_is_forgotten(
        self, admin: FlaskClient, client: FlaskClient, app: PortalFlask, user_id: UserId, user: User, clock: FixedClock
    ) -> None:
        key = user_id("nhatky")
        assert "Đặt lại xác thực hai bước" in Page(admin.get(f"{LIST}/{key}").text).links()
        assert admin.post(f"{LIST}/{key}/dat-lai-xac-thuc", data={}).location == f"{LIST}/{key}"
        assert user("nhatky").totp_secret is None
        shown = Page(admin.get(f"{LIST}/{key}").text)
        assert "Cần thiết lập" in shown.text
        client.post("/dang-nhap", data={"username": "nhatky", "password": DEMO_PASSWORD})
        assert client.get("/").location == "/tai-khoan/xac-thuc"
        clock.advance(timedelta(seconds=1))

    def test_the_first_password_page_is_for_administrators(self, client_of: ClientOf, user_id: UserId) -> None:
        assert client_of("vangiang").get(f"{LIST}/{user_id('xuanquan')}/mat-khau-lan-dau").status_code == 403
