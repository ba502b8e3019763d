"""GET /thi-dua/dang-ky/xuat.xlsx: the workbook holds exactly what the filter shows, in its order."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.blueprints.emulation import exports
from portal.core.errors import RuleBroken
from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry
from portal.exports.emulation_lists import FIELDS, UNIT_COLUMNS
from tests.emulation.lists.conftest import Arrange, See
from tests.emulation.lists.test_list_registrations import LIST, names
from tests.emulation.lists.world import FORMULA, L, S, register

EXPORT = f"{LIST}/xuat.xlsx"
UNITS = f"{LIST}/don-vi/xuat.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Clients = Callable[[str], FlaskClient]


class Book:
    """A workbook that was sent: its cells, its sheet."""

    def __init__(self, content: bytes) -> None:
        self.rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
        found = load_workbook(io.BytesIO(content)).active
        assert isinstance(found, Worksheet)
        self.sheet = found
        self.header = next(i for i, row in enumerate(self.rows) if row[0] == "STT")

    @property
    def body(self) -> list[dict[str, Any]]:
        """The numbered rows by their headings."""
        head = [str(cell) for cell in self.rows[self.header]]
        return [dict(zip(head, r, strict=True)) for r in self.rows[self.header + 1 :] if isinstance(r[0], float)]

    @property
    def above(self) -> list[str]:
        return [str(cell) for row in self.rows[: self.header] for cell in row if cell != ""]

    @property
    def below(self) -> list[str]:
        return [str(c) for r in self.rows[self.header + 1 :] if not isinstance(r[0], float) for c in r if c != ""]


def export(clients: Clients, username: str, query: str = "", address: str = EXPORT) -> Book:
    with clients(username).get(f"{address}{query}") as answer:
        assert answer.status_code == 200, answer.data[:1000]
        assert answer.content_type == XLSX
        assert answer.content_length == len(answer.data)
        return Book(answer.data)


def test_every_cell(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua")
    assert book.rows[book.header] == ["STT", *(field.column.label for field in FIELDS)]
    rows = {row["Họ và tên cá nhân, tên tập thể"]: row for row in book.body}
    assert rows["Nguyễn Thị Lan Anh"] == {
        "STT": 1.0,
        "Họ và tên cá nhân, tên tập thể": "Nguyễn Thị Lan Anh",
        "Đối tượng": "Cá nhân",
        "Năm sinh": 1985.0,
        "Giới tính": "Nữ",
        "Chức vụ": "Chuyên viên",
        "Phòng, ban": "Phòng Nội vụ",
        "Đơn vị": "UBND huyện Văn Giang",
        "Đơn vị trình": "UBND huyện Văn Giang",
        "Cấp": "Cấp huyện",
        "Cụm, khối thi đua": "Khối thi đua các huyện, thị xã, thành phố",
        "Danh hiệu thi đua, hình thức khen thưởng": "Chiến sĩ thi đua cơ sở",
        "Loại": "Danh hiệu thi đua",
        "Năm, kỳ": 2023.0,
        "Trạng thái": "Chờ tiếp nhận",
        "Số văn bản": "12/ĐK-UBND",
        "Ngày văn bản": date(2023, 3, 9),
        "Ngày gửi": date(2023, 3, 10),
        "Nơi gốc": "",
        "Ghi chú": "Ghi chú",
    }
    taken = rows[FORMULA]
    assert (taken["Nơi gốc"], taken["Đơn vị"]) == ("UBND xã Xuân Quan", "UBND xã Xuân Quan")
    assert (taken["Đơn vị trình"], taken["Ghi chú"], taken["Năm sinh"]) == ("UBND huyện Văn Giang", "1/2", "")
    assert rows["Chu Tiến Dũng"]["Năm, kỳ"] == "2022-2023"
    formulas = [c for line in book.sheet.iter_rows() for c in line if c.data_type == "f"]
    assert formulas == []
    typed = next(c for line in book.sheet.iter_rows() for c in line if c.value == FORMULA)
    assert typed.quotePrefix
    assert book.below[0] == "Tổng số: 07 trường hợp: 02 tập thể, 05 cá nhân./."


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?tu=lan",
        "?trang_thai=accepted",
        "?doi_tuong=person&xep=-ten",
        "?xep=danh-hieu",
        "?xep=-don-vi",
        "?cap=commune",
        "?ca_cap_duoi=1",
        "?nam=2022",
    ],
)
@pytest.mark.parametrize("username", ["thidua", "giamdoc", "vangiang", "khoaichau", "xuanquan", "hoidong"])
def test_the_workbook_holds_what_the_list_shows_in_its_order(
    client_of: Clients, see: See, world: Mapping[str, int], username: str, query: str
) -> None:
    book = export(client_of, username, query)
    shown = names(see(username, f"{LIST}{query}"))
    assert [row["Họ và tên cá nhân, tên tập thể"] for row in book.body] == shown
    assert [row["STT"] for row in book.body] == list(range(1, len(shown) + 1))


def test_in_the_name_of_the_body_that_one_works_in(client_of: Clients, world: Mapping[str, int]) -> None:
    province = export(client_of, "thidua")
    assert province.above[:2] == ["UBND TỈNH HƯNG YÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    assert "SỞ NỘI VỤ" in province.above
    assert "Hưng Yên, ngày       tháng       năm 2023" in province.above
    assert "Số:         /DS-SNV" in province.above
    assert province.below[1:4] == ["NGƯỜI LẬP BIỂU", "GIÁM ĐỐC", "(Ký, ghi rõ họ tên)"]
    assert province.below[-1] == "Nguyễn Thị Thu Hằng"
    district = export(client_of, "vangiang")
    assert district.above[0] == "ỦY BAN NHÂN DÂN"
    assert "HUYỆN VĂN GIANG" in district.above
    assert "TM. ỦY BAN NHÂN DÂN" in district.below
    assert "CHỦ TỊCH" in district.below
    commune = export(client_of, "xuanquan")
    assert "XÃ XUÂN QUAN" in commune.above


def test_the_paper_says_what_it_is_cut_to(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua", "?tu=lan&trang_thai=sent")
    assert "DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA" in book.above
    assert "Năm 2023" in book.above
    assert "Tên: “lan”; Trạng thái: Chờ tiếp nhận" in book.above
    assert "Năm 2023" in export(client_of, "thidua").above


def test_as_an_appendix(client_of: Clients, world: Mapping[str, int]) -> None:
    query = "?the_thuc=phu-luc&so_van_ban=45/TTr-SNV&ngay_van_ban=05/02/2023"
    book = export(client_of, "thidua", query)
    assert book.above[0] == "PHỤ LỤC"
    assert "(Kèm theo Tờ trình số 45/TTr-SNV ngày 05 tháng 02 năm 2023 của Sở Nội vụ)" in book.above
    assert not any("CỘNG HÒA" in text for text in book.above)
    blank = export(client_of, "thidua", "?the_thuc=phu-luc")
    assert "(Kèm theo Tờ trình số ........./TTr-SNV ngày ..... tháng ..... năm 2023 của Sở Nội vụ)" in blank.above


def test_standing_alone_with_number_and_day(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua", "?so_van_ban=7/DS-SNV&ngay_van_ban=15/3/2023")
    assert "Số: 7/DS-SNV" in book.above
    assert "Hưng Yên, ngày 15 tháng 3 năm 2023" in book.above


def test_by_title(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua", "?loai=theo-danh-hieu&xep=-ten")
    column = [row[0] for row in book.rows[book.header + 1 :] if row[0] != ""]
    assert column[:4] == [
        "I. Cờ thi đua của UBND tỉnh (1)",
        1.0,
        "II. Chiến sĩ thi đua cấp tỉnh (1)",
        1.0,
    ]
    assert "V. Lao động tiên tiến (3)" in column
    last = column.index("V. Lao động tiên tiến (3)")
    assert column[last + 1 : last + 4] == [1.0, 2.0, 3.0]
    people = [r["Họ và tên cá nhân, tên tập thể"] for r in book.body]
    assert people[-3:] == [FORMULA, "Lương Trả Lại", "Đỗ Thị Hòa"]  # each title in the list's own order
    assert book.sheet.auto_filter.ref is None
    assert "Tổng số: 07 trường hợp: 02 tập thể, 05 cá nhân./." in book.below


def test_by_unit(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua", "?loai=theo-don-vi&the_thuc=phu-luc")
    head = book.rows[book.header]
    assert head[:2] == ["STT", "Đơn vị"]
    assert head[2] == "Cờ thi đua UBND tỉnh"
    assert head[-3:] == ["Tập thể", "Cá nhân", "Tổng số"]
    rows = {row["Đơn vị"]: row for row in book.body}
    assert set(rows) == {"Sở Giáo dục và Đào tạo", "UBND huyện Khoái Châu", "UBND huyện Văn Giang", "Sở Y tế"}
    assert rows["UBND huyện Văn Giang"]["Tổng số"] == 3.0
    assert rows["UBND huyện Văn Giang"]["LĐTT"] == 1.0
    assert rows["UBND huyện Văn Giang"]["Cờ thi đua UBND tỉnh"] == ""
    total = next(row for row in book.rows if row[0] == "Tổng cộng")
    assert total[-3:] == [2.0, 5.0, 7.0]
    sums = [c.value for c in book.sheet[book.rows.index(total) + 1] if c.data_type == "f"]
    assert all(str(formula).startswith("=SUM(") for formula in sums)
    assert len(sums) == len(head) - 2


@pytest.mark.parametrize("query", ["?loai=khac&the_thuc=khac", "?loai=&the_thuc="])
def test_unknown_choices_give_the_usual_list(client_of: Clients, world: Mapping[str, int], query: str) -> None:
    assert "DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA" in export(client_of, "thidua", query).above


@pytest.mark.parametrize("address", [EXPORT, f"{LIST}/in"])
def test_faulty_choices_come_back_with_their_error(see: See, world: Mapping[str, int], address: str) -> None:
    page = see("thidua", f"{address}?ngay_van_ban=31/02/2023&so_van_ban={'1' * 61}&tu=lan", status=422)
    errors = page.field_errors()
    assert "ngày/tháng/năm" in errors["ngay_van_ban"]
    assert "60 ký tự" in errors["so_van_ban"]


def test_the_file_name(client_of: Clients, world: Mapping[str, int]) -> None:
    with client_of("thidua").get(f"{EXPORT}?loai=theo-don-vi") as answer:
        headers = answer.headers
    assert headers["Content-Disposition"] == "attachment; filename=dang-ky-thi-dua-2023-theo-don-vi.xlsx"
    assert headers["Cache-Control"] == "no-store"


def test_each_export_is_on_record(
    client_of: Clients, world: Mapping[str, int], read: Callable[..., list[AuditEntry]], runtime: Runtime
) -> None:
    export(client_of, "vangiang", "?tu=loi")
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_type, entry.object_id) == (
        "registration.list_exported",
        "emulation_line_list",
        "danh-sach",
    )
    assert entry.detail["rows"] == 1
    assert entry.detail["words"] == "loi"
    assert json.dumps(entry.detail)
    assert not list(runtime.settings.data_dir.glob("*making*"))  # nothing is left behind


def test_an_export_that_could_not_be_recorded_is_not_sent(
    client_of: Clients, world: Mapping[str, int], monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuleBroken("Chưa ghi được nhật ký.")

    monkeypatch.setattr(exports, "record_read", refuse)
    answer = client_of("thidua").get(EXPORT)
    assert answer.status_code == 409
    assert answer.content_type.startswith("text/html")
    assert not list(runtime.settings.data_dir.glob("*making*"))


def test_who_may_not_export_is_refused(client_of: Clients, world: Mapping[str, int]) -> None:
    for username in ("quantri", "cchc"):
        assert client_of(username).get(EXPORT).status_code == 403
    assert client_of("xuanquan").get(UNITS).status_code == 403


def test_units(client_of: Clients, world: Mapping[str, int]) -> None:
    book = export(client_of, "thidua", address=UNITS)
    assert book.rows[book.header] == [column.label for column in UNIT_COLUMNS]
    rows = {row["Đơn vị"]: row for row in book.body}
    sent = rows["UBND huyện Văn Giang"]
    assert (sent["Trạng thái"], sent["Ngày gửi"], sent["Số văn bản"]) == (
        "Chờ tiếp nhận",
        date(2023, 3, 10),
        "12/ĐK-UBND",
    )
    assert (sent["Hạn gửi"], sent["Số dòng đăng ký"]) == (date(2023, 3, 31), 3.0)
    draft = rows["Sở Tài chính"]
    assert (draft["Trạng thái"], draft["Số dòng đăng ký"]) == ("Đang soạn", "")
    late = rows["Sở Giáo dục và Đào tạo"]
    assert (late["Hạn gửi"], late["Số ngày quá hạn"]) == (date(2022, 9, 30), 161.0)
    assert any(text.startswith(f"Tổng số: {len(book.body)} đơn vị, đã gửi 3 đơn vị (") for text in book.below)
    only = export(client_of, "thidua", "?trang_thai=accepted", UNITS)
    assert [row["Đơn vị"] for row in only.body] == ["UBND huyện Khoái Châu"]
    assert "Tổng số: 1 đơn vị, đã gửi 1 đơn vị (100,0%)./." in only.below
    none = export(client_of, "thidua", "?tu=khongco", UNITS)
    assert "Tổng số: 0 đơn vị, đã gửi 0 đơn vị./." in none.below
    assert "PHỤ LỤC" in export(client_of, "vangiang", "?the_thuc=phu-luc", UNITS).above


def test_long_text_and_strange_characters(client_of: Clients, arrange: Arrange) -> None:
    strange = "Nguyễn  Thị\u0301 <b>&amp;</b> \u200b'\"; _x0041_ 𠀀"
    line = L(strange, "LDTT", "C" * 200, "P" * 200, more={"note": "+1" * 150})
    arrange(lambda session: register(session, "326", S.SENT, [line]))
    row = export(client_of, "thidua").body[0]
    assert row["Họ và tên cá nhân, tên tập thể"].replace("_x005F_", "_") == strange.replace("i\u0301", "í")
    assert row["Chức vụ"] == "C" * 200
    assert row["Ghi chú"] == "+1" * 150
