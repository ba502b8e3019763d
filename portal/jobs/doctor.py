"""What the doctor looks at: configuration, database, files, clock, disk, audit chain, background work, backups.

Every check gives findings that name what is wrong and what to do. It changes nothing.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.core import health, migrations
from portal.core.backups import NAME, is_recipient, newest_backup
from portal.core.clock import SystemClock, local
from portal.core.db import Base
from portal.core.jobs import Job, JobState, OutboxMessage
from portal.core.orphans import GRACE, orphans
from portal.core.runtime import Runtime
from portal.domain.audit.grants import could_rewrite
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.queries import chain_head
from portal.domain.audit.verification import find_faults

MEGABYTE = 1024 * 1024
LITTLE, VERY_LITTLE = 10 * 1024 * MEGABYTE, 1024 * MEGABYTE
LITTLE_SHARE = 0.10
CLOCKS_APART = timedelta(seconds=30)
WAITS_LONG = timedelta(minutes=10)
MAIL_WAITS_LONG = timedelta(hours=1)
BACKUP_OLD = timedelta(hours=26)
SHOWN = 5
STAMP = "%Y%m%dT%H%M%SZ"


class Level(StrEnum):
    """How a finding stands."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def label(self) -> str:
        return {"good": "Tốt", "note": "Lưu ý", "warning": "Cảnh báo", "error": "Lỗi"}[self.value]


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """What one check found, in Vietnamese; for what is wrong also what to do."""

    level: Level
    area: str
    text: str


Findings = Iterator[DoctorFinding]


@dataclass(frozen=True, slots=True)
class Doctor:
    """One visit. `full`: every stored file is read and compared with its hash."""

    runtime: Runtime
    full: bool = False

    def findings(self) -> Findings:
        """All findings, in the order of the checks; a check that breaks is a finding itself."""
        for area, check in self._checks():
            try:
                yield from check(area)
            except (SQLAlchemyError, OSError) as error:
                yield DoctorFinding(Level.ERROR, area, f"Không kiểm tra được: {type(error).__name__}.")

    def _checks(self) -> list[tuple[str, Callable[[str], Findings]]]:
        return [
            ("Cấu hình", self._configuration),
            ("Cơ sở dữ liệu", self._database),
            ("Tệp lưu trữ", self._files),
            ("Đồng hồ", self._clock),
            ("Đĩa", self._disk),
            ("Nhật ký", self._audit),
            ("Việc chạy nền", self._jobs),
            ("Thư điện tử", self._mail),
            ("Sao lưu", self._backups),
        ]

    def _configuration(self, area: str) -> Findings:
        settings = self.runtime.settings
        if settings.is_production and settings.is_sqlite:
            yield DoctorFinding(
                Level.WARNING,
                area,
                "Đang chạy thật trên SQLite: chỉ hợp với một máy; đông người dùng thì dùng PostgreSQL.",
            )
        if not settings.is_production:
            yield DoctorFinding(Level.NOTE, area, f"Môi trường {settings.environment}: không dùng để làm việc thật.")
        yield from _private(area, "Thư mục dữ liệu", settings.data_dir)
        if settings.is_sqlite:
            database = Path(str(self.runtime.engine.url.database))
            yield from _private(area, "Tệp cơ sở dữ liệu", database)
        if settings.keyring_file is not None:
            yield from _private(area, "Tệp vòng khóa", settings.keyring_file)
        current = self.runtime.keyring.current
        yield DoctorFinding(Level.GOOD, area, f"Vòng khóa có {len(settings.keyring)} khóa; khóa ghi là {current}.")

    def _database(self, area: str) -> Findings:
        engine = self.runtime.engine
        found = health.check(engine)
        if not found.reachable:
            yield DoctorFinding(Level.ERROR, area, "Cơ sở dữ liệu không trả lời.")
            return
        if not found.ok:
            text_of = f"Ở phiên bản {found.at or 'trống'}, cần {found.wanted}: chạy flask db upgrade."
            yield DoctorFinding(Level.ERROR, area, text_of)
            return
        yield DoctorFinding(Level.GOOD, area, f"Trả lời, ở phiên bản {found.at}.")
        for difference in migrations.drift(engine)[:SHOWN]:
            yield DoctorFinding(Level.ERROR, area, f"Cấu trúc lệch so với chương trình: {difference!r}")
        with engine.connect() as connection:
            yield from self._engine_checks(area, connection)

    def _engine_checks(self, area: str, connection: Connection) -> Findings:
        if connection.dialect.name == "sqlite":
            answer = connection.execute(text("PRAGMA quick_check")).scalar_one()
            if answer != "ok":
                yield DoctorFinding(Level.ERROR, area, f"Tệp cơ sở dữ liệu hỏng: {answer}. Khôi phục từ bản sao lưu.")
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(SHOWN)
            for row in broken:
                words = f"Bảng {row[0]}, dòng {row[1]} trỏ đến dòng không có trong {row[2]}."
                yield DoctorFinding(Level.ERROR, area, words)
        elif self.runtime.settings.is_production and could_rewrite(connection):
            words = "Vai trò kết nối sửa được nhật ký: dùng vai trò riêng, xem flask db grants."
            yield DoctorFinding(Level.ERROR, area, words)

    def _files(self, area: str) -> Findings:
        files, lost, damaged = self.runtime.files, [], []
        with self.runtime.session_factory() as session:
            columns = [table.c.sha256 for table in Base.metadata.sorted_tables if "sha256" in table.c]
            named = {found for column in columns for found in session.scalars(select(column).distinct()) if found}
        for sha256 in sorted(named):
            if not files.path_of(sha256).exists():
                lost.append(sha256)
            elif self.full and not files.verify(sha256):
                damaged.append(sha256)
        for words, found in (("không còn trên đĩa", lost), ("trên đĩa đã hỏng", damaged)):
            if found:
                first = ", ".join(sha256[:12] for sha256 in found[:SHOWN])
                told = f"{len(found)} tệp có trong hồ sơ nhưng {words} ({first}…): khôi phục từ bản sao lưu."
                yield DoctorFinding(Level.ERROR, area, told)
        with self.runtime.session_factory() as session:
            count = orphans(session, files, self.runtime.clock.real() - GRACE)
        if count.orphans:
            size = f"{count.orphan_bytes / MEGABYTE:.1f}".replace(".", ",")
            told = f"{count.orphans} tệp ({size} MB) không hồ sơ hay việc nền nào nêu; việc dọn hằng ngày sẽ xóa."
            yield DoctorFinding(Level.NOTE, area, told)
        if not lost and not damaged:
            how = "đúng mã băm" if self.full else "còn trên đĩa (thêm --full để đọc từng tệp)"
            yield DoctorFinding(Level.GOOD, area, f"{len(named)} tệp của hồ sơ {how}.")

    def _clock(self, area: str) -> Findings:
        try:
            ZoneInfo("Asia/Ho_Chi_Minh")
        except ZoneInfoNotFoundError:
            yield DoctorFinding(Level.ERROR, area, "Máy thiếu dữ liệu múi giờ Asia/Ho_Chi_Minh: cài gói tzdata.")
        now = SystemClock().real()
        with self.runtime.session_factory() as session:
            if not self.runtime.settings.is_sqlite:
                theirs = session.execute(text("SELECT now()")).scalar_one()
                if abs(theirs - now) > CLOCKS_APART:
                    seconds = round(abs((theirs - now).total_seconds()))
                    words = f"Đồng hồ của máy này và của máy cơ sở dữ liệu lệch {seconds} giây: bật đồng bộ giờ."
                    yield DoctorFinding(Level.ERROR, area, words)
                    return
            last = session.scalar(select(func.max(AuditEntry.at)))
        if last is not None and last > self.runtime.clock.now() + CLOCKS_APART:
            words = f"Nhật ký có dòng ghi lúc {local(last):%d/%m/%Y %H:%M}, sau giờ hiện tại: đồng hồ đã bị lùi."
            yield DoctorFinding(Level.ERROR, area, words)
        else:
            yield DoctorFinding(Level.GOOD, area, "Khớp với cơ sở dữ liệu và nhật ký.")

    def _disk(self, area: str) -> Findings:
        places = {self.runtime.settings.data_dir, self.runtime.settings.backup_dir} - {None}
        for place in sorted(p for p in places if p is not None and p.is_dir()):
            usage = shutil.disk_usage(place)
            share = usage.free / usage.total
            text_of = f"{place}: còn trống {usage.free / MEGABYTE / 1024:.1f} GB ({share:.0%})."
            low = usage.free < LITTLE and share < LITTLE_SHARE
            level = Level.ERROR if usage.free < VERY_LITTLE else Level.WARNING if low else Level.GOOD
            yield DoctorFinding(level, area, text_of)

    def _audit(self, area: str) -> Findings:
        with self.runtime.session_factory() as session:
            count = 0
            for fault in find_faults(session, self.runtime.keyring, None):
                count += 1
                if count <= SHOWN:
                    yield DoctorFinding(Level.ERROR, area, str(fault))
            head = session.execute(chain_head()).one_or_none()
        if not count:
            yield DoctorFinding(Level.GOOD, area, f"Chuỗi nguyên vẹn, {head.seq if head else 0} mắt xích.")

    def _jobs(self, area: str) -> Findings:
        now = self.runtime.clock.now()
        with self.runtime.session_factory() as session:
            waiting = session.scalars(
                select(func.count()).where(Job.state == JobState.QUEUED, Job.run_at < now - WAITS_LONG)
            ).one()
            failed = session.scalars(select(func.count()).where(Job.state == JobState.FAILED)).one()
        if waiting:
            words = f"{waiting} việc chờ hơn 10 phút: tiến trình flask worker run có đang chạy không?"
            yield DoctorFinding(Level.ERROR, area, words)
        if failed:
            words = f"{failed} việc không thành công: xem nhật ký của tiến trình worker."
            yield DoctorFinding(Level.WARNING, area, words)
        if not waiting and not failed:
            yield DoctorFinding(Level.GOOD, area, "Không việc nào bị chậm hay hỏng.")

    def _mail(self, area: str) -> Findings:
        now = self.runtime.clock.now()
        late = select(func.count()).where(
            OutboxMessage.sent_at.is_(None), OutboxMessage.created_at < now - MAIL_WAITS_LONG
        )
        with self.runtime.session_factory() as session:
            waiting = session.scalars(late).one()
        if self.runtime.settings.mail is None:
            words = f"Chưa cấu hình máy chủ thư (PORTAL_SMTP_HOST); {waiting} thư đang chờ."
            yield DoctorFinding(Level.NOTE, area, words)
        elif waiting:
            yield DoctorFinding(Level.WARNING, area, f"{waiting} thư chờ gửi hơn một giờ: kiểm tra máy chủ thư.")
        else:
            yield DoctorFinding(Level.GOOD, area, "Không thư nào bị kẹt.")

    def _backups(self, area: str) -> Findings:
        settings = self.runtime.settings
        bad = Level.ERROR if settings.is_production else Level.NOTE
        if not is_recipient(settings.backup_recipient):
            words = "Chưa có khóa nhận bản sao lưu hợp lệ (PORTAL_BACKUP_RECIPIENT): xem flask keys backup."
            yield DoctorFinding(bad, area, words)
        if settings.backup_dir is None or not settings.backup_dir.is_dir():
            yield DoctorFinding(bad, area, "Chưa có thư mục sao lưu (PORTAL_BACKUP_DIR).")
            return
        newest = newest_backup(settings.backup_dir)
        if newest is None:
            yield DoctorFinding(bad, area, f"Chưa có bản sao lưu nào trong {settings.backup_dir}.")
        elif (age := self.runtime.clock.real() - _made_at(newest)) > BACKUP_OLD:
            hours = round(age.total_seconds() / 3600)
            yield DoctorFinding(bad, area, f"Bản sao lưu mới nhất đã {hours} giờ tuổi ({newest.name}).")
        else:
            yield DoctorFinding(Level.GOOD, area, f"Bản mới nhất: {newest.name}.")


def _made_at(backup: Path) -> datetime:
    found = NAME.match(backup.name)
    assert found is not None  # noqa: S101 - newest_backup gives only such names
    return datetime.strptime(found.group(1), STAMP).replace(tzinfo=ZoneInfo("UTC"))


def _private(area: str, what: str, place: Path) -> Findings:
    if place.exists() and place.stat().st_mode & stat.S_IROTH:
        yield DoctorFinding(Level.WARNING, area, f"{what} {place} ai cũng đọc được: chmod o-rwx.")
