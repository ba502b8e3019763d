"""flask backup: the database and the files of one instant, encrypted, in one file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.cli.accounts import server_work
from portal.core.backups import archive_name, old_backups, write_backup
from portal.core.snapshots import SnapshotFailed
from portal.domain.audit.services import record
from portal.web.context import runtime


@click.command("backup", help="Sao lưu cơ sở dữ liệu và các tệp vào thư mục FOLDER, mã hóa; cổng vẫn chạy bình thường.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "recipient", default="", help="Khóa nhận (age1…); mặc định là PORTAL_BACKUP_RECIPIENT.")
@click.option("--keep-days", type=click.IntRange(1), help="Xóa các bản sao lưu cũ hơn số ngày này, giữ bản mới nhất.")
@with_appcontext
def group(folder: Path, recipient: str, keep_days: int | None) -> None:
    """Make one backup, then drop those that are too old."""
    house = runtime()
    chosen = recipient or house.settings.backup_recipient
    if not chosen:
        raise click.ClickException(
            "Chưa có khóa nhận bản sao lưu: chạy flask keys backup FILE, rồi đặt PORTAL_BACKUP_RECIPIENT."
        )
    now = house.clock.real()
    target = folder / archive_name(now)
    try:
        made = write_backup(house.engine, house.files, chosen, target, now)
    except SnapshotFailed as error:
        raise click.ClickException(str(error)) from error
    rows = sum(facts.rows for facts in made.tables.values())
    with server_work() as work:
        record(work, "server.backup_made", "backup", 0, detail={"file": target.name, "rows": rows, "files": made.files})
    size = target.stat().st_size / 1e6
    click.echo(f"Đã sao lưu {len(made.tables)} bảng, {rows} dòng, {made.files} tệp vào {target.name} ({size:.1f} MB).")
    for sha256 in made.damaged:
        click.echo(f"Tệp {sha256} trên đĩa đã hỏng: nội dung không còn đúng mã băm.", err=True)
    if keep_days:
        stale = old_backups(folder, now - timedelta(days=keep_days))
        for path in stale:
            path.unlink()
        click.echo(f"Đã xóa {len(stale)} bản sao lưu cũ hơn {keep_days} ngày.")
    if made.damaged:
        raise click.exceptions.Exit(1)
