"""/dang-nhap/xac-thuc and /tai-khoan/xac-thuc: the second factor shown, set up, replaced, switched off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts import totp
from portal.domain.accounts.models import RecoveryCode, UserAccount, UserSession
from portal.domain.audit.models import AuditEntry
from portal.web.transaction import PortalFlask
from seed.accounts import demo_secret
from tests.accounts.conftest import Give
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

Read = Callable[..., list[Any]]
ClientOf = Callable[[str], FlaskClient]
PAGE = "/tai-khoan/xac-thuc"
SHOW = "/dang-nhap/xac-thuc"


def enter(client: FlaskClient, username: str) -> None:
    assert client.post("/dang-nhap", data={"username": username, "password": DEMO_PASSWORD}).status_code == 303


def show(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.post(SHOW, data={"code": code, **more})


def begin(client: FlaskClient) -> str:
    answer = client.post(f"{PAGE}/bat-dau", data={"current": DEMO_PASSWORD})
    assert (answer.status_code, answer.location) == (303, PAGE)
    return shown_secret(client)


def shown_secret(client: FlaskClient) -> str:
    found = re.search(r'secret-key">([A-Z2-7 ]+)<', client.get(PAGE).text)
    assert found
    return found.group(1).replace(" ", "")


def confirm(client: FlaskClient, secret: str, clock: FixedClock) -> TestResponse:
    return client.post(f"{PAGE}/xac-nhan", data={"code": totp.code_at(secret, clock.now())})


def codes_on(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", page)


def test_nothing_opens_before_the_code_is_shown(client: FlaskClient) -> None:
    enter(client, "quantri")
    answer = client.get("/tai-khoan?nam=2023")
    assert answer.location == f"{SHOW}?tiep=/tai-khoan?nam%3D2023"
    assert client.post("/tai-khoan/giao-dien", data={"theme": "dark"}).location == SHOW
    assert client.get(PAGE).location == SHOW
    assert client.post(f"{PAGE}/bat-dau").location == SHOW
    assert client.post(f"{PAGE}/xac-nhan", data={"code": "000000"}).location == SHOW
    assert client.get(f"{PAGE}/ma-qr.svg").status_code == 404


def test_the_right_code_opens_moves_the_token_and_goes_on(client: FlaskClient, clock: FixedClock, read: Read) -> None:
    enter(client, "quantri")
    (before,) = read(select(UserSession.token_hash))
    page = Page(client.get(f"{SHOW}?tiep=/tai-khoan").text)
    target = page.values(page.form_to(SHOW))["tiep"]
    answer = show(client, totp.code_at(demo_secret("quantri"), clock.now()), tiep=target)
    assert (answer.status_code, answer.location) == (303, "/tai-khoan")
    (after,) = read(select(UserSession))
    assert after.token_hash != before
    assert after.second_factor_at == clock.now()
    assert client.get("/tai-khoan").status_code == 200
    assert client.get(SHOW).location == "/"


def test_a_cookie_from_before_the_code_opens_nothing_after_it(
    client: FlaskClient, app: PortalFlask, clock: FixedClock
) -> None:
    enter(client, "quantri")
    with client.session_transaction() as cookie:
        early = dict(cookie)
    show(client, totp.code_at(demo_secret("quantri"), clock.now()))
    other = app.test_client()
    with other.session_transaction() as cookie:
        cookie.update(early)
    assert other.get("/").location == "/dang-nhap"


def test_a_code_is_good_once_also_in_another_session(client: FlaskClient, app: PortalFlask, clock: FixedClock) -> None:
    code = totp.code_at(demo_secret("quantri"), clock.now())
    enter(client, "quantri")
    assert show(client, code).status_code == 303
    second = app.test_client()
    enter(second, "quantri")
    replay = show(second, code)
    assert replay.status_code == 422
    assert "đã dùng" in Page(replay.text).field_errors()["code"]
    clock.advance(timedelta(seconds=30))
    assert show(second, totp.code_at(demo_secret("quantri"), clock.now())).status_code == 303


def test_a_code_before_the_last_one_used_is_not_taken(client: FlaskClient, app: PortalFlask, clock: FixedClock) -> None:
    secret = demo_secret("quantri")
    older = totp.code_at(secret, clock.now() - timedelta(seconds=30))
    enter(client, "quantri")
    show(client, totp.code_at(secret, clock.now()))
    second = app.test_client()
    enter(second, "quantri")
    assert show(second, older).status_code == 422


@pytest.mark.parametrize(("off", "status"), [(-60, 422), (-30, 303), (30, 303), (60, 422)])
def test_clocks_may_differ_by_one_step(client: FlaskClient, clock: FixedClock, off: int, status: int) -> None:
    enter(client, "quantri")
    code = totp.code_at(demo_secret("quantri"), clock.now() + timedelta(seconds=off))
    assert show(client, f"{code[:3]} {code[3:]}").status_code == status


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "x" * 41])
def test_what_is_no_code_is_refused(client: FlaskClient, typed: str) -> None:
    enter(client, "quantri")
    assert show(client, typed).status_code == 422


def test_wrong_codes_wait_longer_and_longer_and_are_kept(client: FlaskClient, clock: FixedClock, read: Read) -> None:
    enter(client, "quantri")
    for _ in range(3):
        assert show(client, "000000").status_code == 422
    good = totp.code_at(demo_secret("quantri"), clock.now())
    refused = show(client, good)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "2"
    assert read(select(AuditEntry.action)).count("account.factor_refused") == 3
    clock.advance(timedelta(seconds=2))
    assert show(client, good).status_code == 303


def test_a_person_sets_up_a_device_and_signs_in_with_it(
    client: FlaskClient, app: PortalFlask, clock: FixedClock, user: Callable[[str], UserAccount], read: Read
) -> None:
    enter(client, "vangiang")
    elsewhere = app.test_client()
    enter(elsewhere, "vangiang")
    secret = begin(client)
    image = client.get(f"{PAGE}/ma-qr.svg")
    assert (image.status_code, image.mimetype) == (200, "image/svg+xml")
    assert image.data.startswith(b"<?xml")
    done = confirm(client, secret, clock)
    assert (done.status_code, done.location) == (303, f"{PAGE}/ma-du-phong")
    stored = user("vangiang").totp_secret
    assert stored
    assert secret not in stored
    assert elsewhere.get("/").status_code == 303, "other sessions end"
    codes = codes_on(client.get(done.location).text)
    assert len(set(codes)) == 10
    assert codes_on(client.get(done.location).text) == [], "shown once"
    assert not set(codes) & set(read(select(RecoveryCode.code_hash)))
    client.post("/dang-xuat")
    enter(client, "vangiang")
    assert client.get("/").location == SHOW
    clock.advance(timedelta(seconds=30))
    assert show(client, totp.code_at(secret, clock.now())).status_code == 303
    assert "Đã bật" in Page(client.get(PAGE).text).text


def test_a_wrong_first_code_changes_nothing(
    client: FlaskClient, clock: FixedClock, user: Callable[[str], UserAccount]
) -> None:
    enter(client, "vangiang")
    secret = begin(client)
    for typed in ("000000", ""):
        answer = client.post(f"{PAGE}/xac-nhan", data={"code": typed})
        assert answer.status_code == 422
        assert "code" in Page(answer.text).field_errors()
    assert user("vangiang").totp_secret is None
    assert shown_secret(client) == secret
    assert confirm(client, secret, clock).status_code == 303


def test_a_set_up_not_confirmed_in_ten_minutes_begins_again(client: FlaskClient, clock: FixedClock) -> None:
    enter(client, "vangiang")
    secret = begin(client)
    clock.advance(timedelta(minutes=10, seconds=1))
    answer = confirm(client, secret, clock)
    assert answer.location == PAGE
    assert "quá 10 phút" in Page(client.get(PAGE).text).text
    assert client.get(f"{PAGE}/ma-qr.svg").status_code == 404


def test_a_set_up_does_not_pass_to_another_session(client: FlaskClient, app: PortalFlask) -> None:
    enter(client, "vangiang")
    begin(client)
    with client.session_transaction() as cookie:
        sealed = cookie["totp-setup"]
    other = app.test_client()
    enter(other, "xuanquan")
    for planted in (sealed, "rác", 7):
        with other.session_transaction() as cookie:
            cookie["totp-setup"] = planted
        assert other.get(f"{PAGE}/ma-qr.svg").status_code == 404


def test_setting_up_asks_for_the_password(client: FlaskClient, clock: FixedClock) -> None:
    enter(client, "vangiang")
    for typed, words in (("", "Xin nhập mật khẩu"), ("sai", "chưa đúng")):
        answer = client.post(f"{PAGE}/bat-dau", data={"current": typed})
        assert answer.status_code == 422
        assert words in Page(answer.text).field_errors()["current"]
    client.post(f"{PAGE}/bat-dau", data={"current": "sai"})
    client.post(f"{PAGE}/bat-dau", data={"current": "sai"})
    waiting = client.post(f"{PAGE}/bat-dau", data={"current": DEMO_PASSWORD})
    assert waiting.status_code == 429
    assert waiting.headers["Retry-After"] == "2"


def test_a_role_that_asks_for_it_leads_to_the_set_up_and_then_on(
    client: FlaskClient, give: Give, clock: FixedClock
) -> None:
    give("vangiang", Role.AUDIT_READER, "33")
    enter(client, "vangiang")
    detour = client.get("/tai-khoan")
    assert detour.location == f"{PAGE}?tiep=/tai-khoan"
    page = Page(client.get(detour.location).text)
    assert page.headings(2) == ["Thiết lập xác thực hai bước"]
    form = page.form_to(f"{PAGE}/bat-dau")
    started = client.post(f"{PAGE}/bat-dau", data=page.values(form))
    assert started.location == f"{PAGE}?tiep=/tai-khoan"
    page = Page(client.get(started.location).text)
    sent = page.values(page.form_to(f"{PAGE}/xac-nhan"))
    sent["code"] = totp.code_at(shown_secret(client), clock.now())
    done = client.post(f"{PAGE}/xac-nhan", data=sent)
    assert done.location == f"{PAGE}/ma-du-phong?tiep=/tai-khoan"
    assert Page(client.get(done.location).text).links()["Đã cất mã, đi tiếp"] == "/tai-khoan"
    assert client.get("/tai-khoan").status_code == 200


def test_the_office_may_ask_everybody_for_it(
    client: FlaskClient, app: PortalFlask, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(runtime.settings, second_factor_for_all=True)
    monkeypatch.setitem(app.extensions, "portal", replace(runtime, settings=settings))
    enter(client, "vangiang")
    assert client.get("/tai-khoan").location == f"{PAGE}?tiep=/tai-khoan"
    confirm(client, begin(client), clock)
    assert client.get("/tai-khoan").status_code == 200
    assert "Tắt xác thực hai bước" not in Page(client.get(PAGE).text).buttons()
    assert client.post(f"{PAGE}/tat", data={"current": DEMO_PASSWORD}).status_code == 409


def test_a_recovery_code_stands_in_once(client: FlaskClient, app: PortalFlask, clock: FixedClock, read: Read) -> None:
    enter(client, "vangiang")
    done = confirm(client, begin(client), clock)
    code = codes_on(client.get(done.location).text)[0]
    for status in (303, 422):
        other = app.test_client()
        enter(other, "vangiang")
        assert show(other, code.upper().replace("-", " ")).status_code == status
    assert len(read(select(RecoveryCode).where(RecoveryCode.used_at.is_not(None)))) == 1
    assert read(select(AuditEntry.action)).count("account.recovery_code_used") == 1
    assert "9 mã" in Page(client.get(PAGE).text).text


def test_another_persons_recovery_code_does_not_open(client: FlaskClient, app: PortalFlask, clock: FixedClock) -> None:
    enter(client, "vangiang")
    done = confirm(client, begin(client), clock)
    code = codes_on(client.get(done.location).text)[0]
    other = app.test_client()
    enter(other, "quantri")
    assert show(other, code).status_code == 422


def test_new_recovery_codes_replace_the_old(
    client: FlaskClient, app: PortalFlask, clock: FixedClock, read: Read
) -> None:
    enter(client, "vangiang")
    done = confirm(client, begin(client), clock)
    old = codes_on(client.get(done.location).text)
    path = f"{PAGE}/ma-du-phong"
    assert client.post(path, data={"current": "sai"}).status_code == 422
    assert client.post(path, data={"current": DEMO_PASSWORD}).location == path
    new = codes_on(client.get(path).text)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert len(read(select(RecoveryCode))) == 10
    other = app.test_client()
    enter(other, "vangiang")
    assert show(other, old[0]).status_code == 422
    assert show(other, new[0]).status_code == 303


def test_few_codes_left_are_warned_of(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> None:
    enter(client, "vangiang")
    confirm(client, begin(client), clock)
    with write_mode(), runtime.session_factory() as session:
        session.execute(update(RecoveryCode).values(used_at=clock.now()))
        session.commit()
    assert "Sắp hết mã dự phòng" in Page(client.get(PAGE).text).text


def test_codes_without_a_factor_are_refused(client_of: ClientOf) -> None:
    answer = client_of("vangiang").post(f"{PAGE}/ma-du-phong", data={"current": DEMO_PASSWORD})
    assert answer.status_code == 409
    assert "chưa bật" in Page(answer.text).text


def test_it_is_switched_off_where_no_role_asks_for_it(
    client: FlaskClient, clock: FixedClock, user: Callable[[str], UserAccount], read: Read
) -> None:
    enter(client, "vangiang")
    confirm(client, begin(client), clock)
    assert "Tắt xác thực hai bước" in Page(client.get(PAGE).text).buttons()
    assert client.post(f"{PAGE}/tat", data={"current": "sai"}).status_code == 422
    assert client.post(f"{PAGE}/tat", data={"current": DEMO_PASSWORD}).status_code == 303
    assert user("vangiang").totp_secret is None
    assert read(select(RecoveryCode)) == []
    assert client.post(f"{PAGE}/tat", data={"current": DEMO_PASSWORD}).status_code == 409


def test_it_is_not_switched_off_where_a_role_asks_for_it(
    admin: FlaskClient, user: Callable[[str], UserAccount]
) -> None:
    assert "Tắt xác thực hai bước" not in Page(admin.get(PAGE).text).buttons()
    refused = admin.post(f"{PAGE}/tat", data={"current": DEMO_PASSWORD})
    assert refused.status_code == 409
    assert "cần xác thực hai bước nên không tắt được" in Page(refused.text).text
    assert user("quantri").totp_secret is not None


def test_the_old_device_works_until_the_new_one_is_confirmed(
    client: FlaskClient, app: PortalFlask, clock: FixedClock
) -> None:
    old = demo_secret("quantri")
    enter(client, "quantri")
    show(client, totp.code_at(old, clock.now()))
    new = begin(client)
    clock.advance(timedelta(seconds=30))
    other = app.test_client()
    enter(other, "quantri")
    assert show(other, totp.code_at(old, clock.now())).status_code == 303
    assert confirm(client, new, clock).status_code == 303
    clock.advance(timedelta(seconds=30))
    third = app.test_client()
    enter(third, "quantri")
    assert show(third, totp.code_at(old, clock.now())).status_code == 422
    assert show(third, totp.code_at(new, clock.now())).status_code == 303
