"""/danh-sach/<list>/thao-tac: many rows chosen, asked, done one by one, told, taken back; by the list of people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.core.clock import FixedClock
from portal.core.errors import RuleBroken
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.services import UserData, create_user
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.services import record
from portal.domain.lists.bulk import MOST_ROWS, BulkCall, BulkRow, drop_old_runs, run_each
from portal.domain.lists.models import BulkRun
from portal.domain.units.models import Unit
from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]
WorkAs = Callable[[str], AbstractContextManager[Work]]
LIST, DO = "/quan-tri/nguoi-dung", "/danh-sach/nguoi-dung/thao-tac"


@pytest.fixture
def ids(read: Any) -> dict[str, str]:
    """Ids of accounts by their names."""
    return {user.username: str(user.id) for user in read(select(UserAccount))}


def ask(client: FlaskClient, action: str, keys: list[str], query: str = "", **more: str) -> Page:
    answer = client.post(f"{DO}?ve={quote(query)}", data={"viec": action, "id": keys, **more})
    assert answer.status_code == 200, answer.text[:500]
    return Page(answer.text)


def go_on(client: FlaskClient, page: Page, **typed: str) -> Any:
    """Send the form of the page that asks, whole as a browser would."""
    form = next(f for f in page.forms() if f.get("class") == "panel confirm")
    fields = [(i.get("name", ""), i.get("value", "")) for i in form.iter("input")]
    data: dict[str, Any] = {**page.values(form), "id": [value for name, value in fields if name == "id"], **typed}
    return client.post(form.get("action", ""), data=data)


def disabled(read: Any) -> set[str]:
    return set(read(select(UserAccount.username).where(UserAccount.disabled_at.is_not(None))))


def test_rows_are_chosen_asked_and_done_one_by_one(
    client_of: ClientOf, ids: dict[str, str], read: Any, clock: FixedClock
) -> None:
    client = client_of("quantri")
    listed = Page(client.get(f"{LIST}?q=van").text)
    boxes = [i for i in listed.root.iter("input") if i.get("name") == "id"]
    assert {i.get("form") for i in boxes} == {"chon-nguoi-dung"}
    assert ids["vangiang"] in {i.get("value") for i in boxes}
    form = listed.by_id("chon-nguoi-dung")
    assert [b.get("value") for b in form.iter("button") if b.get("name") == "viec"] == ["khoa", "mo-khoa"]
    chosen = [ids[name] for name in ("vangiang", "khoaichau", "quantri")] + ["999999", "-1", "x"]
    page = ask(client, "khoa", chosen, query="q=van")
    assert page.headings(2)[-1] == "Khóa 4 tài khoản"
    items = [text_of(li) for ol in page.root.iter("ol") if ol.get("class") == "chosen" for li in ol.iter("li")]
    assert "Nguyễn Thị Lan Anh (vangiang)" in items
    assert "Dòng không còn trong danh sách" in items
    assert disabled(read) == set(), "to ask changes nothing"
    answer = go_on(client, page, reason="Nghỉ hưu")
    assert answer.status_code == 303
    result = Page(client.get(answer.location).text)
    assert "Đã khóa 2 tài khoản. Bỏ qua 2 dòng." in result.text
    reasons = {row["Dòng"]: row["Lý do"] for row in result.table()}
    assert reasons["Nguyễn Minh Tuấn (quantri)"].startswith("Việc này không tự làm")
    assert reasons["Dòng không còn trong danh sách"].startswith("Không tìm thấy")
    assert disabled(read) == {"vangiang", "khoaichau"}
    entries = read(select(AuditEntry).where(AuditEntry.action == "account.disabled"))
    assert {e.object_id for e in entries} == {ids["vangiang"], ids["khoaichau"]}
    assert {e.detail["reason"] for e in entries} == {"Nghỉ hưu"}
    [whole] = read(select(AuditEntry).where(AuditEntry.action == "list.bulk_done"))
    assert whole.detail == {"list": "nguoi-dung", "bulk_action": "khoa", "done": 2, "skipped": 2}
    assert len({e.link_seq for e in (*entries, whole)}) == 1, "one transaction"
    assert result.links()["Về danh sách"] == f"{LIST}?q=van"


def test_the_same_request_once_more_does_nothing(client_of: ClientOf, ids: dict[str, str], read: Any) -> None:
    client = client_of("quantri")
    page = ask(client, "khoa", [ids["vangiang"]])
    assert go_on(client, page).location == LIST
    other = ask(client, "mo-khoa", [ids["vangiang"]])
    assert go_on(client, other).location == LIST
    again = go_on(client, page)
    assert again.location == LIST
    assert disabled(read) == set(), "it is not shut a second time"
    assert len(read(select(BulkRun))) == 2


def test_what_was_done_is_taken_back_as_far_as_it_can_be(client_of: ClientOf, ids: dict[str, str], read: Any) -> None:
    client = client_of("quantri")
    go_on(client, ask(client, "khoa", [ids["vangiang"], ids["stc"]]))
    page = Page(client.get(LIST).text)
    undo = next(f for f in page.forms() if f.get("action", "").endswith("/hoan-tac"))
    assert "Đã khóa 2 tài khoản." in page.text
    assert client_of("nhatky").post(undo.get("action", "")).status_code == 403
    assert client.post(undo.get("action", "")).status_code == 303
    assert disabled(read) == set()
    assert client.post(undo.get("action", "")).status_code == 303, "twice is once"
    run = read(select(BulkRun))[0]
    assert run.result["restored"] == 2
    go_on(client, ask(client, "mo-khoa", [ids["vangiang"]]))
    none = read(select(BulkRun).order_by(BulkRun.id.desc()))[0]
    assert client.post(f"{DO}/{none.id}/hoan-tac").status_code == 409


def test_all_of_the_filter_is_chosen_within_bounds(
    client_of: ClientOf, work_as: WorkAs, unit_id: Callable[[str], int]
) -> None:
    with work_as("quantri") as work:
        for number in range(MOST_ROWS + 1):
            create_user(work, UserData(f"nguoi{number:03}", f"Trần Văn {number:03}", unit_id("12022")), "x")
    client = client_of("quantri")
    bar = Page(client.get(f"{LIST}?q=nguoi1").text).by_id("chon-nguoi-dung")
    assert "Chọn cả 100 người khớp bộ lọc" in text_of(bar)
    page = ask(client, "khoa", [], query="q=nguoi1", **{"tat-ca": "1"})
    assert page.headings(2)[-1] == "Khóa 100 tài khoản"
    assert "khớp bộ lọc" not in text_of(Page(client.get(f"{LIST}?q=nguoi").text).by_id("chon-nguoi-dung"))
    many = client.post(f"{DO}?ve=q%3Dnguoi", data={"viec": "khoa", "tat-ca": "1"})
    assert many.location == f"{LIST}?q=nguoi"
    assert f"Mỗi lần làm được nhiều nhất {MOST_ROWS} dòng" in Page(client.get(many.location).text).text
    few = client.post(DO, data={"viec": "khoa", "id": [str(n) for n in range(5000, 5000 + MOST_ROWS + 5)]})
    assert few.status_code == 303


@pytest.mark.parametrize(("data", "status"), [({}, 422), ({"viec": "xoa"}, 422), ({"viec": "khoa"}, 303)])
def test_nothing_chosen_is_said(client_of: ClientOf, data: dict[str, str], status: int) -> None:
    client = client_of("quantri")
    answer = client.post(DO, data=data)
    assert answer.status_code == status
    if status == 303:
        assert "Chưa chọn dòng nào" in Page(client.get(answer.location).text).text


def test_lists_without_actions_and_people_without_rights(client_of: ClientOf) -> None:
    assert client_of("quantri").post("/danh-sach/don-vi/thao-tac", data={"viec": "khoa"}).status_code == 404
    page = Page(client_of("quantri").get("/quan-tri/don-vi").text)
    assert not [i for i in page.root.iter("input") if i.get("name") == "id"]


def test_a_row_that_fails_half_way_leaves_nothing(work_as: WorkAs, unit_id: Callable[[str], int], read: Any) -> None:
    before = read(select(func.count()).select_from(AuditEntry))[0]

    def act(row: BulkRow) -> None:
        unit = work.session.get_one(Unit, int(row.key))
        unit.place = "Đổi"
        record(work, "unit.corrected", "unit", unit.id, unit_id=unit.id)
        work.session.flush()
        if row.label == "hỏng":
            raise RuleBroken("Không được.")

    with work_as("quantri") as work:
        labels = {"326": "được", "330": "hỏng", "STC": "được"}
        rows = [BulkRow(str(unit_id(code)), label) for code, label in labels.items()]
        run = run_each(work, BulkCall("một", "don-vi", "doi", rows, {}), act)
        assert (run.done, run.result["skipped"]) == (2, [["hỏng", "Không được."]])
    places = {unit.code: unit.place for unit in read(select(Unit))}
    assert (places["326"], places["STC"]) == ("Đổi", "Đổi")
    assert places["330"] != "Đổi"
    assert read(select(func.count()).select_from(AuditEntry))[0] == before + 3, "two rows and the run"


def test_old_results_are_dropped(work_as: WorkAs, clock: FixedClock, read: Any) -> None:
    with work_as("quantri") as work:
        run_each(work, BulkCall("một", "don-vi", "doi", [], {}), lambda _: None)
    clock.advance(timedelta(days=31))
    with work_as("quantri") as work:
        assert drop_old_runs(work) == 1
    assert read(select(BulkRun)) == []
