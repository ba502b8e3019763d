"""/danh-sach/<list>/xuat.xlsx, /xuat and /in: every list taken away as it is shown, at once or by the worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import url_for
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor
from portal.domain.audit.models import AuditEntry
from portal.exports._cells import Kind
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from portal.web.lists import ListSpec, declared
from portal.web.lists.spec import plain
from portal.web.transaction import PortalFlask
from tests.pages import Page
from tests.web.list_worlds import WORLDS
from tests.web.test_every_list import MOST, filled, looking  # noqa: F401 - a fixture among them

Clients = Callable[[str], FlaskClient]
USERS = "/danh-sach/nguoi-dung"
EXPORTED = sorted(name for name in WORLDS if name not in ("thong-bao", "viec-chay-nen"))


@pytest.fixture
def short(runtime: Runtime) -> Iterator[None]:
    """At most three rows go out directly."""
    usual = runtime.settings
    runtime.settings = dataclasses.replace(usual, direct_export_rows=3)
    yield
    runtime.settings = usual


def rows_of(content: bytes) -> tuple[list[str], list[list[Any]], list[str]]:
    """The headings, the numbered rows, and the lines that stand below them."""
    cells = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(cells) if row[0] == "STT")
    body = [row for row in cells[head + 1 :] if isinstance(row[0], float)]
    below = [str(cell) for row in cells[head + 1 + len(body) :] for cell in row if cell]
    return [str(cell) for cell in cells[head]], body, below


def as_printed(value: Any, kind: Kind) -> str:
    """A cell of the workbook as paper shows it."""
    if isinstance(value, float):
        return f"{value:.0f}" if kind is not Kind.INTEGER else f"{value:,.0f}".replace(",", ".")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else " ".join(str(value).split())


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_taken_is_what_the_list_shows(
    app: PortalFlask,
    name: str,
    filled: Callable[[ListSpec], str],  # noqa: F811
    client_of: Clients,
    actor_of: Callable[[str], Actor],
    read: Callable[..., list[AuditEntry]],
    count_queries: Any,
) -> None:
    spec, username = declared()[name], WORLDS[name].username
    query = filled(spec).partition("?")[2]
    every = ".".join(column.key for column in spec.columns)
    browser = client_of(username)
    with looking(app, actor_of(username), f"/?{query}&cot={every}", spec) as view:
        labels, kinds = [c.label for c in view.columns], [c.kind for c in view.columns]
        texts = [" ".join(plain(c.value(i), c.kind).split()) for i in view.items for c in view.columns]
        shown = [texts[at : at + len(labels)] for at in range(0, len(texts), len(labels))]
        count = view.count.value
    address = f"/danh-sach/{name}/xuat.xlsx?{query}&cot={every}"
    with count_queries() as asked, browser.get(address) as answer:
        assert answer.status_code == 200, answer.data[:500]
        heads, body, below = rows_of(answer.data)
    assert len(asked) <= MOST
    assert heads == ["STT", *labels]
    assert [[as_printed(*pair) for pair in zip(row[1:], kinds, strict=True)] for row in body[: len(shown)]] == shown
    assert len(body) == count or count == 1000 < len(body)
    summed = [column for column in spec.columns if column.total]
    assert (below[0] == "Tổng cộng") is bool(summed)
    assert [line for line in below if line.startswith("Tổng số: ") and line.endswith(f" {spec.row}./.")]
    with browser.get(f"/danh-sach/{name}/in?{query}&cot={every}") as answer:
        sheet = Page(answer.get_data(as_text=True))
    assert sheet.errors == []
    assert sheet.headings() == [spec.paper_title.upper()]
    printed = sheet.tables()[-1]
    assert printed[0] == heads
    assert (printed[-1][1] == "Tổng cộng") is bool(summed)
    own = name == "nhat-ky"  # which now tells of the workbook too
    assert [row[1:] for row in printed[1 + own : len(shown) + 1]] == shown[: len(shown) - own]
    assert [row[0] for row in printed[1:3]] == ["1", "2"]
    entries = read(select(AuditEntry).where(AuditEntry.object_type == "list").order_by(AuditEntry.id))
    assert [entry.action for entry in entries] == ["list.exported", "list.printed"]
    assert [(entry.object_id, entry.detail["rows"]) for entry in entries] == [
        (name, len(body)),
        (name, len(body) + own),
    ]


def test_a_list_offers_its_copies_with_the_columns_that_are_shown(client_of: Clients) -> None:
    page = Page(client_of("quantri").get("/quan-tri/nguoi-dung?q=an&xep=-ten&cot=ten.thu").text)
    links = page.links()
    assert links["Xuất Excel"] == f"{USERS}/xuat.xlsx?q=an&xep=-ten&cot=ten.thu"
    assert links["In danh sách"] == f"{USERS}/in?q=an&xep=-ten&cot=ten.thu"
    with client_of("quantri").get(links["Xuất Excel"]) as answer:
        heads, _, _ = rows_of(answer.data)
        name = answer.headers["Content-Disposition"]
    assert heads == ["STT", "Họ và tên", "Thư điện tử"]
    assert "danh-sach-nguoi-dung-15-03-2023.xlsx" in name
    assert "Tên: “an”" in Page(client_of("quantri").get(links["In danh sách"]).text).text.replace(
        "Tìm theo họ tên, tên đăng nhập", "Tên"
    )


def test_own_lists_are_not_taken_away(client_of: Clients) -> None:
    for name, address in (("thong-bao", "/thong-bao"), ("viec-chay-nen", "/viec")):
        assert client_of("thidua").get(f"/danh-sach/{name}/xuat.xlsx").status_code == 404
        assert client_of("thidua").get(f"/danh-sach/{name}/in").status_code == 404
        links = Page(client_of("thidua").get(address).text).links()
        assert not {"Xuất Excel", "In danh sách"} & set(links)


def test_another_units_rows_are_never_in_it(client_of: Clients) -> None:
    with client_of("xuanquan").get("/danh-sach/don-vi/xuat.xlsx") as answer:
        _, body, _ = rows_of(answer.data)
    shown = Page(client_of("xuanquan").get("/quan-tri/don-vi").text).table()
    assert [row[1] for row in body] == [next(iter(row.values())) for row in shown]
    assert "UBND huyện Khoái Châu" not in [row[1] for row in body]


def test_a_long_list_is_made_by_the_worker(
    client_of: Clients, short: None, runtime: Runtime, read: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of("quantri")
    answer = browser.get(f"{USERS}/xuat.xlsx?xep=-ten&cot=ten.don-vi")
    assert (answer.status_code, answer.location) == (303, f"{USERS}/xuat?xep=-ten&cot=ten.don-vi")
    page = Page(browser.get(answer.location).text)
    assert "hơn 3" in page.text
    form = page.form_to(answer.location)
    job_url = browser.post(answer.location, data=page.values(form)).location
    assert browser.post(answer.location, data=page.values(form)).location == job_url  # sent twice it is one job
    seen: list[int] = []
    view = "portal.web.lists.taking.Taken.items"
    items = __import__("portal.web.lists.taking", fromlist=["Taken"]).Taken.items

    def watched(taken: Any) -> Iterator[Any]:
        for item in items(taken):
            if not seen:  # what the progress page can show while the first row is written
                seen.extend(read(select(Job.total).where(Job.kind == "lists.export.nguoi-dung")))
            yield item

    monkeypatch.setattr(view, watched)
    assert Worker(runtime, Waker(runtime.settings), handlers()).run_one()
    shown = Page(browser.get("/quan-tri/nguoi-dung?xep=-ten&cot=ten.don-vi").text).table()
    links = Page(browser.get(job_url).text).links()
    link = next(href for words, href in links.items() if words.startswith("Tải danh-sach-nguoi-dung"))
    with browser.get(link) as file:
        heads, body, _ = rows_of(file.data)
    assert heads == ["STT", "Họ và tên", "Đơn vị"]
    assert [row[2] for row in body] == [row["Đơn vị"] for row in shown]
    assert seen == [len(body)]
    assert client_of("nhatky").get(link).status_code == 404
    job = read(select(Job).where(Job.kind == "lists.export.nguoi-dung"))[0]
    assert (job.state, job.progress, job.total) == (JobState.DONE, len(body), len(body))
    assert [e.detail["rows"] for e in read(select(AuditEntry).where(AuditEntry.action == "list.exported"))] == [
        len(body)
    ]


def test_who_has_no_page_of_jobs_is_asked_to_narrow_a_long_list(client_of: Clients, short: None) -> None:
    browser = client_of("thanhtra")
    page = Page(browser.get("/danh-sach/loai-don-vi/xuat").text)
    assert "Xin thu hẹp bộ lọc" in page.text
    assert not [form for form in page.forms() if form.get("action", "").startswith("/danh-sach")]
    assert browser.post("/danh-sach/loai-don-vi/xuat").status_code == 409


def test_a_list_too_long_to_print_goes_to_excel(client_of: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.blueprints.lists.exports.PRINTED_ROWS", 3)
    sheet = Page(client_of("quantri").get(f"{USERS}/in").text)
    assert sheet.headings() == ["Danh sách quá dài để in từ trình duyệt"]
    assert "Tải Excel" in sheet.links()


def test_every_list_has_a_job_for_its_long_copies(app: PortalFlask) -> None:
    with app.test_request_context():
        assert url_for("lists.export_list", list_name="don-vi") == "/danh-sach/don-vi/xuat.xlsx"
    kinds = {kind for kind in handlers() if kind.startswith("lists.export.")}
    assert kinds == {f"lists.export.{name}" for name in EXPORTED}
