"""GET and POST /tai-khoan/doi-mat-khau."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.accounts.passwords import passwords
from portal.domain.audit.models import AuditEntry
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

NEW = "cá rô đồng kho tộ"
PATH = "/tai-khoan/doi-mat-khau"
ClientOf = Callable[[str], FlaskClient]


def change(
    client: FlaskClient, current: str = DEMO_PASSWORD, new: str = NEW, again: str = "", **more: str
) -> TestResponse:
    return client.post(PATH, data={"current": current, "new": new, "again": again or new, **more})


def must_change(runtime: Runtime, username: str) -> None:
    with write_mode(), runtime.session_factory() as session:
        session.execute(update(UserAccount).where(UserAccount.username == username).values(must_change_password=True))
        session.commit()


def test_a_person_changes_the_password_and_other_sessions_end(
    client_of: ClientOf, client: FlaskClient, read: Callable[..., list[Any]], user: Callable[[str], UserAccount]
) -> None:
    here, elsewhere = client_of("vangiang"), client_of("vangiang")
    answer = change(here)
    assert (answer.status_code, answer.location) == (303, "/")
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert sorted(s.end_reason for s in read(select(UserSession))) == ["", "password_changed"]
    account = user("vangiang")
    assert passwords(cheap=True).verify(account.password_hash, NEW)
    assert account.password_changed_at is not None
    assert client.post("/dang-nhap", data={"username": "vangiang", "password": DEMO_PASSWORD}).status_code == 422
    assert client.post("/dang-nhap", data={"username": "vangiang", "password": NEW}).status_code == 303
    assert "account.password_changed" in read(select(AuditEntry.action))


def test_the_first_password_must_be_changed_before_anything_else(client: FlaskClient, runtime: Runtime) -> None:
    must_change(runtime, "vangiang")
    client.post("/dang-nhap", data={"username": "vangiang", "password": DEMO_PASSWORD})
    detour = client.get("/tai-khoan?nam=2023")
    assert (detour.status_code, detour.location) == (303, f"{PATH}?tiep=/tai-khoan?nam%3D2023")
    page = Page(client.get(detour.location).text)
    assert "chỉ dùng một lần" in page.text
    assert "Ông/bà cần đổi mật khẩu trước khi dùng cổng." in page.text
    target = page.values(page.form_to(PATH))["tiep"]
    assert change(client, tiep=target).location == "/tai-khoan?nam=2023"
    assert client.get("/tai-khoan").status_code == 200


def test_a_write_does_not_go_around_the_first_change(client: FlaskClient, runtime: Runtime) -> None:
    must_change(runtime, "vangiang")
    client.post("/dang-nhap", data={"username": "vangiang", "password": DEMO_PASSWORD})
    assert client.post("/tai-khoan/giao-dien", data={"theme": "dark"}).location == PATH


@pytest.mark.parametrize(
    ("fields", "faulty", "words"),
    [
        ({"current": ""}, "current", "Xin nhập mật khẩu hiện tại"),
        ({"current": "sai"}, "current", "chưa đúng"),
        ({"new": "ngắn"}, "new", "ít nhất 10 ký tự"),
        ({"new": "HungYen@2025"}, "new", "dễ bị đoán"),
        ({"new": "Nguyễn Thị Lan Anh"}, "new", "họ tên"),
        ({"new": DEMO_PASSWORD}, "new", "phải khác"),
        ({"again": "cá rô đồng"}, "again", "chưa giống nhau"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    client_of: ClientOf, user: Callable[[str], UserAccount], fields: dict[str, str], faulty: str, words: str
) -> None:
    before = user("vangiang").password_hash
    answer = change(client_of("vangiang"), **fields)
    assert answer.status_code == 422
    assert words in Page(answer.text).field_errors()[faulty]
    assert user("vangiang").password_hash == before


def test_guessing_the_present_password_waits_longer_and_longer(client_of: ClientOf, clock: FixedClock) -> None:
    client = client_of("vangiang")
    for _ in range(3):
        assert change(client, current="sai").status_code == 422
    refused = change(client)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "2"
    assert "Xin thử lại sau 2 giây" in Page(refused.text).field_errors()["current"]
    clock.advance(timedelta(seconds=2))
    assert change(client).status_code == 303


def test_a_password_changed_elsewhere_meanwhile_is_not_overwritten(
    client_of: ClientOf, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, user: Callable[[str], UserAccount]
) -> None:
    client = client_of("vangiang")
    other = passwords(cheap=True).hash("đổi ở nơi khác")

    def meanwhile(*_: object) -> bool:
        with write_mode(), runtime.session_factory() as session:
            session.execute(update(UserAccount).where(UserAccount.username == "vangiang").values(password_hash=other))
            session.commit()
        return True

    monkeypatch.setattr("portal.domain.accounts.services.verify_own", meanwhile)
    assert change(client).status_code == 409
    assert user("vangiang").password_hash == other


def test_who_owes_the_second_factor_shows_it_first(client: FlaskClient) -> None:
    client.post("/dang-nhap", data={"username": "quantri", "password": DEMO_PASSWORD})
    assert client.get(PATH).location == "/dang-nhap/xac-thuc"
    assert change(client).location == "/dang-nhap/xac-thuc"
