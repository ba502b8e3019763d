"""flask db: migrations, the start data, the rights of the application's role, and whether all is ready to serve."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.cli.search import build_index
from portal.core import health, migrations
from portal.core.db import write_mode
from portal.domain.audit import grants as audit_grants
from portal.web.context import runtime
from seed.loader import load_base

group = AppGroup("db", help="Cơ sở dữ liệu: nâng cấp, dữ liệu khởi tạo, phân quyền, kiểm tra.")


@group.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest revision, and build the search index where it is not built."""
    migrations.upgrade(runtime().engine)
    click.echo(f"Cơ sở dữ liệu ở phiên bản {migrations.current(runtime().engine)}.")
    build_index()


@group.command("load-start-data")
def load_start_data() -> None:
    """Load units and catalogues where they are missing; what was edited since stays."""
    house = runtime()
    with write_mode(), house.session_factory() as session:
        load_base(session, house.clock)
        session.commit()
    click.echo("Đã nạp dữ liệu khởi tạo: đơn vị và danh mục.")


@group.command("grants")
@click.argument("role")
def grants(role: str) -> None:
    """Print the SQL that gives the application's role its rights, for the tables' owner to run after each upgrade."""
    if runtime().settings.is_sqlite:
        raise click.ClickException("SQLite không có vai trò người dùng; lệnh này dành cho PostgreSQL.")
    for statement in audit_grants.grant_statements(role):
        click.echo(f"{statement};")


@group.command("ready")
def ready() -> None:
    """Fail, naming every fault, unless the portal may serve on this database."""
    faults = _faults()
    if faults:
        raise click.ClickException("Chưa sẵn sàng:\n" + "\n".join(f"- {fault}" for fault in faults))
    click.echo("Sẵn sàng.")


def _faults() -> list[str]:
    engine = runtime().engine
    found = health.check(engine)
    if not found.reachable:
        return ["Cơ sở dữ liệu không trả lời."]
    faults = []
    if found.at != found.wanted:
        faults.append(f"Cơ sở dữ liệu ở phiên bản {found.at or 'trống'}, cần {found.wanted}: chạy flask db upgrade.")
    if engine.dialect.name == "postgresql" and runtime().settings.is_production:
        with engine.connect() as connection:
            if audit_grants.could_rewrite(connection):
                faults.append(
                    "Vai trò kết nối có thể sửa nhật ký (là chủ sở hữu bảng hoặc được cấp thừa quyền): "
                    "dùng vai trò riêng của ứng dụng, xem flask db grants."
                )
    return faults


@group.command("check")
def check() -> None:
    """Fail when the models and the database differ."""
    differences = migrations.drift(runtime().engine)
    for difference in differences:
        click.echo(repr(difference), err=True)
    if differences:
        raise click.ClickException("Mô hình và cơ sở dữ liệu lệch nhau.")
    click.echo("Không lệch.")


@group.command("revision")
@click.argument("revision_id")
@click.argument("message")
def revision(revision_id: str, message: str) -> None:
    """Write a new revision, e.g. `flask db revision 0007_add_inspection_finding "Add findings"`."""
    if current_app.config["TESTING"]:
        raise click.ClickException("Not in tests.")
    migrations.new_revision(runtime().engine, message, revision_id)
