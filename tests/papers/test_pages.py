"""/quan-tri/mau-van-ban: fields and editions; bring one, try it, let it take effect; papers follow what holds."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry
from portal.domain.papers.models import PaperTemplate
from portal.jobs.emulation_papers import REGISTRATION_PDF
from portal.jobs.papers import PaperPdf
from portal.jobs.registry import handlers
from tests.attachments.clamd_server import Scanner
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Answer, Browser
from tests.papers.samples import built_in, replaced, saying

Browse = Callable[[str], Browser]
LIST = "/quan-tri/mau-van-ban"
PAPER = f"{LIST}/ban-dang-ky"
OFFICE = "quantri"
MINE = "V. Danh sách đăng ký kèm theo"


@cache
def mine() -> bytes:
    return replaced("V. Danh sách đăng ký", MINE)


def bring(browser: Browser, content: bytes, name: str = "Mẫu của Văn phòng.docx") -> Answer:
    return browser.post(PAPER, {"file": (io.BytesIO(content), name)})


def apply(browser: Browser, edition: int, seen: int) -> Answer:
    return browser.post(f"{PAPER}/ap-dung", {"edition": str(edition), "seen": str(seen)})


def words(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [p.text for p in Document(io.BytesIO(answer.response.get_data())).paragraphs]


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326", "2023", world.person("Trần Văn Bách", "CSTDT", "Trưởng phòng"))


def test_a_template_is_changed_tried_and_takes_effect(browse: Browse, world: World, key: int, read: Any) -> None:
    office, unit = browse(OFFICE), browse("vangiang")
    paper = f"/thi-dua/dang-ky/{key}/ban-dang-ky.docx"
    assert "Mẫu của cổng" in office.page(LIST).text
    page = office.page(PAPER)
    assert "{{ co_quan_chu_quan }}" in page.text
    assert "V. Danh sách đăng ký" in words(office.get(f"{PAPER}/ban/0/dien-thu.docx"))
    assert "{{ tong }}" in words(office.get(f"{PAPER}/ban/0/mau.docx"))
    page = office.follow(bring(office, mine()))
    assert "Đã nhận bản mẫu số 1" in page.text
    assert "Chưa dùng" in page.text
    assert MINE in words(office.get(f"{PAPER}/ban/1/dien-thu.docx"))
    assert MINE not in words(unit.get(paper))
    assert "theo bản mẫu số 1" in office.follow(apply(office, 1, 0)).text
    made = words(unit.get(paper))
    assert MINE in made
    assert "Danh sách có 1 dòng: 0 tập thể, 1 cá nhân." in made
    assert "theo bản mẫu số 1 của Văn phòng" in unit.page(f"/thi-dua/dang-ky/{key}/in").text
    assert "Bản mẫu số 1" in office.page(LIST).text
    assert apply(office, 0, 5).status == 409
    assert apply(office, 7, 1).status == 404
    assert "Đã trở lại mẫu của cổng" in office.follow(apply(office, 0, 1)).text
    assert MINE not in words(unit.get(paper))
    assert "của Văn phòng" not in unit.page(f"/thi-dua/dang-ky/{key}/in").text
    assert office.get(f"{PAPER}/ban/1/mau.docx").response.get_data() == mine()
    done = [e.action for e in read(select(AuditEntry).where(AuditEntry.object_type == "paper_template"))]
    assert sorted(done) == sorted(
        ["paper_template.downloaded"] * 2 + ["paper_template.added"] + ["paper_template.took_effect"] * 2
    )


def test_what_is_not_taken_is_told_and_nothing_is_kept(browse: Browse, clamd: Scanner, read: Any) -> None:
    office = browse(OFFICE)
    clamd.say = b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
    for content, said in ((built_in(), "phát hiện mã độc"), (b"", "Xin chọn tệp Word")):
        answer = bring(office, content)
        assert answer.status == 422
        assert said in answer.page.text
    clamd.say = b"stream: OK\0"
    answer = bring(office, saying("{{ so.__class__ }}"))
    assert answer.status == 422
    assert "“{{ so.__class__ }}” không được dùng" in answer.page.text
    clamd.hang_up = True
    assert "chưa trả lời" in bring(office, built_in()).page.text
    assert read(select(PaperTemplate)) == []
    assert office.post(f"{PAPER}/ap-dung", {"edition": "x"}).status == 422
    assert office.get(f"{LIST}/khong-co").status == 404
    assert office.get(f"{PAPER}/ban/3/mau.docx").status == 404


def test_the_pdf_is_made_from_the_same_template(
    browse: Browse, runtime: Runtime, world: World, key: int, tmp_path: Path
) -> None:
    office = browse(OFFICE)
    assert bring(office, mine()).status == 303
    assert apply(office, 1, 0).status == 303
    handler = handlers()[REGISTRATION_PDF]
    assert isinstance(handler, PaperPdf)
    with world.work_as("vangiang") as work:
        made = handler.write(work, runtime.files, {"registration_id": key}, tmp_path)
    assert MINE in [p.text for p in Document(str(made)).paragraphs]


def test_the_same_file_twice_is_one_edition_and_a_lost_one_stands_back(
    browse: Browse, runtime: Runtime, key: int, read: Any
) -> None:
    office = browse(OFFICE)
    for _ in range(2):
        assert bring(office, mine()).status == 303
    assert bring(office, built_in()).status == 303
    first, second = read(select(PaperTemplate).order_by(PaperTemplate.edition))
    assert (first.edition, second.edition, second.is_current) == (1, 2, False)
    assert apply(office, 1, 0).status == 303
    runtime.files.delete(first.sha256)
    assert MINE not in words(browse("vangiang").get(f"/thi-dua/dang-ky/{key}/ban-dang-ky.docx"))
