"""What the house asks of itself every day.

Old drafts, sessions and jobs are dropped, stray files removed, the end of the audit chain put on record.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from portal.core.drafts import drop_old_drafts
from portal.core.jobs import Job, JobState
from portal.core.orphans import GRACE, orphan_batches
from portal.core.outbox import drop_old_mail
from portal.domain.accounts.services.cleanup import drop_old_sessions
from portal.domain.accounts.services.failures import drop_old_failures
from portal.domain.attachments.owners import kinds
from portal.domain.attachments.services import drop_removed
from portal.domain.audit.heads import ChainHead, dump_head
from portal.domain.audit.queries import chain_head
from portal.domain.lists.bulk import drop_old_runs
from portal.domain.notifications.services import drop_old_notices
from portal.domain.staging.services import drop_old_imports
from portal.domain.units.services import settle_names
from portal.jobs.api import JobContext, JobHandler, JobResult, Periodic

DAILY = timedelta(days=1)
ASIDE = timedelta(hours=1)  # content that a process set aside longer ago: that process is dead
HEADS = "audit-heads"


@dataclass(frozen=True, slots=True)
class HouseJob:
    """A short job without an owner: `action` does it and says what it did."""

    kind: str
    name: str
    action: Callable[[JobContext], str]
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every day
        return self.name

    def run(self, ctx: JobContext) -> JobResult:
        return JobResult(self.action(ctx))


def drop_drafts(ctx: JobContext) -> str:
    """Remove drafts that nobody touched for thirty days."""
    with ctx.step() as step:
        return f"Đã xóa {drop_old_drafts(step.session, ctx.runtime.clock)} bản nháp cũ."


def drop_sessions(ctx: JobContext) -> str:
    """End sessions past their limits, remove those long ended and what is remembered of old failed sign-ins."""
    settings = ctx.runtime.settings
    with ctx.step() as step:
        ended, removed = drop_old_sessions(step.work, settings.session_idle, settings.session_absolute)
        forgotten = drop_old_failures(step.work)
    return f"Đã kết thúc {ended} phiên, xóa {removed} phiên cũ và {forgotten} lần đăng nhập hỏng cũ."


def drop_imports(ctx: JobContext) -> str:
    """Remove workbooks that were read more than thirty days ago, with what their rows say of people."""
    with ctx.step() as step:
        return f"Đã xóa {drop_old_imports(step.work)} lần nhập cũ."


def drop_removed_files(ctx: JobContext) -> str:
    """Forget files that were taken out of their records, each kind after its own number of days."""
    dropped = 0
    for _, kind in sorted(kinds().values(), key=lambda found: found[1].code):
        with ctx.step() as step:
            dropped += drop_removed(step.work, kind)
    return f"Đã xóa hẳn {dropped} tệp đã gỡ."


def drop_runs(ctx: JobContext) -> str:
    """Remove the results of what was done to many rows at once more than thirty days ago."""
    with ctx.step() as step:
        return f"Đã xóa {drop_old_runs(step.work)} kết quả thao tác hàng loạt cũ."


def drop_notices(ctx: JobContext) -> str:
    """Remove notices that were read sixty days ago, and those that nobody read for a year."""
    with ctx.step() as step:
        return f"Đã xóa {drop_old_notices(step.work)} thông báo cũ."


def drop_mail(ctx: JobContext) -> str:
    """Forget mails that were sent sixty days ago, and give up those that could not be sent for two weeks."""
    with ctx.step() as step:
        return f"Đã xóa {drop_old_mail(step.session, ctx.runtime.clock.now())} thư cũ."


def drop_files(ctx: JobContext) -> str:
    """Remove jobs that ended some days ago, then all content of the store that nothing names any more."""
    runtime = ctx.runtime
    with ctx.step() as step:
        ended = runtime.clock.now() - runtime.settings.job_keep
        old = Job.state.in_((JobState.DONE, JobState.FAILED)) & (Job.finished_at < ended)
        jobs = len(step.session.scalars(delete(Job).where(old).returning(Job.id)).all())
    now = runtime.clock.real()
    runtime.files.put_back(now - ASIDE)
    removed = 0
    with ctx.reading() as work:
        for batch in orphan_batches(work.session, runtime.files, now - GRACE):
            work.session.rollback()  # the next batch sees what is committed meanwhile
            ctx.check_stop()
            # What is put again between the look and this stays: `discard` looks at its age once more.
            removed += sum(runtime.files.discard(sha256, now - GRACE) for sha256 in batch.hashes)
    removed += runtime.files.clear_leftovers(now - GRACE)
    return f"Đã xóa {jobs} việc đã xong và {removed} tệp không còn dùng."


def export_head(ctx: JobContext) -> str:
    """Write the end of the audit chain to a signed file outside the database: what is cut off later shows."""
    runtime = ctx.runtime
    with ctx.reading() as work:
        head = work.session.execute(chain_head()).one()
    text = dump_head(runtime.keyring, ChainHead(head.seq, head.hash), runtime.clock.now())
    path = runtime.settings.data_dir / HEADS / f"{runtime.clock.today():%Y-%m-%d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, text)
    return f"Đã ghi mốc nhật ký {head.seq} vào {path.name}."


def apply_unit_names(ctx: JobContext) -> str:
    """Give units the names that decisions put on today."""
    with ctx.step() as step:
        return f"Đã đổi tên {settle_names(step.work)} đơn vị theo quyết định có hiệu lực."


def _write_whole(path: Path, text: str) -> None:
    """The file with this text, synced, or as it was before."""
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


HANDLERS: tuple[JobHandler, ...] = (
    HouseJob("house.drop_drafts", "Dọn bản nháp cũ", drop_drafts),
    HouseJob("house.drop_sessions", "Dọn phiên đăng nhập cũ", drop_sessions),
    HouseJob("house.drop_imports", "Dọn các lần nhập cũ", drop_imports),
    HouseJob("house.drop_removed_files", "Xóa hẳn tệp đã gỡ", drop_removed_files),
    HouseJob("house.drop_bulk_runs", "Dọn kết quả thao tác hàng loạt cũ", drop_runs),
    HouseJob("house.drop_notices", "Dọn thông báo cũ", drop_notices),
    HouseJob("house.drop_mail", "Dọn thư đã gửi, thư không gửi được", drop_mail),
    HouseJob("house.drop_files", "Dọn tệp không còn dùng", drop_files),
    HouseJob("house.export_audit_head", "Ghi mốc nhật ký", export_head),
    HouseJob("house.apply_unit_names", "Đổi tên đơn vị theo quyết định", apply_unit_names),
)
PERIODIC = tuple(Periodic(handler.kind, DAILY) for handler in HANDLERS)
