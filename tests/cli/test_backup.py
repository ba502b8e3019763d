"""flask backup, flask restore: what is refused, what is told. The drill under load stands in tests/kill."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result
from pyrage import x25519
from sqlalchemy import select

from portal import create_app
from portal.cli import keys
from portal.config import Settings
from portal.core.backups import archive_name, new_identity, old_backups, write_backup
from portal.core.snapshots import SnapshotFailed, check_snapshot, take_snapshot
from portal.domain.audit.models import AuditEntry
from portal.web.transaction import PortalFlask
from tests.conftest import runtime_of

Start = Callable[[str], PortalFlask]
AT = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)


def run(app: PortalFlask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """The file of a secret key, and the recipient."""
    secret, recipient = new_identity()
    file = tmp_path / "khoa.txt"
    file.write_text(secret, encoding="utf-8")
    return file, recipient


@pytest.fixture
def archive(app: PortalFlask, folder: Path, key: tuple[Path, str]) -> Path:
    """A backup of the demo accounts' database, with one stored file."""
    house = runtime_of(app)
    house.files.put(io.BytesIO("Tờ trình".encode()))
    target = folder / archive_name(AT)
    write_backup(house.engine, house.files, key[1], target, AT)
    return target


def test_a_backup_is_told_recorded_and_old_ones_go(
    app: PortalFlask, folder: Path, key: tuple[Path, str], read: Callable[..., list[AuditEntry]]
) -> None:
    for days in (50, 40, 1):
        (folder / archive_name(runtime_of(app).clock.real() - timedelta(days=days))).write_bytes(b"")
    (folder / "ghi-chu.txt").write_bytes(b"")
    done = run(app, "backup", str(folder), "--to", key[1], "--keep-days", "35")
    assert done.exit_code == 0, done.output
    assert "Đã sao lưu" in done.output
    assert "Đã xóa 2 bản sao lưu cũ hơn 35 ngày." in done.output
    assert len(list(folder.iterdir())) == 3
    (entry,) = read(select(AuditEntry).where(AuditEntry.action == "server.backup_made"))
    assert entry.detail["rows"] > 345
    only = folder / "one"
    only.mkdir()
    (only / archive_name(AT)).write_bytes(b"")
    assert old_backups(only, AT + timedelta(days=900)) == []  # the last one stays however old it is


def test_a_backup_needs_a_recipient(app: PortalFlask, folder: Path) -> None:
    assert "Chưa có khóa nhận bản sao lưu: chạy flask keys backup FILE" in run(app, "backup", str(folder)).output
    done = run(app, "backup", str(folder), "--to", "age1khongphai")
    assert (done.exit_code, "Khóa nhận bản sao lưu không đúng dạng age1…" in done.output) == (1, True)
    assert list(folder.iterdir()) == []


def test_damaged_content_is_named_and_the_rest_saved(app: PortalFlask, folder: Path, key: tuple[Path, str]) -> None:
    house = runtime_of(app)
    kept = house.files.put(io.BytesIO(b"nguyen ven"))
    house.files.path_of(kept.sha256).write_bytes(b"hong")
    done = run(app, "backup", str(folder), "--to", key[1])
    assert done.exit_code == 1
    assert f"Tệp {kept.sha256} trên đĩa đã hỏng" in done.output
    (made,) = folder.iterdir()
    assert "còn nguyên" in run(app, "restore", str(made), "--identity", str(key[0]), "--check").output


def test_an_empty_database_is_not_saved(empty_url: str, tmp_path: Path, folder: Path, key: tuple[Path, str]) -> None:
    app = create_app(
        Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": empty_url, "PORTAL_DATA_DIR": str(tmp_path)})
    )
    assert "không có gì để sao lưu" in run(app, "backup", str(folder), "--to", key[1]).output
    runtime_of(app).engine.dispose()


def test_a_used_place_is_never_restored_into(app: PortalFlask, archive: Path, key: tuple[Path, str]) -> None:
    done = run(app, "restore", str(archive), "--identity", str(key[0]))
    assert (done.exit_code, "Cơ sở dữ liệu đích không trống" in done.output) == (1, True)


def test_files_in_the_way_are_named(empty_url: str, tmp_path: Path, archive: Path, key: tuple[Path, str]) -> None:
    data_dir = tmp_path / "data"
    app = create_app(
        Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": empty_url, "PORTAL_DATA_DIR": str(data_dir)})
    )
    runtime_of(app).files.put(io.BytesIO(b"co san"))
    done = run(app, "restore", str(archive), "--identity", str(key[0]))
    assert (done.exit_code, "không trống. Chỉ khôi phục vào nơi trống." in done.output) == (1, True)
    runtime_of(app).engine.dispose()


@pytest.mark.parametrize("fault", ["other key", "no key", "cut", "changed", "no backup"])
def test_what_cannot_be_opened_says_so(
    fault: str, app: PortalFlask, archive: Path, key: tuple[Path, str], tmp_path: Path
) -> None:
    whole = archive.read_bytes()
    if fault == "other key":
        key[0].write_text(new_identity()[0], encoding="utf-8")
    elif fault == "no key":
        key[0].write_text("# chỉ có chú thích\n", encoding="utf-8")
    elif fault == "cut":
        archive.write_bytes(whole[: len(whole) // 2])
    elif fault == "changed":
        archive.write_bytes(whole[:-200] + bytes(100) + whole[-100:])
    else:
        archive.write_bytes(b"khong phai ban sao luu")
    done = run(app, "restore", str(archive), "--identity", str(key[0]), "--check")
    assert done.exit_code == 1
    assert "Không mở được bản sao lưu" in done.output or "Khóa mở bản sao lưu không đúng dạng" in done.output
    assert list(runtime_of(app).settings.data_dir.glob(".restore-*")) == []


@pytest.mark.parametrize("name", ["../ngoai.txt", "files/aa/bb/ten.txt", "/etc/passwd", "files/00/00/" + "a" * 64])
def test_foreign_parts_are_refused(name: str, app: PortalFlask, tmp_path: Path, key: tuple[Path, str]) -> None:
    plain = io.BytesIO()
    with gzip.GzipFile(fileobj=plain, mode="wb") as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 3
        tar.addfile(member, io.BytesIO(b"abc"))
    forged = tmp_path / "forged.age"
    forged.write_bytes(pyrage.encrypt(plain.getvalue(), [x25519.Recipient.from_str(key[1])]))
    done = run(app, "restore", str(forged), "--identity", str(key[0]), "--check")
    assert (done.exit_code, "có phần không thuộc về nó" in done.output) == (1, True)
    assert not (tmp_path / "ngoai.txt").exists()


def test_an_archive_without_its_manifest_was_cut(app: PortalFlask, tmp_path: Path, key: tuple[Path, str]) -> None:
    plain = io.BytesIO()
    with gzip.GzipFile(fileobj=plain, mode="wb") as zipped, tarfile.open(fileobj=zipped, mode="w"):
        pass
    forged = tmp_path / "forged.age"
    forged.write_bytes(pyrage.encrypt(plain.getvalue(), [x25519.Recipient.from_str(key[1])]))
    done = run(app, "restore", str(forged), "--identity", str(key[0]), "--check")
    assert "thiếu bản kê: tệp bị cắt" in done.output


def test_a_damaged_database_is_found(app: PortalFlask, tmp_path: Path) -> None:
    snapshot = take_snapshot(runtime_of(app).engine, tmp_path)
    assert check_snapshot(snapshot.file, snapshot.engine) in (None, snapshot.tables)
    raw = bytearray(snapshot.file.read_bytes())
    raw[: len(raw) // 2] = bytes(len(raw) // 2)
    snapshot.file.write_bytes(raw)
    with pytest.raises(SnapshotFailed):
        check_snapshot(snapshot.file, snapshot.engine)


def test_the_secret_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "khoa-sao-luu.txt"
    made = CliRunner().invoke(keys.group, ["backup", str(file)])
    assert made.exit_code == 0
    recipient = made.output.splitlines()[0].removeprefix("PORTAL_BACKUP_RECIPIENT=")
    secret = file.read_text(encoding="utf-8").splitlines()[1]
    assert str(x25519.Identity.from_str(secret).to_public()) == recipient
    assert file.stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(keys.group, ["backup", str(file)]).exit_code != 0
    assert secret in file.read_text(encoding="utf-8")
