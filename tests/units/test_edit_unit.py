"""Making a unit (/quan-tri/don-vi/moi) and correcting one (/quan-tri/don-vi/<id>/sua)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.errors import NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit, UnitName
from portal.domain.units.queries import name_on, parent_id_of
from portal.domain.units.services import UnitData, UnitFacts, add_unit, correct_unit
from tests.pages import Page
from tests.units.trees import Given

ClientOf = Callable[[str], FlaskClient]
UnitId = Callable[[str], int]
Read = Callable[..., list[Any]]
NEW = {
    "parent": "SNV – Sở Nội vụ",
    "kind_code": "department_division",
    "code": "SNV-TH",
    "name": "Phòng  Tổng hợp",
    "short_name": "P. Tổng hợp",
    "valid_from": "01/03/2023",
    "sector": "",
    "symbol": "TH",
    "place": "Hưng Yên",
    "head_title": "Trưởng phòng",
    "note": "Lập theo đề án",
}


def facts_of(client: FlaskClient, unit: int) -> dict[str, str]:
    page = Page(client.get(f"/quan-tri/don-vi/{unit}/sua").text)
    return page.values(page.form_to(f"/quan-tri/don-vi/{unit}/sua"))


def test_makes_a_unit_under_its_parent(client_of: ClientOf, read: Read, unit_id: UnitId) -> None:
    client = client_of("quantri")
    answer = client.post("/quan-tri/don-vi", data=NEW)
    made = read(select(Unit).where(Unit.code == "SNV-TH"))[0]
    assert answer.status_code == 303
    assert answer.location == f"/quan-tri/don-vi/{made.id}"
    assert (made.name, made.level_code, made.valid_from) == ("Phòng Tổng hợp", "subordinate", date(2023, 3, 1))
    assert read(parent_id_of(made.id, date(2023, 3, 15))) == [unit_id("SNV")]
    assert read(parent_id_of(made.id, date(2023, 2, 28))) == []
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_id, entry.unit_id) == ("unit.created", str(made.id), made.id)
    assert "Đã thêm P. Tổng hợp" in client.get(answer.location).text


def test_the_form_knows_the_parent_it_was_opened_from(client_of: ClientOf, unit_id: UnitId) -> None:
    client = client_of("quantri")
    page = Page(client.get(f"/quan-tri/don-vi/moi?cap_tren={unit_id('326')}").text)
    values = page.values(page.form_to("/quan-tri/don-vi"))
    assert values["parent"] == "326 – UBND huyện Văn Giang"
    assert values["valid_from"] == "15/03/2023"
    assert client.get("/quan-tri/don-vi/moi?cap_tren=x").status_code == 200
    assert client.get("/quan-tri/don-vi/moi?cap_tren=999999").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("parent", "", "Nhập đơn vị cấp trên"),
        ("parent", "không có", "Không thấy đơn vị này"),
        ("code", "snv th", "chữ in hoa không dấu"),
        ("code", "SNV", "đã có"),
        ("code", "A" * 21, "Dài quá 20"),
        ("name", "", "Nhập tên đầy đủ"),
        ("name", "x" * 161, "Dài quá 160"),
        ("short_name", "", "Nhập tên ngắn"),
        ("short_name", " ", "Nhập tên đơn vị"),
        ("valid_from", "31/02/2023", "ngày/tháng/năm"),
        ("valid_from", "01/01/2019", "không hoạt động suốt"),
        ("kind_code", "department", "không phải cấp trên"),
        ("kind_code", "none", ""),
        ("sector", "none", ""),
    ],
)
def test_says_what_is_wrong_beside_the_field(
    client_of: ClientOf, read: Read, field: str, value: str, says: str
) -> None:
    answer = client_of("quantri").post("/quan-tri/don-vi", data={**NEW, field: value})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert says in page.field_errors()[field]
    assert page.has_id("tom-tat-loi")
    assert page.values(page.form_to("/quan-tri/don-vi"))["place"] == "Hưng Yên", "what was typed stays"
    assert read(select(Unit).where(Unit.code == "SNV-TH")) == []


def test_two_units_of_one_name_are_told_apart_by_code(client_of: ClientOf, given: Given) -> None:
    first, second = given.division("A"), given.division("B")
    for unit in (first, second):
        given.change(lambda work, unit=unit: setattr(work.session.get(Unit, unit), "name", "Phòng Trùng tên"))  # type: ignore[misc]
    client = client_of("quantri")
    page = Page(client.post("/quan-tri/don-vi", data={**NEW, "parent": "Phòng Trùng tên"}).text)
    assert "Có nhiều đơn vị cùng tên" in page.field_errors()["parent"]
    assert client.post("/quan-tri/don-vi", data={**NEW, "parent": "B"}).status_code == 303


def test_who_does_not_manage_makes_and_corrects_nothing(client_of: ClientOf, unit_id: UnitId, read: Read) -> None:
    unit = unit_id("12022")
    for who in ("vangiang", "thidua", "hoidong", "xuanquan"):
        client = client_of(who)
        assert client.get("/quan-tri/don-vi/moi").status_code == 403
        assert client.post("/quan-tri/don-vi", data=NEW).status_code == 403
        assert client.get(f"/quan-tri/don-vi/{unit}/sua").status_code == 403
        assert client.post(f"/quan-tri/don-vi/{unit}/sua", data={}).status_code == 403
    assert read(select(Unit).where(Unit.code == "SNV-TH")) == []
    assert len(read(select(AuditEntry).where(AuditEntry.action == "access.refused"))) == 16


def test_a_district_manager_stays_within_their_district(district_manager: FlaskClient, unit_id: UnitId) -> None:
    page = Page(district_manager.post("/quan-tri/don-vi", data=NEW).text)
    assert "Không thấy đơn vị này trong phạm vi" in page.field_errors()["parent"]
    assert district_manager.post("/quan-tri/don-vi", data={**NEW, "parent": "326"}).status_code == 303
    assert district_manager.get(f"/quan-tri/don-vi/{unit_id('330')}/sua").status_code == 404
    assert district_manager.get(f"/quan-tri/don-vi/{unit_id('326')}/sua").status_code == 200
    assert district_manager.get(f"/quan-tri/don-vi/moi?cap_tren={unit_id('330')}").status_code == 404


def test_corrects_a_name_everywhere_and_logs_old_and_new(client_of: ClientOf, unit_id: UnitId, read: Read) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    form = facts_of(client, unit)
    answer = client.post(
        f"/quan-tri/don-vi/{unit}/sua", data={**form, "name": "UBND xã Xuân  Quan A", "note": "a\r\nb"}
    )
    assert answer.status_code == 303
    changed = read(select(Unit).where(Unit.id == unit))[0]
    assert (changed.name, changed.note, changed.version) == ("UBND xã Xuân Quan A", "a\nb", int(form["version"]) + 1)
    assert changed.folded.startswith("ubnd xa xuan quan a ")
    assert read(select(UnitName.name).where(UnitName.unit_id == unit)) == ["UBND xã Xuân Quan A"]
    assert read(name_on(unit, date(2021, 5, 5))) == ["UBND xã Xuân Quan A"], "it never bore the mistyped name"
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert entry.action == "unit.corrected"
    assert entry.detail["name"] == {"old": "UBND xã Xuân Quan", "new": "UBND xã Xuân Quan A"}
    assert set(entry.detail) == {"name", "note"}


def test_saving_without_a_change_writes_nothing(client_of: ClientOf, unit_id: UnitId, read: Read) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    before = read(select(AuditEntry.id))
    assert client.post(f"/quan-tri/don-vi/{unit}/sua", data=facts_of(client, unit)).status_code == 303
    assert read(select(AuditEntry.id)) == before


def test_the_second_of_two_editors_sees_both_versions(client_of: ClientOf, unit_id: UnitId, read: Read) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    mine = {**facts_of(client, unit), "place": "Nơi tôi gõ", "symbol": ""}
    theirs = {**facts_of(client, unit), "place": "Nơi người khác gõ"}
    client.post(f"/quan-tri/don-vi/{unit}/sua", data=theirs)
    answer = client.post(f"/quan-tri/don-vi/{unit}/sua", data=mine)
    page = Page(answer.text)
    assert answer.status_code == 409
    assert "Chính ông/bà, ở một cửa sổ khác, vừa sửa nội dung này lúc 09:00 15/03/2023" in page.headings(2)
    assert ["Địa danh cả hai cùng sửa", "Nơi tôi gõ", "Nơi người khác gõ"] in page.tables()[0]
    assert ["Ký hiệu văn bản", "để trống", "UBND"] in page.tables()[0]
    kept = page.values(page.form_to(f"/quan-tri/don-vi/{unit}/sua"))
    assert kept["place"] == "Nơi tôi gõ"
    assert client.post(f"/quan-tri/don-vi/{unit}/sua", data=kept).status_code == 303
    assert read(select(Unit.place).where(Unit.id == unit)) == ["Nơi tôi gõ"]


def test_a_conflict_after_a_change_that_no_person_made(client_of: ClientOf, unit_id: UnitId) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    mine = {**facts_of(client, unit), "place": "X", "version": "99"}
    assert "Hệ thống vừa sửa" in Page(client.post(f"/quan-tri/don-vi/{unit}/sua", data=mine).text).text


@pytest.mark.parametrize(("field", "says"), [("name", "Nhập tên đầy đủ"), ("short_name", "Nhập tên ngắn")])
def test_a_name_cannot_be_emptied(client_of: ClientOf, unit_id: UnitId, field: str, says: str) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    answer = client.post(f"/quan-tri/don-vi/{unit}/sua", data={**facts_of(client, unit), field: ""})
    assert answer.status_code == 422
    assert says in Page(answer.text).field_errors()[field]


def test_a_name_of_control_characters_is_refused_by_the_service(client_of: ClientOf, unit_id: UnitId) -> None:
    unit, client = unit_id("12022"), client_of("quantri")
    answer = client.post(f"/quan-tri/don-vi/{unit}/sua", data={**facts_of(client, unit), "name": "\x01\x02"})
    assert answer.status_code == 422
    assert "Nhập tên đơn vị" in Page(answer.text).field_errors()["name"]


def test_a_sector_that_the_list_does_not_know_stays(client_of: ClientOf, given: Given, read: Read) -> None:
    unit, client = given.division("A"), client_of("quantri")
    given.change(lambda work: setattr(work.session.get(Unit, unit), "sector", "khac"))
    form = facts_of(client, unit)
    assert form["sector"] == "khac"
    assert client.post(f"/quan-tri/don-vi/{unit}/sua", data={**form, "place": "Y"}).status_code == 303
    assert read(select(Unit.sector).where(Unit.id == unit)) == ["khac"]


def test_services_ask_the_policy_themselves(work_as: Any, unit_id: UnitId) -> None:
    unit, parent = unit_id("12022"), unit_id("326")
    data = UnitData("X", "X", "X", "commune", "commune", date(2023, 1, 1), parent)
    acts: list[tuple[type[Exception], Callable[[Work], object]]] = [
        (NotAllowed, lambda work: correct_unit(work, unit, UnitFacts("A", "A"), 1)),
        (NotAllowed, lambda work: add_unit(work, data)),
        (NotFound, lambda work: correct_unit(work, 999999, UnitFacts("A", "A"), 1)),
    ]
    for error, act in acts:
        with pytest.raises(error), work_as("vangiang") as work:
            act(work)
