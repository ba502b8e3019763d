"""/lich/ngay-nghi and /lich/ky-bao-cao as people read and keep them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.domain.calendar.models import CalendarDay, HolidayYear
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]
LIST = "/lich/ngay-nghi"
DAY = {"kind": "in_lieu", "day": "06/03/2024", "work_day": "", "name": "Lễ hội Phố Hiến", "source": "Công văn 9/UBND"}


@pytest.fixture
def office(client_of: ClientOf) -> FlaskClient:
    return client_of("vanphong")


@pytest.fixture
def version(read: Callable[..., Any]) -> Callable[[int], str]:
    return lambda year: str(read(select(HolidayYear.version).where(HolidayYear.year == year))[0])


def get(client: FlaskClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    found = Page(answer.text)
    assert found.errors == []
    return found


def test_everyone_reads_the_list_and_how_sure_it_is(client_of: ClientOf) -> None:
    page = get(client_of("xuanquan"), LIST)
    assert page.headings() == ["Ngày nghỉ, ngày làm bù năm 2023"]
    assert "8056/VPCP-KGVX ngày 01/12/2022" in page.text
    rows = page.table()
    assert rows[2]["Ngày"] == "20/01/2023 Thứ Sáu"
    assert (rows[2]["Loại"], rows[2]["Đối chiếu"]) == ("Nghỉ lễ, tết", "Đã đối chiếu")
    assert "20/01/2023 – 26/01/2023 7 ngày" in page.text
    assert page.buttons() == get(client_of("xuanquan"), "/lich/ky-bao-cao").buttons()
    assert "10 ngày cần đối chiếu với văn bản" in get(client_of("xuanquan"), f"{LIST}?nam=2022").text


def test_the_office_begins_corrects_and_confirms_a_year(
    client_of: ClientOf, clock: FixedClock, version: Callable[[int], str]
) -> None:
    clock.instant = datetime(2024, 12, 10, 3, tzinfo=UTC)
    office = client_of("vanphong")
    page = get(office, f"{LIST}?nam=2025")
    assert "Chưa có danh sách chính thức của năm 2025" in page.text
    assert page.table()[0]["Đối chiếu"] == "Cần đối chiếu"
    answer = office.post(f"{LIST}/2025/lap")
    assert answer.location == f"{LIST}?nam=2025"
    assert "Danh sách này chưa được xác nhận" in get(office, answer.location).text
    assert office.post(f"{LIST}/2025/lap").status_code == 409
    form = {"version": version(2025), "paper_no": "8726/VPCP-KGVX", "paper_date": "26/11/2024", "note": ""}
    wrong = office.post(f"{LIST}/2025/xac-nhan", data={**form, "paper_date": "30/02/2024"})
    assert wrong.status_code == 422
    assert Page(wrong.text).field_errors()["paper_date"].endswith("Xin nhập ngày/tháng/năm, ví dụ 05/09/2023.")
    assert office.post(f"{LIST}/2025/xac-nhan", data=form).status_code == 303
    page = get(office, f"{LIST}?nam=2025")
    assert "Đã xác nhận danh sách ngày nghỉ năm 2025." in page.text
    assert {row["Căn cứ"] for row in page.table()} == {"8726/VPCP-KGVX ngày 26/11/2024"}
    assert "dự kiến" not in get(office, "/lich?nam=2025&thang=1").text


def test_a_day_is_added_changed_removed_and_put_back(
    office: FlaskClient, read: Callable[..., Any], version: Callable[[int], str]
) -> None:
    answer = office.post(f"{LIST}/2024/them", data={**DAY, "version": version(2024)})
    assert answer.status_code == 303
    key = read(select(CalendarDay.id).where(CalendarDay.day == date(2024, 3, 6)))[0]
    page = get(office, f"{LIST}/ngay/{key}/sua")
    form = page.form_to(f"{LIST}/ngay/{key}/sua?nam=2024")
    once = {"csrf_token": "", "_goc": "", "_ve": ""}
    assert page.values(form) | once == {**DAY, "version": version(2024), **once}
    office.post(f"{LIST}/ngay/{key}/sua", data={**DAY, "name": "Nghỉ bù lễ hội", "version": version(2024)})
    assert "Nghỉ bù lễ hội" in get(office, f"{LIST}?nam=2024").text
    gone = office.post(f"{LIST}/ngay/{key}/bo", data={"version": version(2024)}, follow_redirects=True)
    page = Page(gone.text)
    assert "Đã bỏ ngày 06/03/2024 khỏi danh sách năm 2024" in page.text
    undo = page.values(page.form_to(f"{LIST}/2024/them"))
    assert office.post(f"{LIST}/2024/them", data=undo).status_code == 303
    assert "Nghỉ bù lễ hội" in get(office, f"{LIST}?nam=2024").text


def test_of_two_swapped_days_the_form_shows_both(office: FlaskClient, read: Callable[..., Any]) -> None:
    worked = read(select(CalendarDay.id).where(CalendarDay.day == date(2024, 5, 4)))[0]
    page = get(office, f"{LIST}/ngay/{worked}/sua")
    values = page.values(page.form_to(f"{LIST}/ngay/{worked}/sua?nam=2024"))
    assert (values["kind"], values["day"], values["work_day"]) == ("swap_off", "29/04/2024", "04/05/2024")


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(
    office: FlaskClient, version: Callable[[int], str]
) -> None:
    for data, wrong in (
        ({**DAY, "day": "07/05/2023"}, {"day"}),
        ({**DAY, "name": "", "day": "31/02/2024"}, {"name", "day"}),
        ({**DAY, "name": "x" * 121, "kind": "swap_work"}, {"name", "kind"}),
        ({**DAY, "kind": "swap_off", "source": ""}, {"work_day", "source"}),
    ):
        answer = office.post(f"{LIST}/2024/them", data={**data, "version": version(2024)})
        page = Page(answer.text)
        assert answer.status_code == 422
        assert page.field_errors().keys() == wrong
        assert page.values(page.form_to(f"{LIST}/2024/them?nam=2024"))["day"] == data["day"]


def test_who_saves_second_sees_both_versions(
    client_of: ClientOf, office: FlaskClient, read: Callable[..., Any], version: Callable[[int], str]
) -> None:
    day = read(select(CalendarDay).where(CalendarDay.day == date(2023, 9, 4)))[0]
    old = version(2023)
    mine = {"kind": "in_lieu", "day": "04/09/2023", "work_day": "", "name": "Quốc khánh", "source": "Công văn A"}
    assert client_of("giamdoc").post(f"{LIST}/ngay/{day.id}/sua", data={**mine, "version": old}).status_code == 303
    answer = office.post(f"{LIST}/ngay/{day.id}/sua", data={**mine, "source": "Công văn B", "version": old})
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Trần Đức Thịnh vừa sửa nội dung này" in " ".join(page.headings(2))
    both = "Căn cứ cả hai cùng sửa"
    assert page.table() == [{"Ô": both, "Bản đang soạn, chưa lưu": "Công văn B", "Bản trên hệ thống": "Công văn A"}]
    again = page.values(page.form_to(f"{LIST}/ngay/{day.id}/sua?nam=2023"))
    assert (again["source"], again["version"]) == ("Công văn B", version(2023))
    path = f"{LIST}/ngay/{day.id}/sua"
    assert office.post(path, data={**again, "_nhap": "dang-go"}).text == "Đã lưu nháp lúc 09:00"
    offered = get(office, path)
    assert offered.values(offered.form_to(f"{path}?nam=2023"))["source"] == "Công văn B"
    assert office.post(path, data={**again, "_chon.source": "ho", "name": "Nghỉ lễ"}).status_code == 303
    assert read(select(CalendarDay.source).where(CalendarDay.id == day.id)) == ["Công văn A"]
    assert read(select(CalendarDay.name).where(CalendarDay.id == day.id)) == ["Nghỉ lễ"]
    stale = office.post(f"{LIST}/2023/them", data={**DAY, "day": "06/03/2023", "version": old})
    assert (stale.status_code, Page(stale.text).values(Page(stale.text).forms()[-1])["name"]) == (409, DAY["name"])
    paper = {"version": old, "paper_no": "1/TB", "paper_date": "01/12/2022", "note": ""}
    assert office.post(f"{LIST}/2023/xac-nhan", data=paper).status_code == 409
    assert office.post(f"{LIST}/ngay/{day.id}/bo", data={"version": old}).status_code == 409


def test_lists_and_days_that_are_not_there_are_not_found(office: FlaskClient) -> None:
    for path in (f"{LIST}/2031/xac-nhan", f"{LIST}/2031/them", f"{LIST}/ngay/999999/sua", "/lich/ky-bao-cao/99/sua"):
        assert office.get(path).status_code == 404
        assert office.post(path, data={**DAY, "version": "1"}).status_code in (404, 422)
    assert office.post(f"{LIST}/1999/lap").status_code == 404


def test_reporting_periods_of_the_year_and_their_due_days(client_of: ClientOf, office: FlaskClient) -> None:
    page = get(client_of("vangiang"), "/lich/ky-bao-cao")
    assert page.headings(2)[-5:] == [
        "Báo cáo tháng",
        "Báo cáo quý",
        "Báo cáo 6 tháng",
        "Báo cáo 9 tháng",
        "Báo cáo năm",
    ]
    assert page.table(0)[2] == {
        "Kỳ": "Tháng 3/2023",
        "Từ ngày": "15/02/2023",
        "Chốt số liệu": "14/03/2023",
        "Hạn gửi": "Thứ Năm, 16/03/2023",
        "Tình trạng": "Đã chốt, đang lập báo cáo",
    }
    assert page.table(1)[0]["Kỳ"] == "Quý I/2023"
    assert "Sửa" not in page.links()
    path = "/lich/ky-bao-cao/1/sua"
    assert path in {a.get("href") for a in get(office, "/lich/ky-bao-cao").by_id("quy-dinh-1").iter("a")}
    form = get(office, path)
    values = form.values(form.form_to(path))
    assert values["cutoff_day"] == "14"
    bad = office.post(path, data={**values, "cutoff_day": "abc", "due_amount": "0"})
    assert Page(bad.text).field_errors()["cutoff_day"].endswith("Xin nhập một số nguyên.")
    assert office.post(path, data={**values, "due_amount": "0"}).status_code == 422
    assert office.post(path, data={**values, "cutoff_day": "20"}).status_code == 303
    late = office.post(path, data={**values, "cutoff_day": "25"})
    assert (late.status_code, Page(late.text).table()[0]["Bản trên hệ thống"]) == (409, "20")
    assert get(office, "/lich/ky-bao-cao").table(0)[0]["Chốt số liệu"] == "20/01/2023"
    assert "Hạn gửi có thể đổi" not in page.text
