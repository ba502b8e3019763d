"""The Bản đăng ký as DOCX and as a print view, and the signed PDF: what they hold, and who may have them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from docx.table import Table

from portal.core.runtime import Runtime
from portal.domain.attachments.services import attach_file, receive_pdf
from portal.domain.emulation.files import SIGNED
from portal.domain.emulation.queries import OBJECT_TYPE
from portal.domain.emulation.services import registrations, workflow
from portal.domain.emulation.services.registrations import ContentData, PledgeData
from portal.domain.emulation.services.shared import load_for_write
from portal.domain.emulation.services.workflow import PaperData
from tests.emulation.domain.builders import PAPER, World
from tests.emulation.pages.support import Browser
from tests.emulation.pages.test_show_registration import many_lines
from tests.pages import text_of

Browse = Callable[[str], Browser]
FILE = "/tep-dinh-kem/{}/tai-ve"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def document(browser: Browser, key: int) -> DocumentType:
    answer = browser.get(f"{address(key)}/ban-dang-ky.docx")
    assert answer.status == 200
    return Document(io.BytesIO(answer.response.get_data()))


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.fixture
def key(world: World) -> int:
    made = world.opened(
        "vangiang",
        "326",
        "2023",
        world.collective("Phòng Nội vụ", "TTLDXS"),
        world.person("Trần Văn Bách", "CSTDT", "Trưởng phòng", division="Phòng Nội vụ", note="năm thứ hai"),
        world.person("Lê Thị Hoa", division="Phòng Tài chính"),
    )
    data = ContentData("Hoàn thành kế hoạch.\nGiữ vững kỷ cương.", 120, (1, 4), {world.titles["CTDT"]: 1})
    with world.work_as("vangiang") as work:
        found = load_for_write(work, made)
        registrations.save_content(work, found, found.version, data)
        registrations.add_pledge(work, found, PledgeData("Hồ sơ đúng hạn", Decimal("98.5"), "%"))
    return made


def test_the_document_holds_every_line_and_part(browse: Browse, key: int) -> None:
    doc = document(browse("vangiang"), key)
    paragraphs = [p.text for p in doc.paragraphs]
    for text in (
        "BẢN ĐĂNG KÝ THI ĐUA NĂM 2023",
        "Kính gửi: Sở Nội vụ (Ban Thi đua - Khen thưởng)",
        "Hoàn thành kế hoạch.",
        "Giữ vững kỷ cương.",
        "- Vì người nghèo - Không để ai bị bỏ lại phía sau",
        "- Đẩy mạnh công tác cải cách hành chính Nhà nước tỉnh Hưng Yên",
        "Danh sách có 3 dòng: 1 tập thể, 2 cá nhân.",
    ):
        assert text in paragraphs
    head, pledges, titles, lines, signature = doc.tables
    assert [p.text for p in head.cell(0, 0).paragraphs if p.text] == [
        "ỦY BAN NHÂN DÂN",
        "HUYỆN VĂN GIANG",
        "Số:         /ĐK-UBND",
    ]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head.cell(0, 1).text
    assert rows(pledges)[1] == ["1", "Hồ sơ đúng hạn", "98,5%", ""]
    assert rows(titles)[1:] == [
        ["1", "Lao động tiên tiến", "", "1"],
        ["2", "Tập thể Lao động xuất sắc", "", "1"],
        ["3", "Chiến sĩ thi đua cấp tỉnh", "", "1"],
        ["4", "Cờ thi đua của UBND tỉnh", "1", "0"],
    ]
    assert rows(lines)[2] == ["1", "Phòng Nội vụ", "", "", "Tập thể Lao động xuất sắc", ""]
    assert rows(lines)[4:] == [
        ["1", "Trần Văn Bách", "Trưởng phòng", "Phòng Nội vụ", "Chiến sĩ thi đua cấp tỉnh", "năm thứ hai"],
        ["2", "Lê Thị Hoa", "Chuyên viên", "Phòng Tài chính", "Lao động tiên tiến", ""],
    ]
    assert lines.rows[0]._tr.trPr is not None
    assert lines.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert doc.styles["Normal"].font.name == "Times New Roman"
    assert "TM. ỦY BAN NHÂN DÂN" in signature.cell(0, 1).text


def test_it_is_a_download_that_the_log_knows(browse: Browse, world: World, key: int) -> None:
    answer = browse("vangiang").get(f"{address(key)}/ban-dang-ky.docx")
    headers = answer.response.headers
    assert headers["Content-Disposition"] == "attachment; filename=ban-dang-ky-thi-dua-nam-2023-326.docx"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"].startswith("application/vnd.openxmlformats-officedocument.wordprocessingml")
    assert world.actions(key)[-1] == "registration.document_exported"


def test_the_recorded_paper_is_printed(browse: Browse, world: World, key: int) -> None:
    world.step("vangiang", key, "submit")
    paper = replace(PAPER, paper_no="45/ĐK-UBND", signer_title="TM. Ủy ban nhân dân, KT. Chủ tịch, Phó Chủ tịch")
    world.step("vangiang.lanhdao", key, "send", paper)
    doc = document(browse("thidua"), key)
    assert "Số: 45/ĐK-UBND" in doc.tables[0].cell(0, 0).text
    assert "Văn Giang, ngày 14 tháng 3 năm 2023" in doc.tables[0].cell(0, 1).text
    signer = [p.text for p in doc.tables[-1].cell(0, 1).paragraphs if p.text]
    assert signer == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Văn Quyết"]


def test_a_sos_paper_names_the_province_above(browse: Browse, world: World) -> None:
    key = world.opened("stc", "STC")
    doc = document(browse("stc"), key)
    texts = [p.text for p in doc.tables[0].cell(0, 0).paragraphs if p.text]
    assert texts == ["UBND TỈNH HƯNG YÊN", "SỞ TÀI CHÍNH", "Số:         /ĐK-STC"]
    assert "GIÁM ĐỐC" in doc.tables[-1].cell(0, 1).text


def test_four_hundred_lines_are_all_there(browse: Browse, world: World, key: int) -> None:
    many_lines(world, key, 400)
    names = [row[1] for row in rows(document(browse("vangiang"), key).tables[3])]
    assert len(names) == 1 + 2 + 403  # the heading, the two groups, the lines
    assert {f"Nguyễn Thị Số {number}" for number in range(400)} <= set(names)


def test_the_print_view_reads_like_the_document(browse: Browse, world: World, key: int) -> None:
    page = browse("vangiang").page(f"{address(key)}/in")
    assert page.headings() == ["BẢN ĐĂNG KÝ THI ĐUA NĂM 2023"]
    doc = document(browse("vangiang"), key)
    printed = [[text_of(cell) for cell in row] for table in page.root.iter("table") for row in table.iter("tr")]
    for table in doc.tables[1:-1]:
        for row in rows(table):
            merged = row[:1] if len(set(row)) == 1 else row
            assert [" ".join(text.split()) for text in merged] in printed
    assert page.links()["Quay lại"] == address(key)
    assert world.actions(key)[-2:] == ["registration.printed", "registration.document_exported"]


def test_an_empty_registration_prints_too(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        key = registrations.open_registration(work, world.units["326"], world.periods["2023"]).id
    page = browse("vangiang").page(f"{address(key)}/in")
    assert "Danh sách chưa có dòng nào." in page.text
    assert document(browse("vangiang"), key).tables[0] is not None


@pytest.mark.parametrize("path", ["ban-dang-ky.docx", "in"])
def test_who_may_not_read_gets_no_paper(browse: Browse, world: World, key: int, path: str) -> None:
    assert browse("khoaichau").get(f"{address(key)}/{path}").status == 404
    assert browse("thidua").get(f"{address(key)}/{path}").status == 403
    assert browse("tongiao").get(f"{address(key)}/{path}").status == 403
    assert "registration.printed" not in world.actions(key)


class TestSignedFile:
    """GET /tep-dinh-kem/<file>/tai-ve, for the paper that the registration names."""

    @pytest.fixture
    def sent(self, world: World, runtime: Runtime) -> tuple[int, int, int]:
        """A sent registration, an earlier file and the one in force."""
        key = world.opened("vangiang", "326")
        world.step("vangiang", key, "submit")
        received = [receive_pdf(runtime.files, io.BytesIO(PDF + bytes([65 + n])), f"bản {n}.pdf", 9999) for n in (1, 2)]
        with world.work_as("vangiang.lanhdao") as work:
            found = load_for_write(work, key)
            files = [attach_file(work, r, OBJECT_TYPE, key, found.unit_id, SIGNED).id for r in received]
            data = PaperData("45/ĐK-UBND", date(2023, 3, 14), "Lê Văn Quyết", "Chủ tịch", files[1])
            workflow.send(work, found, found.version, data)
        return key, files[0], files[1]

    def test_a_download_by_the_records_own_rule(self, browse: Browse, world: World, sent: tuple[int, int, int]) -> None:
        key, _, current = sent
        for who in ("vangiang", "thidua", "giamdoc"):
            answer = browse(who).get(FILE.format(current))
            assert answer.status == 200
            assert answer.response.get_data() == PDF + b"C"
            headers = answer.response.headers
            assert headers["Content-Disposition"].startswith("attachment")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Type"] == "application/pdf"
        assert world.actions(key)[-1] == "attachment.downloaded"

    def test_earlier_files_stay_with_the_unit(self, browse: Browse, sent: tuple[int, int, int]) -> None:
        key, earlier, _ = sent
        assert browse("vangiang").get(FILE.format(earlier)).status == 200
        assert browse("thidua").get(FILE.format(earlier)).status == 404
        assert "bản 1.pdf" in browse("vangiang").page(address(key)).text
        page = browse("thidua").page(address(key))
        assert "bản 1.pdf" not in page.text
        assert "bản 2.pdf" in page.text

    def test_others_get_nothing(self, browse: Browse, world: World, sent: tuple[int, int, int]) -> None:
        _, _, current = sent
        assert browse("khoaichau").get(FILE.format(current)).status == 404
        assert browse("vangiang").get(FILE.format(999)).status == 404

    def test_after_a_taking_back_the_level_above_has_it_no_more(
        self, browse: Browse, world: World, sent: tuple[int, int, int]
    ) -> None:
        key, _, current = sent
        world.step("vangiang", key, "take_back", "Nhầm")
        assert browse("thidua").get(FILE.format(current)).status == 403
