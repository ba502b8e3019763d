"""/danh-sach/<list>/bo-loc: filters kept under a name, shared, opened with, changed and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.core.errors import InvalidInput, NotAllowed
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.lists import services
from portal.domain.lists.models import SavedFilter
from portal.domain.lists.services import MOST_OWN, FilterData
from tests.conftest import START as NOW
from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]
WorkAs = Callable[[str], AbstractContextManager[Work]]
UnitId = Callable[[str], int]
LIST, KEPT = "/quan-tri/don-vi", "/danh-sach/don-vi/bo-loc"


def tabs(client: FlaskClient, address: str = LIST) -> dict[str, bool]:
    """The tabs of the list, and whether each is the present one."""
    page = Page(client.get(address, follow_redirects=True).text)
    nav = next(n for n in page.root.iter("nav") if n.get("class") == "tabs")
    return {text_of(a): a.get("aria-current") == "page" for a in nav.iter("a")}


def save(client: FlaskClient, name: str, query: str = "q=van+giang&xep=ma", **more: str) -> Any:
    return client.post(f"{KEPT}?ve={query.replace('&', '%26').replace('=', '%3D')}", data={"name": name, **more})


def test_a_filter_becomes_a_tab_of_its_own(client_of: ClientOf) -> None:
    client = client_of("quantri")
    page = Page(client.get(f"{LIST}?q=van+giang&xep=ma").text)
    form = next(f for f in page.forms() if f.get("aria-label") == "Lưu bộ lọc")
    answer = client.post(form.get("action", ""), data={"name": "  Văn   Giang "})
    assert answer.status_code == 303
    opened = answer.location
    assert opened.startswith(f"{LIST}?q=van+giang&xep=ma&bo-loc=")
    shown = tabs(client, opened)
    assert shown["Văn Giang"]
    assert not shown["Tất cả"]
    assert not tabs(client)["Văn Giang"]
    assert tabs(client, f"{LIST}?xep=ma&q=van+giang")["Văn Giang"], "the same filter is the same tab"
    assert "Văn Giang" not in tabs(client_of("vangiang")), "it is for its owner alone"
    assert not [f for f in Page(client.get(LIST).text).forms() if f.get("aria-label") == "Lưu bộ lọc"]


def test_what_is_shared_is_seen_by_the_unit_alone(client_of: ClientOf, unit_id: UnitId, read: Any) -> None:
    officer, head, other = client_of("vangiang"), client_of("vangiang.lanhdao"), client_of("khoaichau")
    save(officer, "Xã", query="q=xa", unit_id=str(unit_id("326")))
    assert "Xã" in tabs(head)
    assert "Xã" not in tabs(other)
    kept = read(select(SavedFilter))[0]
    assert head.get(f"{KEPT}/{kept.id}").status_code == 403, "only who made it changes it"
    assert other.get(f"{KEPT}/{kept.id}").status_code == 404
    rows = Page(head.get(KEPT).text).table()
    assert rows[0]["Điều kiện"] == "Tên hoặc mã đơn vị: “xa”"
    assert rows[0]["Ai thấy"] == "Dùng chung: Văn Giang Nguyễn Thị Lan Anh lập"
    answer = save(officer, "Của họ", unit_id=str(unit_id("330")))
    assert answer.status_code == 403, "a unit that is not one's own"
    entry = read(select(AuditEntry).where(AuditEntry.action == "saved_filter.created"))[0]
    assert entry.unit_id == unit_id("326")
    assert entry.detail == {"name": "Xã", "list": "don-vi"}, "not what is searched for"


def test_a_filter_opens_nothing(client_of: ClientOf, unit_id: UnitId, read: Any) -> None:
    foreign = unit_id("330")
    save(client_of("vangiang"), "Ngoài phạm vi", query=f"truc_thuoc={foreign}&q=xa&hack=1&sau=x")
    kept = read(select(SavedFilter))[0]
    assert kept.query == "q=xa", "only what the list offers to this person is kept"
    with_foreign = f"{LIST}?truc_thuoc={foreign}&bo-loc={kept.id}"
    assert len(Page(client_of("vangiang").get(with_foreign).text).table()) == 12


def test_conditions_that_lost_their_meaning_are_told(client_of: ClientOf, work_as: WorkAs, unit_id: UnitId) -> None:
    with work_as("vangiang") as work:
        kept = services.save_filter(
            work, "don-vi", f"q=xa&truc_thuoc={unit_id('330')}", FilterData("Cũ", unit_id("326"))
        )
    page = Page(client_of("vangiang.lanhdao").get(f"{LIST}?q=xa&truc_thuoc={unit_id('330')}&bo-loc={kept.id}").text)
    assert "có điều kiện không còn dùng được nên được bỏ qua: Trực thuộc" in page.text
    assert "Khoái Châu" not in page.text


def test_the_list_opens_with_the_filter_that_one_chose(client_of: ClientOf, read: Any) -> None:
    client = client_of("quantri")
    save(client, "Văn Giang", opens="1")
    kept = read(select(SavedFilter))[0]
    answer = client.get(LIST)
    assert (answer.status_code, answer.location) == (302, f"{LIST}?q=van+giang&xep=ma&bo-loc={kept.id}")
    assert Page(client.get(f"{LIST}?q=van+giang").text).links()["Xóa lọc"] == f"{LIST}?bo-loc=0"
    assert client.get(f"{LIST}?bo-loc=0").status_code == 200
    assert client_of("vangiang").get(LIST).status_code == 200
    assert client.post(f"{KEPT}/mo-dau", data={"filter_id": ""}).status_code == 303
    assert client.get(LIST).status_code == 200
    assert client.post(f"{KEPT}/mo-dau", data={"filter_id": "999"}).status_code == 404


def test_it_is_renamed_replaced_and_deleted(client_of: ClientOf, read: Any) -> None:
    client = client_of("quantri")
    save(client, "Một", opens="1")
    kept = read(select(SavedFilter))[0]
    address = f"{KEPT}/{kept.id}"
    form = Page(client.get(address).text).values(Page(client.get(address).text).form_to(address))
    assert (form["name"], form["opens"], form["unit_id"]) == ("Một", "y", "")
    assert client.post(address, data={"name": "Hai", "version": form["version"]}).status_code == 303
    assert client.get(LIST).status_code == 200, "it no longer opens the list"
    late = client.post(address, data={"name": "Ba", "version": form["version"]})
    assert late.status_code == 409
    again = save(client, "Hai", query="q=xa")
    assert again.status_code == 422
    page = Page(again.text)
    assert "Đã có bộ lọc tên này" in page.field_errors()["name"]
    assert save(client, "Hai", query="q=xa", replaces="1").status_code == 303
    [kept] = read(select(SavedFilter))
    assert (kept.name, kept.query) == ("Hai", "q=xa")
    client.post(f"{KEPT}/mo-dau", data={"filter_id": str(kept.id)})
    assert client.post(f"{address}/xoa", data={"version": "1"}).status_code == 409
    assert client.post(f"{address}/xoa", data={"version": str(kept.version)}).status_code == 303
    assert read(select(SavedFilter)) == []
    assert client.get(LIST).status_code == 200
    assert "Chưa có bộ lọc nào được lưu" in Page(client.get(KEPT).text).text


@pytest.mark.parametrize(
    ("name", "query", "error"),
    [("", "q=xa", "Xin đặt tên"), ("a" * 61, "q=xa", "60 ký tự"), ("Trống", "", "chưa đặt điều kiện lọc nào")],
)
def test_what_cannot_be_kept_is_said_beside_the_name(client_of: ClientOf, name: str, query: str, error: str) -> None:
    answer = save(client_of("quantri"), name, query=query)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert error in page.field_errors()["name"]
    assert page.values(page.forms()[-1])["name"] == name


def test_limits_and_what_was_left_behind(work_as: WorkAs, unit_id: UnitId, arrange: Any) -> None:
    with work_as("vangiang") as work:
        for number in range(MOST_OWN):
            services.save_filter(work, "don-vi", "q=xa", FilterData(f"Số {number}", unit_id("326")))
        with pytest.raises(InvalidInput, match="chưa hợp lệ"):
            services.save_filter(work, "don-vi", "q=xa", FilterData("Thêm"))
    with work_as("vangiang.lanhdao") as work, pytest.raises(InvalidInput) as full:
        services.save_filter(work, "don-vi", "q=xa", FilterData("Đầy", unit_id("326")))
    assert "unit_id" in full.value.errors
    kept = work_and_first(work_as)
    with work_as("vangiang.lanhdao") as work, pytest.raises(NotAllowed):
        services.delete_filter(work, "don-vi", kept, 1)
    arrange(lambda s: s.execute(update(UserAccount).where(UserAccount.username == "vangiang").values(disabled_at=NOW)))
    with work_as("vangiang.lanhdao") as work:
        services.delete_filter(work, "don-vi", kept, 1)


def work_and_first(work_as: WorkAs) -> int:
    with work_as("vangiang") as work:
        return work.session.scalars(select(SavedFilter.id).order_by(SavedFilter.id).limit(1)).one()
