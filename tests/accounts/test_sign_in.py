"""GET and POST /dang-nhap, POST /dang-xuat."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.accounts.enums import FailureKind
from portal.domain.accounts.models import SignInFailure, UserAccount, UserSession
from portal.domain.accounts.passwords import Passwords, passwords
from portal.domain.accounts.services import failures
from portal.domain.audit.models import AuditEntry
from portal.web.login import token_hash
from portal.web.transaction import PortalFlask
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

Read = Callable[..., list[Any]]


def sign_in(
    client: FlaskClient, username: str = "vangiang", password: str = DEMO_PASSWORD, **more: str
) -> TestResponse:
    return client.post("/dang-nhap", data={"username": username, "password": password, **more})


def test_the_page_asks_for_name_and_password(client: FlaskClient) -> None:
    page = Page(client.get("/dang-nhap").text)
    assert page.headings(2) == ["Đăng nhập"]
    assert set(page.values(page.form_to("/dang-nhap"))) >= {"username", "password", "csrf_token", "tiep"}


def test_a_person_signs_in_works_and_signs_out(client: FlaskClient, read: Read) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    gone = client.post("/dang-xuat")
    assert (gone.status_code, gone.location) == (303, "/dang-nhap")
    assert client.get("/").location == "/dang-nhap"
    (kept,) = read(select(UserSession))
    assert (kept.end_reason, kept.ended_at is not None) == ("signed_out", True)


def test_the_name_is_taken_in_any_case_and_with_spaces(client: FlaskClient) -> None:
    assert sign_in(client, " VanGiang ").status_code == 303


def test_a_cookie_kept_from_before_signing_out_opens_nothing(client: FlaskClient, app: PortalFlask) -> None:
    sign_in(client)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    client.post("/dang-xuat")
    other = app.test_client()
    with other.session_transaction() as cookie:
        cookie.update(stolen)
    assert other.get("/").location == "/dang-nhap"


def test_the_session_keeps_where_it_came_from(client: FlaskClient, read: Read) -> None:
    client.post(
        "/dang-nhap",
        data={"username": "vangiang", "password": DEMO_PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 " + "x" * 300},
    )
    (kept,) = read(select(UserSession))
    assert kept.address == "127.0.0.1"
    assert kept.agent.startswith("Mozilla/5.0 (Windows")
    assert len(kept.agent) == 200


def test_what_the_cookie_held_before_signing_in_is_gone(client: FlaskClient, read: Read) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
        cookie["_user_id"] = "planted-token"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        token = cookie["_user_id"]
    assert token != "planted-token"
    assert read(select(UserSession.token_hash)) == [token_hash(token)]


def test_signing_in_again_ends_the_session_before(client: FlaskClient, read: Read) -> None:
    sign_in(client)
    sign_in(client, "xuanquan")
    assert [s.end_reason for s in read(select(UserSession).order_by(UserSession.id))] == ["replaced", ""]


def test_who_is_signed_in_goes_on(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get("/dang-nhap?tiep=/tai-khoan").location == "/tai-khoan"
    assert client.get("/dang-nhap").location == "/"


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/tai-khoan?nam=2023", "/tai-khoan?nam=2023"),
        ("https://xa.example/", "/"),
        ("//xa.example/", "/"),
        ("/\\xa.example", "/"),
        ("/a\tb", "/"),
        ("tai-khoan", "/"),
        ("javascript:alert(1)", "/"),
        ("/dang-nhap", "/"),
        ("", "/"),
    ],
)
def test_only_addresses_of_the_portal_are_gone_to(client: FlaskClient, wanted: str, target: str) -> None:
    assert sign_in(client, tiep=wanted).location == target


def test_strangers_are_sent_to_sign_in_and_come_back(client: FlaskClient) -> None:
    asked = client.get("/tai-khoan?nam=2023")
    assert asked.status_code == 303
    page = Page(client.get(asked.location).text)
    fields = page.values(page.form_to("/dang-nhap"))
    assert fields["tiep"] == "/tai-khoan?nam=2023"
    assert sign_in(client, tiep=fields["tiep"]).location == "/tai-khoan?nam=2023"


def test_htmx_is_sent_to_sign_in_as_a_whole_page(client: FlaskClient) -> None:
    answer = client.get("/tai-khoan", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/dang-nhap?tiep=/tai-khoan"


def test_empty_fields_are_told_of(client: FlaskClient) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 422
    assert set(Page(answer.text).field_errors()) == {"username", "password"}


def test_wrong_name_wrong_password_and_shut_account_are_answered_alike(
    client: FlaskClient, app: PortalFlask, runtime: Runtime
) -> None:
    with write_mode(), runtime.session_factory() as session:
        session.execute(
            update(UserAccount).where(UserAccount.username == "xuanquan").values(disabled_at=runtime.clock.now())
        )
        session.commit()
    answers = {
        "wrong": sign_in(client, "vangiang", "sai-mat-khau"),
        "nobody": sign_in(app.test_client(), "vangianx", DEMO_PASSWORD),
        "shut": sign_in(app.test_client(), "xuanquan", DEMO_PASSWORD),
    }
    texts = {name: _alike(answer.text) for name, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    assert texts["wrong"] == texts["nobody"] == texts["shut"]
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in texts["wrong"]


def _alike(html: str) -> str:
    """A page without what the person typed and without the form's token."""
    bare = re.sub(r'name="csrf_token" value="[^"]*"', "", html)
    return bare.replace("vangianx", "vangiang").replace("xuanquan", "vangiang")


def test_an_unknown_name_costs_a_hash_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = Passwords.verify

    def watch(self: Passwords, stored: str, password: str) -> bool:
        checked.append(stored)
        return real(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", watch)
    sign_in(client, "khong-co", "sai-mat-khau")
    assert checked == [passwords(cheap=True).dummy]


def test_the_password_is_checked_with_no_transaction_open(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_connections: list[int] = []
    real = Passwords.verify

    def watch(self: Passwords, stored: str, password: str) -> bool:
        open_connections.append(runtime.engine.pool.checkedout())  # type: ignore[attr-defined]
        return real(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", watch)
    assert sign_in(client).status_code == 303
    assert open_connections == [0]


def test_failures_are_kept_and_audited_without_what_was_typed(client: FlaskClient, read: Read) -> None:
    sign_in(client, "mật khẩu gõ nhầm chỗ", "sai-mat-khau")
    sign_in(client, "vangiang", "sai-mat-khau")
    entries = read(select(AuditEntry).where(AuditEntry.action == "session.sign_in_failed").order_by(AuditEntry.id))
    assert [e.detail for e in entries] == [{"known": False}, {"known": True}]
    assert entries[0].object_id == ""
    assert {row.kind: row.count for row in read(select(SignInFailure)) if row.kind == "address"} == {"address": 2}
    assert all(len(row.key) == 64 for row in read(select(SignInFailure)))


def test_each_failure_makes_the_next_try_wait_longer(client: FlaskClient, clock: FixedClock) -> None:
    for _ in range(3):
        assert sign_in(client, password="sai").status_code == 422
    waits = []
    for _ in range(4):
        refused = sign_in(client)
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        clock.advance(timedelta(seconds=waits[-1]))
        assert sign_in(client, password="sai").status_code == 422
    assert waits == [2, 4, 8, 16]


def test_the_wait_is_told_and_then_the_right_password_opens(client: FlaskClient, clock: FixedClock) -> None:
    for _ in range(3):
        sign_in(client, password="sai")
    refused = sign_in(client)
    assert "Xin thử lại sau 2 giây" in Page(refused.text).text
    assert "Tài khoản không bị khóa" in Page(refused.text).text
    clock.advance(timedelta(seconds=2))
    assert sign_in(client).status_code == 303


def test_a_try_within_the_wait_does_not_lengthen_it(client: FlaskClient, clock: FixedClock) -> None:
    for _ in range(3):
        sign_in(client, password="sai")
    for _ in range(20):
        assert sign_in(client).status_code == 429
    clock.advance(timedelta(seconds=2))
    assert sign_in(client).status_code == 303


def test_the_wait_never_grows_over_fifteen_minutes_and_is_forgotten_in_a_day(
    client: FlaskClient, clock: FixedClock
) -> None:
    for _ in range(30):
        clock.advance(timedelta(minutes=15))
        assert sign_in(client, password="sai").status_code == 422
    refused = sign_in(client)
    assert int(refused.headers["Retry-After"]) == 900
    assert "15 phút" in Page(refused.text).text
    clock.advance(timedelta(hours=24))
    for _ in range(3):
        assert sign_in(client, password="sai").status_code == 422


def test_a_success_starts_the_count_anew(client: FlaskClient) -> None:
    sign_in(client, password="sai")
    sign_in(client, password="sai")
    assert sign_in(client).status_code == 303
    client.post("/dang-xuat")
    for _ in range(3):
        assert sign_in(client, password="sai").status_code == 422
    assert sign_in(client).status_code == 429


def test_an_unknown_name_waits_as_a_known_one_does(client: FlaskClient) -> None:
    for _ in range(3):
        assert sign_in(client, "khong-co").status_code == 422
    assert sign_in(client, "khong-co").status_code == 429


def test_one_address_that_tries_many_names_waits(client: FlaskClient, clock: FixedClock) -> None:
    for number in range(20):
        assert sign_in(client, f"ten{number}", "sai").status_code == 422
    assert sign_in(client, "ten99", "sai").status_code == 429
    clock.advance(timedelta(seconds=2))
    assert sign_in(client).status_code == 303
    assert sign_in(client, "ten98", "sai").status_code == 422
    assert sign_in(client, "ten97", "sai").status_code == 429, "a guesser's own account does not wipe out the count"


def test_an_office_behind_one_address_is_forgiven_by_the_minute(client: FlaskClient, clock: FixedClock) -> None:
    for number in range(60):
        assert sign_in(client, f"ten{number}", "sai").status_code == 422
        clock.advance(timedelta(minutes=1))


def test_guesses_side_by_side_gain_nothing(
    client: FlaskClient, app: PortalFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the right password is being checked three others fail: it comes too late."""
    real = Passwords.verify
    inside = False

    def slow(self: Passwords, stored: str, password: str) -> bool:
        nonlocal inside
        if password == DEMO_PASSWORD and not inside:
            inside = True
            for _ in range(3):
                sign_in(app.test_client(), password="sai")
        return real(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", slow)
    late = sign_in(client)
    assert late.status_code == 429
    assert client.get("/").status_code == 303


def test_failures_side_by_side_are_all_counted(app: PortalFlask, read: Read) -> None:
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(sign_in, app.test_client(), "khong-co", "sai") for _ in range(16)]
        statuses = [found.result().status_code for found in tries]
    assert set(statuses) <= {422, 429}
    counts = {row.kind: row.count for row in read(select(SignInFailure))}
    assert counts == {"account": statuses.count(422), "address": statuses.count(422)}
    assert statuses.count(422) >= 3


def test_a_run_that_another_request_began_is_gone_on_with(
    runtime: Runtime, work_as: Callable[[str], Any], read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either had written: the second finds the first one's row."""
    counter = failures.Counter(FailureKind.ACCOUNT, "ten")
    with work_as("quantri") as work:
        failures.note_failure(work, (counter,))
    real, looks = failures._row, iter([None])
    monkeypatch.setattr(failures, "_row", lambda *args, **more: next(looks, real(*args, **more)))
    with work_as("quantri") as work:
        failures.note_failure(work, (counter,))
    assert read(select(SignInFailure.count)) == [2]


@pytest.mark.parametrize("change", ["disabled_at", "password_hash"])
def test_what_changed_while_the_password_was_checked_counts(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    real = Passwords.verify

    def meanwhile(self: Passwords, stored: str, password: str) -> bool:
        new = {"disabled_at": runtime.clock.now(), "password_hash": passwords(cheap=True).hash("khac")}[change]
        with write_mode(), runtime.session_factory() as session:
            session.execute(update(UserAccount).where(UserAccount.username == "vangiang").values({change: new}))
            session.commit()
        return real(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", meanwhile)
    assert sign_in(client).status_code == 422
    assert client.get("/").status_code == 303


def test_a_hash_of_other_costs_is_made_again(
    client: FlaskClient, runtime: Runtime, user: Callable[[str], UserAccount]
) -> None:
    old = Passwords(2, 16, 1).hash(DEMO_PASSWORD)
    with write_mode(), runtime.session_factory() as session:
        session.execute(update(UserAccount).where(UserAccount.username == "vangiang").values(password_hash=old))
        session.commit()
    assert sign_in(client).status_code == 303
    assert user("vangiang").password_hash != old
    client.post("/dang-xuat")
    assert sign_in(client).status_code == 303


def test_nobody_signs_in_with_the_demo_password_in_production(
    app: PortalFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.config.Settings.is_production", property(lambda _: True))
    assert sign_in(client).status_code == 422


def test_signing_in_and_out_is_audited_with_the_person(client: FlaskClient, read: Read, user_id: Any) -> None:
    sign_in(client)
    client.post("/dang-xuat")
    entries = read(select(AuditEntry).where(AuditEntry.action.startswith("session.")).order_by(AuditEntry.id))
    assert [(e.action, e.actor_id) for e in entries] == [
        ("session.signed_in", user_id("vangiang")),
        ("session.ended", user_id("vangiang")),
    ]


def test_a_form_without_its_token_is_not_taken(
    app: PortalFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    refused = sign_in(client)
    assert refused.status_code == 400
    page = Page(client.get("/dang-nhap").text)
    token = page.values(page.form_to("/dang-nhap"))["csrf_token"]
    assert sign_in(client, csrf_token="x" + token).status_code == 400
    assert sign_in(client, csrf_token=token).status_code == 303
    assert client.post("/dang-xuat").status_code == 400
    inside = Page(client.get("/tai-khoan").text)
    fresh = inside.values(inside.form_to("/dang-xuat"))["csrf_token"]
    assert client.post("/dang-xuat", data={"csrf_token": token}).status_code == 400, (
        "the token changes with the session"
    )
    assert client.post("/dang-xuat", data={"csrf_token": fresh}).status_code == 303
