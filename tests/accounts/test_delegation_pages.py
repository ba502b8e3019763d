"""/tai-khoan/uy-quyen and /quan-tri/uy-quyen as people use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment
from portal.domain.audit.models import AuditEntry
from tests.accounts.conftest import ClientOf, UserId
from tests.pages import Page

OWN, ALL = "/tai-khoan/uy-quyen", "/quan-tri/uy-quyen"
HEAD, OFFICER = "vangiang.lanhdao", "vangiang"


def hand_on(client: FlaskClient, **fields: str) -> TestResponse:
    page = Page(client.get(f"{OWN}/moi").text)
    data = {
        "roles": [box.get("value", "") for box in page.root.iter("input") if box.get("name") == "roles"],
        "receiver": "Nguyễn Thị Lan Anh – vangiang",
        "valid_from": "15/03/2023",
        "valid_to": "31/03/2023",
        "reason": "Giấy ủy quyền số 12/GUQ-UBND ngày 14/03/2023",
        **fields,
    }
    return client.post(OWN, data=data)


def newest(read: Callable[..., Any]) -> RoleAssignment:
    stmt = select(RoleAssignment).where(RoleAssignment.given_by_id.is_not(None)).order_by(RoleAssignment.id.desc())
    found: RoleAssignment = read(stmt)[0]
    return found


def test_a_head_hands_on_the_receiver_knows_works_and_it_is_revoked(
    client_of: ClientOf, read: Callable[..., Any], user_id: UserId
) -> None:
    head, officer = client_of(HEAD), client_of(OFFICER)
    assert hand_on(head).location == OWN
    shown = Page(head.get(OWN).text)
    assert shown.table()[0]["Người nhận"].startswith("Nguyễn Thị Lan Anh")
    assert shown.table()[0]["Tình trạng"] == "Đang hiệu lực"
    made = newest(read)
    home = Page(officer.get("/").text)
    assert home.links()["Được ủy quyền Thủ trưởng đơn vị, từ 15/03/2023 đến hết 31/03/2023"] == f"{OWN}/{made.id}"
    mine = Page(officer.get(f"{OWN}/{made.id}").text)
    assert "Đã biết" in mine.buttons()
    assert "Thu hồi" not in mine.links()
    assert officer.post(f"{OWN}/{made.id}/da-biet").location == f"{OWN}/{made.id}"
    assert "Được ủy quyền" not in Page(officer.get("/").text).text
    path = f"{OWN}/{made.id}/thu-hoi"
    asked = Page(head.get(path).text)
    assert "không làm thay Lê Văn Quyết" in asked.text
    assert head.post(path, data=asked.values(asked.form_to(path))).location == f"{OWN}/{made.id}"
    assert "Đã thu hồi" in Page(officer.get(f"{OWN}/{made.id}").text).text


def test_what_was_done_under_it_is_listed_for_both_and_the_administrator(
    client_of: ClientOf, admin: FlaskClient, read: Callable[..., Any], user_id: UserId
) -> None:
    """The director hands on; the receiver, who has no such role, exports a list: the entry bears both names."""
    giver, receiver = client_of("giamdoc"), client_of("tongiao.truong")
    assert hand_on(giver, receiver="Đặng Thị Bích Liên – tongiao.truong").location == OWN
    made = read(select(RoleAssignment).where(RoleAssignment.role == Role.DIRECTOR).order_by(RoleAssignment.id))[-1]
    assert "Chưa làm việc nào theo ủy quyền" in Page(giver.get(f"{OWN}/{made.id}").text).text
    with receiver.get("/thi-dua/dang-ky/xuat.xlsx?nam=2023") as answer:
        assert answer.status_code == 200
    entry = read(select(AuditEntry).where(AuditEntry.on_behalf_of_id == user_id("giamdoc")))[0]
    assert entry.actor_id == user_id("tongiao.truong")
    for client in (giver, receiver, admin):
        done = Page(client.get(f"{OWN}/{made.id}").text).table()
        assert [(row["Người làm"], row["Thay cho"]) for row in done] == [("Đặng Thị Bích Liên", "Trần Đức Thịnh")]
        assert "uất" in done[0]["Việc"]
    assert client_of("cchc").get(f"{OWN}/{made.id}").status_code == 404


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(client_of: ClientOf) -> None:
    client = client_of(HEAD)
    answer = hand_on(client, receiver="Người Không Có", valid_to="ngày mai", reason="")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "ngày/tháng/năm" in page.field_errors()["valid_to"]
    assert page.values(page.form_to(OWN))["receiver"] == "Người Không Có"
    page = Page(hand_on(client, receiver="Người Không Có").text)
    assert "Không thấy người này" in page.field_errors()["receiver"]
    page = Page(hand_on(client, receiver="Đỗ Thị Bích Ngọc – khoaichau").text)
    assert "Không thấy người này" in page.field_errors()["receiver"], "another district's people are not named"
    assert hand_on(client, roles="999999").status_code == 422


def test_suggestions_are_of_ones_own_unit(client_of: ClientOf) -> None:
    text = client_of(HEAD).get(f"{OWN}/goi-y?receiver=nguyen").text
    assert "Nguyễn Thị Lan Anh – vangiang" in text
    assert "xuanquan" not in text
    assert "khoaichau" not in text


def test_who_has_nothing_to_hand_on_is_told(client_of: ClientOf) -> None:
    client = client_of("hoidong")
    assert "không giữ vai trò nào ủy quyền được" in Page(client.get(OWN).text).text
    assert "Không có vai trò để ủy quyền" in Page(client.get(f"{OWN}/moi").text).text


def test_the_administrator_finds_and_revokes(client_of: ClientOf, admin: FlaskClient, read: Callable[..., Any]) -> None:
    hand_on(client_of(HEAD))
    made = newest(read)
    assert Page(admin.get(f"{ALL}?q=lan+anh").text).table()[0]["Người ủy quyền"].startswith("Lê Văn Quyết")
    assert Page(admin.get(f"{ALL}?tinh_trang=het").text).tables() == []
    path = f"{OWN}/{made.id}/thu-hoi"
    asked = Page(admin.get(path).text)
    assert admin.post(path, data=asked.values(asked.form_to(path))).status_code == 303
    assert Page(admin.get(f"{ALL}?tinh_trang=het").text).table()[0]["Tình trạng"] == "Đã thu hồi"
    assert client_of(OFFICER).get(ALL).status_code == 403


def test_a_confidential_role_is_asked_for_and_the_wait_is_shown(client_of: ClientOf) -> None:
    client = client_of("vangiang.tongiao")
    assert hand_on(client).location == OWN
    assert "Chờ người thứ hai xác nhận: ủy quyền Chuyên viên tôn giáo cấp huyện" in Page(client.get(OWN).text).text


def test_lists_ask_as_often_with_many_as_with_few(
    client_of: ClientOf, runtime: Runtime, admin: FlaskClient, user_id: UserId, unit_id: Any
) -> None:
    head = client_of(HEAD)
    counts: list[int] = []
    for _ in range(2):
        with_more(runtime, user_id(HEAD), user_id(OFFICER), unit_id("326"), 2 if not counts else 20)
        statements: list[str] = []

        def listen(*args: Any, seen: list[str] = statements) -> None:
            seen.append(args[2])

        event.listen(runtime.engine, "before_cursor_execute", listen)
        head.get(OWN)
        admin.get(ALL)
        event.remove(runtime.engine, "before_cursor_execute", listen)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def with_more(runtime: Runtime, giver: int, receiver: int, unit: int, number: int) -> None:
    """Delegations of other years, written straight into the database."""
    with write_mode(), runtime.session_factory() as session:
        session.add_all(
            RoleAssignment(
                user_id=receiver,
                role=Role.UNIT_HEAD,
                unit_id=unit,
                valid_from=date(2022, 1, 1),
                valid_to=date(2022, 1, 31),
                given_by_id=giver,
                reason="GUQ",
                created_at=runtime.clock.now(),
            )
            for _ in range(number)
        )
        session.commit()
