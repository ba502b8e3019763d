"""flask demo accounts and totp: what stands at the terminal when a demonstration starts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from portal.domain.accounts import totp
from portal.web.transaction import PortalFlask
from seed.accounts import demo_secret
from tests.databases import DEMO_PASSWORD

Run = Callable[..., Result]


@pytest.fixture
def run(app: PortalFlask) -> Run:
    """run("demo", "accounts"): a command's result."""
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


def test_codes_are_printed_alone_and_open(run: Run, client: FlaskClient, clock: FixedClock) -> None:
    said = run("demo", "totp", "quantri").output
    assert re.fullmatch(r"\d{6}\n", said)
    client.post("/dang-nhap", data={"username": "quantri", "password": DEMO_PASSWORD})
    assert client.post("/dang-nhap/xac-thuc", data={"code": said.strip()}).status_code == 303
    assert said.strip() == totp.code_at(demo_secret("quantri"), clock.now())


def test_accounts_are_printed_with_password_roles_and_secrets(run: Run) -> None:
    said = run("demo", "accounts").output
    assert said.startswith(f"Mật khẩu chung: {DEMO_PASSWORD}\n")
    line = next(line for line in said.splitlines() if line.startswith("tongiao.truong"))
    assert "Lãnh đạo Ban Tôn giáo" in line
    assert demo_secret("tongiao.truong") in line
    assert len(said.splitlines()) == 29


@pytest.mark.parametrize(("name", "said"), [("khong.co", "Không có tài khoản"), ("thidua", "không dùng xác thực")])
def test_who_has_no_code(run: Run, name: str, said: str) -> None:
    done = run("demo", "totp", name)
    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize("words", [("seed",), ("accounts",), ("totp", "quantri")])
def test_it_is_refused_in_production(
    app: PortalFlask, run: Run, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    settings = replace(runtime.settings, environment="production")
    monkeypatch.setitem(app.extensions, "portal", replace(runtime, settings=settings))
    done = run("demo", *words)
    assert done.exit_code == 1
    assert "PORTAL_ENV=demo" in done.output
