"""A production looks at its database: a demonstration's is not served, one that is away is looked at later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from portal.config import ConfigError
from portal.core.runtime import Runtime
from portal.domain.accounts import demo_mark
from portal.web.transaction import PortalFlask

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[[str], PortalFlask]


def test_a_migrated_database_is_served(production: Start, bare_url: str) -> None:
    client = production(bare_url).test_client()
    assert client.get("/suc-khoe").get_json()["status"] == "ok"
    page = client.get("/dang-nhap", base_url="https://localhost")
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"]
    assert page.headers["Set-Cookie"].startswith("__Host-cong=")
    assert "Secure" in page.headers["Set-Cookie"]


def test_an_empty_database_lets_the_migration_in(production: Start, empty_url: str) -> None:
    app = production(empty_url)
    assert app.test_client().get("/suc-khoe").status_code == 503
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    assert app.test_client().get("/suc-khoe").status_code == 200


def test_a_demonstrations_database_is_refused(production: Start, runtime: Runtime) -> None:
    with pytest.raises(ConfigError, match="holds the demonstration's accounts"):
        production(runtime.settings.database_url)


@pytest.mark.parametrize("words", [["seed"], ["seed", "--if-empty"], ["large"], ["accounts"], ["totp", "quantri"]])
def test_no_demo_command_runs_in_production(production: Start, bare_url: str, words: list[str]) -> None:
    done = production(bare_url).test_cli_runner().invoke(args=["demo", *words])
    assert done.exit_code == 1
    assert done.output == "Error: Lệnh này chỉ chạy với PORTAL_ENV=demo.\n"


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """away(True): the database does not answer the look at the start; away(False): it does again."""
    real = demo_mark.is_marked

    def switch(gone: bool) -> None:
        def look(engine: Any) -> bool:
            if gone:
                raise OperationalError("SELECT", {}, Exception("connection refused"))
            return real(engine)

        monkeypatch.setattr(demo_mark, "is_marked", look)

    return switch


def test_a_database_that_was_away_is_looked_at_before_the_first_page(
    production: Start, bare_url: str, away: Callable[[bool], None]
) -> None:
    away(True)
    client = production(bare_url).test_client()
    assert client.get("/suc-khoe").status_code == 200
    assert client.get("/dang-nhap", base_url="https://localhost").status_code >= 500
    away(False)
    assert client.get("/dang-nhap", base_url="https://localhost").status_code == 200
    away(True)
    assert client.get("/dang-nhap", base_url="https://localhost").status_code == 200


def test_a_demonstrations_database_that_was_away_serves_no_page(
    production: Start, runtime: Runtime, away: Callable[[bool], None]
) -> None:
    away(True)
    client = production(runtime.settings.database_url).test_client()
    away(False)
    for _ in range(2):
        assert client.get("/dang-nhap", base_url="https://localhost").status_code == 500


def serve(env: dict[str, str]) -> tuple[int, str]:
    """Start the web server as production does, in these surroundings alone; it is expected to end by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    surroundings = kept | env | {"PORTAL_BIND": "127.0.0.1:0", "PORTAL_WEB_WORKERS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def test_the_web_server_says_once_what_is_missing() -> None:
    code, said = serve({"PORTAL_ENV": "production"})
    assert code == ConfigError.exit_code
    assert said.count("The portal does not start:") == said.count("- PORTAL_SECRET_KEY is not set.") == 1
    assert "Traceback" not in said


def test_the_web_server_does_not_serve_a_demonstrations_database(
    production_env: Callable[[str], dict[str, str]], runtime: Runtime
) -> None:
    code, said = serve(production_env(runtime.settings.database_url))
    assert code != 0
    assert "The database holds the demonstration's accounts." in said
