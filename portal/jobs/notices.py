"""What the owner of a job is told when it ends."""

from __future__ import annotations

from collections.abc import Mapping

from portal.core.jobs import Job, JobState
from portal.core.notices import People
from portal.domain.access.actor import Work
from portal.domain.notifications.manifest import JOB_ENDED
from portal.domain.notifications.services import notify
from portal.jobs.api import DoneNotice, JobHandler, TellsDone

WORDS = {JobState.DONE: "Đã xong: {}", JobState.FAILED: "Không thành công: {}"}


def tell_ended(work: Work, job_id: int, handlers: Mapping[str, JobHandler]) -> None:
    """Tell a job's owner that it is done or has failed; nobody of a job of the house, or of one that goes on."""
    job = work.session.get(Job, job_id, populate_existing=True)
    handler = handlers.get(job.kind) if job else None
    if job is None or handler is None or job.owner_id is None or job.state not in WORDS:
        return
    told = _told(job, handler)
    key = f"job:{job.id}:{job.state.value}:{job.finished_at:%Y%m%d%H%M%S}"
    notify(work, told.kind, key, told.text, [People([job.owner_id])], (told.endpoint, told.values))


def _told(job: Job, handler: JobHandler) -> DoneNotice:
    if job.state is JobState.DONE and isinstance(handler, TellsDone):
        return handler.done_notice(job.payload)
    title = handler.title(job.payload)
    text = WORDS[job.state].format(title[:1].lower() + title[1:])
    return DoneNotice(JOB_ENDED, text, "jobs.show_job", {"job_id": job.id})
