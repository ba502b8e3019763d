"""Another title for many lines of one's own registration, many lines removed, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.services import lines
from portal.domain.emulation.services.registrations import load_for_write
from tests.emulation.lists.conftest import arrange as made_in
from tests.emulation.lists.world import L, S, register
from tests.lists.test_bulk import go_on
from tests.pages import Page

arrange = made_in
PEOPLE = [
    L("Nguyễn Văn An", "LDTT", "Chuyên viên"),
    L("Trần Thị Bình", "LDTT", "Chuyên viên"),
    L("Trần Thị Bình", "CSTDCS", "Chuyên viên"),
    L("Phòng Nội vụ", "TTLDTT"),
]


@pytest.fixture
def key(arrange: Any) -> int:
    """A draft of Văn Giang with four lines."""
    return int(arrange(lambda session: register(session, "326", S.DRAFT, PEOPLE).id))


@pytest.fixture
def titles(read: Any) -> dict[str, str]:
    return {title.code: str(title.id) for title in read(select(EmulationTitle))}


def stored(read: Any, key: int) -> list[tuple[str, int]]:
    stmt = select(RegistrationLine).where(RegistrationLine.registration_id == key)
    return [(line.name, line.title_id) for line in read(stmt.order_by(RegistrationLine.position))]


def boxes(client: FlaskClient, key: int) -> list[str]:
    page = Page(client.get(f"/thi-dua/dang-ky/{key}").text)
    return [i.get("value", "") for i in page.root.iter("input") if i.get("form") == "nhieu-dong"]


def ask(client: FlaskClient, key: int, action: str, chosen: list[str], **more: str) -> Page:
    answer = client.post(f"/thi-dua/dang-ky/{key}/dong/nhieu", data={"viec": action, "id": chosen, **more})
    assert answer.status_code == 200, answer.text[:400]
    return Page(answer.text)


def test_many_lines_get_another_title_and_the_one_before_comes_back(
    client_of: Any, key: int, titles: dict[str, str], read: Any
) -> None:
    client = client_of("vangiang")
    before = stored(read, key)
    page = ask(client, key, "doi-danh-hieu", boxes(client, key))
    assert "Nguyễn Văn An – Lao động tiên tiến" in page.text
    answer = go_on(client, page, title=titles["CSTDCS"])
    result = Page(client.get(answer.location).text)
    assert "Đã đổi danh hiệu của 1 dòng. Bỏ qua 3 dòng." in result.text
    reasons = [row["Lý do"] for row in result.table()]
    assert "Dòng đã có danh hiệu này." in reasons
    assert sum("Trần Thị Bình" in row["Dòng"] for row in result.table()) == 2
    assert any("chỉ dành cho cá nhân" in reason for reason in reasons), reasons
    assert dict(stored(read, key))["Nguyễn Văn An"] == int(titles["CSTDCS"])
    undo = next(f for f in result.forms() if f.get("action", "").endswith("/hoan-tac"))
    assert client.post(undo.get("action", "")).status_code == 303
    assert stored(read, key) == before
    assert len(read(select(AuditEntry).where(AuditEntry.action == "registration.line_updated"))) == 2
    assert client_of("vangiang.lanhdao").post(undo.get("action", "")).status_code == 403


def test_many_lines_are_removed_and_come_back_in_their_places(client_of: Any, key: int, read: Any) -> None:
    client = client_of("vangiang")
    before, chosen = stored(read, key), boxes(client, key)
    answer = go_on(client, ask(client, key, "xoa", chosen[:3]))
    assert answer.location == f"/thi-dua/dang-ky/{key}#danh-sach"
    assert [name for name, _ in stored(read, key)] == ["Phòng Nội vụ"]
    assert read(select(EmulationRegistration.line_count).where(EmulationRegistration.id == key)) == [1]
    page = Page(client.get(answer.location).text)
    assert "Đã xóa 3 dòng." in page.text
    undo = next(f for f in page.forms() if f.get("action", "").endswith("/hoan-tac"))
    assert client.post(undo.get("action", "")).status_code == 303
    assert stored(read, key) == before
    assert read(select(EmulationRegistration.line_count).where(EmulationRegistration.id == key)) == [4]


def test_a_line_that_another_saved_meanwhile_stays(
    client_of: Any, key: int, work_as: Any, titles: dict[str, str], read: Any
) -> None:
    client = client_of("vangiang")
    page = ask(client, key, "xoa", boxes(client, key)[:2])
    first = read(select(RegistrationLine).where(RegistrationLine.registration_id == key))[0]
    with work_as("vangiang") as work:
        data = lines.LineData(first.subject, "Nguyễn Văn Ánh", first.title_id, "Phó Trưởng phòng")
        lines.update_line(work, load_for_write(work, key), first.id, first.version, data)
    answer = go_on(client, page)
    assert "Người khác vừa thay đổi dòng này" in Page(client.get(answer.location).text).text
    assert "Nguyễn Văn Ánh" in dict(stored(read, key))


@pytest.mark.parametrize("title", ["", "0", "x", "99999"])
def test_the_title_must_be_one_of_the_list(client_of: Any, key: int, title: str) -> None:
    client = client_of("vangiang")
    answer = go_on(client, ask(client, key, "doi-danh-hieu", boxes(client, key)), title=title)
    assert answer.status_code == 422
    assert Page(answer.text).field_errors()["title"]


def test_only_what_may_be_edited(client_of: Any, key: int, arrange: Any) -> None:
    assert boxes(client_of("vangiang.lanhdao"), key) == []
    other = arrange(lambda session: register(session, "330", S.SENT, PEOPLE[:1]).id)
    path = f"/thi-dua/dang-ky/{other}/dong/nhieu"
    assert client_of("vangiang").post(path, data={"viec": "xoa"}).status_code == 404
    assert client_of("khoaichau").post(path, data={"viec": "xoa"}).status_code == 409
