"""GET /quan-tri/phan-quyen, and many roles ended at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment
from tests.accounts.conftest import Give
from tests.lists.test_bulk import go_on
from tests.pages import Page

LIST, DO = "/quan-tri/phan-quyen", "/danh-sach/phan-quyen/thao-tac"


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    page = Page(client.get(f"{LIST}?{query}").text)
    return page.table() if page.tables() else []


def test_who_holds_what_where(admin: FlaskClient, district_admin: FlaskClient, give: Give) -> None:
    give("hoidong", Role.VIEWER, "326", date(2022, 1, 1), date(2023, 3, 14))
    give("hoidong", Role.VIEWER, "330", date(2023, 4, 1))
    found = [(r["Người giữ"], r["Vai trò"], r["Phạm vi"], r["Tình trạng"]) for r in rows(admin, "q=hoidong")]
    assert [role[1:] for role in found] == [
        ("Người xem", "UBND huyện Khoái Châu", "Chưa đến ngày"),
        ("Thành viên Hội đồng", "UBND tỉnh Hưng Yên", "Đang hiệu lực"),
    ]
    assert [r["Tình trạng"] for r in rows(admin, "q=hoidong&tinh_trang=het")] == ["Đã hết hiệu lực"]
    assert {r["Vai trò"] for r in rows(admin, "vai_tro=unit_head")} == {"Thủ trưởng đơn vị"}
    assert {r["Phạm vi"] for r in rows(district_admin)} <= {"UBND huyện Văn Giang", "UBND xã Xuân Quan"}
    assert rows(district_admin) != []


def test_many_roles_are_ended(admin: FlaskClient, give: Give, read: Any) -> None:
    ours = [give("hoidong", Role.VIEWER, code, date(2023, 1, 1)) for code in ("326", "330")]
    own = read(select(RoleAssignment).where(RoleAssignment.role == Role.SYSTEM_ADMIN))[0]
    page = Page(admin.get(f"{LIST}?q=hoidong").text)
    keys = [i.get("value", "") for i in page.root.iter("input") if i.get("name") == "id"]
    chosen = [key for key in keys if int(key.split("-")[0]) in ours]
    assert len(chosen) == 2
    chosen.append(f"{own.id}-{own.user_id}-{own.version}")
    asked = Page(admin.post(DO, data={"viec": "ket-thuc", "id": chosen}).text)
    answer = go_on(admin, asked)
    result = Page(admin.get(answer.location).text)
    assert "Đã kết thúc 2 vai trò. Bỏ qua 1 dòng." in result.text
    assert result.table()[0]["Lý do"].startswith("Việc này không tự làm")
    ended = read(select(RoleAssignment).where(RoleAssignment.ended_at.is_not(None)))
    assert sorted(a.id for a in ended) == sorted(ours)
    again = Page(admin.post(DO, data={"viec": "ket-thuc", "id": chosen[:1]}).text)
    moved = Page(admin.get(go_on(admin, again).location).text)
    assert moved.table()[0]["Lý do"].startswith("Người khác vừa thay đổi dòng này")
