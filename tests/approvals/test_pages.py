"""The pages of papers: a tờ trình from its text to the signed paper as people walk it, without a script throughout."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy.orm import Session

from tests.attachments.samples import pdf
from tests.emulation.lists.world import L, S, register
from tests.emulation.pages.support import Answer, Browser
from tests.pages import text_of

Browse = Callable[[str], Browser]
HOME, WAY = "/thi-dua/to-trinh", "/trinh-ky"
SUBJECT = "Về việc đề nghị tặng Bằng khen năm 2023"


@pytest.fixture
def browse(client_of: Callable[[str], Any]) -> Browse:
    return lambda username: Browser(client_of(username))


@pytest.fixture
def accepted(session: Session) -> None:
    """Two registrations that the Sở has accepted, of three lines."""
    register(session, "STC", S.ACCEPTED, [L("Ngô Thúy Hà", "BKT", "Chuyên viên"), L("Văn phòng Sở", "TTLDXS")])
    register(session, "326", S.ACCEPTED, [L("Lê Văn Quyết", "BKT", "Phó Chủ tịch")])
    session.commit()


def draw_up(browser: Browser, lines: int = 2) -> int:
    """A new tờ trình with lines, as a person makes it; its number."""
    page = browser.page(f"{HOME}/moi")
    form = page.values(page.form_to(f"{HOME}/moi"))
    made = browser.post(f"{HOME}/moi", {**form, "subject": SUBJECT, "grounds": "Căn cứ Luật", "content": "Kính trình."})
    browser.follow(made)
    key = int(made.location.rpartition("/")[2])
    choose = browser.page(f"{HOME}/{key}/chon-dong")
    boxes = [c.get("value") for f in choose.forms() for c in f.iter() if c.get("name") == "chon"]
    chosen = browser.post(f"{HOME}/{key}/chon-dong", {"csrf_token": "", "chon": boxes[:lines]})
    assert "Danh sách" in browser.follow(chosen).text
    return key


def way_of(browser: Browser, key: int) -> str:
    """The address of a paper's way, from its page."""
    return next(a for label, a in browser.page(f"{HOME}/{key}").links().items() if label.startswith("Trình ký, vết"))


def say(browser: Browser, address: str, action: str, opinion: str = "", **more: str) -> Answer:
    """Press a button of the paper's page, as it stands there."""
    page = browser.page(address)
    return browser.post(address, {**page.values(page.form_to(address)), "action": action, "opinion": opinion, **more})


def test_a_paper_is_walked_from_its_text_to_the_signed_paper(browse: Browse, accepted: None) -> None:
    officer, head, director = browse("thidua"), browse("thidua.truong"), browse("giamdoc")
    key = draw_up(officer)
    page = officer.page(f"{HOME}/{key}")
    assert [row["Họ và tên, tên tập thể"] for row in page.table()] == ["Ngô Thúy Hà", "Lê Văn Quyết"]
    way = way_of(officer, key)
    assert director.get(way).status == director.get(f"{HOME}/{key}").status == 404, "not before it is put forward"
    officer.follow(say(officer, way, "submit", "Kính trình Trưởng ban."))
    assert "Ông/bà đã soạn" not in officer.page(way).text
    listed = head.page(f"{WAY}?phan=cho-toi")
    assert "Chờ tôi" in text_of(listed.by_id("ket-qua"))
    assert SUBJECT[6:] in listed.text
    page = head.page(way)
    assert "Kính trình Trưởng ban." in page.text
    assert {"Trả lại người soạn", "Chuyển lại bước trước"} & set(page.buttons())
    refused = say(head, way, "return")
    assert refused.status == 422
    assert refused.page.field_errors().keys() == {"opinion"}
    head.follow(say(head, way, "forward", "Đồng ý.", to_position="3"))
    assert head.get(way).status == 200, "who spoke still reads"
    assert browse("phogiamdoc").post(way, {"action": "forward"}).status == 409, "passed over"
    director.follow(say(director, way, "approve", "Đồng ý ký."))
    content = officer.get(f"{HOME}/{key}/to-trinh.docx").response.data
    words = ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert "TỜ TRÌNH" in words
    assert "Lê Văn Quyết" in words
    record = f"{HOME}/{key}/van-ban"
    page = officer.page(record)
    form = page.values(page.form_to(record))
    assert form["paper_symbol"] == "TTr-SNV"
    empty = officer.post(record, {**form, "paper_no": ""})
    assert empty.status == 422
    assert {"paper_no", "signer_name", "signer_title"} <= set(empty.page.field_errors())
    given = {"paper_no": "45", "paper_date": "15/03/2023", "signer_name": "Trần Đức Thịnh", "signer_title": "Giám đốc"}
    signed = {**form, **given, "signed_file": (io.BytesIO(pdf()), "to-trinh-45.pdf")}
    page = officer.follow(officer.post(record, signed))
    assert "45/TTr-SNV" in page.text
    assert "to-trinh-45.pdf" in officer.page(page.links()["Bản đã ký (PDF)"]).text
    assert "Lưu nội dung" not in page.buttons()
    assert "Đã phát hành" in officer.page(HOME).text


def test_who_comes_second_is_told_and_keeps_the_opinion(browse: Browse, accepted: None) -> None:
    officer, head = browse("thidua"), browse("thidua.truong")
    way = way_of(officer, key := draw_up(officer, 1))
    officer.follow(say(officer, way, "submit"))
    page = head.page(way)
    seen = page.values(page.form_to(way))
    head.follow(say(head, way, "return", "Thiếu căn cứ"))
    officer.follow(say(officer, way, "submit"))
    late = head.post(way, {**seen, "action": "forward", "opinion": "Ý kiến viết từ trước"})
    assert late.status == 409
    assert "Nguyễn Thị Thu Hằng vừa xử lý văn bản này" in late.page.text
    assert late.page.values(late.page.form_to(way))["opinion"] == "Ý kiến viết từ trước"
    assert officer.post(way, {"action": "burn"}).status == 422
    text = f"{HOME}/{key}"
    assert officer.post(text, {"subject": SUBJECT, "version": "1"}).status == 409, "on its way, nothing changes"
    assert officer.post(f"{text}/chon-dong", {"chon": ["1"]}).status == 409
    assert officer.post(f"{text}/chon-dong", {}).status == 409
    assert "Tờ trình đang trình" in officer.page(f"{text}/chon-dong").text


def test_pages_ask_as_much_for_many_papers_as_for_few(browse: Browse, accepted: None, count_queries: Any) -> None:
    officer = browse("thidua")
    way = way_of(officer, draw_up(officer, 1))
    counts = []
    for more in range(2):
        for _ in range(3 * more):
            draw_up_empty(officer)
        asked = []
        for address in (WAY, HOME, way, "/"):
            officer.get(address)
            with count_queries() as seen:
                assert officer.get(address).status == 200
            asked.append(len(seen))
        counts.append(asked)
    assert counts[0] == counts[1]


def draw_up_empty(browser: Browser) -> None:
    page = browser.page(f"{HOME}/moi")
    browser.post(f"{HOME}/moi", page.values(page.form_to(f"{HOME}/moi")))


def test_a_chain_is_written_and_published_on_its_pages(browse: Browse) -> None:
    office, address = browse("vanphong"), "/quan-tri/quy-trinh/emulation_proposal"
    assert [row["Đang áp dụng"] for row in office.page("/quan-tri/quy-trinh").table()] == ["Bản 1, 3 bước"]
    assert office.get("/quan-tri/quy-trinh/khong-co").status == 404
    assert office.post(f"{address}/ban-hanh").status == 409, "nothing is being written"
    office.follow(office.post(f"{address}/ban-moi"))

    def press(where: str, **fields: str) -> Answer:
        page = office.page(address)
        return office.post(f"{address}/{where}", {**page.values(page.form_to(f"{address}/{where}")), **fields})

    office.follow(press("buoc/2", viec="len"))
    page = office.follow(press("buoc/1", viec="bo"))
    assert [row["Tên bước"] for row in page.table()] == ["Trưởng phòng cho ý kiến", "Giám đốc duyệt"]
    refused = press("buoc", label="")
    assert refused.status == 422
    assert "label" in refused.page.field_errors()
    office.follow(press("buoc", label="Chánh Văn phòng xem", role="office", days="1"))
    assert "phải được duyệt" in office.page(address).text
    assert press("ban-hanh", note="").status == 409
    edit = office.page(f"{address}/buoc/3")
    form = edit.values(edit.form_to(f"{address}/buoc/3"))
    assert form["days"] == "1"
    assert office.post(f"{address}/buoc/3", {**form, "days": "99"}).status == 422
    office.follow(office.post(f"{address}/buoc/3", {**form, "may_finish": "y"}))
    assert office.post(f"{address}/buoc/3", form).status == 409, "who comes second is told"
    assert office.get(f"{address}/buoc/9").status == 404
    page = office.follow(press("ban-hanh", note="Quyết định số 12"))
    assert page.table()[-1]["Tên bước"] == "Chánh Văn phòng xem"
    assert "Quyết định số 12" in page.text
    office.follow(office.post(f"{address}/ban-moi"))
    office.follow(press("ban-hanh", viec="bo"))
    assert [row["Đang soạn"] for row in office.page("/quan-tri/quy-trinh").table()] == ["không"]
