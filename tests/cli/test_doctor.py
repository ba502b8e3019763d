"""flask doctor: a healthy house, and each thing that may be wrong with it, named with what to do."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.core.backups import archive_name, new_identity
from portal.core.clock import FixedClock
from portal.core.jobs import Job, JobState, OutboxMessage
from portal.core.runtime import Runtime
from portal.domain.attachments.models import StoredFile
from portal.jobs import doctor
from portal.web.transaction import PortalFlask
from tests.audit.tampering import unguarded, write_links
from tests.conftest import runtime_of


def visit(app: PortalFlask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["doctor", *words])


@pytest.fixture
def kept(app: PortalFlask, session: Session) -> str:
    """A stored file that a row names."""
    house = runtime_of(app)
    content = house.files.put(io.BytesIO("Bản đăng ký".encode()))
    session.add(
        StoredFile(
            kind="registration_signed",
            owner_type="emulation_registration",
            owner_id=1,
            unit_id=1,
            name="ban-dang-ky.pdf",
            content_type="application/pdf",
            size=content.size,
            sha256=content.sha256,
            uploaded_by_id=1,
            uploaded_at=house.clock.now(),
        )
    )
    session.commit()
    return content.sha256


def test_a_healthy_house(app: PortalFlask, kept: str) -> None:
    done = visit(app, "--full")
    assert done.exit_code == 0, done.output
    assert "[Tốt] Cơ sở dữ liệu: Trả lời" in done.output
    assert "[Tốt] Tệp lưu trữ: 1 tệp của hồ sơ đúng mã băm." in done.output
    assert "[Tốt] Nhật ký: Chuỗi nguyên vẹn" in done.output
    assert "[Lưu ý]" not in visit(app, "--quiet").output


def test_lost_and_damaged_files(app: PortalFlask, kept: str) -> None:
    path = runtime_of(app).files.path_of(kept)
    path.write_bytes(b"khac")
    assert visit(app).exit_code == 0  # only read whole when asked
    assert f"[Lỗi] Tệp lưu trữ: 1 tệp có trong hồ sơ nhưng trên đĩa đã hỏng ({kept[:12]}" in visit(app, "--full").output
    path.unlink()
    done = visit(app)
    assert (done.exit_code, f"nhưng không còn trên đĩa ({kept[:12]}…): khôi phục" in done.output) == (1, True)
    stray = runtime_of(app).files.put(io.BytesIO(b"khong ai neu")).sha256
    assert "không hồ sơ hay việc nền nào nêu" not in visit(app).output  # it may be on its way to a record
    os.utime(runtime_of(app).files.path_of(stray), (1, 1))
    assert "[Lưu ý] Tệp lưu trữ: 1 tệp (0,0 MB) không hồ sơ hay việc nền nào nêu" in visit(app).output


def test_a_changed_audit_log(app: PortalFlask, runtime: Runtime) -> None:
    write_links(runtime, 2)
    with unguarded(runtime) as connection:
        connection.execute(text("UPDATE audit_entry SET action = 'unit.created' WHERE action = 'test.done'"))
    done = visit(app)
    assert (done.exit_code, "[Lỗi] Nhật ký:" in done.output) == (1, True)


def test_a_clock_that_went_back(app: PortalFlask, runtime: Runtime, clock: FixedClock) -> None:
    clock.instant += timedelta(days=2)
    write_links(runtime, 1)
    clock.instant -= timedelta(days=2)
    assert "[Lỗi] Đồng hồ: Nhật ký có dòng ghi lúc 17/03/2023 09:00, sau giờ hiện tại" in visit(app).output


def test_two_clocks_that_differ(app: PortalFlask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CLOCKS_APART", timedelta(microseconds=-1))
    apart = "[Lỗi] Đồng hồ: Đồng hồ của máy này và của máy cơ sở dữ liệu lệch 0 giây" in visit(app).output
    assert apart is (runtime.engine.dialect.name == "postgresql")  # SQLite has no clock of its own


def test_work_that_waits_or_failed(app: PortalFlask, session: Session, clock: FixedClock) -> None:
    long_ago = clock.now() - timedelta(hours=3)
    for key, state in (("a", JobState.QUEUED), ("b", JobState.FAILED)):
        session.add(Job(kind="house.drop_files", unique_key=key, state=state, run_at=long_ago, created_at=long_ago))
    session.add(OutboxMessage(kind="mail", message_id="x", next_at=long_ago, created_at=long_ago))
    session.commit()
    done = visit(app)
    assert done.exit_code == 1
    assert "[Lỗi] Việc chạy nền: 1 việc chờ hơn 10 phút" in done.output
    assert "[Cảnh báo] Việc chạy nền: 1 việc không thành công" in done.output
    assert "[Lưu ý] Thư điện tử: Chưa cấu hình máy chủ thư (PORTAL_SMTP_HOST); 1 thư đang chờ." in done.output


@pytest.fixture
def backup_dir(app: PortalFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    settings = runtime_of(app).settings
    object.__setattr__(settings, "backup_dir", tmp_path)
    object.__setattr__(settings, "backup_recipient", new_identity()[1])
    yield tmp_path
    object.__setattr__(settings, "backup_dir", None)
    object.__setattr__(settings, "backup_recipient", "")


def test_backups_that_are_missing_or_old(app: PortalFlask, backup_dir: Path) -> None:
    now = runtime_of(app).clock.real()
    assert "[Lưu ý] Sao lưu: Chưa có bản sao lưu nào" in visit(app).output
    old = backup_dir / archive_name(now - timedelta(hours=50))
    old.write_bytes(b"")
    assert "[Lưu ý] Sao lưu: Bản sao lưu mới nhất đã 50 giờ tuổi" in visit(app).output
    (backup_dir / archive_name(now - timedelta(hours=2))).write_bytes(b"")
    assert "[Tốt] Sao lưu: Bản mới nhất" in visit(app).output


def test_a_full_disk(app: PortalFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "VERY_LITTLE", 10**18)
    done = visit(app)
    assert (done.exit_code, "[Lỗi] Đĩa:" in done.output) == (1, True)


def test_a_check_that_breaks_is_told(app: PortalFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OSError

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert "[Lỗi] Đĩa: Không kiểm tra được: OSError." in visit(app).output
