"""GET /quan-tri/nguoi-dung and the suggestions of units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, update

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.services import UserData, create_user
from tests.accounts.conftest import ClientOf, Give
from tests.pages import Page

LIST = "/quan-tri/nguoi-dung"


def names(client: FlaskClient, **query: str) -> list[str]:
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 200
    page = Page(answer.text)
    return usernames(page)


def usernames(page: Page) -> list[str]:
    """The third column, after the boxes; the heading of a sorted one says so."""
    return [row[2] for table in page.tables() for row in table[1:]]


@pytest.fixture
def many(runtime: Runtime, work_as: Callable[[str], Work], unit_id: Callable[[str], int]) -> None:
    with work_as("quantri") as work:  # type: ignore[attr-defined]
        for number in range(60):
            data = UserData(f"nguoi{number:02}", f"Trần Văn {'ABCDEFGHIK'[number % 10]}{number:02}", unit_id("12022"))
            create_user(work, data, "x")


def test_people_are_listed_by_given_name_with_unit_roles_and_state(admin: FlaskClient) -> None:
    page = Page(admin.get(LIST).text)
    assert page.headings() == ["Người dùng"]
    rows = page.table()
    assert len(rows) == 27
    assert page.tables()[0][1][1].startswith("Nguyễn Thị Lan Anh Chuyên viên")
    row = next(r for r in rows if r["Tên đăng nhập"] == "giamdoc")
    assert row["Đơn vị"] == "Sở Nội vụ"
    assert row["Vai trò"] == "Giám đốc Sở (Hưng Yên), Thủ trưởng đơn vị (Sở Nội vụ)"
    assert row["Tình trạng"] == "Đang hoạt động"
    assert row["Đăng nhập gần nhất"] == "chưa đăng nhập"
    assert next(r for r in rows if r["Tên đăng nhập"] == "quantri")["Đăng nhập gần nhất"] == "09:00 15/03/2023"
    assert "27 người" in page.text


def test_words_are_found_with_and_without_marks(admin: FlaskClient) -> None:
    assert names(admin, q="lan anh nguyen") == ["vangiang"]
    assert names(admin, q="ANH Nguyễn lan") == ["vangiang"]
    assert names(admin, q="vangiang.ton") == ["vangiang.tongiao.lanhdao", "vangiang.tongiao"]
    assert names(admin, q="100%") == []


def test_a_unit_counts_with_all_below_it(admin: FlaskClient, unit_id: Callable[[str], int]) -> None:
    in_district = {"vangiang", "vangiang.lanhdao", "vangiang.tongiao", "vangiang.tongiao.lanhdao"}
    commune = {"xuanquan", "xuanquan.lanhdao"}
    assert set(names(admin, don_vi=str(unit_id("326")))) == in_district | commune
    assert set(names(admin, don_vi=str(unit_id("12022")))) == commune, "a unit deeper down is taken from the address"


def test_states_are_told_apart(admin: FlaskClient, runtime: Runtime) -> None:
    with write_mode(), runtime.session_factory() as session:
        for name, values in (
            ("stc", {"disabled_at": runtime.clock.now()}),
            ("syt", {"must_change_password": True}),
            ("sgddt", {"disabled_at": runtime.clock.now(), "must_change_password": True}),
        ):
            session.execute(update(UserAccount).where(UserAccount.username == name).values(**values))
        session.commit()
    assert set(names(admin, tinh_trang="disabled")) == {"stc", "sgddt"}
    assert names(admin, tinh_trang="first_password") == ["syt"]
    assert len(names(admin, tinh_trang="active")) == 24
    page = Page(admin.get(f"{LIST}?tinh_trang=disabled").text)
    assert page.links()["Xóa lọc"] == LIST


def test_nobody_found_is_said_with_the_way_back(admin: FlaskClient) -> None:
    page = Page(admin.get(f"{LIST}?q=khong+co+ai").text)
    assert "Không có người nào khớp bộ lọc" in page.headings(2)


def test_pages_follow_each_other_by_key_in_each_order(admin: FlaskClient, many: None) -> None:
    for order in ("", "-ten", "tai-khoan", "-tai-khoan"):
        seen: list[str] = []
        back = ""
        address: str | None = f"{LIST}?xep={order}" if order else LIST
        while address:
            page = Page(admin.get(address).text)
            seen += usernames(page)
            address = page.links().get("Trang sau")
            back = page.links().get("Trang trước", "")
        assert len(seen) == len(set(seen)) == 87
        if order.endswith("tai-khoan"):
            assert seen == sorted(seen, reverse=order.startswith("-"))
        assert len(Page(admin.get(back).text).table()) == 50


def test_the_number_of_queries_does_not_grow_with_the_rows(admin: FlaskClient, runtime: Runtime, many: None) -> None:
    counted: list[str] = []
    event.listen(runtime.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    sizes = []
    for query in ("q=nguoi01", "q=nguoi"):
        counted.clear()
        assert admin.get(f"{LIST}?{query}").status_code == 200
        sizes.append(len([s for s in counted if s.lstrip().upper().startswith("SELECT")]))
    assert sizes[0] == sizes[1]


def test_htmx_gets_a_page_whose_region_equals_the_fresh_one(admin: FlaskClient) -> None:
    whole = Page(admin.get(f"{LIST}?q=anh").text)
    swapped = Page(admin.get(f"{LIST}?q=anh", headers={"HX-Request": "true"}).text)
    assert whole.table() == swapped.table()


def test_an_administrator_of_a_district_sees_its_people_only(
    district_admin: FlaskClient, unit_id: Callable[[str], int]
) -> None:
    assert len(names(district_admin)) == 6
    assert "khoaichau" not in names(district_admin)
    assert len(names(district_admin, don_vi=str(unit_id("330")))) == 6, "a unit out of reach is no filter"


@pytest.mark.parametrize("username", ["vangiang", "giamdoc", "tongiao", "nhatky"])
def test_others_have_no_list(client_of: ClientOf, username: str) -> None:
    assert client_of(username).get(LIST).status_code == 403


def test_roles_shown_are_those_of_today(admin: FlaskClient, give: Give) -> None:
    give("hoidong", Role.VIEWER, "326", date(2023, 3, 16))
    give("hoidong", Role.VIEWER, "330", date(2022, 1, 1), date(2023, 3, 14))
    rows = Page(admin.get(f"{LIST}?q=hoidong").text).table()
    assert rows[0]["Vai trò"] == "Thành viên Hội đồng (Hưng Yên)"


def test_units_are_suggested_by_name_or_code_within_reach(admin: FlaskClient, district_admin: FlaskClient) -> None:
    def options(client: FlaskClient, typed: str) -> list[str]:
        page = Page(client.get(f"{LIST}/goi-y-don-vi", query_string={"unit": typed}).text)
        return [o.get("value", "") for o in page.root.iter("option")]

    assert options(admin, "xuan quan") == ["12022 – UBND xã Xuân Quan"]
    assert "12022 – UBND xã Xuân Quan" in options(district_admin, "xuân")
    assert options(district_admin, "Khoái Châu") == []
    assert len(options(admin, "")) == 20
    assert options(admin, "\x00không có") == []
    assert len(options(admin, "\u0301")) == 20
