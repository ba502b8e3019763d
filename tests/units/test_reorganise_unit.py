"""The pages of reorganisations: /quan-tri/don-vi/<id>/doi-ten, chuyen, giai-the, sap-nhap, chia-tach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit, UnitChange, UnitChangePart
from portal.domain.units.queries import name_on, parent_id_of
from tests.pages import Page
from tests.units.trees import Given

ClientOf = Callable[[str], FlaskClient]
UnitId = Callable[[str], int]
Read = Callable[..., list[Any]]
STEPS = ("doi-ten", "chuyen", "giai-the", "sap-nhap", "chia-tach")
PAPER = {
    "decision_no": "12/QĐ-UBND",
    "decision_date": "01/02/2023",
    "effective_on": "01/03/2023",
    "decision_note": "Theo đề án",
    "checked": "y",
}
EVE, DAY = date(2023, 2, 28), date(2023, 3, 1)


def send(client: FlaskClient, unit: int, step: str, **fields: str) -> Any:
    """Send the page's own form with some fields filled in."""
    url = f"/quan-tri/don-vi/{unit}/{step}"
    page = Page(client.get(url).text)
    return client.post(url, data={**page.values(page.form_to(url)), **PAPER, **fields})


def test_rename(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, client = given.division("A"), client_of("quantri")
    answer = send(client, unit, "doi-ten", name="Phòng Tổng hợp", short_name="P. TH")
    assert answer.location == f"/quan-tri/don-vi/{unit}"
    assert "Đã ghi đổi tên" in client.get(answer.location).text
    assert read(name_on(unit, EVE)) == ["Phòng A"]
    assert read(name_on(unit, DAY)) == ["Phòng Tổng hợp"]
    assert read(select(Unit.name).where(Unit.id == unit)) == ["Phòng Tổng hợp"]
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert entry.action == "unit.renamed"
    assert entry.detail == {
        "decision": "12/QĐ-UBND",
        "effective_on": "2023-03-01",
        "name": {"old": "Phòng A", "new": "Phòng Tổng hợp"},
    }


def test_rename_to_the_same_name_is_refused(client_of: ClientOf, given: Given) -> None:
    unit = given.division("A")
    page = Page(send(client_of("quantri"), unit, "doi-ten").text)
    assert "trùng tên đang dùng" in page.field_errors()["name"]


def test_move(client_of: ClientOf, given: Given, read: Read, unit_id: UnitId) -> None:
    unit, below, client = given.division("A"), given.division("A1", under="A"), client_of("quantri")
    answer = send(client, unit, "chuyen", parent="STC – Sở Tài chính")
    assert answer.status_code == 303
    assert read(parent_id_of(unit, EVE)) == [unit_id("SNV")]
    assert read(parent_id_of(unit, DAY)) == [unit_id("STC")]
    page = Page(client.get(f"/quan-tri/don-vi/{unit}").text)
    assert "Cấp trên cũ: Sở Nội vụ (SNV)" in page.text
    assert "Cấp trên mới: Sở Tài chính (STC)" in page.text
    assert "Sở Tài chính" in Page(client.get(f"/quan-tri/don-vi/{below}").text).links()


@pytest.mark.parametrize(
    ("parent", "says"),
    [
        ("", "Nhập đơn vị cấp trên mới"),
        ("A1", "nằm trong các đơn vị được sắp xếp"),
        ("A", "nằm trong các đơn vị được sắp xếp"),
        ("SNV", "đang trực thuộc đơn vị này"),
        ("không có", "Không thấy đơn vị này"),
        ("SAU", "Không thấy đơn vị này"),
    ],
)
def test_move_to_where_it_cannot_stand(client_of: ClientOf, given: Given, parent: str, says: str) -> None:
    unit = given.division("A")
    given.division("A1", under="A")
    given.division("SAU", valid_from=date(2023, 9, 1))
    answer = send(client_of("quantri"), unit, "chuyen", parent=parent)
    assert answer.status_code == 422
    assert says in Page(answer.text).field_errors()["parent"]


def test_move_of_a_commune_under_a_division_is_refused(client_of: ClientOf, unit_id: UnitId) -> None:
    page = Page(send(client_of("quantri"), unit_id("12022"), "chuyen", parent="SNV-BTG").text)
    assert "không phải cấp trên của loại đơn vị này" in page.field_errors()["parent"]


def test_dissolve(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, client = given.division("A"), client_of("quantri")
    assert send(client, unit, "giai-the").status_code == 303
    assert read(select(Unit.valid_to).where(Unit.id == unit)) == [DAY]
    assert read(parent_id_of(unit, DAY)) == []
    assert not Page(client.get("/quan-tri/don-vi?q=phong+a").text).text.count("Phòng A")


def test_dissolve_waits_for_what_stands_below(client_of: ClientOf, given: Given) -> None:
    unit = given.division("A")
    given.division("A1", under="A")
    page = Page(send(client_of("quantri"), unit, "giai-the").text)
    assert "Còn 1 đơn vị trực thuộc" in page.field_errors()["effective_on"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("decision_no", "", "Nhập số, ký hiệu"),
        ("decision_no", " ", "Nhập số, ký hiệu"),
        ("decision_date", "", "Nhập ngày ký"),
        ("decision_date", "01/04/2023", "không được sau hôm nay"),
        ("effective_on", "31/01/2023", "không được trước ngày ký"),
        ("effective_on", "xx", "ngày/tháng/năm"),
        ("checked", "", "Xác nhận đã đối chiếu"),
    ],
)
def test_the_decision_is_checked(
    client_of: ClientOf, given: Given, read: Read, field: str, value: str, says: str
) -> None:
    unit, client = given.division("A"), client_of("quantri")
    data = {k: v for k, v in {**PAPER, field: value}.items() if v or k != "checked"}
    answer = client.post(f"/quan-tri/don-vi/{unit}/giai-the", data=data)
    assert answer.status_code == 422
    assert says in Page(answer.text).field_errors()[field]
    assert read(select(UnitChange.id)) == []


def test_days_go_forward(client_of: ClientOf, given: Given) -> None:
    unit, client = given.division("A"), client_of("quantri")
    send(client, unit, "doi-ten", name="Phòng B", short_name="P. B")
    again = send(client, unit, "doi-ten", name="Phòng C", short_name="P. C")
    assert "có thay đổi ngày 01/03/2023" in Page(again.text).field_errors()["effective_on"]


def test_merge_into_a_new_unit(client_of: ClientOf, given: Given, read: Read, unit_id: UnitId) -> None:
    first, second = given.division("A"), given.division("B")
    below, client = given.division("A1", under="A"), client_of("quantri")
    fields = {"units-1": "B – Phòng B", "code": "C", "name": "Phòng C", "short_name": "P. C"}
    answer = send(client, first, "sap-nhap", **fields)
    made = read(select(Unit).where(Unit.code == "C"))[0]
    assert answer.location == f"/quan-tri/don-vi/{made.id}"
    assert made.valid_from == DAY
    assert read(parent_id_of(made.id, DAY)) == [unit_id("SNV")]
    assert read(select(Unit.valid_to).where(Unit.id.in_([first, second]))) == [DAY, DAY]
    assert (read(parent_id_of(below, EVE)), read(parent_id_of(below, DAY))) == ([first], [made.id])
    sides = read(select(UnitChangePart.side).order_by(UnitChangePart.id))
    assert [side.value for side in sides] == ["after", "carried", "before", "before"]
    actions = read(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(4))
    assert actions == ["unit.merged", "unit.ended", "unit.ended", "unit.created"]


def test_merge_into_one_that_stays(client_of: ClientOf, given: Given, read: Read) -> None:
    first, second, below = given.division("A"), given.division("B"), given.division("A1", under="A")
    answer = send(client_of("quantri"), first, "sap-nhap", target="dang-co", into="B")
    assert answer.location == f"/quan-tri/don-vi/{second}"
    assert read(parent_id_of(below, DAY)) == [second]
    assert read(select(Unit.valid_to).where(Unit.id == second)) == [None]


def test_merge_to_another_parent(client_of: ClientOf, given: Given, read: Read, unit_id: UnitId) -> None:
    first = given.division("A")
    fields = {"code": "C", "name": "Phòng C", "short_name": "P. C", "parent": "STC"}
    assert send(client_of("quantri"), first, "sap-nhap", **fields).status_code == 303
    made = read(select(Unit.id).where(Unit.code == "C"))[0]
    assert read(parent_id_of(made, DAY)) == [unit_id("STC")]


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({}, "code", "Nhập mã đơn vị mới"),
        ({"code": "SNV", "name": "X", "short_name": "X"}, "code", "đã có"),
        ({"code": "C", "name": "X", "short_name": "X", "parent": "không có"}, "parent", "Không thấy"),
        ({"code": "C", "name": "X", "short_name": "X", "parent": "B"}, "parent", "nằm trong các đơn vị"),
        ({"code": "C", "name": "X", "short_name": "X", "units-2": "không có"}, "units-2", "Không thấy"),
        ({"code": "C", "name": "X", "short_name": "X", "units-2": "A"}, "units-0", "chỉ chọn một lần"),
        ({"code": "C", "name": "X", "short_name": "X", "units-0": "", "units-1": ""}, "units-0", "ít nhất một đơn vị"),
        ({"target": "dang-co"}, "into", "Nhập đơn vị nhận"),
        ({"target": "dang-co", "into": "A"}, "into", "nằm trong các đơn vị"),
        ({"target": "dang-co", "into": "A1"}, "into", "nằm trong các đơn vị"),
        ({"target": "none"}, "target", ""),
        ({"target": "dang-co", "into": "HET"}, "into", "không hoạt động từ ngày này"),
    ],
)
def test_merge_says_what_is_wrong(
    client_of: ClientOf, given: Given, read: Read, fields: dict[str, str], field: str, says: str
) -> None:
    first = given.division("A")
    given.division("B")
    given.division("A1", under="A")
    ending, client = given.division("HET"), client_of("quantri")
    send(client, ending, "giai-the", effective_on="01/06/2023")
    answer = send(client, first, "sap-nhap", **{"units-1": "B", **fields})
    assert answer.status_code == 422
    assert says in Page(answer.text).field_errors().get(field, Page(answer.text).text)
    assert len(read(select(UnitChange.id))) == 1, "nothing half-done is kept"


def test_merge_carries_children_only_where_they_may_stand(client_of: ClientOf, unit_id: UnitId) -> None:
    fields = {"target": "dang-co", "into": "SNV-BTG"}
    page = Page(send(client_of("quantri"), unit_id("326"), "sap-nhap", **fields).text)
    assert "không phải cấp trên của loại đơn vị này" in page.field_errors()["into"]


def test_split_into_two(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, client = given.division("A"), client_of("quantri")
    one, two = given.division("A1", under="A"), given.division("A2", under="A")
    answer = send(
        client,
        unit,
        "chia-tach",
        **{"founded-0-code": "C", "founded-0-name": "Phòng C", "founded-0-short_name": "P. C"},
        **{"founded-2-code": "D", "founded-2-name": "Phòng D", "founded-2-short_name": "P. D"},
        **{f"ve-{one}": "0", f"ve-{two}": "2"},
    )
    assert answer.status_code == 303
    made = {u.code: u.id for u in read(select(Unit).where(Unit.code.in_(["C", "D"])))}
    assert read(parent_id_of(one, DAY)) == [made["C"]]
    assert read(parent_id_of(two, DAY)) == [made["D"]]
    assert read(select(Unit.valid_to).where(Unit.id == unit)) == [DAY]
    assert "Đã kết thúc" in Page(client.get(answer.location).text).text


def test_part_off_one_and_stay(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, one, two = given.division("A"), given.division("A1", under="A"), given.division("A2", under="A")
    fields = {"mode": "tach", "founded-0-code": "C", "founded-0-name": "Phòng C", "founded-0-short_name": "P. C"}
    assert send(client_of("quantri"), unit, "chia-tach", **fields, **{f"ve-{one}": "0"}).status_code == 303
    made = read(select(Unit.id).where(Unit.code == "C"))[0]
    assert read(parent_id_of(one, DAY)) == [made]
    assert read(parent_id_of(two, DAY)) == [unit]
    assert read(select(Unit.valid_to).where(Unit.id == unit)) == [None]


def test_split_says_what_is_wrong(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, client = given.division("A"), client_of("quantri")
    below = given.division("A1", under="A")
    none = Page(send(client, unit, "chia-tach").text)
    assert "Chia đơn vị thì cần ít nhất hai đơn vị mới" in none.text
    assert "Nhập ít nhất một đơn vị mới" in Page(send(client, unit, "chia-tach", mode="tach").text).text
    two = {
        "founded-1-code": "C",
        "founded-1-name": "Phòng C",
        "founded-1-short_name": "P. C",
        "founded-3-code": "SNV",
        "founded-3-name": "",
        "founded-3-short_name": "P. D",
    }
    homeless = Page(send(client, unit, "chia-tach", **two).text)
    assert "Còn 1 đơn vị trực thuộc chưa chọn đơn vị mới" in homeless.text
    answer = send(client, unit, "chia-tach", **two, **{f"ve-{below}": "1"})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "đã có" in page.field_errors()["founded-3-code"]
    assert "Nhập tên đơn vị" in page.field_errors()["founded-3-name"]
    assert page.values(page.form_to(f"/quan-tri/don-vi/{unit}/chia-tach"))[f"ve-{below}"] == "1"
    assert send(client, unit, "chia-tach", **{**two, "founded-1-code": "x" * 30}).status_code == 422
    assert read(select(UnitChange.id)) == []


@pytest.mark.parametrize("step", STEPS)
def test_who_may_not(
    client_of: ClientOf, district_manager: FlaskClient, unit_id: UnitId, read: Read, step: str
) -> None:
    own, foreign, top = unit_id("12022"), unit_id("330"), unit_id("326")
    for who in ("thidua", "hoidong", "xuanquan"):
        assert client_of(who).get(f"/quan-tri/don-vi/{own}/{step}").status_code == 403
        assert client_of(who).post(f"/quan-tri/don-vi/{own}/{step}", data=PAPER).status_code == 403
    assert district_manager.get(f"/quan-tri/don-vi/{foreign}/{step}").status_code == 404
    assert district_manager.post(f"/quan-tri/don-vi/{foreign}/{step}", data=PAPER).status_code == 404
    assert district_manager.get(f"/quan-tri/don-vi/{top}/{step}").status_code == 403
    assert district_manager.post(f"/quan-tri/don-vi/{top}/{step}", data=PAPER).status_code == 403
    assert district_manager.get(f"/quan-tri/don-vi/{own}/{step}").status_code == 200
    assert client_of("quantri").get(f"/quan-tri/don-vi/{unit_id('33')}/{step}").status_code == 403
    assert read(select(UnitChange.id)) == []


def test_a_district_manager_moves_nothing_out(district_manager: FlaskClient, unit_id: UnitId) -> None:
    page = Page(send(district_manager, unit_id("12022"), "chuyen", parent="330").text)
    assert "Không thấy đơn vị này trong phạm vi quản lý" in page.field_errors()["parent"]
