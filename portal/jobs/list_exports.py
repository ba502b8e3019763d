"""Long lists written to files by the worker: any list that its pages declare, by the code that its page uses."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.core.job_queue import enqueue
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.exports._list_paper import XLSX
from portal.exports._workbook import Target, Written
from portal.jobs.api import JobContext, JobResult, ResultFile

KIND = "lists.export"
EXPORTED, PRINTED_LIST = "list.exported", "list.printed"
OBJECT_TYPE = "list"
Write = Callable[[JobContext, Target], Written]


def written_once(
    ctx: JobContext, name: str, write: Callable[[Target], Written], log: Callable[[Work, Written], None]
) -> JobResult:
    """Write a file whole, then keep and record it in one step; a run that was killed before that writes it anew."""
    kept = ctx.checkpoint.get("file")
    if kept is not None:
        return _result(ResultFile(**kept), ctx.checkpoint["rows"])
    with tempfile.TemporaryDirectory(prefix="export-", dir=ctx.runtime.settings.data_dir) as folder:
        target = Target(Path(folder))
        written = write(target)
        with open(target.file, "rb") as stream:
            file = ctx.keep_file(stream, name, XLSX)
    with ctx.step() as step:
        log(step.work, written)
        step.save({"file": asdict(file), "rows": written.rows}, progress=written.rows, total=written.rows)
    return _result(file, written.rows)


def _result(file: ResultFile, rows: int) -> JobResult:
    return JobResult(f"Tệp có {rows:,} dòng.".replace(",", "."), file=file)


@dataclass(frozen=True, slots=True)
class ExportList:
    """The job of one list. `write` reads it as its owner sees it now; the payload holds its query and its words."""

    name: str
    permission: Permission
    write: Write

    @property
    def kind(self) -> str:
        return kind_of(self.name)

    def title(self, payload: Mapping[str, Any]) -> str:
        """What the job is called on its page."""
        return f"Xuất Excel: {payload['title']}"

    def run(self, ctx: JobContext) -> JobResult:
        """Write the list; its owner finds the file on the job's page."""

        def log(work: Work, written: Written) -> None:
            detail = {**ctx.payload["detail"], "rows": written.rows}
            record(work, EXPORTED, OBJECT_TYPE, self.name, detail=detail)

        return written_once(ctx, ctx.payload["file"], lambda target: self.write(ctx, target), log)


def kind_of(name: str) -> str:
    """The kind of job that writes the list of this name."""
    return f"{KIND}.{name}"


def request_list(work: Work, name: str, payload: Mapping[str, Any], token: str) -> int:
    """Ask the worker for a list's file in this transaction; returns the job's id.

    `payload`: title, file (its name), query (the list's, with its columns), detail (what the audit log keeps). The same
    `token` again gives the job that is there.
    """
    kind = kind_of(name)
    key = f"{kind}:{work.actor.user_id}:{token}"
    job = enqueue(
        work.session, work.clock, kind=kind, payload=dict(payload), unique_key=key, owner_id=work.actor.user_id
    )
    return job.id
