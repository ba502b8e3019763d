"""GET /thi-dua/dang-ky/don-vi."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationPeriod
from portal.domain.units.models import Unit
from tests.emulation.lists.conftest import Arrange, See
from tests.emulation.lists.test_list_registrations import shape
from tests.emulation.lists.world import S, register
from tests.pages import Page, text_of

UNITS = "/thi-dua/dang-ky/don-vi"
NAME = "Đơn vị"


def units(page: Page) -> dict[str, dict[str, str]]:
    """The rows of the list of units, by name."""
    for table in page.root.iter("table"):
        if text_of(next(iter(table.iter("caption")))).startswith("Đơn vị phải đăng ký"):
            head, *rows = [[text_of(c) for c in tr if c.tag in ("td", "th")] for tr in table.iter("tr")]
            plain = [h.split(" , đang xếp")[0] for h in head]
            name = plain.index("Đơn vị")
            return {row[name]: dict(zip(plain, row, strict=True)) for row in rows}
    return {}


def tabs(page: Page) -> dict[str, str]:
    """The tabs of the list: label to count."""
    nav = next(n for n in page.root.iter("nav") if n.get("aria-label") == "Tình hình")
    found = {}
    for link in nav.iter("a"):
        words = text_of(link).rsplit(" ", 1)
        found[words[0]] = words[1]
    return found


def test_every_unit_right_below_with_its_state(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", UNITS)
    rows = units(page)
    assert len(rows) == 50
    everything = {**rows}
    while "Trang sau" in page.links():
        page = see("thidua", page.links()["Trang sau"])
        everything |= units(page)
    late = everything["Sở Giáo dục và Đào tạo"]
    assert late["Trạng thái"] == "Chờ tiếp nhận"
    assert late["Ngày gửi"] == "10/03/2023 (muộn 161 ngày)"
    assert everything["UBND huyện Văn Giang"]["Số văn bản"] == "12/ĐK-UBND"
    assert everything["UBND huyện Văn Giang"]["Số dòng"] == "3"
    assert everything["Sở Tài chính"]["Trạng thái"] == "Đang soạn"
    assert everything["Sở Tài chính"]["Số dòng"] == ""
    assert everything["Sở Y tế"]["Trạng thái"] == "Bị trả lại"
    assert everything["Sở Y tế"]["Hạn gửi"] == "31/03/2023 (Còn 16 ngày)"
    assert "UBND xã Xuân Quan" not in everything
    order = list(everything)
    overdue = [name for name, row in everything.items() if "Quá" in row["Hạn gửi"]]
    assert order[: len(overdue)] == overdue  # schools of the year that began in autumn
    assert order[len(overdue)] == "Sở Y tế"  # then what was returned


def test_what_is_overdue_comes_first(see: See, world: Mapping[str, int], clock: FixedClock) -> None:
    clock.instant = datetime(2023, 4, 5, 2, 0, tzinfo=UTC)
    page = see("thidua", UNITS)
    first = next(iter(units(page).values()))
    assert first["Hạn gửi"] == "31/03/2023 (Quá 5 ngày)"
    counts = tabs(page)
    assert int(counts["Quá hạn chưa gửi"]) == int(counts["Tất cả"]) - int(counts["Chờ tiếp nhận"]) - 1
    assert "đơn vị quá hạn" in page.text
    only = see("thidua", f"{UNITS}?trang_thai=overdue&xep=don-vi&tu=so+y+te")
    assert list(units(only)) == ["Sở Y tế"]


def test_a_granted_day_is_the_day(see: See, world: Mapping[str, int], arrange: Arrange, clock: FixedClock) -> None:
    def grant(session: Session) -> None:
        session.add(
            PeriodException(
                period_id=session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one(),
                unit_id=session.scalars(select(Unit.id).where(Unit.code == "SYT")).one(),
                due_on=date(2023, 4, 20),
                reason="Sắp xếp tổ chức",
                granted_by_id=session.scalars(select(UserAccount.id).where(UserAccount.username == "thidua")).one(),
                granted_on=date(2023, 3, 20),
            )
        )

    arrange(grant)
    clock.instant = datetime(2023, 4, 5, 2, 0, tzinfo=UTC)
    assert units(see("thidua", f"{UNITS}?tu=so+y+te"))["Sở Y tế"]["Hạn gửi"] == "20/04/2023 (Còn 15 ngày)"


def test_tabs_and_figures_agree(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", UNITS)
    counts = {label: int(number) for label, number in tabs(page).items()}
    assert counts["Chờ tiếp nhận"] == 2
    assert counts["Đã tiếp nhận"] == 1
    assert counts["Bị trả lại"] == 1
    assert counts["Đang soạn"] == 1
    assert counts["Chưa lập"] == counts["Tất cả"] - 5
    assert f"đã gửi 3/{counts['Tất cả']}" in page.text
    for label, number in counts.items():
        address = next(a.get("href", "") for a in page.root.iter("a") if text_of(a) == f"{label} {number}")
        shown = see("thidua", address)
        count = next(b for b in shown.by_id("ket-qua").iter("b"))
        assert text_of(count) == str(number)


def test_levels(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", UNITS)
    levels = {row["Cấp"]: row for row in page.table(1)}
    assert list(levels) == [
        "Sở, ban, ngành và cơ quan, tổ chức cấp tỉnh",
        "Cấp huyện",
        "Cấp xã",
        "Phòng, đơn vị trực thuộc",
        "Tất cả",
    ]
    assert levels["Cấp huyện"]["Phải đăng ký"] == "10"
    assert levels["Cấp huyện"]["Đã gửi"] == "2"
    assert levels["Cấp huyện"]["Đã tiếp nhận"] == "1"
    assert levels["Cấp huyện"]["Tỷ lệ đã gửi"] == "20,0%"
    assert levels["Cấp xã"]["Phải đăng ký"] == "161"
    whole = levels["Tất cả"]
    assert int(whole["Đã gửi"]) == 4
    communes = see("thidua", page.links()["Cấp xã"])
    assert "161 đơn vị" in communes.text
    found = units(see("thidua", f"{UNITS}?cap=commune&tu=xuan+quan"))
    assert found["UBND xã Xuân Quan"]["Trạng thái"] == "Chờ tiếp nhận"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tu=van+giang&cap=district", {"UBND huyện Văn Giang"}),
        ("cap=tat-ca&trang_thai=sent", {"UBND huyện Văn Giang", "UBND xã Xuân Quan", "Sở Giáo dục và Đào tạo"}),
        ("trang_thai=accepted", {"UBND huyện Khoái Châu"}),
        ("tu=khongco", set()),
        ("nam=2022&trang_thai=sent", set()),
    ],
)
def test_filters(see: See, world: Mapping[str, int], query: str, expected: set[str]) -> None:
    assert set(units(see("thidua", f"{UNITS}?{query}"))) == expected


def test_blocks(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", UNITS)
    block = next(o for o in page.root.iter("option") if text_of(o).startswith("Khối thi đua các huyện"))
    assert len(units(see("thidua", f"{UNITS}?khoi={block.get('value')}"))) == 10


def test_links_only_where_the_content_may_be_read(see: See, world: Mapping[str, int]) -> None:
    links = see("thidua", f"{UNITS}?cap=tat-ca&tu=van+giang").links()
    assert links["UBND huyện Văn Giang"] == f"/thi-dua/dang-ky/{world['326']}"
    assert "Sở Tài chính" not in see("thidua", f"{UNITS}?tu=tai+chinh").links()
    assert "Sở Y tế" in see("thidua", f"{UNITS}?tu=so+y+te").links()
    assert "Sở Y tế" not in see("giamdoc", f"{UNITS}?tu=so+y+te").links()  # not the receiver: sent ones only


def test_a_district_watches_its_communes_only(see: See, world: Mapping[str, int]) -> None:
    rows = units(see("vangiang", UNITS))
    assert len(rows) == 11
    assert rows["UBND xã Xuân Quan"]["Trạng thái"] == "Chờ tiếp nhận"
    everything = units(see("vangiang", f"{UNITS}?cap=tat-ca"))
    assert set(everything) == set(rows) | {"UBND huyện Văn Giang"}
    assert units(see("khoaichau", f"{UNITS}?tu=xuan+quan&cap=tat-ca")) == {}


def test_own_state_is_shown_as_it_is(see: See, world: Mapping[str, int]) -> None:
    own = units(see("stc", f"{UNITS}?cap=tat-ca&tu=so+tai+chinh"))
    assert own["Sở Tài chính"]["Trạng thái"] == "Bản nháp"


def test_who_does_not_watch_is_refused(client_of: Callable[[str], FlaskClient]) -> None:
    for username in ("xuanquan", "hoidong", "quantri"):
        assert client_of(username).get(UNITS).status_code == 403


def test_where_nobody_owes_the_page_says_so(see: See) -> None:
    assert "Không có đơn vị nào phải đăng ký" in see("thidua", f"{UNITS}?nam=2024").text or units(
        see("thidua", f"{UNITS}?nam=2024")
    )
    assert "Không có đơn vị nào phải đăng ký" in see("xuanquan.lanhdao", UNITS).headings(2)


def test_pages_by_key_in_both_orders(see: See, world: Mapping[str, int], clock: FixedClock) -> None:
    clock.instant = datetime(2023, 4, 5, 2, 0, tzinfo=UTC)
    for order in ("", "?xep=don-vi", "?xep=-don-vi", "?xep=-uu-tien"):
        page = see("thidua", f"{UNITS}{order}")
        seen = list(units(page))
        while "Trang sau" in page.links():
            page = see("thidua", page.links()["Trang sau"])
            seen += list(units(page))
        assert len(seen) == len(set(seen)) == int(tabs(page)["Tất cả"])
        back = see("thidua", page.links()["Trang trước"])
        assert list(units(back)) == seen[-len(units(page)) - 50 : -len(units(page))]


def test_a_swap_equals_a_fresh_load(client_of: Callable[[str], FlaskClient], world: Mapping[str, int]) -> None:
    browser = client_of("thidua")
    for query in ("", "?trang_thai=sent", "?cap=commune&xep=-don-vi", "?tu=khongco"):
        whole = Page(browser.get(UNITS + query).text)
        part = Page(browser.get(UNITS + query, headers={"HX-Request": "true"}).text)
        assert not part.has_id("dieu-huong")
        assert shape(part.by_id("ket-qua")) == shape(whole.by_id("ket-qua"))


def test_a_late_sending_of_the_last_day_is_in_time(see: See, arrange: Arrange) -> None:
    at = datetime(2023, 3, 31, 16, 59, tzinfo=UTC)  # 23:59 in Hưng Yên
    arrange(lambda session: register(session, "326", S.SENT, sent_at=at))
    assert (
        units(see("thidua", f"{UNITS}?cap=district&tu=van+giang"))["UBND huyện Văn Giang"]["Ngày gửi"] == "31/03/2023"
    )
