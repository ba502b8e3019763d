"""GET /viec, /viec/<id>, its progress and download, POST thu-lai: for the owner, while they hold the right."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.job_queue import enqueue
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.access.enums import Permission
from portal.domain.accounts.models import RoleAssignment, UserSession
from portal.domain.audit.models import AuditEntry
from portal.jobs import registry, services
from portal.jobs.api import JobResult, reach_of
from tests.jobs.handlers import Scripted
from tests.pages import Page

KIND = "test.scripted"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The pages know a kind of job that asks for the right to export."""
    handler = Scripted(lambda _: JobResult(), permission=Permission.REGISTRATION_EXPORT)
    monkeypatch.setattr(services, "handlers", lambda: {**registry.handlers(), KIND: handler})
    return handler


@pytest.fixture
def make(runtime: Any, actor_of: Any) -> Any:
    """make("thidua", state=...): a job of a demo account; returns its id."""

    def build(username: str, key: str = "danh sách", **values: Any) -> int:
        owner = actor_of(username)
        with write_mode(), runtime.session_factory() as session:
            job = enqueue(
                session,
                runtime.clock,
                kind=values.pop("kind", KIND),
                payload={"name": key},
                unique_key=f"{username}:{key}",
                owner_id=owner.user_id,
            )
            for name, value in values.items():
                setattr(job, name, value)
            session.commit()
            return job.id

    return build


def done(runtime: Any, actor: Any, **more: Any) -> dict[str, Any]:
    """The columns of a job that ended with a file."""
    content = runtime.files.put(io.BytesIO(b"PK noi dung"))
    file = {
        "sha256": content.sha256,
        "size": content.size,
        "name": "danh-sach.xlsx",
        "content_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    result: dict[str, Any] = {"message": "Đã xuất 12.000 dòng.", "file": file, "link": ""}
    result["reach"] = reach_of(actor, Permission.REGISTRATION_EXPORT)
    return {"state": JobState.DONE, "result": result, "finished_at": runtime.clock.now(), **more}


def test_my_list_has_my_jobs_only(client_of: Any, make: Any, runtime: Runtime, actor_of: Any) -> None:
    make("thidua", "một")
    make("thidua", "hai", **done(runtime, actor_of("thidua")))
    make("vangiang", "ba")
    page = Page(client_of("thidua").get("/viec").text)
    rows = page.table()
    assert [row["Việc"] for row in rows] == ["Việc thử hai", "Việc thử một"]
    assert [row["Trạng thái"] for row in rows] == ["Đã xong", "Đang chờ"]
    assert rows[0]["Xong lúc"] == "09:00 15/03/2023"


def test_an_empty_list_says_what_will_stand_there(client_of: Any) -> None:
    page = Page(client_of("thidua").get("/viec").text)
    assert page.tables() == []
    assert "Chưa có việc nào" in page.headings(2)


def test_a_running_job_shows_how_far_it_is_and_polls(client_of: Any, make: Any) -> None:
    job_id = make("thidua", state=JobState.RUNNING, progress=3000, total=12000)
    page = Page(client_of("thidua").get(f"/viec/{job_id}").text)
    assert page.headings() == ["Việc thử danh sách"]
    assert "Đã xử lý 3.000 trong 12.000." in page.text
    assert "25%" in page.text
    moving = page.by_id("tien-do")
    assert moving.get("hx-get") == f"/viec/{job_id}/tien-do"
    assert "Thử lại" not in page.buttons()


def test_the_poll_gives_the_moving_part_only(client_of: Any, make: Any) -> None:
    job_id = make("thidua", state=JobState.RUNNING, progress=1, total=4)
    answer = client_of("thidua").get(f"/viec/{job_id}/tien-do", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert Page(answer.text).by_id("tien-do").get("hx-trigger") == "every 2s"


def test_the_poll_does_not_keep_the_session_alive(client_of: Any, make: Any, clock: FixedClock, read: Any) -> None:
    browser = client_of("thidua")
    job_id = make("thidua")
    seen = read(select(UserSession.seen_at))[0]
    clock.advance(timedelta(minutes=10))
    browser.get(f"/viec/{job_id}/tien-do")
    assert read(select(UserSession.seen_at))[0] == seen
    browser.get(f"/viec/{job_id}")
    assert read(select(UserSession.seen_at))[0] > seen


def test_a_finished_job_offers_its_file_and_polls_no_more(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any
) -> None:
    job_id = make("thidua", **done(runtime, actor_of("thidua")))
    page = Page(client_of("thidua").get(f"/viec/{job_id}").text)
    assert page.links()["Tải danh-sach.xlsx (11 byte)"] == f"/viec/{job_id}/tai-ve"
    assert "Đã xuất 12.000 dòng." in page.text
    assert page.by_id("tien-do").get("hx-trigger") is None


def test_a_finished_job_may_lead_to_a_page(client_of: Any, make: Any) -> None:
    result = {"message": "Đã nhập 400 dòng.", "file": None, "link": "/thi-dua/dang-ky/7"}
    job_id = make("thidua", state=JobState.DONE, result=result)
    page = Page(client_of("thidua").get(f"/viec/{job_id}").text)
    assert page.links()["Xem kết quả"] == "/thi-dua/dang-ky/7"


def test_the_download_gives_the_file_and_is_on_record(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any, read: Any
) -> None:
    job_id = make("thidua", **done(runtime, actor_of("thidua")))
    with client_of("thidua").get(f"/viec/{job_id}/tai-ve") as answer:
        assert answer.status_code == 200
        assert answer.data == b"PK noi dung"
        assert answer.headers["Content-Disposition"] == "attachment; filename=danh-sach.xlsx"
        assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = read(select(AuditEntry).where(AuditEntry.action == "job.downloaded"))
    assert (entry.actor_id, entry.object_type, entry.object_id) == (actor_of("thidua").user_id, "job", str(job_id))


@pytest.mark.parametrize("path", ["", "/tien-do", "/tai-ve"])
def test_another_persons_job_does_not_exist(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any, path: Any
) -> None:
    job_id = make("thidua", **done(runtime, actor_of("thidua")))
    assert client_of("thidua.truong").get(f"/viec/{job_id}{path}").status_code == 404


def test_another_persons_job_cannot_be_tried_again(client_of: Any, make: Any) -> None:
    job_id = make("thidua", state=JobState.FAILED)
    assert client_of("thidua.truong").post(f"/viec/{job_id}/thu-lai").status_code == 404


def test_whoever_lost_the_right_does_not_get_the_file(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any, unit_id: Any
) -> None:
    owner = actor_of("vangiang")
    job_id = make("vangiang", **done(runtime, owner))
    browser = client_of("vangiang")
    with browser.get(f"/viec/{job_id}/tai-ve") as answer:
        assert answer.status_code == 200
    moved = update(RoleAssignment).where(RoleAssignment.user_id == owner.user_id)
    with write_mode(), runtime.session_factory() as session:
        session.execute(moved.values(unit_id=unit_id("330")))
        session.commit()
    answer = browser.get(f"/viec/{job_id}/tai-ve")
    assert answer.status_code == 403
    assert "Quyền của ông/bà đã thay đổi" in Page(answer.text).text


@pytest.mark.parametrize(
    "values",
    [{"state": JobState.RUNNING}, {"state": JobState.DONE, "result": {"message": "Xong."}}, {"kind": "test.forgotten"}],
    ids=["not yet", "no file", "unknown kind"],
)
def test_where_there_is_no_file_there_is_no_download(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any, values: Any
) -> None:
    given = done(runtime, actor_of("thidua")) if "kind" in values else {}
    job_id = make("thidua", **{**given, **values})
    assert client_of("thidua").get(f"/viec/{job_id}/tai-ve").status_code == 404


def test_a_lost_file_is_told_plainly_and_not_recorded_as_read(
    client_of: Any, make: Any, runtime: Runtime, actor_of: Any, read: Any
) -> None:
    job_id = make("thidua", **done(runtime, actor_of("thidua")))
    for sha256 in list(runtime.files.all_hashes()):
        runtime.files.delete(sha256)
    answer = client_of("thidua").get(f"/viec/{job_id}/tai-ve")
    assert answer.status_code == 409
    assert "không còn trong kho lưu trữ" in Page(answer.text).text
    assert read(select(AuditEntry).where(AuditEntry.action == "job.downloaded")) == []


def test_a_failed_job_says_why_and_can_be_tried_again(client_of: Any, make: Any, read: Any) -> None:
    job_id = make("thidua", state=JobState.FAILED, error="Ổ đĩa đầy. Xin báo quản trị hệ thống.", attempts=5)
    browser = client_of("thidua")
    page = Page(browser.get(f"/viec/{job_id}").text)
    assert "Ổ đĩa đầy. Xin báo quản trị hệ thống." in page.text
    assert page.form_to(f"/viec/{job_id}/thu-lai") is not None
    answer = browser.post(f"/viec/{job_id}/thu-lai")
    assert (answer.status_code, answer.location) == (303, f"/viec/{job_id}")
    (job,) = read(select(Job).where(Job.id == job_id))
    assert (job.state, job.attempts, job.error) == (JobState.QUEUED, 0, "")
    assert [e.object_id for e in read(select(AuditEntry).where(AuditEntry.action == "job.retried"))] == [str(job_id)]
    assert "Đã đưa “Việc thử danh sách” vào hàng chờ." in Page(browser.get(f"/viec/{job_id}").text).text


def test_only_a_failed_job_is_tried_again(client_of: Any, make: Any) -> None:
    job_id = make("thidua", state=JobState.DONE)
    assert client_of("thidua").post(f"/viec/{job_id}/thu-lai").status_code == 409


def test_a_job_of_a_forgotten_kind_still_has_a_page(client_of: Any, make: Any) -> None:
    job_id = make("thidua", kind="test.forgotten")
    assert Page(client_of("thidua").get(f"/viec/{job_id}").text).headings() == ["Việc chạy nền"]


def test_who_has_no_jobs_to_see_finds_no_door(client_of: Any) -> None:
    browser = client_of("thanhtra")
    assert browser.get("/viec").status_code == 403


def test_the_menu_of_the_person_names_the_page(client_of: Any) -> None:
    assert Page(client_of("thidua").get("/viec").text).links()["Việc chạy nền"] == "/viec"
