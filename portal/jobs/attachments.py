"""What happens to an uploaded file behind the pages: a virus scanner looks at it, its first pages are drawn."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from portal.config import Settings
from portal.core import limited
from portal.core.clamd import Clamd, ScannerRefused, ScannerUnavailable, Verdict
from portal.core.limited import MEGABYTE, Limits, ProgramFailed, run_limited
from portal.domain.attachments.enums import FileType, PreviewState, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.queries import file_by_id, undrawn_files, unscanned_files
from portal.domain.attachments.services import EXAMINE, MadePage, ask_for_examination, note_preview, note_scan
from portal.jobs.api import JobContext, JobHandler, JobResult, Periodic

log = structlog.get_logger("portal.attachments")

CATCH_UP = "attachments.catch_up"
HOURLY = timedelta(hours=1)
BATCH = 500
DRAWER = Path(limited.__file__).with_name("rasterise.py")  # its libraries are for its own process alone
PAGES, SIDE = 5, 1400  # how many pages of a PDF are drawn, and the longest side of a picture in dots
DRAWN_AT_ONCE = 100
DRAWING = Limits(seconds=40, cpu_seconds=20, memory=1536 * MEGABYTE, file_size=32 * MEGABYTE)
GONE = "Tệp không còn."
LOST = "Kho tệp không có nội dung của tệp."


def scanner_of(settings: Settings, seconds: float = 60) -> Clamd | None:
    """The scanner that is set up, or None."""
    return Clamd(settings.clamd, seconds) if settings.clamd else None


@dataclass(frozen=True, slots=True)
class ExamineFile:
    """One file: scanned once, its first pages drawn once. A scanner that does not answer is asked again, by this job
    and by the hourly one.
    """

    kind: str = EXAMINE
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - names of files are their readers' alone
        return "Kiểm tra tệp đính kèm"

    def run(self, ctx: JobContext) -> JobResult:
        """Scan the file and draw its pages; a scan that could not be made is raised once the pages are drawn."""
        file = _load(ctx)
        if file is None:
            return JobResult(GONE)
        if not ctx.runtime.files.path_of(file.sha256).is_file():
            return JobResult(LOST)
        state, away = file.scan_state, None
        try:
            state = _scan(ctx, file)
        except ScannerUnavailable as error:
            away = error
        if state is not ScanState.INFECTED and file.preview_state is PreviewState.WAITING:
            draw_pages(ctx, file)
        if away is not None:
            raise away
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


def draw_pages(ctx: JobContext, file: StoredFile) -> None:
    """Draw the first pages in a program of its own and put them on record; a file that cannot be drawn is told so."""
    kind = "pdf" if file.file_type is FileType.PDF else "picture"
    source = ctx.runtime.files.path_of(file.sha256).resolve()
    with tempfile.TemporaryDirectory(prefix="preview-", dir=ctx.runtime.settings.data_dir) as name:
        folder = Path(name).resolve()
        # -I: neither the working folder nor the surroundings lend it modules.
        command = [sys.executable, "-I", str(DRAWER), kind, str(source), str(folder), str(PAGES), str(SIDE)]
        try:
            told = json.loads(run_limited(command, DRAWING, folder))
        except (ProgramFailed, ValueError) as error:
            log.info("preview_not_made", file=file.id, error=str(error)[:300])
            told = {"pages": 0, "made": []}
        made = [_keep(ctx, folder, page) for page in told["made"]]
    with ctx.step() as step:
        note_preview(step.work, file.id, told["pages"], made)


def _keep(ctx: JobContext, folder: Path, page: Mapping[str, Any]) -> MadePage:
    path = folder / page["name"]
    content_type = FileType.PNG.content_type if path.suffix == FileType.PNG.ending else FileType.JPG.content_type
    with path.open("rb") as stream:
        content = ctx.runtime.files.put(stream)
    return MadePage(page["page"], content.sha256, content_type, page["width"], page["height"])


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Files that came while no scanner answered, or before one was set up; previews that nobody has drawn yet."""

    kind: str = CATCH_UP
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same every hour
        return "Quét, tạo bản xem trước cho các tệp còn chờ"

    def run(self, ctx: JobContext) -> JobResult:
        """Ask for each once an hour: scans only where a scanner answers, previews some at a time."""
        scanner = scanner_of(ctx.runtime.settings)
        asked = self._ask_for_scans(ctx) if scanner is not None and scanner.ping() else 0
        with ctx.step() as step:
            undrawn = list(step.session.scalars(undrawn_files(DRAWN_AT_ONCE)))
            for file_id in undrawn:
                ask_for_examination(step.work, file_id, str(ctx.job_id))
        return JobResult(f"Đã yêu cầu quét {asked} tệp, tạo bản xem trước {len(undrawn)} tệp.")

    def _ask_for_scans(self, ctx: JobContext) -> int:
        after, asked = int(ctx.checkpoint.get("after", 0)), 0
        while True:
            with ctx.step() as step:
                found = list(step.session.scalars(unscanned_files(after).limit(BATCH)))
                for file_id in found:
                    ask_for_examination(step.work, file_id, str(ctx.job_id))
                if found:
                    after = found[-1]
                    step.save({"after": after})
            asked += len(found)
            if len(found) < BATCH:
                return asked


HANDLERS: tuple[JobHandler, ...] = (ExamineFile(), CatchUp())
PERIODIC = (Periodic(CATCH_UP, HOURLY),)
