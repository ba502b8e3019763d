"""Lines of the year before: what can be taken over, what not and why; units that a unit was formed of; no doubles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.services import lines
from portal.domain.units.enums import ChangeKind, PartSide
from portal.domain.units.models import Unit, UnitChange, UnitChangePart
from tests.emulation.domain.builders import World
from tests.emulation.lists.conftest import Arrange, arrange  # noqa: F401 - a fixture among them
from tests.emulation.lists.world import L, S, register
from tests.emulation.pages.support import Browser
from tests.pages import Page

Browse = Callable[[str], Browser]
LAST = [
    L("Nguyễn Thị Lan Anh", "CSTDCS", "Chuyên viên", "Phòng Nội vụ"),
    L("Đỗ Thị Hoà", "LDTT", "Chuyên viên"),
    L("Phòng Nội vụ", "TTLDXS"),
    L("Người Của Xã", "LDTT", "Công chức", origin="12022"),
]


def year_before(state: S = S.ACCEPTED, given: list[L] | None = None) -> Callable[[Session], Any]:
    return lambda session: register(session, "326", state, LAST if given is None else given, period="2022").id


def merged(session: Session) -> None:
    """Khoái Châu was merged into Văn Giang on 01/02/2023; Ân Thi long before that."""
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    for source, day in (("330", date(2023, 2, 1)), ("329", date(2019, 2, 1))):
        change = UnitChange(
            kind=ChangeKind.MERGE, decision_no="1/QĐ-UBND", decision_date=day, effective_on=day, note=""
        )
        session.add(change)
        session.flush()
        session.add_all(
            UnitChangePart(change_id=change.id, unit_id=units[code], side=side)
            for code, side in ((source, PartSide.BEFORE), ("326", PartSide.AFTER))
        )
        register(session, source, S.SENT, [L(f"Người Huyện {source}", "LDTT", "Chuyên viên")], period="2022")


def rows(page: Page) -> dict[str, str]:
    """Each line with what the page says of taking it over."""
    return {row["Họ tên hoặc tên tập thể"]: row["Lấy sang năm nay"] for row in page.table()}


def names(world: World, key: int) -> list[str]:
    stmt = select(RegistrationLine.name).where(RegistrationLine.registration_id == key)
    return world.all(stmt.order_by(RegistrationLine.position))


@pytest.fixture
def own(world: World) -> int:
    return world.opened("vangiang", "326", "2023", world.person("Đỗ Thị Hòa"))


def test_chosen_lines_are_taken_once(browse: Browse, world: World, own: int, arrange: Arrange) -> None:  # noqa: F811
    arrange(year_before())
    browser, address = browse("vangiang"), f"/thi-dua/dang-ky/{own}/nam-truoc"
    assert browser.page(f"/thi-dua/dang-ky/{own}").links()["Lấy từ năm trước"] == address
    page = browser.page(address)
    assert page.headings() == ["Lấy dòng từ bản đăng ký năm 2022"]
    found = rows(page)
    assert found["Nguyễn Thị Lan Anh"] == "Lấy được"
    assert found["Đỗ Thị Hoà"] == "Đã có"  # written hòa there
    assert found["Người Của Xã"].startswith("Không lấy Dòng lấy từ đơn vị trực thuộc")
    assert "4 dòng: 2 lấy được, 1 đã có, 1 không lấy" in page.text
    boxes = {box.get("value") for box in page.root.iter("input") if box.get("name") == "id"}
    assert len(boxes) == 2
    with world.work_as("vangiang") as work:
        first = work.session.scalars(
            select(RegistrationLine.id).where(
                RegistrationLine.name == "Nguyễn Thị Lan Anh", RegistrationLine.registration_id != own
            )
        ).one()
    for _ in range(2):
        browser.client.post(address, data={"viec": "lay", "id": str(first)})
        assert names(world, own) == ["Đỗ Thị Hòa", "Nguyễn Thị Lan Anh"]
    assert world.actions(own).count("registration.lines_copied") == 1
    copied = next(key for key in world.line_ids(own) if key != world.line_ids(own)[0])
    changed = world.person("Nguyễn Thị Lan Anh", "LDTT", "Phó Trưởng phòng")
    world.edit("vangiang", own, lines.update_line, copied, 1, changed)
    for _ in range(2):
        browser.client.post(address, data={"viec": "lay-tat-ca"})
        assert names(world, own) == ["Đỗ Thị Hòa", "Nguyễn Thị Lan Anh", "Phòng Nội vụ"]
    assert rows(browser.page(address))["Nguyễn Thị Lan Anh"] == "Đã có"  # although it was changed here


def test_what_no_longer_holds_is_said(
    browse: Browse,
    world: World,
    own: int,
    arrange: Arrange,  # noqa: F811
) -> None:
    def change(session: Session) -> None:
        year_before()(session)
        title = session.scalars(select(EmulationTitle).where(EmulationTitle.code == "TTLDXS")).one()
        title.valid_to = date(2022, 12, 31)
        period = session.scalars(select(RegistrationPeriod).where(RegistrationPeriod.code == "2023")).one()
        period.regime_code = "B"

    arrange(change)
    found = rows(browse("vangiang").page(f"/thi-dua/dang-ky/{own}/nam-truoc"))
    assert found["Phòng Nội vụ"].startswith("Không lấy “")
    assert "không áp dụng trong kỳ này" in found["Phòng Nội vụ"]
    assert found["Nguyễn Thị Lan Anh"].startswith("Lấy được Quy định đã thay đổi: ")
    browse("vangiang").client.post(f"/thi-dua/dang-ky/{own}/nam-truoc", data={"viec": "lay-tat-ca"})
    assert names(world, own) == ["Đỗ Thị Hòa", "Nguyễn Thị Lan Anh"]


def test_units_that_a_unit_was_formed_of_are_offered(
    browse: Browse,
    world: World,
    own: int,
    arrange: Arrange,  # noqa: F811
) -> None:
    arrange(merged)
    browser, address = browse("vangiang"), f"/thi-dua/dang-ky/{own}/nam-truoc"
    page = browser.page(address)
    assert rows(page) == {"Người Huyện 330": "Lấy được"}  # not of a merger of years ago
    assert "UBND huyện Khoái Châu" in page.text
    for _ in range(2):
        browser.client.post(address, data={"viec": "lay-tat-ca"})
        assert names(world, own) == ["Đỗ Thị Hòa", "Người Huyện 330"]
    other = world.opened("khoaichau", "330", "2023")
    assert "không có dòng nào để lấy" not in browse("khoaichau").page(f"/thi-dua/dang-ky/{other}/nam-truoc").text
    assert "Văn Giang" not in browse("khoaichau").page(f"/thi-dua/dang-ky/{other}/nam-truoc").text


def test_nothing_before_and_what_is_sent(browse: Browse, world: World, own: int, arrange: Arrange) -> None:  # noqa: F811
    address = f"/thi-dua/dang-ky/{own}/nam-truoc"
    assert "Năm 2022 không có dòng nào để lấy" in browse("vangiang").page(address).text
    assert browse("khoaichau").client.get(address).status_code == 404
    world.step("vangiang", own, "submit")
    assert browse("vangiang").client.get(address).status_code == 409
    assert browse("vangiang").client.post(address, data={"viec": "lay-tat-ca"}).status_code == 409


def test_it_asks_as_much_for_many_lines(
    browse: Browse,
    own: int,
    arrange: Arrange,  # noqa: F811
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    counts = []
    for unit, number in (("326", 2), ("330", 20)):
        given = [L(f"Nguyễn Văn {chr(65 + n)}", "LDTT", "Chuyên viên") for n in range(number)]
        if unit == "326":
            arrange(year_before(given=given))
        else:
            arrange(partial(_more, given=given))
        browser = browse("vangiang")
        browser.page(f"/thi-dua/dang-ky/{own}/nam-truoc")
        with count_queries() as seen:
            page = browser.page(f"/thi-dua/dang-ky/{own}/nam-truoc")
        assert len(page.table()) == number
        counts.append(len(seen))
    assert counts[0] == counts[1]


def _more(session: Session, given: list[L]) -> None:
    """The year before with these lines instead."""
    session.query(RegistrationLine).filter(
        RegistrationLine.period_id
        == session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2022")).one()
    ).delete()
    period = session.scalars(select(RegistrationPeriod).where(RegistrationPeriod.code == "2022")).one()
    session.query(EmulationRegistration).filter(EmulationRegistration.period_id == period.id).delete()
    register(session, "326", S.ACCEPTED, given, period="2022")
