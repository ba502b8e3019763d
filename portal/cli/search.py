"""flask search: build the index, check it against the records."""

from __future__ import annotations

import time

import click
from flask.cli import AppGroup

from portal.core.search import build
from portal.core.search.kinds import Searchable
from portal.web.context import runtime

group = AppGroup("search", help="Tìm kiếm: lập chỉ mục, kiểm tra chỉ mục.")


@group.command("rebuild")
@click.option("--again", is_flag=True, help="Lập lại cả những phần đã xong.")
def rebuild(again: bool) -> None:
    """Build the index, or what of it is not built yet; a stopped run goes on where it was. The portal may run."""
    build_index(again=again)


@group.command("check")
def check() -> None:
    """Compare the index with the records; fails when they differ."""
    with runtime().session_factory() as session:
        faults = build.check(session)
    if faults:
        lines = "\n".join(f"- {fault}" for fault in faults)
        raise click.ClickException(f"Chỉ mục tìm kiếm lệch, cần chạy flask search rebuild --again:\n{lines}")
    click.echo("Chỉ mục tìm kiếm khớp dữ liệu.")


def build_index(*, again: bool = False) -> None:
    """Build what is not built, telling how far it is."""
    house = runtime()
    began = time.monotonic()
    done = build.rebuild(house.session_factory, house.clock, _tell, again=again)
    spent = time.monotonic() - began
    if done:
        click.echo(f"Đã lập chỉ mục {done} bản ghi trong {spent:.1f} giây, {done / spent:.0f} bản ghi/giây.")
    else:
        click.echo("Chỉ mục tìm kiếm đã đủ.")


def _tell(kind: Searchable, done: int) -> None:
    if done % (build.BATCH * 10) == 0:
        click.echo(f"… {kind.label}: {done} bản ghi")
