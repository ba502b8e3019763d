"""flask restore: bring a backup into an empty place and compare every table and file with what was saved."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.cli.accounts import server_work
from portal.core import migrations
from portal.core.backups import FILES, Manifest, opened
from portal.core.runtime import Runtime
from portal.core.snapshots import SnapshotFailed, check_snapshot, differences, is_empty, load_snapshot, table_facts
from portal.domain.audit.services import record
from portal.domain.audit.verification import find_faults
from portal.web.context import runtime


@click.command(
    "restore", help="Khôi phục bản sao lưu ARCHIVE vào cơ sở dữ liệu và thư mục tệp còn trống, rồi đối chiếu."
)
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity",
    "identity_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp chứa khóa mở (AGE-SECRET-KEY-1…).",
)
@click.option("--check", is_flag=True, help="Chỉ kiểm tra bản sao lưu, không khôi phục.")
@with_appcontext
def group(archive: Path, identity_file: Path, check: bool) -> None:
    """Restore, or only look whether it could be."""
    house = runtime()
    identity = _secret(identity_file)
    try:
        if not check:
            _refuse_used_place(house)
        with opened(archive, identity, house.settings.data_dir) as (manifest, folder):
            if check:
                _check(manifest, folder)
            else:
                _restore(house, manifest, folder)
    except SnapshotFailed as error:
        raise click.ClickException(str(error)) from error


def _secret(file: Path) -> str:
    """The line of the file that is the key: such files carry comments too."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")


def _refuse_used_place(house: Runtime) -> None:
    if not is_empty(house.engine):
        raise SnapshotFailed("Cơ sở dữ liệu đích không trống. Chỉ khôi phục vào nơi trống.")
    if next(house.files.all_hashes(), None) is not None:
        raise SnapshotFailed(f"Thư mục tệp {house.files.root} không trống. Chỉ khôi phục vào nơi trống.")


def _check(manifest: Manifest, folder: Path) -> None:
    found = check_snapshot(folder / manifest.database, manifest.engine)
    wrong = [] if found is None else differences(manifest.tables, found)
    if wrong:
        raise SnapshotFailed("Bản sao lưu không khớp bản kê:\n" + "\n".join(f"- {line}" for line in wrong))
    click.echo(f"Bản sao lưu lúc {manifest.at} còn nguyên: {len(manifest.tables)} bảng, {manifest.files} tệp.")
    if found is None:
        click.echo("Nội dung từng bảng chỉ đối chiếu được sau khi khôi phục.")


def _restore(house: Runtime, manifest: Manifest, folder: Path) -> None:
    if manifest.engine != house.engine.dialect.name:
        raise SnapshotFailed(
            f"Bản sao lưu là của {manifest.engine}; cơ sở dữ liệu đích là {house.engine.dialect.name}."
        )
    saved = folder / FILES
    if saved.is_dir():
        house.files.root.mkdir(parents=True, exist_ok=True)
        for part in sorted(saved.iterdir()):
            part.replace(house.files.root / part.name)
    load_snapshot(house.engine, folder / manifest.database)
    wrong = differences(manifest.tables, table_facts(house.engine))
    if wrong:
        raise SnapshotFailed("Sau khi khôi phục, dữ liệu không khớp bản kê:\n" + "\n".join(f"- {w}" for w in wrong))
    with house.session_factory() as session:
        faults = [str(fault) for fault in find_faults(session, house.keyring, None)]
    if faults:
        raise SnapshotFailed(f"Đã khôi phục, nhưng nhật ký có {len(faults)} sai lệch: {faults[0]}")
    rows = sum(facts.rows for facts in manifest.tables.values())
    click.echo(
        f"Đã khôi phục bản sao lưu lúc {manifest.at}: {len(manifest.tables)} bảng, {rows} dòng, {manifest.files} tệp."
    )
    click.echo("Mọi bảng và mọi tệp khớp bản kê; nhật ký nguyên vẹn.")
    if manifest.revision != migrations.head():
        click.echo(f"Cơ sở dữ liệu ở phiên bản {manifest.revision}: chạy flask db upgrade trước khi mở cổng.")
        return
    with server_work() as work:
        record(work, "server.restored", "backup", 0, detail={"at": manifest.at, "rows": rows, "files": manifest.files})
