"""Papers as PDF: asked for above the preview, made by the worker with LibreOffice, fetched from the job's page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry
from portal.exports.office import MISSING
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.emulation.domain.builders import PAPER, World
from tests.emulation.pages.support import Browser
from tests.pages import Page

Browse = Callable[[str], Browser]
Clients = Callable[[str], FlaskClient]
SHEET_LIST = "/thi-dua/dang-ky/in"
LIST_PDF = "/thi-dua/dang-ky/xuat.pdf"


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    return world.opened(
        "vangiang",
        "326",
        "2023",
        world.collective("Phòng Nội vụ", "TTLDXS"),
        world.person("Trần Văn Bách", "CSTDT", "Trưởng phòng", division="Phòng Nội vụ"),
        world.person("Lê Thị Hoa", division="Phòng Tài chính"),
    )


@pytest.fixture
def without_office(runtime: Runtime) -> Iterator[None]:
    usual = runtime.settings
    runtime.settings = dataclasses.replace(usual, soffice="off")
    yield
    runtime.settings = usual


def run_jobs(runtime: Runtime) -> None:
    worker = Worker(runtime, Waker(runtime.settings), handlers())
    while worker.run_one():
        pass


def tools(page: Page) -> list[str]:
    bar = next(nav for nav in page.root.iter("nav") if nav.get("class") == "sheet-tools")
    return ["".join(e.itertext()).strip() for e in bar.iter() if e.tag in ("a", "button")]


def words_of(content: bytes) -> tuple[int, str]:
    pdf = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    return len(pdf), " ".join(text.split())


def test_papers_are_looked_at_first_then_made_as_pdf_once(
    client_of: Clients, runtime: Runtime, world: World, key: int
) -> None:
    browser = client_of("vangiang")
    preview = Page(browser.get(f"{address(key)}/in").text)
    assert tools(preview) == ["Quay lại", "In", "DOCX", "PDF"]
    form = next(f for f in preview.root.iter("form") if str(f.get("action")).endswith("/ban-dang-ky.pdf"))
    fields = preview.values(form)
    first = browser.post(str(form.get("action")), data=fields)
    assert first.status_code == 303
    again = browser.post(str(form.get("action")), data=fields)
    assert again.headers["Location"] == first.headers["Location"]
    run_jobs(runtime)
    done = Page(browser.get(first.headers["Location"]).text)
    assert "Lập PDF: Bản đăng ký thi đua năm 2023, Ủy ban nhân dân huyện Văn Giang" in done.text
    with browser.get(f"{first.headers['Location']}/tai-ve") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert "ban-dang-ky-thi-dua-nam-2023-326.pdf" in answer.headers["Content-Disposition"]
        pages, text = words_of(answer.get_data())
    assert pages >= 1
    for words in ("HUYỆN VĂN GIANG", "BẢN ĐĂNG KÝ THI ĐUA NĂM 2023", "Trần Văn Bách", "Lao động tiên tiến"):
        assert words in text
    with runtime.session_factory() as session:
        noted = select(AuditEntry.detail).where(AuditEntry.action == "registration.document_exported")
        assert session.scalars(noted).all() == [{"saved_as": "PDF"}]
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    # the list's preview offers the same, and its PDF holds what the preview shows
    browser, query = client_of("thidua"), "?the_thuc=phu-luc"
    sheet = Page(browser.get(f"{SHEET_LIST}{query}").text)
    assert "Lê Thị Hoa" in sheet.text
    assert tools(sheet) == ["Quay lại", "In", "Tải Excel", "PDF", "Mẫu khác"]
    form = next(f for f in sheet.root.iter("form") if "xuat.pdf" in str(f.get("action")))
    assert str(form.get("action")) == f"{LIST_PDF}{query}"
    asked = browser.post(str(form.get("action")), data=sheet.values(form))
    assert asked.status_code == 303
    run_jobs(runtime)
    with browser.get(f"{asked.headers['Location']}/tai-ve") as answer:
        assert answer.status_code == 200
        _, text = words_of(answer.get_data())
    for words in ("PHỤ LỤC", "Lê Thị Hoa", "NGƯỜI LẬP BIỂU"):
        assert words in text


def test_the_worker_asks_anew_whether_its_owner_may_read(
    client_of: Clients, runtime: Runtime, world: World, key: int
) -> None:
    """What was sent when it was asked for is taken back before the worker comes to it."""
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    browser = client_of("giamdoc")
    asked = browser.post(f"{address(key)}/ban-dang-ky.pdf")
    assert asked.status_code == 303
    world.step("vangiang.lanhdao", key, "take_back", "Bổ sung danh sách")
    run_jobs(runtime)
    with runtime.session_factory() as session:
        job = session.scalars(select(Job).where(Job.kind == "emulation.registration_pdf")).one()
        assert job.state is JobState.FAILED
    assert browser.get(f"{asked.headers['Location']}/tai-ve").status_code == 404


def test_without_libreoffice_pdf_stands_closed_with_its_reason(
    client_of: Clients, runtime: Runtime, key: int, without_office: None
) -> None:
    browser = client_of("vangiang")
    preview = Page(browser.get(f"{address(key)}/in").text)
    assert tools(preview) == ["Quay lại", "In", "DOCX", "PDF"]
    assert MISSING in preview.text
    assert not [f for f in preview.root.iter("form") if "pdf" in str(f.get("action"))]
    for asked in (f"{address(key)}/ban-dang-ky.pdf", LIST_PDF):
        refused = browser.post(asked)
        assert refused.status_code == 409
        assert MISSING in Page(refused.text).text
    with runtime.session_factory() as session:
        kinds = ("emulation.registration_pdf", "emulation.list_pdf")
        assert session.scalar(select(func.count()).select_from(Job).where(Job.kind.in_(kinds))) == 0
