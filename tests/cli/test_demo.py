"""flask demo: real accounts are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import create_app
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.accounts.demo_mark import holds_real_accounts, is_marked
from portal.domain.accounts.services import UserData, create_user
from portal.domain.audit.models import AuditEntry
from seed.accounts import demo_usernames
from seed.loader import load_units, seed_work
from tests.conftest import runtime_of, test_settings


def test_demo_accounts_mark_their_database_once(runtime: Runtime, read: Callable[..., list[dict[str, int]]]) -> None:
    assert is_marked(runtime.engine)
    assert not holds_real_accounts(runtime.engine)
    (detail,) = read(select(AuditEntry.detail).where(AuditEntry.action == "demo.seeded"))
    assert detail == {"accounts": len(demo_usernames())}


@pytest.mark.parametrize("words", [["seed"], ["large", "--lines=10"]])
def test_demo_data_stays_away_from_real_accounts(bare_url: str, tmp_path: Path, words: list[str]) -> None:
    app = create_app(test_settings(bare_url, tmp_path))
    runtime = runtime_of(app)
    with write_mode(), runtime.session_factory() as session:
        work = Work(session, Actor(0, "", "", 0), runtime.clock)
        load_units(seed_work(session, runtime.clock))
        create_user(work, UserData("that", "Người Thật", 1), "x")
        session.commit()
    assert holds_real_accounts(runtime.engine)
    done = app.test_cli_runner().invoke(args=["demo", *words])
    assert done.exit_code == 1
    assert done.output == "Error: Cơ sở dữ liệu này có tài khoản thật; không nạp dữ liệu minh họa vào.\n"
    assert not is_marked(runtime.engine)
    runtime.engine.dispose()
