"""flask db: migrations."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.core import migrations
from portal.web.context import runtime

group = AppGroup("db", help="Cơ sở dữ liệu: nâng cấp, kiểm tra lệch mô hình.")


@group.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest revision."""
    migrations.upgrade(runtime().engine)
    click.echo(f"Cơ sở dữ liệu ở phiên bản {migrations.current(runtime().engine)}.")


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
