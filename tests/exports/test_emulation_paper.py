"""The words of the official "Bản đăng ký thi đua", and that the file holds every one of them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from docx import Document

from portal.domain.emulation.enums import SubjectKind
from portal.exports._document import GroupRow
from portal.exports.emulation_paper import (
    NOTHING,
    PaperLine,
    PaperPledge,
    PaperSource,
    PaperTitle,
    PaperUnit,
    authority_lines,
    compose,
    vietnamese,
    write,
)

DISTRICT = PaperUnit(
    "UBND huyện Văn Giang", "district", "district", "Văn Giang", "Chủ tịch", "UBND", "UBND tỉnh Hưng Yên"
)
SOURCE = PaperSource(
    unit=DISTRICT,
    receiver_name="UBND tỉnh Hưng Yên",
    receiver_level="province",
    period_name="Đăng ký thi đua năm 2023",
    year=2023,
    content="Hoàn thành kế hoạch.\n\nGiữ vững kỷ cương.",
    staff_count=120,
    pledges=[
        PaperPledge("Hồ sơ giải quyết đúng hạn", Decimal("98.50"), "%", ""),
        PaperPledge("Sáng kiến", Decimal(1200), "sáng kiến", "cấp cơ sở"),
        PaperPledge("Không có đơn thư vượt cấp", None, "", ""),
    ],
    movements=["Vì người nghèo", "Cải cách hành chính"],
    titles=[PaperTitle("Cờ thi đua của UBND tỉnh", 1, 0), PaperTitle("Lao động tiên tiến", None, 2)],
    lines=[
        PaperLine(SubjectKind.PERSON, "Lê Thị Hoa", "Chuyên viên", "Phòng Nội vụ", "Lao động tiên tiến", 10, ""),
        PaperLine(SubjectKind.PERSON, "Trần Văn Bách", "Trưởng phòng", "Phòng Nội vụ", "CSTĐ cấp tỉnh", 60, "năm 2"),
        PaperLine(SubjectKind.COLLECTIVE, "Phòng Nội vụ", "", "", "Tập thể Lao động xuất sắc", 50, ""),
    ],
)


def test_lines_stand_by_kind_then_by_title() -> None:
    paper = compose(SOURCE)
    assert paper.lines == (
        GroupRow("A. Tập thể (1)"),
        ("1", "Phòng Nội vụ", "", "", "Tập thể Lao động xuất sắc", ""),
        GroupRow("B. Cá nhân (2)"),
        ("1", "Trần Văn Bách", "Trưởng phòng", "Phòng Nội vụ", "CSTĐ cấp tỉnh", "năm 2"),
        ("2", "Lê Thị Hoa", "Chuyên viên", "Phòng Nội vụ", "Lao động tiên tiến", ""),
    )
    assert paper.total == "Danh sách có 3 dòng: 1 tập thể, 2 cá nhân."


def test_the_first_group_is_a_whichever_it_is() -> None:
    persons = [line for line in SOURCE.lines if line.subject is SubjectKind.PERSON]
    assert compose(replace(SOURCE, lines=persons)).lines[0] == GroupRow("A. Cá nhân (2)")


def test_pledges_read_in_vietnamese() -> None:
    assert compose(SOURCE).pledges == (
        ("1", "Hồ sơ giải quyết đúng hạn", "98,5%", ""),
        ("2", "Sáng kiến", "1.200 sáng kiến", "cấp cơ sở"),
        ("3", "Không có đơn thư vượt cấp", "", ""),
    )


def test_titles_compare_expected_and_named() -> None:
    assert compose(SOURCE).titles == (("1", "Cờ thi đua của UBND tỉnh", "1", "0"), ("2", "Lao động tiên tiến", "", "2"))


def test_head_of_a_committee_before_it_has_a_number() -> None:
    head = compose(SOURCE).head
    assert head.parent == ""
    assert head.issuer == ("Ủy ban nhân dân", "huyện Văn Giang")
    assert head.number == "        /ĐK-UBND"
    assert head.place_date == "Văn Giang, ngày       tháng       năm 2023"


@pytest.mark.parametrize(
    ("unit", "parent"),
    [
        (replace(DISTRICT, name="Sở Tài chính", level_code="department", kind_code="department"), "UBND tỉnh Hưng Yên"),
        (
            replace(DISTRICT, name="Văn phòng Tỉnh ủy", level_code="department", kind_code="party_body"),
            "Tỉnh ủy Hưng Yên",
        ),
        (replace(DISTRICT, name="Hội Nông dân tỉnh", level_code="department", kind_code="union_association"), ""),
        (
            replace(
                DISTRICT,
                name="Trường THPT Văn Giang",
                level_code="subordinate",
                kind_code="school",
                parent_name="Sở GDĐT",
            ),
            "Sở GDĐT",
        ),
    ],
)
def test_superior_body(unit: PaperUnit, parent: str) -> None:
    head = compose(replace(SOURCE, unit=unit)).head
    assert head.parent == parent
    assert head.issuer == (unit.name,)


def test_paper_data_are_printed_as_recorded() -> None:
    paper = compose(
        replace(
            SOURCE,
            paper_no="45/ĐK-UBND",
            paper_date=date(2023, 3, 9),
            signer_name="Lê Văn Quyết",
            signer_title="TM. Ủy ban nhân dân, KT. Chủ tịch, Phó Chủ tịch",
        )
    )
    assert paper.head.number == "45/ĐK-UBND"
    assert paper.head.place_date == "Văn Giang, ngày 09 tháng 3 năm 2023"
    assert paper.authority == ("TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch")
    assert paper.signer == "Lê Văn Quyết"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("", ()),
        ("Giám đốc", ("Giám đốc",)),
        ("Phó Chủ tịch, Trưởng ban", ("Phó Chủ tịch, Trưởng ban",)),
        ("KT. Giám đốc, Phó Giám đốc", ("KT. Giám đốc", "Phó Giám đốc")),
        ("TL. Chủ tịch, Chánh Văn phòng, kiêm thư ký", ("TL. Chủ tịch", "Chánh Văn phòng, kiêm thư ký")),
        ("TM. Ủy ban nhân dân,", ("TM. Ủy ban nhân dân",)),
    ],
)
def test_authority_lines(title: str, lines: tuple[str, ...]) -> None:
    assert authority_lines(title) == lines


def test_usual_authority_while_unsigned() -> None:
    assert compose(SOURCE).authority == ("TM. Ủy ban nhân dân", "Chủ tịch")
    plain = replace(DISTRICT, name="Sở Tài chính", head_title="")
    assert compose(replace(SOURCE, unit=plain)).authority == ("Thủ trưởng đơn vị",)


def test_addressee_and_title() -> None:
    paper = compose(SOURCE)
    assert paper.addressee == "Sở Nội vụ (Ban Thi đua - Khen thưởng)"
    assert paper.title == "Bản đăng ký thi đua năm 2023"
    assert paper.opening == "UBND huyện Văn Giang (tổng số 120 người) đăng ký thi đua năm 2023 với các nội dung sau:"
    below = compose(replace(SOURCE, receiver_name="UBND huyện Văn Giang", receiver_level="district", staff_count=None))
    assert below.addressee == "UBND huyện Văn Giang"
    assert "tổng số" not in below.opening


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Decimal("1635.50"), "1.635,5"), (Decimal("100.00"), "100"), (Decimal(100), "100")],
)
def test_vietnamese_numbers(value: Decimal | None, text: str) -> None:
    assert vietnamese(value) == text


def test_the_file_holds_every_part() -> None:
    doc = Document(io.BytesIO(write(compose(SOURCE), datetime(2023, 3, 15, tzinfo=UTC))))
    paragraphs = [p.text for p in doc.paragraphs if p.text]
    for text in (
        "BẢN ĐĂNG KÝ THI ĐUA NĂM 2023",
        "I. Nội dung thi đua",
        "Hoàn thành kế hoạch.",
        "Giữ vững kỷ cương.",
        "- Vì người nghèo",
        "IV. Danh hiệu thi đua, hình thức khen thưởng dự kiến",
        "Danh sách có 3 dòng: 1 tập thể, 2 cá nhân.",
    ):
        assert text in paragraphs
    head, pledges, titles, lines, signature = doc.tables
    assert "HUYỆN VĂN GIANG" in head.cell(0, 0).text
    assert [c.text for c in pledges.rows[1].cells] == ["1", "Hồ sơ giải quyết đúng hạn", "98,5%", ""]
    assert [c.text for c in titles.rows[2].cells] == ["2", "Lao động tiên tiến", "", "2"]
    assert [r.cells[1].text for r in lines.rows] == [
        "Họ và tên, tên tập thể",
        "A. Tập thể (1)",
        "Phòng Nội vụ",
        "B. Cá nhân (2)",
        "Trần Văn Bách",
        "Lê Thị Hoa",
    ]
    assert "CHỦ TỊCH" in signature.cell(0, 1).text


def test_empty_parts_say_so() -> None:
    bare = replace(SOURCE, content="", pledges=[], movements=[], titles=[], lines=[])
    doc = Document(io.BytesIO(write(compose(bare), datetime(2023, 3, 15, tzinfo=UTC))))
    paragraphs = [p.text for p in doc.paragraphs]
    assert all(text in paragraphs for text in NOTHING.values())
    assert len(doc.tables) == 2  # head and signature only
