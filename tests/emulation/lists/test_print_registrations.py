"""GET /thi-dua/dang-ky/in and /thi-dua/dang-ky/don-vi/in: the lists on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.blueprints.emulation import exports
from portal.domain.audit.models import AuditEntry
from tests.emulation.lists.conftest import See
from tests.emulation.lists.test_list_registrations import LIST, names
from tests.emulation.lists.world import FORMULA

PRINT = f"{LIST}/in"


@pytest.mark.parametrize("query", ["", "?tu=lan", "?trang_thai=accepted&xep=-ten", "?nam=2022"])
@pytest.mark.parametrize("username", ["thidua", "vangiang", "xuanquan"])
def test_the_sheet_holds_what_the_list_shows(see: See, world: Mapping[str, int], username: str, query: str) -> None:
    sheet = see(username, PRINT + query)
    rows = sheet.table()
    assert [row["Họ và tên cá nhân, tên tập thể"] for row in rows] == names(see(username, f"{LIST}{query}"))
    assert [row["STT"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]


def test_official_layout(see: See, world: Mapping[str, int]) -> None:
    sheet = see("thidua", f"{PRINT}?so_van_ban=7/DS-SNV&ngay_van_ban=05/02/2023")
    assert sheet.headings() == ["DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA"]
    for words in (
        "UBND TỈNH HƯNG YÊN",
        "SỞ NỘI VỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 7/DS-SNV",
        "Hưng Yên, ngày 05 tháng 02 năm 2023",
        "Tổng số: 07 trường hợp: 02 tập thể, 05 cá nhân./.",
        "NGƯỜI LẬP BIỂU",
        "GIÁM ĐỐC",
    ):
        assert words in sheet.text
    row = next(r for r in sheet.table() if r["Họ và tên cá nhân, tên tập thể"] == "Nguyễn Thị Lan Anh")
    assert row["Năm sinh"] == "1985"
    assert row["Danh hiệu thi đua, hình thức khen thưởng"] == "Chiến sĩ thi đua cơ sở"
    taken = next(r for r in sheet.table() if r["Họ và tên cá nhân, tên tập thể"] == FORMULA)
    assert taken["Đơn vị"] == "UBND xã Xuân Quan (UBND huyện Văn Giang trình)"
    links = sheet.links()
    assert links["Tải Excel"] == f"{LIST}/xuat.xlsx?so_van_ban=7/DS-SNV&ngay_van_ban=05/02/2023"
    assert links["Quay lại"] == LIST


def test_as_an_appendix(see: See, world: Mapping[str, int]) -> None:
    sheet = see("vangiang", f"{PRINT}?the_thuc=phu-luc&so_van_ban=3/TTr-UBND&ngay_van_ban=15/3/2023&tu=loi")
    assert sheet.headings() == ["PHỤ LỤC"]
    assert "(Kèm theo Tờ trình số 3/TTr-UBND ngày 15 tháng 3 năm 2023 của UBND huyện Văn Giang)" in sheet.text
    assert "CỘNG HÒA" not in sheet.text
    assert "Tên: “loi”" in sheet.text


def test_by_title(see: See, world: Mapping[str, int]) -> None:
    rows = see("thidua", f"{PRINT}?loai=theo-danh-hieu").tables()[0]
    assert rows[1] == ["I. Cờ thi đua của UBND tỉnh (1)"]
    assert rows[2][1] == "Khối Mặt trận huyện Khoái Châu"


def test_by_unit(see: See, world: Mapping[str, int]) -> None:
    sheet = see("thidua", f"{PRINT}?loai=theo-don-vi")
    rows = sheet.tables()[0]
    assert rows[0][:2] == ["STT", "Đơn vị"]
    assert rows[-1][0] == "Tổng cộng"
    assert rows[-1][-3:] == ["2", "5", "7"]
    assert len(rows) == 1 + 4 + 1
    nothing = see("thidua", f"{PRINT}?loai=theo-don-vi&nam=2022").tables()[0]
    assert nothing[0] == ["STT", "Đơn vị", "Tập thể", "Cá nhân", "Tổng số"]


def test_a_list_that_is_too_long_is_not_cut_but_sent_to_excel(
    see: See, world: Mapping[str, int], monkeypatch: pytest.MonkeyPatch, read: Callable[..., list[AuditEntry]]
) -> None:
    monkeypatch.setattr(exports, "PRINTED_ROWS", 6)
    sheet = see("thidua", PRINT)
    assert sheet.headings() == ["Danh sách quá dài để in từ trình duyệt"]
    assert "hơn 6 dòng" in sheet.text
    assert sheet.tables() == []
    assert "Tải Excel" in sheet.links()
    assert read(select(AuditEntry).where(AuditEntry.action == "registration.list_printed")) == []
    assert len(see("thidua", f"{PRINT}?tu=lan").table()) == 1


def test_units(see: See, world: Mapping[str, int], read: Callable[..., list[AuditEntry]]) -> None:
    sheet = see("vangiang", f"{LIST}/don-vi/in")
    assert sheet.headings() == ["TÌNH HÌNH ĐĂNG KÝ THI ĐUA CỦA CÁC CƠ QUAN, ĐƠN VỊ"]
    rows = {row["Đơn vị"]: row for row in sheet.table()}
    assert len(rows) == 11
    assert rows["UBND xã Xuân Quan"]["Ngày gửi"] == "10/03/2023"
    assert rows["UBND xã Xuân Quan"]["Số dòng đăng ký"] == "1"
    assert "Năm 2023, tính đến ngày 15/03/2023" in sheet.text
    assert "Tổng số: 11 đơn vị, đã gửi 1 đơn vị (9,1%)./." in sheet.text
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_type, entry.detail["rows"]) == (
        "registration.list_printed",
        "emulation_unit_list",
        11,
    )


def test_each_print_is_on_record(see: See, world: Mapping[str, int], read: Callable[..., list[AuditEntry]]) -> None:
    see("xuanquan", PRINT)
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert entry.action == "registration.list_printed"
    assert entry.detail["rows"] == 1


def test_who_may_not_export_may_not_print(client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("quantri").get(PRINT).status_code == 403
    assert client_of("xuanquan").get(f"{LIST}/don-vi/in").status_code == 403
