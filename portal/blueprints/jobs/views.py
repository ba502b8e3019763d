"""GET /viec, /viec/<id> with its progress, the download of a result, and another try after a failure."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, url_for

from portal.blueprints.jobs import bp
from portal.blueprints.jobs.lists import JOBS
from portal.domain.access.enums import Permission
from portal.jobs.services import JobView, own_job, result_file, retry_job
from portal.web.access import quiet, requires
from portal.web.context import work
from portal.web.downloads import send_download
from portal.web.formats import file_size, number
from portal.web.htmx import fragment, page, see_other
from portal.web.lists import list_page


@dataclass(frozen=True, slots=True)
class Progress:
    """What the macro `job_progress` reads."""

    title: str
    state: str
    percent: float | None
    detail: str
    message: str
    result_url: str | None
    result_label: str


@bp.get("")
@requires(Permission.JOB_VIEW)
def list_jobs() -> Response:
    """The jobs that I asked for."""
    return list_page(JOBS, "jobs/list_jobs.html")


@bp.get("/<int:job_id>")
@requires(Permission.JOB_VIEW)
def show_job(job_id: int) -> Response:
    """One job: how far it is, or how it ended."""
    job = own_job(work(), job_id)
    return page("jobs/show_job.html", job=job, progress=_progress(job), poll_url=_poll_url(job))


@bp.get("/<int:job_id>/tien-do")
@requires(Permission.JOB_VIEW)
@quiet
def show_progress(job_id: int) -> Response:
    """The moving part of the page, asked for every two seconds; it does not keep the session alive."""
    job = own_job(work(), job_id)
    return fragment("jobs/show_job.html", "progress", job=job, progress=_progress(job), poll_url=_poll_url(job))


@bp.get("/<int:job_id>/tai-ve")
@requires(Permission.JOB_VIEW)
def download_result(job_id: int) -> Response:
    """The file that the job made: for its owner, while they still hold what its content rests on."""
    file = result_file(work(), job_id)
    return send_download(
        file.sha256, file.name, file.content_type, action="job.downloaded", object_type="job", object_id=job_id
    )


@bp.post("/<int:job_id>/thu-lai")
@requires(Permission.JOB_VIEW)
def retry_failed(job_id: int) -> Response:
    """Another try of a job that failed."""
    job = retry_job(work(), job_id)
    flash(f"Đã đưa “{job.title}” vào hàng chờ.", "ok")
    return see_other(url_for("jobs.show_job", job_id=job_id))


def _poll_url(job: JobView) -> str:
    return url_for("jobs.show_progress", job_id=job.id)


def _progress(job: JobView) -> Progress:
    url, label = job.link or None, "Xem kết quả"
    if job.file is not None:
        url = url_for("jobs.download_result", job_id=job.id)
        label = f"Tải {job.file.name} ({file_size(job.file.size)})"
    detail = f"Đã xử lý {number(job.progress)} trong {number(job.total)}." if job.total else ""
    return Progress(job.title, job.state.value, job.percent, detail, job.message, url, label)
