"""The bell on every page and the list behind it: opened, marked as read, cut by kind; one query a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserSession
from portal.domain.notifications.models import Notice
from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def put(session: Session, person_id: Callable[[str], int], clock: FixedClock) -> Callable[..., int]:
    """put("thidua", "Đã xong"): a notice; its id."""

    def write(username: str, text: str, kind: str = "jobs.ended", **more: Any) -> int:
        values = {"endpoint": "jobs.list_jobs", "key": text, "created_at": clock.now(), **more}
        made = Notice(receiver_id=person_id(username), kind=kind, text=text, **values)
        session.add(made)
        session.commit()
        return made.id

    return write


def bell(page: Page) -> str:
    """The number on the bell; nothing where it shows none."""
    (found,) = [link for link in page.root.iter("a") if link.get("data-bell")]
    (count,) = [part for part in found.iter("span") if part.get("data-bell-count") is not None]
    return text_of(count) if count.get("hidden") is None else ""


def test_the_bell_and_the_list(client_of: ClientOf, put: Callable[..., int]) -> None:
    browser = client_of("thidua")
    assert bell(Page(browser.get("/thong-bao").text)) == ""
    put("thidua", "Đã xong: xuất danh sách")
    put("thidua", "Đã đọc rồi", unread=0)
    put("vangiang", "Của người khác")
    page = Page(browser.get("/thong-bao").text)
    assert page.errors == []
    assert [row["Nội dung"] for row in page.table()] == ["Đã xong: xuất danh sách", "Đã đọc rồi"]
    assert [row["Tình trạng"] for row in page.table()] == ["Chưa đọc", "Đã đọc"]
    assert browser.get("/thong-bao/so-chua-doc").text == "1"
    assert bell(page) == "1"
    only = Page(browser.get("/thong-bao?doc=da").text)
    assert [row["Nội dung"] for row in only.table()] == ["Đã đọc rồi"]
    assert "Không có thông báo nào khớp bộ lọc" in Page(browser.get("/thong-bao?loai=accounts.delegation").text).text


def test_opening_marks_as_read_and_leads_on(client_of: ClientOf, put: Callable[..., int], read: Any) -> None:
    browser, key = client_of("thidua"), put("thidua", "Đã xong")
    looked = browser.get(f"/thong-bao/{key}")
    assert (looked.status_code, looked.location) == (303, "/viec")
    assert browser.get("/thong-bao/so-chua-doc").text == "1", "looking writes nothing"
    opened = browser.post(f"/thong-bao/{key}/mo")
    assert (opened.status_code, opened.location) == (303, "/viec")
    assert browser.get("/thong-bao/so-chua-doc").text == ""
    gone = put("thidua", "Trang đã bỏ", endpoint="old.page")
    assert browser.post(f"/thong-bao/{gone}/mo").location == "/thong-bao"
    assert client_of("vangiang").post(f"/thong-bao/{key}/mo").status_code == 404


def test_one_and_all_are_marked_as_read(client_of: ClientOf, put: Callable[..., int]) -> None:
    browser = client_of("thidua")
    first = put("thidua", "một")
    put("thidua", "hai")
    put("thidua", "ba", kind="accounts.delegation")
    answer = browser.post(f"/thong-bao/{first}/da-doc?doc=chua&x=1")
    assert (answer.status_code, answer.location) == (303, "/thong-bao?doc=chua")
    assert browser.get("/thong-bao/so-chua-doc").text == "2"
    done = browser.post("/thong-bao/da-doc", data={"loai": "accounts.delegation"}, follow_redirects=True)
    assert "Đã đánh dấu 1 thông báo là đã đọc" in Page(done.text).text
    assert browser.get("/thong-bao/so-chua-doc").text == "1"
    browser.post("/thong-bao/da-doc")
    assert browser.get("/thong-bao/so-chua-doc").text == ""


def test_the_poll_keeps_no_session_alive(
    client_of: ClientOf, clock: FixedClock, read: Callable[..., Any], runtime: Runtime
) -> None:
    browser = client_of("thidua")
    clock.advance(timedelta(minutes=10))

    def seen() -> datetime:
        return max(read(select(UserSession.seen_at)))  # type: ignore[no-any-return]

    before = seen()
    assert browser.get("/thong-bao/so-chua-doc").status_code == 200
    assert seen() == before
    browser.get("/thong-bao")
    assert seen() == clock.now()


def test_the_bell_is_one_query_of_the_index(client_of: ClientOf, put: Callable[..., int], runtime: Runtime) -> None:
    browser = client_of("vangiang")
    for n in range(3):
        put("vangiang", f"việc {n}")
    asked: list[str] = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731 - removed again below
    event.listen(runtime.engine, "before_cursor_execute", listener)
    browser.get("/")
    event.remove(runtime.engine, "before_cursor_execute", listener)
    assert len([text for text in asked if "FROM notice" in text]) == 1
