"""The list of the jobs that a person asked for."""

from __future__ import annotations

from flask import url_for

from portal.core.jobs import JobState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.exports._cells import Kind
from portal.jobs.services import NEWEST, JobView, view_of, visible_to
from portal.web.formats import moment
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare
from portal.web.lists.cells import an_instant, link, status
from portal.web.lists.spec import Args

STATES = (("", "Tất cả"), *((state.value, state.label) for state in JobState))


def _filters(_work: Work, _args: Args) -> list[FilterSpec]:
    return [FilterSpec("trang_thai", "Trạng thái", STATES)]


def _jobs(work: Work, listing: Listing) -> Source:
    state = JobState(value) if (value := listing["trang_thai"]) else None
    return Source(
        visible_to(work.actor, state),
        items=lambda rows: [view_of(row.Job) for row in rows],
        key_of=lambda row: (row.Job.id,),
    )


def _title(job: JobView) -> str:
    return link(job.title, url_for("jobs.show_job", job_id=job.id))


JOBS = declare(
    ListSpec(
        name="viec-chay-nen",
        endpoint="jobs.list_jobs",
        title="Việc chạy nền",
        row="việc",
        region="viec",
        permission=Permission.JOB_VIEW,
        not_exported="a person's own jobs: each leads to its own result, and nobody else may know of them",
        shareable=False,
        columns=(
            Column("viec", "Việc", lambda j: j.title, _title, head=True, required=True),
            Column(
                "trang-thai", "Trạng thái", lambda j: j.state, lambda j: status(j.state), phone="m-21", kind=Kind.STATUS
            ),
            Column(
                "yeu-cau", "Yêu cầu lúc", lambda j: moment(j.created_at), lambda j: an_instant(j.created_at), css="tnum"
            ),
            Column(
                "xong", "Xong lúc", lambda j: moment(j.finished_at), lambda j: an_instant(j.finished_at), css="tnum"
            ),
            Column("ket-qua", "Kết quả", lambda j: j.message, shown=False),
        ),
        orders=lambda _: (NEWEST,),
        filters=_filters,
        source=_jobs,
        caption="Việc chạy nền của tôi, việc mới nhất trước",
        empty=Empty("Chưa có việc nào", "Khi ông/bà yêu cầu kết xuất hoặc nhập nhiều dòng, việc đó hiện ở đây."),
    )
)
