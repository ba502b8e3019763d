"""flask keys: a line that the key ring takes, also before anything is configured."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import create_app
from portal.config import DEMO_KEYRING, Settings
from portal.core.keyring import KeyRing
from portal.core.runtime import Runtime
from portal.domain.accounts import totp
from portal.domain.accounts.models import UserAccount
from portal.web.transaction import PortalFlask
from seed.accounts import demo_secret
from tests.conftest import runtime_of

ROOT = Path(__file__).resolve().parents[2]


def keys_of(line: str) -> tuple[tuple[str, bytes], ...]:
    return Settings.from_env({"PORTAL_ENV": "test", "PORTAL_KEYRING": line}).keyring


def test_a_new_line_is_a_key_of_the_ring(app: PortalFlask) -> None:
    run = app.test_cli_runner().invoke
    first, second = (run(args=["keys", "new"]).output.strip() for _ in range(2))
    (name, key) = keys_of(first)[0]
    assert name.startswith("k20")
    assert key != keys_of(second)[0][1]
    ring = KeyRing([(name, key)])
    assert ring.decrypt("p", ring.encrypt("p", b"plain")) == b"plain"


def test_the_name_can_be_chosen(app: PortalFlask) -> None:
    said = app.test_cli_runner().invoke(args=["keys", "new", "--id", "k-hai"]).output
    assert keys_of(said)[0][0] == "k-hai"


@pytest.mark.parametrize("name", ["demo", "k:1", "Khóa", "-k", "k" * 40])
def test_a_name_that_the_ring_cannot_hold_is_refused(app: PortalFlask, name: str) -> None:
    done = app.test_cli_runner().invoke(args=["keys", "new", f"--id={name}"])
    assert done.exit_code == 1
    assert "Tên khóa gồm chữ thường" in done.output


def test_it_runs_before_anything_is_configured() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    command = [sys.executable, "-m", "portal.cli.keys", "new"]
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(keys_of(done.stdout.strip())[0][1]) == 32


def test_second_factors_move_to_the_first_key(app: PortalFlask, runtime: Runtime, tmp_path: Path) -> None:
    new = app.test_cli_runner().invoke(args=["keys", "new", "--id", "k2"]).output.strip()
    env = {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": runtime.settings.database_url,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_KEYRING": f"{new},{DEMO_KEYRING}",
    }
    rotated = create_app(Settings.from_env(env))
    keyring = runtime_of(rotated).keyring
    said = [rotated.test_cli_runner().invoke(args=["keys", "reseal"]).output.splitlines() for _ in range(2)]
    with runtime_of(rotated).session_factory() as session:
        people = session.scalars(select(UserAccount).where(UserAccount.totp_secret.is_not(None))).all()
        sealed = {user.username: user.totp_secret or "" for user in people}
        ids = {user.username: user.id for user in people}
    runtime_of(rotated).engine.dispose()
    assert said[0][0] == f"Đã niêm phong lại {len(sealed)} khóa xác thực bằng khóa k2."
    assert said[1][0] == "Đã niêm phong lại 0 khóa xác thực bằng khóa k2."
    assert "quantri" in sealed
    for name, value in sealed.items():
        assert value.startswith("k2:")
        assert totp.unseal(keyring, ids[name], value) == demo_secret(name)
