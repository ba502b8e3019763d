"""/quan-tri/don-vi/cap-loai: levels and kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import UnitKind, UnitLevel
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]
Read = Callable[..., list[Any]]
KIND = "/quan-tri/don-vi/loai/commune/sua"
LEVEL = "/quan-tri/don-vi/cap/commune/sua"


def form_of(client: FlaskClient, url: str) -> dict[str, str]:
    page = Page(client.get(url).text)
    return page.values(page.form_to(url))


def test_lists_levels_and_kinds(client_of: ClientOf) -> None:
    page = Page(client_of("vangiang").get("/quan-tri/don-vi/cap-loai").text)
    assert [row["Cấp"] for row in page.table(0)][:2] == ["Cấp tỉnh", "Sở, ban, ngành và cơ quan, tổ chức cấp tỉnh"]
    commune = next(row for row in page.table(1) if row["Loại"] == "Xã")
    assert commune["Người gửi"] == "Đầu mối gửi bản đã ký giấy"
    assert "Sửa Xã" not in page.links()
    assert "Sửa Xã" in Page(client_of("quantri").get("/quan-tri/don-vi/cap-loai").text).links()


def test_changes_a_kind_and_logs_it(client_of: ClientOf, read: Read) -> None:
    client = client_of("quantri")
    form = form_of(client, KIND)
    assert form["owes_registration"] == "y"
    assert "head_review" not in form
    answer = client.post(KIND, data={"mark": form["mark"], "label": "Xã, đặc khu", "head_review": "y"})
    assert answer.location == "/quan-tri/don-vi/cap-loai"
    kind = read(select(UnitKind).where(UnitKind.code == "commune"))[0]
    assert (kind.label, kind.owes_registration, kind.head_review) == ("Xã, đặc khu", False, True)
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_id) == ("unit_kind.updated", "commune")
    assert entry.detail["owes_registration"] == {"old": True, "new": False}


def test_changes_a_level(client_of: ClientOf, read: Read) -> None:
    client = client_of("quantri")
    assert client.post(LEVEL, data={**form_of(client, LEVEL), "label": "Cấp cơ sở"}).status_code == 303
    assert read(select(UnitLevel.label).where(UnitLevel.code == "commune")) == ["Cấp cơ sở"]


def test_saving_without_a_change_writes_nothing(client_of: ClientOf, read: Read) -> None:
    client, before = client_of("quantri"), read(select(AuditEntry.id))
    assert client.post(KIND, data=form_of(client, KIND)).status_code == 303
    assert read(select(AuditEntry.id)) == before


@pytest.mark.parametrize("url", [KIND, LEVEL])
def test_the_second_of_two_editors_is_told(client_of: ClientOf, url: str) -> None:
    client = client_of("quantri")
    first = form_of(client, url)
    client.post(url, data={**first, "label": "Của người kia"})
    answer = client.post(url, data={**first, "label": "Của tôi"})
    page = Page(answer.text)
    assert answer.status_code == 409
    assert ["Tên gọi cả hai cùng sửa", "Của tôi", "Của người kia"] in page.tables()[0]
    assert page.values(page.form_to(url))["label"] == "Của tôi"
    assert client.post(url, data=page.values(page.form_to(url))).status_code == 303


def test_both_versions_say_yes_and_no(client_of: ClientOf) -> None:
    client = client_of("quantri")
    first = form_of(client, KIND)
    client.post(KIND, data={**first, "head_review": "y"})
    page = Page(client.post(KIND, data=first).text)
    assert ["Thủ trưởng cho ý kiến và gửi trên cổng", "Không", "Có"] in page.tables()[0]


@pytest.mark.parametrize("url", [KIND, LEVEL])
def test_a_label_is_needed(client_of: ClientOf, url: str) -> None:
    client = client_of("quantri")
    for label in ("", "x" * 101):
        answer = client.post(url, data={**form_of(client, url), "label": label})
        assert answer.status_code == 422
        assert "label" in Page(answer.text).field_errors()
    assert "label" in Page(client.post(url, data={**form_of(client, url), "label": "\x01"}).text).field_errors()


@pytest.mark.parametrize("url", [KIND, LEVEL])
def test_only_who_manages_the_whole_province(
    client_of: ClientOf, district_manager: FlaskClient, url: str, read: Read
) -> None:
    assert client_of("thidua").get(url).status_code == 403
    assert client_of("thidua").post(url, data={}).status_code == 403
    assert district_manager.get(url).status_code == 403
    assert district_manager.post(url, data={"label": "X", "mark": ""}).status_code == 403
    assert client_of("quantri").get(url.replace("commune", "khong-co")).status_code == 404
    assert read(select(AuditEntry.id).where(AuditEntry.action == "unit_kind.updated")) == []
