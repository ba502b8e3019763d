"""What a person sees and does of the jobs that they asked for: only their owner knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.core.errors import NotFound, WrongState
from portal.core.job_queue import try_again
from portal.core.jobs import Job, JobState
from portal.core.pagination import Order
from portal.domain.access.actor import Actor, Work
from portal.domain.audit.services import record
from portal.jobs.api import ResultFile, check_reach
from portal.jobs.registry import handlers

PERCENT = 100
NAMELESS = "Việc chạy nền"
NEWEST = Order("moi", (Job.id,), descending=True)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its owner's pages show it; plain values. `percent` is None while the whole is not known."""

    id: int
    title: str
    state: JobState
    created_at: datetime
    finished_at: datetime | None
    percent: float | None
    progress: int
    total: int
    message: str
    file: ResultFile | None
    link: str

    @property
    def can_retry(self) -> bool:
        return self.state is JobState.FAILED


def visible_to(actor: Actor, state: JobState | None = None) -> Select[Job]:
    """The jobs that the actor asked for, or those in one state, the newest first."""
    stmt = select(Job).where(Job.owner_id == actor.user_id).order_by(Job.id.desc())
    return stmt if state is None else stmt.where(Job.state == state)


def own_job(work: Work, job_id: int) -> JobView:
    """One of the actor's jobs. Raises NotFound, for another's too."""
    return view_of(_find(work, job_id))


def job_of_record(work: Work, job_id: int) -> JobView | None:
    """The job of a record that was loaded in scope, whoever asked for it; None when it is forgotten."""
    job = work.session.get(Job, job_id)
    return None if job is None else view_of(job)


def result_file(work: Work, job_id: int) -> ResultFile:
    """The file of one of the actor's jobs, checked against the rights that they hold now.

    Raises NotFound where there is none, NotAllowed when the rights that its content rests on are gone.
    """
    job = _find(work, job_id)
    file = _file(job.result)
    if job.state is not JobState.DONE or file is None:
        raise NotFound
    handler = handlers().get(job.kind)
    if handler is None:
        raise NotFound
    if handler.permission is not None:
        check_reach(work.actor, handler.permission, job.result.get("reach"))
    return file


def retry_job(work: Work, job_id: int) -> JobView:
    """Queue one of the actor's failed jobs again. Raises NotFound, WrongState."""
    job = _find(work, job_id, lock=True)
    if job.state is not JobState.FAILED:
        raise WrongState
    try_again(work.session, job)
    record(work, "job.retried", "job", job.id, detail={"kind": job.kind})
    return view_of(job)


def _find(work: Work, job_id: int, lock: bool = False) -> Job:
    found = visible_to(work.actor).where(Job.id == job_id)
    job = work.session.scalars(found.with_for_update() if lock else found).one_or_none()
    if job is None:
        raise NotFound
    return job


def view_of(job: Job) -> JobView:
    """A job as its pages show it."""
    handler = handlers().get(job.kind)
    message = job.error if job.state is JobState.FAILED else str(job.result.get("message", ""))
    return JobView(
        id=job.id,
        title=handler.title(job.payload) if handler else NAMELESS,
        state=job.state,
        created_at=job.created_at,
        finished_at=job.finished_at,
        percent=min(job.progress / job.total, 1) * PERCENT if job.total else None,
        progress=job.progress,
        total=job.total,
        message=message,
        file=_file(job.result) if job.state is JobState.DONE else None,
        link=str(job.result.get("link", "")) if job.state is JobState.DONE else "",
    )


def _file(result: Mapping[str, Any]) -> ResultFile | None:
    kept = result.get("file")
    return ResultFile(**kept) if kept else None
