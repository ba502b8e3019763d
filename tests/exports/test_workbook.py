"""portal/exports/_workbook.py: an official list, read back cell by cell and setting by setting."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from portal.exports._cells import Kind
from portal.exports._workbook import (
    Annex,
    Column,
    Group,
    Letterhead,
    ListDocument,
    Signature,
    Target,
    Written,
)
from portal.exports._workbook import write_list as write_to

MADE = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)
COLUMNS = (
    Column("STT", 5, Kind.INTEGER, centred=True),
    Column("Họ và tên", 24),
    Column("Năm sinh", 7, Kind.YEAR),
    Column("Ngày gửi", 11, Kind.DATE),
    Column("Số lượng", 9, Kind.INTEGER, total=True),
    Column("Điểm", 9, Kind.DECIMAL, total=True),
    Column("Trạng thái", 12, Kind.STATUS),
    Column("Ghi chú", 20),
)
ROWS: list[tuple[Any, ...]] = [
    (1, "Nguyễn Thị Lan Anh", 1980, date(2023, 3, 15), 1213, Decimal("85.93"), "Đã tiếp nhận", "=1+1"),
    (2, "Đỗ Mạnh Cường", None, None, 0, None, "Chờ tiếp nhận", "1/2"),
    (
        3,
        "Phòng A & B\n<Tổng hợp>",
        1975,
        datetime(2023, 3, 14, 17, 30, tzinfo=UTC),
        7,
        Decimal("9.5"),
        "Chờ tiếp nhận",
        "0912\x00345",
    ),
]
HEAD = Letterhead(["Sở Nội vụ"], "Hưng Yên, ngày 15 tháng 3 năm 2023", "       /DS-SNV", "UBND tỉnh Hưng Yên")
ANNEX = Annex("Kèm theo Tờ trình số 12/TTr-SNV ngày 15 tháng 3 năm 2023 của Sở Nội vụ")
TITLE = "DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA"
HEADER_ROW = 9  # as Excel counts
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def write_list(path: Path, *args: Any, **more: Any) -> Written:
    """Write to `path`, as an answer does: into a stream."""
    with path.open("w+b") as stream:
        return write_to(Target(path.parent, stream), *args, **more)


def document(**changes: Any) -> ListDocument:
    values: dict[str, Any] = {
        "title": "Danh sách tổng hợp đăng ký thi đua",
        "columns": COLUMNS,
        "heading": HEAD,
        "made_at": MADE,
        "subtitle": "Năm 2023",
        "signature": Signature(
            ["KT. Giám đốc", "Phó Giám đốc"], maker_name="Nguyễn Thị Thu Hằng", head_name="Phạm Văn A"
        ),
    }
    return ListDocument(**{**values, **changes})


def closing(written: Written) -> str:
    return f"Tổng số: {written.rows} trường hợp./."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "list.xlsx"
    write_list(made, document(), iter(ROWS), closing=closing)
    return made


@pytest.fixture
def sheet(path: Path) -> Worksheet:
    found = load_workbook(path).active
    assert isinstance(found, Worksheet)
    return found


def values(path: Path) -> list[list[Any]]:
    """All cells as calamine reads them, formulas by their kept values."""
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def xml(path: Path, part: str = "xl/worksheets/sheet1.xml") -> ElementTree.Element:
    with zipfile.ZipFile(path) as package:
        return ElementTree.fromstring(package.read(part))  # noqa: S314 - our own output


def test_every_cell_reads_back(path: Path) -> None:
    body = values(path)[HEADER_ROW - 1 : HEADER_ROW + 4]
    assert body[0] == [c.label for c in COLUMNS]
    assert body[1] == [1, "Nguyễn Thị Lan Anh", 1980, date(2023, 3, 15), 1213, 85.93, "Đã tiếp nhận", "=1+1"]
    assert body[2] == [2, "Đỗ Mạnh Cường", "", "", 0, "", "Chờ tiếp nhận", "1/2"]
    assert body[3] == [
        3,
        "Phòng A & B\n<Tổng hợp>",
        1975,
        date(2023, 3, 15),
        7,
        Decimal("9.5"),
        "Chờ tiếp nhận",
        "0912345",
    ]
    assert body[4] == ["Tổng cộng", "", "", "", 1220, 95.43, "", ""]


def test_types_and_formats(sheet: Worksheet) -> None:
    first = HEADER_ROW + 1
    kinds = [(sheet.cell(first, c).data_type, sheet.cell(first, c).number_format) for c in range(1, 9)]
    assert kinds == [
        ("n", "#,##0"),
        ("s", "General"),
        ("n", "0"),
        ("d", "dd/mm/yyyy"),
        ("n", "#,##0"),
        ("n", "#,##0.00"),
        ("s", "General"),
        ("s", "General"),
    ]
    assert sheet.cell(first, 8).value == "=1+1"
    assert [bool(sheet.cell(first + i, 8).quotePrefix) for i in range(3)] == [True, True, True]
    assert not sheet.cell(first, 2).quotePrefix
    centred = [sheet.cell(first, c).alignment.horizontal for c in range(1, 9)]
    assert centred == ["center", None, "center", "center", None, None, "center", None]
    assert all(sheet.cell(first, c).border.left.style == "thin" for c in range(1, 9))
    assert all(sheet.cell(first, c).alignment.wrap_text for c in range(1, 9))


def test_no_formula_but_the_totals(sheet: Worksheet) -> None:
    formulas = {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.data_type == "f"}
    assert formulas == {"E13": "=SUM(E10:E12)", "F13": "=SUM(F10:F12)"}
    assert sheet["E13"].font.b
    assert sheet["E13"].number_format == "#,##0"


def test_both_headings(sheet: Worksheet) -> None:
    texts = {c.coordinate: str(c.value) for row in sheet.iter_rows(max_row=7) for c in row if c.value}
    right = next(k for k, v in texts.items() if v == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert texts["A1"] == "UBND TỈNH HƯNG YÊN"
    assert texts["A2"] == "SỞ NỘI VỤ"
    assert texts[f"{right[0]}2"] == "Độc lập - Tự do - Hạnh phúc"
    assert texts["A4"].split() == ["Số:", "/DS-SNV"]
    assert texts[f"{right[0]}4"] == "Hưng Yên, ngày 15 tháng 3 năm 2023"
    assert texts["A6"] == "DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA"
    assert texts["A7"] == "Năm 2023"
    assert not sheet["A1"].font.b
    assert sheet["A2"].font.b
    assert sheet[f"{right[0]}4"].font.i
    assert {sheet[k].font.name for k in texts} == {"Times New Roman"}
    assert {13.0, 14.0} <= {sheet[k].font.sz for k in texts}
    assert all(set(texts[k]) == {"─"} for k in ("A3", f"{right[0]}3"))


def test_without_a_body_above_the_issuer_stands_first(tmp_path: Path) -> None:
    made = tmp_path / "district.xlsx"
    head = Letterhead(["Ủy ban nhân dân", "Huyện Văn Giang"], "Văn Giang, ngày 15 tháng 3 năm 2023", "/DS-UBND")
    write_list(made, document(heading=head, note="Chờ tiếp nhận"), ROWS)
    rows = values(made)
    assert [row[0] for row in rows[:2]] == ["ỦY BAN NHÂN DÂN", "HUYỆN VĂN GIANG"]
    assert [row[0] for row in rows[5:8]] == [TITLE, "Năm 2023", "Chờ tiếp nhận"]


def test_a_long_issuer_takes_the_lines_that_it_needs(tmp_path: Path) -> None:
    made = tmp_path / "three.xlsx"
    head = Letterhead(["Trung tâm", "Y tế huyện"], "Văn Giang, ngày 15 tháng 3 năm 2023", "/DS-TTYT", "Sở Y tế")
    write_list(made, document(heading=head), ROWS)
    assert [row[0] for row in values(made)[:3]] == ["SỞ Y TẾ", "TRUNG TÂM", "Y TẾ HUYỆN"]


def test_an_appendix_has_no_national_heading(tmp_path: Path) -> None:
    made = tmp_path / "annex.xlsx"
    write_list(made, document(heading=ANNEX), ROWS)
    rows = values(made)
    texts = [v for row in rows for v in row if isinstance(v, str) and v]
    assert texts[:4] == [
        "PHỤ LỤC",
        "DANH SÁCH TỔNG HỢP ĐĂNG KÝ THI ĐUA",
        "Năm 2023",
        "(Kèm theo Tờ trình số 12/TTr-SNV ngày 15 tháng 3 năm 2023 của Sở Nội vụ)",
    ]
    assert not any("CỘNG HÒA" in text or text.startswith("Số:") for text in texts)


def test_end_of_the_list(path: Path) -> None:
    texts = [[v for v in row if v != ""] for row in values(path)[HEADER_ROW + 4 :]]
    assert [t for t in texts if t] == [
        ["Tổng số: 3 trường hợp./."],
        ["NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"],
        ["PHÓ GIÁM ĐỐC"],
        ["(Ký, ghi rõ họ tên)", "(Ký, ghi rõ họ tên, đóng dấu)"],
        ["Nguyễn Thị Thu Hằng", "Phạm Văn A"],
    ]


def test_page(sheet: Worksheet) -> None:
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation) == (9, "landscape")
    fitting = sheet.sheet_properties.pageSetUpPr
    assert fitting is not None
    assert (fitting.fitToPage, setup.fitToHeight) == (True, 0)
    millimetres = {n: round(getattr(sheet.page_margins, n) * 25.4) for n in ("left", "right", "top", "bottom")}
    assert millimetres == {"left": 30, "right": 15, "top": 20, "bottom": 20}
    assert sheet.print_title_rows == f"${HEADER_ROW}:${HEADER_ROW}"
    assert sheet.freeze_panes == f"C{HEADER_ROW + 1}"
    assert sheet.auto_filter.ref == "A9:H12"
    assert [round(sheet.column_dimensions[c].width) for c in "AB"] == [6, 25]


def test_page_number_is_hidden_on_the_first_page(path: Path) -> None:
    element = xml(path).find(f"{SHEET}headerFooter")
    assert element is not None
    assert element.get("differentFirst") == "1"
    assert element.findtext(f"{SHEET}oddHeader") == '&C&"Times New Roman,Regular"&13&P'
    assert not element.findtext(f"{SHEET}firstHeader")
    parts = [child.tag.removeprefix(SHEET) for child in xml(path)]
    assert parts.index("pageSetup") < parts.index("headerFooter")


def test_titles_are_as_high_as_their_text(tmp_path: Path) -> None:
    made = tmp_path / "long.xlsx"
    write_list(made, document(subtitle="Các cơ quan, đơn vị, địa phương trong toàn tỉnh " * 6), ROWS)
    found = load_workbook(made).active
    assert isinstance(found, Worksheet)
    assert (found.row_dimensions[7].height or 0) > 2 * 13 * 1.35


def test_groups_stand_between_rows_and_are_not_counted(tmp_path: Path) -> None:
    made = tmp_path / "groups.xlsx"
    rows: list[Any] = [Group("I. Cờ thi đua"), ROWS[0], ROWS[1], Group("II. Bằng khen"), Group("=A"), ROWS[2]]
    written = write_list(made, document(filterable=False), rows, closing=closing)
    assert written == Written(3, {4: 1220, 5: Decimal("95.43")})
    body = values(made)[HEADER_ROW : HEADER_ROW + 7]
    assert [row[0] for row in body] == ["I. Cờ thi đua", 1, 2, "II. Bằng khen", "=A", 3, "Tổng cộng"]
    found = load_workbook(made).active
    assert isinstance(found, Worksheet)
    assert found["A10"].font.b
    assert {"A10:H10", "A13:H13", "A14:H14"} <= {str(m) for m in found.merged_cells.ranges}
    assert found.auto_filter.ref is None
    assert found["E16"].value == "=SUM(E10:E15)"


def test_an_empty_list_has_its_header_and_no_range(tmp_path: Path) -> None:
    made = tmp_path / "empty.xlsx"
    written = write_list(made, document(), [], closing=closing)
    assert written == Written()
    found = load_workbook(made).active
    assert isinstance(found, Worksheet)
    assert found.auto_filter.ref is None
    assert found["E10"].value == 0
    assert "Tổng số: 0 trường hợp./." in [c.value for c in found["A"]]


def test_without_sums_there_is_no_total_line_and_without_signature_none(tmp_path: Path) -> None:
    made = tmp_path / "bare.xlsx"
    write_list(made, document(columns=COLUMNS[:2], signature=None), [r[:2] for r in ROWS])
    rows = values(made)
    assert rows[HEADER_ROW:] == [[r[0], r[1]] for r in ROWS]


@pytest.mark.parametrize("count", [2, 3, 7])
def test_headings_fit_any_number_of_columns(tmp_path: Path, count: int) -> None:
    made = tmp_path / "narrow.xlsx"
    write_list(made, document(columns=COLUMNS[:count], landscape=False), [r[:count] for r in ROWS])
    found = load_workbook(made).active
    assert isinstance(found, Worksheet)
    assert found.page_setup.orientation != "landscape"
    texts = [c.value for c in found[1] if c.value]
    assert texts == ["UBND TỈNH HƯNG YÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]


def test_one_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two columns"):
        write_list(tmp_path / "x.xlsx", document(columns=COLUMNS[:1]), [])


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_list(tmp_path / "x.xlsx", document(), [(1, "thiếu")])


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.exports._sheet.OfficialSheet.ROWS", 12)
    with pytest.raises(ValueError, match="at most"):
        write_list(tmp_path / "x.xlsx", document(), ROWS * 2)


def test_properties(path: Path) -> None:
    properties = load_workbook(path).properties
    assert properties.title == "Danh sách tổng hợp đăng ký thi đua"
    assert properties.creator == "Sở Nội vụ"
    assert properties.created == datetime(2023, 3, 15, 9, 0)  # noqa: DTZ001 - the file keeps no zone


def test_into_a_folder(tmp_path: Path) -> None:
    target = Target(tmp_path)
    write_to(target, document(), ROWS)
    assert [p.name for p in tmp_path.iterdir()] == ["list.xlsx"]
    assert values(Path(target.file))[0][0] == "UBND TỈNH HƯNG YÊN"


def test_the_same_list_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for target in (first, second):
        write_list(target, document(), ROWS, closing=closing)
    assert first.read_bytes() == second.read_bytes()


def test_progress_and_memory_stay_flat(tmp_path: Path) -> None:
    told: list[int] = []

    def rows(count: int) -> Iterator[tuple[Any, ...]]:
        for number in range(count):
            yield (number + 1, *ROWS[0][1:])

    def peak(count: int) -> int:
        tracemalloc.start()
        write_list(tmp_path / "big.xlsx", document(), rows(count), progress=told.append)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(500)  # what is made once
    small, large = peak(1500), peak(12000)
    assert told == [1000, *range(1000, 12001, 1000)]
    assert large < small * 1.3 + 200_000
    assert values(tmp_path / "big.xlsx")[HEADER_ROW + 11999][0] == 12000
    assert list(tmp_path.iterdir()) == [tmp_path / "big.xlsx"]  # no row stream is left behind
