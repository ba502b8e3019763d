"""Many registrations accepted or returned, many units granted a later day: by the list of units that owe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.workflow import WorkflowStep
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.catalogue_models import PeriodException
from portal.domain.emulation.models import EmulationRegistration
from tests.lists.test_bulk import go_on
from tests.pages import Page, text_of

UNITS, DO = "/thi-dua/dang-ky/don-vi", "/danh-sach/tinh-hinh-dang-ky/thao-tac"
ClientOf = Callable[[str], FlaskClient]


def keys(client: FlaskClient, *names: str) -> list[str]:
    """The keys of these units, as the list gives them."""
    found = {}
    for name in names:
        page = Page(client.get(UNITS, query_string={"tu": name, "cap": "tat-ca"}).text)
        row = next(r for r in page.root.iter("tr") if name in [text_of(th) for th in r.iter("th")])
        found[name] = next(i.get("value", "") for i in row.iter("input") if i.get("name") == "id")
    return [found[name] for name in names]


def ask(client: FlaskClient, action: str, chosen: list[str]) -> Page:
    answer = client.post(DO, data={"viec": action, "id": chosen})
    assert answer.status_code == 200
    return Page(answer.text)


def states(read: Any) -> dict[int, str]:
    return {r.id: r.state.value for r in read(select(EmulationRegistration))}


DISTRICTS = ("UBND huyện Văn Giang", "UBND huyện Khoái Châu", "Sở Tài chính", "Sở Y tế", "UBND huyện Kim Động")


def test_many_are_accepted_and_the_others_are_told_apart(
    client_of: ClientOf, world: Mapping[str, int], read: Any
) -> None:
    client = client_of("thidua")
    answer = go_on(client, ask(client, "tiep-nhan", keys(client, *DISTRICTS)), opinion="Đã kiểm tra")
    page = Page(client.get(answer.location).text)
    assert "Đã tiếp nhận bản đăng ký của 1 đơn vị. Bỏ qua 4 dòng." in page.text
    reasons = {row["Dòng"]: row["Lý do"] for row in page.table()}
    assert reasons == {
        "UBND huyện Khoái Châu": "Bản đăng ký đang ở trạng thái “Đã tiếp nhận”.",
        "Sở Tài chính": "Bản đăng ký đang ở trạng thái “Đang soạn”.",
        "Sở Y tế": "Bản đăng ký đang ở trạng thái “Bị trả lại”.",
        "UBND huyện Kim Động": "Đơn vị chưa lập bản đăng ký.",
    }
    assert states(read)[world["326"]] == "accepted"
    step = read(select(WorkflowStep).where(WorkflowStep.object_id == world["326"]))[-1]
    assert (step.action, step.opinion) == ("accept", "Đã kiểm tra")
    assert len(read(select(AuditEntry).where(AuditEntry.action == "registration.accepted"))) == 1


def test_many_are_returned_with_one_reason(client_of: ClientOf, world: Mapping[str, int], read: Any) -> None:
    client = client_of("thidua")
    page = ask(client, "tra-lai", keys(client, "UBND huyện Văn Giang"))
    empty = go_on(client, page)
    assert empty.status_code == 422
    kept = Page(empty.text)
    assert kept.field_errors()["reason"].endswith("Xin ghi rõ lý do.")
    assert kept.values(kept.forms()[-1])["id"].split("-")[2] == str(world["326"])
    answer = go_on(client, kept, reason="Thiếu danh sách")
    assert answer.location == UNITS
    assert states(read)[world["326"]] == "returned"


def test_a_registration_that_moved_meanwhile_is_passed_over(
    client_of: ClientOf, world: Mapping[str, int], arrange: Any, read: Any
) -> None:
    client = client_of("thidua")
    page = ask(client, "tiep-nhan", keys(client, "UBND huyện Văn Giang"))

    def sent_again(session: Any) -> None:
        session.get_one(EmulationRegistration, world["326"]).content = "Đã sửa"

    arrange(sent_again)
    answer = go_on(client, page)
    assert "Người khác vừa thay đổi dòng này" in Page(client.get(answer.location).text).text
    assert states(read)[world["326"]] == "sent"


def test_a_later_day_for_many_units(client_of: ClientOf, world: Mapping[str, int], read: Any) -> None:
    client = client_of("thidua")
    page = ask(client, "gia-han", keys(client, "Sở Tài chính", "UBND huyện Kim Động"))
    early = go_on(client, page, due_on="30/03/2023", reason="Công văn 12")
    assert Page(client.get(early.location).text).table()[0]["Lý do"] == "Ngày gia hạn phải sau hạn chung 31/03/2023."
    again = ask(client, "gia-han", keys(client, "Sở Tài chính", "UBND huyện Kim Động"))
    assert go_on(client, again, due_on="15/04/2023", reason="Công văn 12").location == UNITS
    assert {f"{e.due_on:%d/%m/%Y}" for e in read(select(PeriodException))} == {"15/04/2023"}
    assert len(read(select(PeriodException))) == 2


def test_another_district_is_out_of_reach(client_of: ClientOf, world: Mapping[str, int], read: Any) -> None:
    foreign = keys(client_of("thidua"), "UBND huyện Khoái Châu")
    client = client_of("vangiang.lanhdao")
    page = ask(client, "tra-lai", foreign)
    assert "Khoái Châu" not in page.text
    answer = go_on(client, page, reason="Không phải của tôi")
    [row] = Page(client.get(answer.location).text).table()
    assert row["Dòng"] == "Dòng không còn trong danh sách"
    assert row["Lý do"].startswith("Không tìm thấy")
    assert states(read)[world["330"]] == "accepted"
    assert client.post(DO, data={"viec": "gia-han", "id": foreign}).status_code == 422, "not one of their actions"
