"""/thi-dua/ky-dang-ky: the periods, their days, and later days for single units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationPeriod
from portal.domain.emulation.queries.periods import window_of
from tests.emulation.catalogue.conftest import Keeper
from tests.emulation.domain.builders import World

NEW = {
    "year": "2025",
    "sector": "office",
    "name": "Đăng ký thi đua năm 2025",
    "opens_on": "03/01/2025",
    "due_on": "31/03/2025",
    "closes_on": "30/06/2025",
    "regime_code": "B",
    "share_rounding": "nearest",
}
GRANT = {"unit": "326 – UBND huyện Văn Giang", "due_on": "15/04/2023", "reason": "Công văn 45/UBND-NV"}


def path_of(keeper: Keeper, code: str = "2023") -> str:
    return f"/ky-dang-ky/{keeper.world.periods[code]}"


def period(keeper: Keeper, code: str = "2023") -> RegistrationPeriod:
    found: RegistrationPeriod = keeper.row(RegistrationPeriod, code=code)
    return found


def test_everyone_reads_the_periods_and_where_they_stand(reader: Keeper) -> None:
    rows = {row["Kỳ đăng ký"]: row for row in reader.get("/ky-dang-ky").table()}
    assert len(rows) == 5
    office = rows["Đăng ký thi đua năm 2023 Cơ quan, đơn vị (theo năm)"]
    assert (office["Mở"], office["Hạn gửi"], office["Đóng"]) == ("03/01/2023", "31/03/2023", "30/06/2023")
    assert office["Trạng thái"] == "Đang mở, còn 16 ngày"
    assert "làm tròn xuống" in office["Áp dụng"]
    states = [row["Trạng thái"] for row in rows.values()]
    assert states.count("Chưa mở") == 2
    assert states.count("Đã đóng") == 2


def test_an_open_period_past_its_due_day_says_so(
    world: World, clock: FixedClock, client_of: Callable[[str], FlaskClient]
) -> None:
    clock.advance(timedelta(days=20))
    page = Keeper(client_of("vangiang"), world).get("/ky-dang-ky")
    assert "Quá hạn gửi, chưa đóng" in page.text


def test_a_period_is_opened_with_the_usual_days(keeper: Keeper) -> None:
    values = keeper.form("/ky-dang-ky/moi")
    assert (values["year"], values["due_on"], values["closes_on"]) == ("2023", "31/03/2023", "30/06/2023")
    page = keeper.saved("/ky-dang-ky/moi", **NEW)
    assert "Đã thêm “Đăng ký thi đua năm 2025”." in page.text
    made = period(keeper, "2025")
    assert (made.due_on, made.regime_code, made.share_rounding) == (date(2025, 3, 31), "B", "nearest")
    school = {**NEW, "sector": "education", "name": "Đăng ký thi đua năm học 2024-2025"}
    keeper.saved("/ky-dang-ky/moi", **school)
    assert period(keeper, "2024-2025").year == 2025
    assert keeper.actions("registration_period", made.id) == ["period.created"]


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"name": ""}, "name", "Nhập tên kỳ đăng ký."),
        ({"year": "2023"}, "sector", "Năm 2023 đã có kỳ đăng ký cho khối này."),
        ({"year": "1990"}, "year", "Năm phải từ 2000 đến 2100."),
        ({"opens_on": ""}, "opens_on", "Nhập ngày."),
        ({"due_on": "31/02/2025"}, "due_on", "Xin nhập ngày/tháng/năm"),
        ({"due_on": "01/01/2025"}, "due_on", "Hạn gửi phải từ ngày mở trở đi."),
        ({"closes_on": "01/02/2025"}, "closes_on", "Ngày đóng phải từ hạn gửi trở đi."),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(
    keeper: Keeper, changes: dict[str, str], field: str, expected: str
) -> None:
    page = keeper.refused("/ky-dang-ky/moi", **{**NEW, **changes})
    assert expected in page.field_errors()[field]
    assert keeper.count(RegistrationPeriod) == 5


def test_a_due_day_that_is_a_day_off_is_taken_and_told_with_the_next_working_day(keeper: Keeper) -> None:
    assert keeper.form("/ky-dang-ky/moi?nam=2024", "/ky-dang-ky/moi")["due_on"] == "01/04/2024"
    path = f"{path_of(keeper)}/sua"
    page = keeper.saved(path, **{**keeper.form(path), "due_on": "30/04/2023"})
    told = "Hạn gửi 30/04/2023 là ngày nghỉ: Chủ nhật, Ngày Chiến thắng. Ngày làm việc tiếp theo: Thứ Năm, 04/05/2023."
    assert told in page.text
    assert told in keeper.get(path).text
    keeper.saved(path, **{**keeper.form(path), "due_on": "04/05/2023"})
    assert "là ngày nghỉ" not in keeper.get(path).text
    page = keeper.saved(f"{path_of(keeper)}/gia-han", **{**GRANT, "due_on": "13/05/2023"})
    assert "Ngày gia hạn 13/05/2023 là ngày nghỉ: Thứ Bảy." in page.text


def test_choices_outside_the_lists_are_refused(keeper: Keeper) -> None:
    for field in ("sector", "regime_code", "share_rounding"):
        page = keeper.refused("/ky-dang-ky/moi", **{**NEW, field: "x"})
        assert field in page.field_errors()


def test_days_and_rounding_are_changed_and_recorded(keeper: Keeper) -> None:
    path = f"{path_of(keeper)}/sua"
    page = keeper.saved(path, **{**keeper.form(path), "due_on": "10/04/2023", "share_rounding": "up"})
    assert "Đã lưu kỳ đăng ký." in page.text
    after = period(keeper)
    assert (after.due_on, after.share_rounding, after.version) == (date(2023, 4, 10), "up", 2)
    entry = keeper.world.all(select(AuditEntry).where(AuditEntry.action == "period.updated"))[0]
    assert entry.detail == {"due_on": ["2023-03-31", "2023-04-10"], "share_rounding": ["down", "up"]}
    keeper.saved(path, **keeper.form(path))
    assert period(keeper).version == 2
    page = keeper.refused(path, **{**keeper.form(path), "closes_on": "01/02/2023"})
    assert "Ngày đóng phải từ hạn gửi" in page.field_errors()["closes_on"]
    assert "Nhập tên" in keeper.refused(path, **{**keeper.form(path), "name": ""}).field_errors()["name"]


def test_who_saves_second_sees_both_versions(keeper: Keeper, other: Keeper) -> None:
    path = f"{path_of(keeper)}/sua"
    first, second = keeper.form(path), other.form(path)
    keeper.saved(path, **{**first, "due_on": "07/04/2023"})
    page = other.refused(path, 409, **{**second, "regime_code": "B"})
    assert page.table() == [
        {"Ô": "Hạn gửi", "Bản đang soạn, chưa lưu": "31/03/2023", "Bản trên hệ thống": "07/04/2023"},
        {
            "Ô": "Áp dụng",
            "Bản đang soạn, chưa lưu": "Luật Thi đua, khen thưởng năm 2022, Nghị định 98/2023",
            "Bản trên hệ thống": "Luật Thi đua, khen thưởng năm 2003",
        },
    ]
    assert page.values(page.form_to(f"/thi-dua{path}"))["version"] == "2"


def test_one_unit_gets_a_later_day_and_keeps_it(keeper: Keeper) -> None:
    page = keeper.saved(f"{path_of(keeper)}/gia-han", **GRANT)
    assert "Đã gia hạn cho Văn Giang đến 15/04/2023." in page.text
    row = page.table()[0]
    assert (row["Đơn vị"], row["Đến ngày"], row["Lý do"]) == (
        "UBND huyện Văn Giang",
        "15/04/2023",
        "Công văn 45/UBND-NV",
    )
    assert row["Người gia hạn"] == "Nguyễn Thị Thu Hằng, 15/03/2023"
    with keeper.world.session_factory() as session:
        found = window_of(session, period(keeper), keeper.world.units["326"])
    assert (found.due_on, found.excepted) == (date(2023, 4, 15), True)
    keeper.saved(f"{path_of(keeper)}/gia-han", **{**GRANT, "unit": "326", "due_on": "20/04/2023"})
    assert [e.due_on for e in keeper.world.all(select(PeriodException))] == [date(2023, 4, 20)]
    assert keeper.actions("registration_period", period(keeper).id) == ["period.exception_granted"] * 2
    rows = {row["Kỳ đăng ký"]: row for row in keeper.get("/ky-dang-ky").table()}
    assert rows["Đăng ký thi đua năm 2023 Cơ quan, đơn vị (theo năm)"]["Gia hạn"] == "1"


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"unit": ""}, "unit", "Nhập mã hoặc tên đơn vị."),
        ({"unit": "không có"}, "unit", "Không thấy đơn vị này."),
        ({"unit": "SGDDT"}, "unit", "không đăng ký theo kỳ này."),
        ({"due_on": "31/03/2023"}, "due_on", "Ngày gia hạn phải sau hạn chung 31/03/2023."),
        ({"due_on": ""}, "due_on", "Nhập ngày."),
        ({"reason": "  "}, "reason", "Nhập lý do gia hạn."),
        ({"reason": "x" * 1001}, "reason", "Dài quá 1000 ký tự."),
    ],
)
def test_a_later_day_needs_unit_day_and_reason(
    keeper: Keeper, changes: dict[str, Any], field: str, expected: str
) -> None:
    page = keeper.refused(f"{path_of(keeper)}/gia-han", **{**GRANT, **changes})
    assert expected in page.field_errors()[field]
    assert keeper.count(PeriodException) == 0


def test_the_common_day_stays_before_the_granted_ones(keeper: Keeper) -> None:
    keeper.saved(f"{path_of(keeper)}/gia-han", **GRANT)
    path = f"{path_of(keeper)}/sua"
    page = keeper.refused(path, **{**keeper.form(path), "due_on": "15/04/2023"})
    assert "Có đơn vị được gia hạn đến 15/04/2023" in page.field_errors()["due_on"]


def test_a_later_day_is_taken_back(keeper: Keeper) -> None:
    keeper.saved(f"{path_of(keeper)}/gia-han", **GRANT)
    granted = keeper.row(PeriodException)
    page = keeper.saved(f"{path_of(keeper)}/gia-han/{granted.id}/bo")
    assert "Chưa có đơn vị nào được gia hạn" in page.text
    assert keeper.actions("registration_period", period(keeper).id)[-1] == "period.exception_withdrawn"
    assert keeper.send(f"{path_of(keeper)}/gia-han/{granted.id}/bo").status_code == 404


def test_only_an_unused_period_goes(keeper: Keeper) -> None:
    keeper.saved("/ky-dang-ky/moi", **NEW)
    made = period(keeper, "2025")
    page = keeper.saved(f"/ky-dang-ky/{made.id}/xoa", version=1)
    assert "Đã xóa “Đăng ký thi đua năm 2025”." in page.text
    keeper.saved(f"{path_of(keeper)}/gia-han", **GRANT)
    page = keeper.refused(f"{path_of(keeper)}/xoa", 409, version=1)
    assert "Kỳ này đã có 1 đơn vị được gia hạn nên không xóa được." in page.text
    keeper.world.opened("vangiang", "326")
    assert "đã có 1 bản đăng ký" in keeper.refused(f"{path_of(keeper)}/xoa", 409, version=1).text


def test_only_who_manages_periods_changes_them(reader: Keeper) -> None:
    reader.get("/ky-dang-ky/moi", 403)
    reader.get("/ky-dang-ky/1/sua", 403)
    for path in ("moi", "1/sua", "1/xoa", "1/gia-han", "1/gia-han/1/bo"):
        assert reader.send(f"/ky-dang-ky/{path}", **NEW).status_code == 403


def test_what_is_not_there_is_not_found(keeper: Keeper) -> None:
    keeper.get("/ky-dang-ky/999/sua", 404)
    assert keeper.send("/ky-dang-ky/999/gia-han", **GRANT).status_code == 404
