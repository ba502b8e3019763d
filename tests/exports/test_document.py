"""The layout of official papers, read back from the file as a word processor would read it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENTATION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from portal.exports._document import Column, GroupRow, OfficialDocument, PaperHead, place_date

MADE_AT = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)
HEAD = PaperHead("UBND tỉnh Hưng Yên", ("Sở Tài chính",), "12/ĐK-STC", place_date("Hưng Yên", date(2023, 2, 5), 2023))
COLUMNS = (Column("STT", 10, centred=True), Column("Họ và tên", 60), Column("Danh hiệu", 50))
ROWS: list[tuple[str, ...] | GroupRow] = [
    GroupRow("A. Tập thể"),
    ("1", "Phòng Ngân sách", "Tập thể Lao động xuất sắc"),
    ("2", "Nguyễn Văn <An> & con", ""),
]


@pytest.fixture
def made() -> DocumentType:
    paper = OfficialDocument("Bản đăng ký", "Sở Tài chính", MADE_AT)
    paper.head(HEAD)
    paper.title("Bản đăng ký thi đua năm 2023", "Kèm theo Kế hoạch số 1")
    paper.addressee("Sở Nội vụ")
    paper.heading("I. Nội dung")
    paper.paragraph("Hoàn thành nhiệm vụ.")
    paper.table(COLUMNS, ROWS)
    paper.signature(["Như trên", "Lưu: VT"], ["KT. Giám đốc", "Phó Giám đốc"], "Phạm Hữu Trọng")
    return Document(io.BytesIO(paper.to_bytes()))


def texts(cell: object) -> list[str]:
    return [p.text for p in cell.paragraphs if p.text]  # type: ignore[attr-defined]


def test_page_is_a4_portrait_with_the_margins_of_the_decree(made: DocumentType) -> None:
    section = made.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert round(section.page_width.mm) == 210
    assert round(section.page_height.mm) == 297
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m.mm) for m in margins if m is not None] == [20, 20, 30, 15]


def test_landscape_turns_the_page() -> None:
    wide = OfficialDocument("x", "y", MADE_AT, landscape=True)
    section = Document(io.BytesIO(wide.to_bytes())).sections[0]
    assert section.orientation == WD_ORIENTATION.LANDSCAPE
    assert (section.page_width or 0) > (section.page_height or 0)


def test_everything_is_times_new_roman(made: DocumentType) -> None:
    style = made.styles["Normal"]
    assert style.font.name == "Times New Roman"
    fonts = style.element.rPr.rFonts
    assert {fonts.get(qn(a)) for a in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia")} == {"Times New Roman"}
    assert not [r for p in made.paragraphs for r in p.runs if r.font.name not in (None, "Times New Roman")]


def test_page_number_is_a_field_that_the_first_page_hides(made: DocumentType) -> None:
    section = made.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert "PAGE" not in section.first_page_header.paragraphs[0]._p.xml


def test_head_stands_in_two_columns(made: DocumentType) -> None:
    left, right = made.tables[0].rows[0].cells
    assert texts(left) == ["UBND TỈNH HƯNG YÊN", "SỞ TÀI CHÍNH", "Số: 12/ĐK-STC"]
    assert texts(right) == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Hưng Yên, ngày 05 tháng 02 năm 2023",
    ]
    upright, issuer = left.paragraphs[0].runs[0], left.paragraphs[1].runs[0]
    assert (upright.bold, issuer.bold, issuer.font.size) == (None, True, Pt(13))
    nation, motto, day = (p.runs[0] for p in right.paragraphs if p.text)
    assert (nation.bold, nation.font.size, motto.bold, motto.font.size) == (True, Pt(12), True, Pt(13))
    assert (day.italic, day.font.size) == (True, Pt(14))


def test_a_committee_is_written_on_two_lines_without_a_superior() -> None:
    paper = OfficialDocument("x", "y", MADE_AT)
    paper.head(PaperHead("", ("Ủy ban nhân dân", "huyện Văn Giang"), "1/ĐK-UBND", "x"))
    cell = Document(io.BytesIO(paper.to_bytes())).tables[0].rows[0].cells[0]
    assert texts(cell)[:2] == ["ỦY BAN NHÂN DÂN", "HUYỆN VĂN GIANG"]


def test_lines_are_drawn_under_issuer_motto_and_title(made: DocumentType) -> None:
    ruled = [p for c in made.tables[0].rows[0].cells for p in c.paragraphs if p._p.findall(f".//{qn('w:pBdr')}")]
    assert len(ruled) == 2
    assert [p for p in made.paragraphs if p._p.findall(f".//{qn('w:pBdr')}")]


def test_title_addressee_and_body(made: DocumentType) -> None:
    found = {p.text: p for p in made.paragraphs if p.text}
    title = found["BẢN ĐĂNG KÝ THI ĐUA NĂM 2023"]
    assert (title.alignment, title.runs[0].bold, title.runs[0].font.size) == (WD_ALIGN_PARAGRAPH.CENTER, True, Pt(14))
    assert "Kèm theo Kế hoạch số 1" in found
    assert "Kính gửi: Sở Nội vụ" in found
    assert found["I. Nội dung"].paragraph_format.keep_with_next
    body = found["Hoàn thành nhiệm vụ."]
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert round((body.paragraph_format.first_line_indent or Mm(0)).mm) == 10


def test_table_repeats_its_header_and_breaks_no_row(made: DocumentType) -> None:
    table = made.tables[1]
    header, *body = table.rows
    assert header._tr.trPr is not None
    assert header._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(r._tr.trPr is not None and r._tr.trPr.find(qn("w:cantSplit")) is not None for r in body)
    assert [c.text for c in header.cells] == ["STT", "Họ và tên", "Danh hiệu"]
    assert [c.text for c in body[0].cells] == ["A. Tập thể"] * 3  # one cell over the whole width
    assert [c.text for c in body[1].cells] == ["1", "Phòng Ngân sách", "Tập thể Lao động xuất sắc"]
    assert [c.text for c in body[2].cells] == ["2", "Nguyễn Văn <An> & con", ""]
    assert body[1].cells[0].paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert {r.font.size for c in body[1].cells for p in c.paragraphs for r in p.runs} == {Pt(12)}


def test_table_fills_the_text_width(made: DocumentType) -> None:
    assert round(sum(int(c.width or 0) for c in made.tables[1].columns) / Mm(1)) == 165


def test_signature_stands_beside_the_recipients(made: DocumentType) -> None:
    left, right = made.tables[-1].rows[0].cells
    assert texts(left) == ["Nơi nhận:", "- Như trên;", "- Lưu: VT."]
    assert texts(right) == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Phạm Hữu Trọng"]
    assert {r.font.size for r in left.paragraphs[1].runs} == {Pt(11)}


def test_properties_name_the_issuer_and_the_language(made: DocumentType) -> None:
    known = made.core_properties
    assert (known.title, known.author, known.comments, known.language) == ("Bản đăng ký", "Sở Tài chính", "", "vi-VN")
    assert known.created == datetime(2023, 3, 15, 2, 0, tzinfo=known.created.tzinfo if known.created else None)


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2023, 2, 5), "Hưng Yên, ngày 05 tháng 02 năm 2023"),
        (date(2023, 11, 15), "Hưng Yên, ngày 15 tháng 11 năm 2023"),
        (date(2023, 3, 1), "Hưng Yên, ngày 01 tháng 3 năm 2023"),
        (None, "Hưng Yên, ngày       tháng       năm 2023"),
    ],
)
def test_place_and_date(on: date | None, text: str) -> None:
    assert place_date("Hưng Yên", on, 2023) == text
