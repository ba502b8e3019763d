"""GET and POST /thi-dua/dang-ky/xuat: choosing a layout, and long lists made by the worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.config import Settings
from portal.core.db import write_mode
from portal.core.job_queue import claim
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.queries.submitted import LineFilter
from portal.exports._list_paper import ListForm
from portal.exports.emulation_lists import ListKind
from portal.jobs.api import JobContext
from portal.jobs.emulation_exports import KIND, ExportLines, ExportOrder
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.emulation.lists.conftest import See
from tests.emulation.lists.test_export_registrations import Book
from tests.emulation.lists.test_list_registrations import LIST, names
from tests.pages import Page

CHOOSE = f"{LIST}/xuat"
Clients = Callable[[str], FlaskClient]


@pytest.fixture
def short(runtime: Runtime) -> Iterator[None]:
    """At most three rows go out directly."""
    usual: Settings = runtime.settings
    runtime.settings = dataclasses.replace(usual, direct_export_rows=3)
    yield
    runtime.settings = usual


def run_jobs(runtime: Runtime) -> None:
    """What the worker does with what waits."""
    Worker(runtime, Waker(runtime.settings), handlers()).run_one()


def test_choosing_a_layout_works_without_script(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", f"{CHOOSE}?tu=lan&xep=-ten")
    assert page.headings() == ["Xuất danh sách đăng ký"]
    assert "Tên: “lan”" in page.text
    form = next(f for f in page.root.iter("form") if f.get("action") == f"{LIST}/xuat.xlsx")
    assert form.get("method") == "get"
    assert page.values(form) == {
        "tu": "lan",
        "xep": "-ten",
        "loai": "danh-sach",
        "the_thuc": "doc-lap",
        "so_van_ban": "",
        "ngay_van_ban": "",
    }
    assert [b.get("formaction") for b in form.iter("button") if b.get("formaction")] == [f"{LIST}/in"]
    assert "Số dòng 1" in page.text
    assert "Lọc theo không lọc" in see("thidua", CHOOSE).text


def test_a_long_list_is_not_sent_directly(client_of: Clients, world: Mapping[str, int], short: None) -> None:
    answer = client_of("thidua").get(f"{LIST}/xuat.xlsx?trang_thai=sent&loai=theo-danh-hieu")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{CHOOSE}?trang_thai=sent&loai=theo-danh-hieu"
    with client_of("thidua").get(f"{LIST}/xuat.xlsx?trang_thai=accepted") as direct:
        assert direct.status_code == 200


def test_a_long_list_is_made_by_the_worker(
    client_of: Clients,
    see: See,
    world: Mapping[str, int],
    short: None,
    runtime: Runtime,
    read: Callable[..., list[Any]],
) -> None:
    browser = client_of("thidua")
    page = Page(browser.get(f"{CHOOSE}?xep=-ten").text)
    assert "hơn 3" in page.text
    form = page.form_to(f"{CHOOSE}?xep=-ten")
    sent = {**page.values(form), "the_thuc": "phu-luc", "so_van_ban": "9/TTr-SNV"}
    answer = browser.post(f"{CHOOSE}?xep=-ten", data=sent)
    assert answer.status_code == 303
    job_url = answer.headers["Location"]
    again = browser.post(f"{CHOOSE}?xep=-ten", data=sent)
    assert again.headers["Location"] == job_url  # the same form sent twice is one job
    assert "Đang chờ" in Page(browser.get(job_url).text).text
    run_jobs(runtime)
    done = Page(browser.get(job_url).text)
    assert "Tệp có 7 dòng." in done.text
    link = next(href for words, href in done.links().items() if words.startswith("Tải dang-ky-thi-dua-2023.xlsx"))
    with browser.get(link) as file:
        book = Book(file.data)
    assert [row["Họ và tên cá nhân, tên tập thể"] for row in book.body] == names(see("thidua", f"{LIST}?xep=-ten"))
    assert "(Kèm theo Tờ trình số 9/TTr-SNV ngày ..... tháng ..... năm 2023 của Sở Nội vụ)" in book.above
    assert client_of("vangiang").get(link).status_code == 404
    entries = read(select(AuditEntry).where(AuditEntry.action == "registration.list_exported"))
    assert [entry.detail["rows"] for entry in entries] == [7]
    job = read(select(Job).where(Job.kind == KIND))[0]
    assert (job.state, job.progress, job.total) == (JobState.DONE, 7, 7)
    assert not list(runtime.settings.data_dir.glob("export-*"))


@pytest.mark.parametrize("kind", ["theo-danh-hieu", "theo-don-vi"])
def test_every_kind_can_be_queued(
    client_of: Clients, world: Mapping[str, int], runtime: Runtime, read: Callable[..., list[Any]], kind: str
) -> None:
    answer = client_of("vangiang").post(CHOOSE, data={"loai": kind, "the_thuc": "doc-lap"})
    assert answer.status_code == 303
    run_jobs(runtime)
    job = read(select(Job).where(Job.kind == KIND))[0]
    assert job.state is JobState.DONE
    assert job.result["file"]["name"] == f"dang-ky-thi-dua-2023-{kind}.xlsx"


def test_faulty_choices_come_back(client_of: Clients, world: Mapping[str, int], short: None) -> None:
    answer = client_of("thidua").post(CHOOSE, data={"ngay_van_ban": "hôm nay"})
    assert answer.status_code == 422
    assert "ngay_van_ban" in Page(answer.text).field_errors()


def test_who_may_not_export_may_not_ask(client_of: Clients) -> None:
    assert client_of("quantri").get(CHOOSE).status_code == 403
    assert client_of("quantri").post(CHOOSE).status_code == 403


def test_a_run_that_was_killed_after_its_file_does_not_record_twice(
    client_of: Clients,
    world: Mapping[str, int],
    runtime: Runtime,
    actor_of: Callable[[str], Actor],
    read: Callable[..., list[Any]],
) -> None:
    client_of("thidua").post(CHOOSE, data={"loai": "danh-sach"})
    owner = actor_of("thidua")

    def run(token: str) -> str:
        with write_mode(), runtime.session_factory() as session:
            session.query(Job).update({"state": JobState.QUEUED})
            held = claim(session, runtime.clock.now(), token, runtime.settings.job_lease, [KIND])
            session.commit()
        assert held is not None
        return ExportLines().run(JobContext(runtime, held, owner)).message

    assert run("first") == run("second") == "Tệp có 7 dòng."
    assert len(read(select(AuditEntry).where(AuditEntry.action == "registration.list_exported"))) == 1


def test_the_order_survives_as_json() -> None:
    order = ExportOrder(
        LineFilter((1, 2), 3, 4, "district", (5,), RegistrationState.SENT, SubjectKind.PERSON, "lan", False),
        2023,
        "Năm 2023",
        "-ten",
        ListKind.BY_TITLE,
        ListForm.ANNEX,
        "Cấp: Cấp huyện",
        "1/TTr-SNV",
        date(2023, 3, 15),
    )
    assert ExportOrder.from_json(order.as_json()) == order
    plain = ExportOrder(LineFilter((1,)), 2023, "Năm 2023")
    assert ExportOrder.from_json(plain.as_json()) == plain
    assert ExportLines().title(order.as_json()) == "Xuất Excel: danh sách xếp theo danh hiệu, năm 2023"
