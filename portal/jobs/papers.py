"""Official papers as PDF, by the worker: a feature declares its paper once, the rest is the same for every paper.

A paper's module names it in its `HANDLERS`; its page asks with `request_pdf` and leads to the job's page, which shows
how far it is and gives the file. LibreOffice prints the very file that the office would download: one layout, not two.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.core.filestore import FileStore
from portal.core.job_queue import enqueue
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.exports.office import MISSING, PDF, PdfNotMade, find_office, to_pdf
from portal.jobs.api import JobContext, JobResult, ResultFile

STEPS = 2  # the office file, then its PDF


@dataclass(frozen=True, slots=True)
class PaperPdf:
    """A paper whose PDF the worker makes: what it is called, who may have it, how its office file is written.

    `called(payload)` names it on the job's page. `write(work, files, payload, folder)` writes the DOCX or XLSX into the
    folder as its owner sees it at that moment (NotFound, NotAllowed when they no longer do) and returns its path, whose
    name the PDF gets. `note(work, payload)` records in the audit log, in the transaction that ends the work, that it
    went out.
    """

    kind: str
    permission: Permission
    called: Callable[[Mapping[str, Any]], str]
    write: Callable[[Work, FileStore, Mapping[str, Any], Path], Path]
    note: Callable[[Work, Mapping[str, Any]], None]

    def title(self, payload: Mapping[str, Any]) -> str:
        """What its owner reads on the job's page."""
        return f"Lập PDF: {self.called(payload)}"

    def run(self, ctx: JobContext) -> JobResult:
        """Write the office file, turn it into PDF within bounds; a run that was killed makes both anew.

        Raises PdfNotMade where LibreOffice is missing or fails.
        """
        kept = ctx.checkpoint.get("file")
        if kept is not None:
            return JobResult("Tệp PDF đã lập xong.", file=ResultFile(**kept))
        program = find_office(ctx.runtime.settings.soffice)
        if program is None:
            raise PdfNotMade(MISSING)
        with tempfile.TemporaryDirectory(prefix="pdf-", dir=ctx.runtime.settings.data_dir) as name:
            folder = Path(name).resolve()
            office = folder / "office"
            office.mkdir()
            ctx.progress(0, STEPS)
            with ctx.reading() as work:
                source = self.write(work, ctx.runtime.files, ctx.payload, folder)
            ctx.progress(1, STEPS)
            made = to_pdf(program, [source], office)[0]
            with made.open("rb") as stream:
                file = ctx.keep_file(stream, made.name, PDF)
        with ctx.step() as step:
            self.note(step.work, ctx.payload)
            step.save({"file": asdict(file)}, progress=STEPS, total=STEPS)
        return JobResult("Tệp PDF đã lập xong.", file=file)


def request_pdf(work: Work, kind: str, payload: Mapping[str, Any], token: str) -> int:
    """Ask the worker for a paper's PDF in this transaction; returns the job's id.

    The same `token` again gives the job that is there.
    """
    key = f"{kind}:{work.actor.user_id}:{token}"
    job = enqueue(
        work.session,
        work.clock,
        kind=kind,
        payload=payload,
        unique_key=key,
        owner_id=work.actor.user_id,
        max_attempts=2,
    )
    return job.id
