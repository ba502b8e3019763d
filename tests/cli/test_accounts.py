"""flask accounts: the first administrator through to their first page, and what else is done from the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit
from portal.web.transaction import PortalFlask
from tests.conftest import runtime_of
from tests.databases import DEMO_PASSWORD

Start = Callable[[str], PortalFlask]
NEW_PASSWORD = "bốn con thuyền giấy"
HTTPS = "https://localhost"


def create(app: PortalFlask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["accounts", "create", *words])
    return done.exit_code, done.output


def password_in(output: str) -> str:
    (found,) = re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}$", output, re.MULTILINE)
    return str(found)


def csrf_of(client: FlaskClient, address: str) -> str:
    page = client.get(address, base_url=HTTPS).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def test_the_administrator_holds_the_role_over_the_province(
    app: PortalFlask, runtime: Runtime, read: Callable[..., list[str]]
) -> None:
    code, output = create(app, "quantri.moi", "Đỗ Thị Hoà", "SNV", "--post", "Chuyên viên")
    assert code == 0, output
    password_in(output)
    with runtime.session_factory() as session:
        user = session.scalars(select(UserAccount).where(UserAccount.username == "quantri.moi")).one()
        (held,) = session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == user.id))
        homes = session.scalars(select(Unit.code).where(Unit.id.in_([user.home_unit_id, held.unit_id])))
        assert set(homes) == {"SNV", "33"}
        assert (held.role, held.valid_from, held.valid_to) == (Role.SYSTEM_ADMIN, runtime.clock.today(), None)
        assert (user.full_name, user.post, user.must_change_password) == ("Đỗ Thị Hoà", "Chuyên viên", True)
        assert user.totp_secret is None
    assert read(select(AuditEntry.action).where(AuditEntry.request_id == "cli").order_by(AuditEntry.id)) == [
        "account.created",
        "assignment.created",
    ]


def test_two_passwords_are_never_alike(app: PortalFlask) -> None:
    assert password_in(create(app, "mot", "Vũ An", "SNV")[1]) != password_in(create(app, "hai", "Vũ Ba", "SNV")[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["quantri", "Vũ An", "SNV"], "Tên đăng nhập này đã có. Xin chọn tên khác."),
        (["Quản trị", "Vũ An", "SNV"], "Tên đăng nhập gồm chữ thường không dấu và số"),
        (["moi", " ", "SNV"], "Xin nhập họ và tên."),
        (["moi", "Vũ An", "KHONG-CO"], "Không có đơn vị mang mã KHONG-CO."),
        (["moi", "Vũ An", "SNV", "--over", "326"], "Vai trò Quản trị hệ thống không giao được ở cấp của đơn vị"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    app: PortalFlask, read: Callable[..., list[int]], words: list[str], said: str
) -> None:
    before = read(select(UserAccount.id))
    code, output = create(app, *words)
    assert code == 1
    assert output.startswith(f"Error: {said}")
    assert read(select(UserAccount.id)) == before


def test_the_start_data_comes_first(production: Start, bare_url: str) -> None:
    code, output = create(production(bare_url), "quantri", "Vũ An", "SNV")
    assert code == 1
    assert output == "Error: Không có đơn vị mang mã SNV. Cần nạp trước: flask db load-start-data\n"


def test_a_production_from_nothing_to_its_first_page(production: Start, empty_url: str) -> None:
    app = production(empty_url)
    for command in (["db", "upgrade"], ["db", "load-start-data"]):
        done = app.test_cli_runner().invoke(args=command)
        assert done.exit_code == 0, done.output
    code, output = create(app, "quantri", "Đỗ Thị Hoà", "SNV")
    assert code == 0, output
    with runtime_of(app).session_factory() as session:
        assert session.scalars(select(UserAccount.username)).all() == ["quantri"]
    client = app.test_client()
    asked = {"username": "quantri", "password": password_in(output), "csrf_token": csrf_of(client, "/dang-nhap")}
    signed_in = client.post("/dang-nhap", data=asked, base_url=HTTPS, headers={"Referer": HTTPS})
    assert signed_in.status_code == 303, signed_in.get_data(as_text=True)
    home = client.get("/", base_url=HTTPS)
    assert home.status_code == 303
    assert home.location == "/tai-khoan/doi-mat-khau"
    changed = client.post(
        home.location,
        data={
            "current": password_in(output),
            "new": NEW_PASSWORD,
            "again": NEW_PASSWORD,
            "csrf_token": csrf_of(client, home.location),
        },
        base_url=HTTPS,
        headers={"Referer": HTTPS},
    )
    assert changed.status_code == 303, changed.get_data(as_text=True)
    assert client.get("/", base_url=HTTPS).location == "/tai-khoan/xac-thuc"


def test_a_role_is_given_from_the_server(app: PortalFlask, read: Callable[..., list[RoleAssignment]]) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["accounts", "grant", "luutru", "religion_officer", "33", "--until", "31/12/2023"])
    assert done.output == "Đã giao vai trò Chuyên viên tôn giáo (UBND tỉnh Hưng Yên) cho luutru.\n"
    held = select(RoleAssignment).join(UserAccount, UserAccount.id == RoleAssignment.user_id)
    (given,) = read(held.where(UserAccount.username == "luutru", RoleAssignment.role == Role.RELIGION_OFFICER))
    assert given.valid_to == date(2023, 12, 31)
    assert given.created_by_id is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grant", "luutru", "religion_officer", "326"], "Vai trò Chuyên viên tôn giáo không giao được ở cấp"),
        (["grant", "khong.co", "viewer", "326"], "Không có tài khoản khong.co."),
        (["grant", "luutru", "viewer", "KHONG-CO"], "Không có đơn vị mang mã KHONG-CO."),
        (["reset", "khong.co"], "Không có tài khoản khong.co."),
    ],
)
def test_what_the_server_cannot_give_is_said(app: PortalFlask, words: list[str], said: str) -> None:
    done = app.test_cli_runner().invoke(args=["accounts", *words])
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {said}")


@pytest.mark.parametrize(("words", "keeps_factor"), [([], True), (["--factor"], False)])
def test_the_last_administrator_gets_back_in(
    app: PortalFlask, client_of: Callable[[str], FlaskClient], words: list[str], keeps_factor: bool
) -> None:
    signed_in = client_of("quantri")
    assert signed_in.get("/").status_code == 200
    done = app.test_cli_runner().invoke(args=["accounts", "reset", "quantri", *words])
    assert done.exit_code == 0, done.output
    assert signed_in.get("/").location.startswith("/dang-nhap")
    client = app.test_client()
    assert client.post("/dang-nhap", data={"username": "quantri", "password": DEMO_PASSWORD}).status_code == 422
    data = {"username": "quantri", "password": password_in(done.output)}
    assert client.post("/dang-nhap", data=data).status_code == 303
    asked = "/dang-nhap/xac-thuc" if keeps_factor else "/tai-khoan/doi-mat-khau"
    assert client.get("/").location == asked
