"""What happens to an uploaded file behind the pages: the virus scanner looks at it, when one is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.config import Settings
from portal.core.clamd import Clamd, ScannerRefused, Verdict
from portal.domain.access.actor import Work
from portal.domain.attachments.enums import ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.queries import file_by_id, unscanned_files
from portal.domain.attachments.services import EXAMINE, ask_for_examination, note_scan
from portal.jobs.api import JobContext, JobHandler, JobResult, Periodic

CATCH_UP = "attachments.catch_up"
HOURLY = timedelta(hours=1)
BATCH = 500
GONE = "Tệp không còn."
LOST = "Kho tệp không có nội dung của tệp."


def scanner_of(settings: Settings) -> Clamd | None:
    """The scanner that is set up, or None."""
    return Clamd(settings.clamd) if settings.clamd else None


@dataclass(frozen=True, slots=True)
class ExamineFile:
    """One file, scanned once. A scanner that does not answer is asked again, by this job and by the hourly one."""

    kind: str = EXAMINE
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - names of files are their readers' alone
        return "Kiểm tra tệp đính kèm"

    def run(self, ctx: JobContext) -> JobResult:
        """Scan the file."""
        file = _load(ctx)
        if file is None:
            return JobResult(GONE)
        if not ctx.runtime.files.path_of(file.sha256).is_file():
            return JobResult(LOST)
        state = _scan(ctx, file)
        return JobResult(f"Tệp: {state.label}.")


def _load(ctx: JobContext) -> StoredFile | None:
    with ctx.reading() as work:
        return work.session.scalars(file_by_id(int(ctx.payload["file_id"]), removed=True)).one_or_none()


def _scan(ctx: JobContext, file: StoredFile) -> ScanState:
    """Ask the scanner and write down what it says; outside a transaction while it looks."""
    scanner = scanner_of(ctx.runtime.settings)
    if scanner is None or file.scan_state is not ScanState.NONE:
        return file.scan_state
    verdict: Verdict | None = None
    refused = ""
    with ctx.runtime.files.open(file.sha256) as stream:
        try:
            verdict = scanner.scan(stream)
        except ScannerRefused as error:
            refused = str(error)
    with ctx.step() as step:
        noted = note_scan(step.work, file.id, verdict, refused)
    return noted.scan_state if noted else file.scan_state


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Files that came while no scanner answered, or before one was set up."""

    kind: str = CATCH_UP
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same every hour
        return "Quét các tệp chưa quét"

    def run(self, ctx: JobContext) -> JobResult:
        """Ask for each once an hour; nothing without a scanner that answers."""
        scanner = scanner_of(ctx.runtime.settings)
        if scanner is None or not scanner.ping():
            return JobResult("Không có chương trình quét." if scanner is None else "Chương trình quét không trả lời.")
        after, asked = int(ctx.checkpoint.get("after", 0)), 0
        while True:
            with ctx.step() as step:
                found = _ask_for_batch(step.work, after, str(ctx.job_id))
                if found:
                    after = found[-1]
                    step.save({"after": after})
            asked += len(found)
            if len(found) < BATCH:
                return JobResult(f"Đã yêu cầu quét {asked} tệp.")


def _ask_for_batch(work: Work, after: int, again: str) -> list[int]:
    found = list(work.session.scalars(unscanned_files(after).limit(BATCH)))
    for file_id in found:
        ask_for_examination(work, file_id, again)
    return found


HANDLERS: tuple[JobHandler, ...] = (ExamineFile(), CatchUp())
PERIODIC = (Periodic(CATCH_UP, HOURLY),)
