"""flask db: start data, readiness, drift, and what the application's role is granted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, func, select, text

from portal import create_app
from portal.config import Settings
from portal.core import migrations
from portal.core.db import Base, configure_engine
from portal.core.runtime import Runtime
from portal.domain.audit.grants import grant_statements
from portal.domain.units.models import Unit
from portal.web.transaction import PortalFlask
from tests.conftest import runtime_of

Start = Callable[[str], PortalFlask]


def run(app: PortalFlask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["db", *words])


def test_start_data_can_be_loaded_again(production: Start, bare_url: str) -> None:
    app = production(bare_url)
    for _ in range(2):
        assert run(app, "load-start-data").output == "Đã nạp dữ liệu khởi tạo: đơn vị và danh mục.\n"
    with runtime_of(app).session_factory() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 345


def test_a_migrated_database_is_ready(app: PortalFlask) -> None:
    assert run(app, "ready").output == "Sẵn sàng.\n"
    assert run(app, "check").output == "Không lệch.\n"
    upgraded = f"Cơ sở dữ liệu ở phiên bản {migrations.head()}.\nChỉ mục tìm kiếm đã đủ.\n"
    assert run(app, "upgrade").output == upgraded


def test_an_empty_database_is_not_ready(empty_url: str, tmp_path: Path) -> None:
    app = create_app(Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": empty_url}))
    done = run(app, "ready")
    assert done.exit_code == 1
    assert f"- Cơ sở dữ liệu ở phiên bản trống, cần {migrations.head()}: chạy flask db upgrade." in done.output
    assert run(app, "check").exit_code == 1
    runtime_of(app).engine.dispose()


def test_a_database_that_does_not_answer_is_not_ready(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'no-folder' / 'portal.db'}"
    app = create_app(Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": url}))
    done = run(app, "ready")
    assert (done.exit_code, done.output) == (1, "Error: Chưa sẵn sàng:\n- Cơ sở dữ liệu không trả lời.\n")


def test_tables_of_the_owner_are_not_served_from(production: Start, bare_url: str) -> None:
    done = run(production(bare_url), "ready")
    if bare_url.startswith("sqlite"):  # a file: who may write it is the system's matter
        assert done.output == "Sẵn sàng.\n"
    else:
        assert done.exit_code == 1
        assert "- Vai trò kết nối có thể sửa nhật ký" in done.output


def test_grants_are_printed_for_postgresql_only(app: PortalFlask, runtime: Runtime) -> None:
    done = run(app, "grants", "portal_app")
    if runtime.settings.is_sqlite:
        assert done.exit_code == 1
        assert "SQLite không có vai trò người dùng" in done.output
    else:
        assert done.output.splitlines() == [f"{line};" for line in grant_statements("portal_app")]


def test_every_table_is_granted_and_the_audit_log_only_to_add_to() -> None:
    said = {
        m[2]: m[1] for line in grant_statements("app") if (m := re.fullmatch(r'GRANT (.+) ON (\w+) TO "app"', line))
    }
    assert set(said) == {*Base.metadata.tables, "alembic_version"}
    less = {table: rights for table, rights in said.items() if rights != "SELECT, INSERT, UPDATE, DELETE"}
    assert less == {
        "alembic_version": "SELECT",
        "audit_entry": "SELECT, INSERT",
        "audit_link": "SELECT, INSERT",
        "audit_head": "SELECT, UPDATE",
    }


def test_a_role_name_cannot_carry_sql() -> None:
    assert 'TO "a""; DROP TABLE unit; --"' in "\n".join(grant_statements('a"; DROP TABLE unit; --'))


def test_a_changed_database_is_told(bare_url: str, tmp_path: Path) -> None:
    engine = create_engine(bare_url)
    configure_engine(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE stranger (id INTEGER)"))
    engine.dispose()
    app = create_app(Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": bare_url}))
    done = run(app, "check")
    assert done.exit_code == 1
    assert "Mô hình và cơ sở dữ liệu lệch nhau." in done.output
    assert "stranger" in done.output
    runtime_of(app).engine.dispose()


@pytest.mark.parametrize("name", ["0099_test"])
def test_no_revision_is_written_by_a_test(app: PortalFlask, name: str) -> None:
    assert run(app, "revision", name, "Nothing").exit_code == 1
