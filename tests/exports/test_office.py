"""Our papers in a real office suite: LibreOffice opens them without a window and lays them out as the decree asks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest

from portal.exports._cells import Kind
from portal.exports._document import Column as PaperColumn
from portal.exports._document import OfficialDocument, PaperHead, place_date
from portal.exports._workbook import Annex, Column, ListDocument, Signature, Target, write_list
from portal.exports.office import PdfNotMade, find_office, to_pdf

MADE_AT = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)
A4 = (210, 297)
NAMES = ("Nguyễn Thị Hồng Ánh", "Đỗ Thị Hoà", "Trần Quốc Bảo")


def write_paper(path: Path) -> None:
    doc = OfficialDocument("Bản đăng ký", "Sở Tài chính", MADE_AT)
    day = place_date("Hưng Yên", date(2023, 2, 5), 2023)
    doc.head(PaperHead("UBND tỉnh Hưng Yên", ("Sở Tài chính",), "12/ĐK-STC", day))
    doc.title("Bản đăng ký thi đua năm 2023")
    doc.paragraph("Hoàn thành xuất sắc nhiệm vụ được giao.")
    columns = (PaperColumn("STT", 12, centred=True), PaperColumn("Họ và tên", 60), PaperColumn("Danh hiệu", 50))
    doc.table(columns, [(str(n), NAMES[n % 3], "Lao động tiên tiến") for n in range(1, 61)])
    doc.signature(("Như trên", "Lưu: VT"), ("KT. Giám đốc", "Phó Giám đốc"), "Phạm Hữu Trọng")
    path.write_bytes(doc.to_bytes())


def write_workbook(path: Path, folder: Path) -> None:
    columns = [Column("STT", 5, Kind.INTEGER), Column("Họ và tên", 30), Column("Năm sinh", 9, Kind.YEAR)]
    columns += [Column("Số sáng kiến", 10, Kind.INTEGER, total=True), Column("Ngày vào ngành", 12, Kind.DATE)]
    document = ListDocument(
        title="Danh sách đề nghị",
        columns=columns,
        heading=Annex("Kèm theo Tờ trình số 45/TTr-SNV ngày 05 tháng 02 năm 2023 của Sở Nội vụ"),
        made_at=MADE_AT,
        signature=Signature(("KT. Giám đốc", "Phó Giám đốc"), maker_name="Đỗ Thị Hoà"),
    )
    rows = [(n, NAMES[n % 3], 1980, 1, date(2010, 9, 5)) for n in range(1, 101)]
    with path.open("wb") as stream:
        write_list(Target(folder, stream), document, rows)


class Opened:
    """A PDF: its pages' sizes in millimetres and their words."""

    def __init__(self, path: Path) -> None:
        with pypdfium2.PdfDocument(path) as pdf:
            self.sizes = [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in pdf]
            self.pages = [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    """Both kinds of papers as LibreOffice prints them, from one start of it."""
    folder = tmp_path_factory.mktemp("office")
    paper, workbook = folder / "paper.docx", folder / "list.xlsx"
    write_paper(paper)
    write_workbook(workbook, folder)
    program = find_office()
    assert program is not None, "make setup installs LibreOffice"
    work = folder / "work"
    work.mkdir()
    made = to_pdf(program, [paper, workbook], work)
    return {path.stem: Opened(path) for path in made}


def test_a_paper_opens_with_its_head_and_its_signature(opened: dict[str, Opened]) -> None:
    paper = opened["paper"]
    assert paper.sizes == [A4, A4]
    first, last = paper.pages
    assert first.startswith("UBND TỈNH HƯNG YÊN SỞ TÀI CHÍNH Số: 12/ĐK-STC CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert "Hưng Yên, ngày 05 tháng 02 năm 2023 BẢN ĐĂNG KÝ THI ĐUA NĂM 2023" in first
    assert last.endswith("KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Phạm Hữu Trọng")
    assert all(name in first for name in NAMES)


def test_page_numbers_begin_on_the_second_page_and_headings_are_repeated(opened: dict[str, Opened]) -> None:
    _, second = opened["paper"].pages
    assert second.startswith("2 STT Họ và tên Danh hiệu")
    first, second, *_ = opened["list"].pages
    assert first.startswith("PHỤ LỤC DANH SÁCH ĐỀ NGHỊ")
    assert "(Kèm theo Tờ trình số 45/TTr-SNV ngày 05 tháng 02 năm 2023 của Sở Nội vụ)" in first
    assert second.startswith("2 STT Họ và tên")


def test_a_list_opens_wide_with_its_dates_and_its_total(opened: dict[str, Opened]) -> None:
    made = opened["list"]
    assert set(made.sizes) == {(297, 210)}
    assert "05/09/2010" in made.pages[0]
    assert "Tổng cộng 100" in made.pages[-1]
    assert made.pages[-1].endswith("Đỗ Thị Hoà")


@pytest.mark.parametrize("script", ["exit 0", "exit 3"], ids=["nothing made", "bad end"])
def test_a_conversion_that_fails_is_told(tmp_path: Path, script: str) -> None:
    program, paper = tmp_path / "office", tmp_path / "a.docx"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    paper.write_bytes(b"no paper")
    with pytest.raises(PdfNotMade, match="Chưa tạo được PDF"):
        to_pdf(program, [paper], tmp_path)


def test_the_program_is_looked_for_unless_it_is_switched_off(tmp_path: Path) -> None:
    assert find_office("off") is None
    assert find_office(str(tmp_path / "none")) is None
    assert find_office() == find_office("soffice")
