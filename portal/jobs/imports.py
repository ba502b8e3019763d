"""Reading and applying a long workbook in the background; a worker that was killed is replaced and goes on.

Reading keeps the rows a piece at a time, each with its checkpoint; should what they say have changed meanwhile, they
are kept anew. Applying is one transaction, and happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.core.errors import InvalidInput, RuleBroken
from portal.core.job_queue import enqueue
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.staging import services
from portal.domain.staging.enums import ImportState
from portal.domain.staging.manifest import IMPORT_READY
from portal.domain.staging.models import ImportBatch
from portal.imports import engine
from portal.imports.kinds import ImportKind, kinds
from portal.jobs.api import DoneNotice, JobContext, JobHandler, JobResult, Step
from portal.jobs.services import JobView, job_of_record

ResultT = TypeVar("ResultT")
PIECE = 10_000
READ, APPLY = "import.read", "import.apply"
READY = "Đã đọc xong tệp. Xin xem kết quả rồi xác nhận."
MOVED = "Dữ liệu đã thay đổi từ lúc đọc tệp nên chưa nhập. Kết quả vừa được đối chiếu lại; xin xem rồi nhập."


def address_of(batch_id: int) -> str:
    """The page of a batch."""
    return f"/nhap-tep/{batch_id}"


def request_reading(work: Work, batch: ImportBatch) -> None:
    """Ask the worker, in this transaction, to read a batch whose columns are chosen."""
    _request(work, batch, READ, {})


def request_applying(work: Work, batch: ImportBatch, *, only_sound: bool) -> None:
    """Ask the worker, in this transaction, to apply a batch. Raises RowsFaulty, ImportFinished."""
    if services.check_decidable(batch, only_sound=only_sound):
        _request(work, batch, APPLY, {"only_sound": only_sound})


def progress_of(work: Work, batch: ImportBatch) -> JobView | None:
    """The job that reads or applies a batch that was loaded in scope, or None."""
    return None if batch.job_id is None else job_of_record(work, batch.job_id)


def _request(work: Work, batch: ImportBatch, what: str, payload: Mapping[str, Any]) -> None:
    job = enqueue(
        work.session,
        work.clock,
        kind=f"{what}:{batch.kind}",
        payload={"batch_id": batch.id, "file_name": batch.file_name, **payload},
        unique_key=f"{what}:{batch.id}:{batch.job_id or 0}",
        owner_id=work.actor.user_id,
    )
    batch.job_id = job.id
    work.session.flush()


@dataclass(frozen=True, slots=True)
class ReadImport:
    """Reads and checks a workbook."""

    what: ImportKind

    @property
    def kind(self) -> str:
        return f"{READ}:{self.what.key}"

    @property
    def permission(self) -> Permission | None:
        return self.what.permission

    def title(self, payload: Mapping[str, Any]) -> str:
        """What the job is called on its page."""
        return f"Đọc tệp {payload['file_name']}"

    def done_notice(self, payload: Mapping[str, Any]) -> DoneNotice:
        """The file waits for its owner's decision."""
        text = f"Đã đọc xong tệp {payload['file_name']}, chờ ông/bà xác nhận"
        return DoneNotice(IMPORT_READY, text, "imports.show_import", {"batch_id": payload["batch_id"]})

    def run(self, ctx: JobContext) -> JobResult:
        """Read, check, keep the rows piece by piece, then let the batch wait for its decision."""
        batch_id = ctx.payload["batch_id"]
        with ctx.reading() as work:
            _, batch = engine.load_batch(work, batch_id)
            if batch.state is not ImportState.READING:
                return JobResult(READY, link=address_of(batch_id))
            ctx.progress(ctx.checkpoint.get("done", 0), batch.layout["size"])
            target = self.what.target(work, batch.subject_id)
            source = engine.source_of(ctx.runtime.files, batch, ctx.runtime.settings.import_rows)
            layout = engine.layout_of(batch)
            read = _sound(lambda: engine.read_file(source, self.what, target, layout))
            staged = _sound(lambda: engine.check(work, target, read))
        self._keep(ctx, batch_id, staged)
        return JobResult(READY, link=address_of(batch_id))

    def _keep(self, ctx: JobContext, batch_id: int, staged: engine.Staged) -> None:
        rows, digest = staged.stored(batch_id), staged.digest()
        total = len(rows)
        done = ctx.checkpoint.get("done", 0) if ctx.checkpoint.get("digest") == digest else 0
        while True:
            with ctx.step() as step:
                batch = self._batch(step, batch_id)
                if done == 0:
                    services.drop_rows(step.session, batch_id)
                services.put_rows(step.session, rows[done : done + PIECE])
                done = min(done + PIECE, total)
                if done == total:
                    engine.end_reading(step.work, self.what, batch, staged)
                step.save({"done": done, "digest": digest}, done, total)
            if done == total:
                return

    def _batch(self, step: Step, batch_id: int) -> ImportBatch:
        _, batch = engine.load_batch(step.work, batch_id, lock=True)
        if batch.state is not ImportState.READING or batch.job_id is None:
            raise services.ImportFinished
        return batch


@dataclass(frozen=True, slots=True)
class ApplyImport:
    """Brings a workbook's rows in."""

    what: ImportKind

    @property
    def kind(self) -> str:
        return f"{APPLY}:{self.what.key}"

    @property
    def permission(self) -> Permission | None:
        return self.what.permission

    def title(self, payload: Mapping[str, Any]) -> str:
        """What the job is called on its page."""
        return f"Nhập {self.what.noun} từ {payload['file_name']}"

    def run(self, ctx: JobContext) -> JobResult:
        """Look once more whether the rows do what was shown, then apply them in one step."""
        batch_id, only_sound = ctx.payload["batch_id"], ctx.payload["only_sound"]
        with ctx.reading() as work:
            _, batch = engine.load_batch(work, batch_id)
            if not services.check_decidable(batch, only_sound=only_sound):
                return _applied(batch)
            ctx.progress(0, batch.row_count)
            target = self.what.target(work, batch.subject_id)
            moved = engine.moved_rows(work, batch, target)
        with ctx.step() as step:
            _, batch = engine.load_batch(step.work, batch_id, lock=True)
            if moved:
                services.change_verdicts(step.work, batch, moved)
            else:
                engine.apply_batch(step.work, self.what, batch, only_sound=only_sound, target=target)
            step.save({"applied": not moved}, batch.row_count, batch.row_count)
            result = JobResult(MOVED, link=address_of(batch_id)) if moved else _applied(batch)
        return result


def _applied(batch: ImportBatch) -> JobResult:
    text = f"Đã nhập: thêm {batch.new_count}, thay đổi {batch.changed_count}, giữ nguyên {batch.same_count} dòng."
    return JobResult(text, link=address_of(batch.id))


def _sound(action: Callable[[], ResultT]) -> ResultT:
    """Turn what is wrong with the file as a whole into a sentence that ends the job."""
    try:
        return action()
    except InvalidInput as error:
        raise RuleBroken(" ".join(text for texts in error.errors.values() for text in texts)) from error


HANDLERS: tuple[JobHandler, ...] = tuple(
    handler for kind in kinds().values() for handler in (ReadImport(kind), ApplyImport(kind))
)
