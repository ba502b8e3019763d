"""GET /quan-tri/nhat-ky."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.manifest import Manifest
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.labels import EMPTY, LONGEST, Words, read_words, words
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.services import record
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]
UnitId = Callable[[str], int]
Read = Callable[..., list[Any]]
URL = "/quan-tri/nhat-ky"


def rows_of(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    page = Page(client.get(f"{URL}?{query}").text)
    return page.table() if page.tables() else []


def test_shows_the_newest_first_in_words(client_of: ClientOf, work_as: Any, unit_id: UnitId) -> None:
    commune = unit_id("12022")
    with work_as("thidua") as work:
        record(
            work, "unit.corrected", "unit", commune, unit_id=commune, detail={"place": {"old": "", "new": "Xuân Quan"}}
        )
    row = rows_of(client_of("nhatky"))[0]
    assert row == {
        "Lúc": "09:00 15/03/2023",
        "Người thực hiện": "Nguyễn Thị Thu Hằng 127.0.0.1",
        "Việc": "Sửa thông tin đơn vị",
        "Đối tượng": "Đơn vị Xã Xuân Quan",
        "Đơn vị": "Xã Xuân Quan",
        "Chi tiết": "Địa danh: trống → Xuân Quan",
    }


def test_says_for_whom_and_folds_what_is_long(client_of: ClientOf, work_as: Any, read: Read) -> None:
    giver = read(select(UserAccount.id).where(UserAccount.username == "thidua.truong"))[0]
    with work_as("thidua") as work:
        record(work, "test.unnamed", "thing", "a/b", on_behalf_of_id=giver, detail={f"mục {n}": n for n in range(6)})
    row = rows_of(client_of("nhatky"))[0]
    assert row["Người thực hiện"].startswith("Nguyễn Thị Thu Hằng, thay mặt Đỗ Mạnh Cường")
    assert row["Việc"] == "test.unnamed", "what nobody has named is shown as it is"
    assert row["Đối tượng"] == "thing a/b"
    assert "mục 3: 3 Thêm 2 mục mục 4: 4" in row["Chi tiết"]


def test_an_object_leads_to_all_that_was_done_to_it(client_of: ClientOf, work_as: Any, unit_id: UnitId) -> None:
    commune, client = unit_id("12022"), client_of("nhatky")
    with work_as("thidua") as work:
        record(work, "unit.renamed", "unit", commune, unit_id=commune)
        record(work, "registration.list_exported", "emulation_line_list", "by title")
    links = Page(client.get(URL).text).links()
    found = rows_of(client, links["Đơn vị Xã Xuân Quan"].partition("?")[2])
    assert [row["Việc"] for row in found] == ["Ghi đổi tên đơn vị", "Thêm đơn vị"]
    assert len(rows_of(client, links["Danh sách đăng ký by title"].partition("?")[2])) == 1


@pytest.fixture
def three_days(work_as: Any, clock: FixedClock, unit_id: UnitId) -> None:
    """One entry a day by three people at three units, and the same action of two of them."""
    places = [("thidua", "unit.renamed", "12022"), ("quantri", "unit.moved", "330"), ("stc", "unit.renamed", "STC")]
    ids = {code: unit_id(code) for _, _, code in places}
    for who, action, code in places:
        clock.advance(timedelta(days=1))
        with work_as(who) as work:
            record(work, action, "unit", ids[code], unit_id=ids[code], detail={"mốc": who})


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("tu=16/03/2023", ["stc", "quantri", "thidua"]),
        ("tu=17/03/2023&den=17/03/2023", ["quantri"]),
        ("den=16/03/2023&viec=unit.renamed", ["thidua"]),
        ("viec=unit.renamed", ["stc", "thidua"]),
        ("viec=unit.renamed&q=thu hang", ["thidua"]),
        ("q=NGUYỄN MINH TUẤN&tu=16/03/2023", ["quantri"]),
        ("q=quantri&tu=16/03/2023", ["quantri"]),
        ("don_vi=330&tu=16/03/2023", ["quantri"]),
        ("don_vi=326 – UBND huyện Văn Giang&tu=16/03/2023", ["thidua"]),
        ("don_vi=Sở Tài chính&tu=16/03/2023", ["stc"]),
        ("doi_tuong=user_account&tu=16/03/2023", []),
        ("doi_tuong=unit&tu=16/03/2023", ["stc", "quantri", "thidua"]),
        ("q=khong co ai", []),
        ("tu=19/03/2023", []),
    ],
)
def test_filters(client_of: ClientOf, three_days: None, query: str, marks: list[str]) -> None:
    found = [row["Chi tiết"] for row in rows_of(client_of("nhatky"), query)]
    assert [text.removeprefix("mốc: ") for text in found] == marks


def test_a_unit_that_is_not_there_is_said(client_of: ClientOf) -> None:
    page = Page(client_of("nhatky").get(f"{URL}?don_vi=không có").text)
    assert "Không thấy đơn vị “không có” trong phạm vi" in page.text
    assert "Không có dòng nào khớp" in page.text
    assert "Xóa lọc" in page.links()


@pytest.mark.parametrize(
    "query", ["tu=32/13/2023", "viec=none", "doi_tuong=none", "sau=zzz", "sau=WzAsMV0~5", "ma=%00"]
)
def test_an_address_that_means_nothing_is_no_error(client_of: ClientOf, query: str) -> None:
    assert client_of("nhatky").get(f"{URL}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "tu=01/01/2023"])
def test_walks_all_pages_and_meets_every_entry_once(client_of: ClientOf, read: Read, query: str) -> None:
    client, url, number = client_of("nhatky"), f"{URL}?{query}", 0
    while url:
        page = Page(client.get(url).text)
        number += len(page.table())
        url = page.links().get("Trang sau", "")
    assert number == read(select(func.count(AuditEntry.id)))[0]


def test_reading_is_not_logged_a_refusal_is(client_of: ClientOf, read: Read) -> None:
    client, stranger = client_of("nhatky"), client_of("quantri")
    newest = select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)
    before = read(newest)
    client.get(URL)
    assert read(newest) == before
    assert stranger.get(URL).status_code == 403
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_type) == ("access.refused", "audit.list_entries")
    row = rows_of(client)[0]
    assert row["Việc"] == "Bị từ chối truy cập"
    assert row["Đối tượng"] == "Trang"
    assert "Cách gọi: GET" in row["Chi tiết"]
    assert "Địa chỉ: /quan-tri/nhat-ky" in row["Chi tiết"]


@pytest.mark.parametrize("who", ["thidua", "giamdoc", "vangiang", "xuanquan", "hoidong"])
def test_only_who_reads_the_log(client_of: ClientOf, who: str) -> None:
    assert client_of(who).get(URL).status_code == 403


def test_a_stranger_is_sent_to_sign_in(client: FlaskClient) -> None:
    assert client.get(URL).location.startswith("/dang-nhap")


def test_a_reader_of_a_part_sees_that_part_only(
    client_of: ClientOf, runtime: Runtime, work_as: Any, unit_id: UnitId
) -> None:
    district, foreign = unit_id("326"), unit_id("330")
    with write_mode(), runtime.session_factory() as session:
        user = session.scalars(select(UserAccount.id).where(UserAccount.username == "vangiang")).one()
        reader = RoleAssignment(user_id=user, role=Role.AUDIT_READER, unit_id=district, valid_from=date(2023, 1, 1))
        reader.created_at = runtime.clock.now()
        session.add(reader)
        session.commit()
    with work_as("thidua") as work:
        record(work, "unit.renamed", "unit", foreign, unit_id=foreign)
        record(work, "unit.moved", "unit", 0)
        record(work, "unit.renamed", "unit", district, unit_id=district)
    client = client_of("vangiang")
    assert [row["Đơn vị"] for row in rows_of(client, "viec=unit.renamed")] == ["Văn Giang"]
    assert rows_of(client, "viec=unit.moved") == []
    assert rows_of(client, "don_vi=330") == []


def test_asks_the_same_number_of_queries_whatever_is_shown(client_of: ClientOf, runtime: Runtime) -> None:
    client, counts = client_of("nhatky"), []
    for query in ("viec=unit.created&q=khong-co", "viec=unit.created"):
        seen: list[str] = []
        listener = lambda *args, seen=seen: seen.append(args[2])  # noqa: E731 - removed again below
        event.listen(runtime.engine, "before_cursor_execute", listener)
        client.get(f"{URL}?{query}")
        event.remove(runtime.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def made_of(**facts: Any) -> Words:
    return read_words((Manifest(name="tongiao", label="Tôn giáo", **facts),))


def test_of_a_confidential_feature_only_names_of_fields_are_shown() -> None:
    known = made_of(
        confidential=True, audit_labels={"matter.opened": "Mở vụ việc"}, audit_words={"place": "Nơi xảy ra"}
    )
    detail = {"place": "thôn A", "người": {"old": "x", "new": "y"}}
    for action in ("matter.opened", "tongiao.other"):
        assert known.details(action, detail) == [("Nơi xảy ra", ""), ("người", "")]
    assert known.details("unit.renamed", detail)[0] == ("Nơi xảy ra", "thôn A")


def test_the_page_hides_them(client_of: ClientOf, work_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known = made_of(
        confidential=True, audit_labels={"matter.opened": "Mở vụ việc"}, audit_words={"place": "Nơi xảy ra"}
    )
    monkeypatch.setattr("portal.blueprints.audit.lists.words", lambda: known)
    with work_as("tongiao") as work:
        record(work, "matter.opened", "matter", 5, detail={"place": "thôn A"})
    answer = client_of("nhatky").get(URL)
    assert Page(answer.text).table()[0]["Chi tiết"] == "Nơi xảy ra"
    assert "thôn A" not in answer.text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, EMPTY),
        ("", EMPTY),
        ([], EMPTY),
        (True, "có"),
        (False, "không"),
        (0, "0"),
        ("2023-03-01", "01/03/2023"),
        ("2023-13-01", "2023-13-01"),
        (["a", 1, None], "a, 1, trống"),
        ({"old": None, "new": "unit_officer"}, "trống → Đầu mối của đơn vị"),
        ({"code": "A", "khác": [1]}, "Mã: A; khác: 1"),
        ("x" * (LONGEST + 1), "x" * LONGEST + "…"),
    ],
)
def test_values_in_words(value: Any, shown: str) -> None:
    assert words().value(value) == shown
