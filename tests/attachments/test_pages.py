"""Adding, listing, looking at, downloading, removing and putting back: what people see, and by whose rule."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.runtime import Runtime
from portal.domain.attachments.enums import ScanState
from portal.domain.attachments.models import FileRule, StoredFile
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.files import FURTHER
from portal.domain.emulation.models import RegistrationEditor
from portal.web.headers import FILE_POLICY
from tests.attachments.samples import changed, docx, pdf, picture, xlsx
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Answer, Browser
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]
Upload = tuple[bytes, str]


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def address(key: int) -> str:
    return f"/tep-dinh-kem/dang-ky-thi-dua/{key}"


def add(browser: Browser, key: int, *files: Upload, htmx: bool = False) -> Answer:
    data = {"file": [(io.BytesIO(content), name) for content, name in files]}
    return browser.post(address(key), data, htmx=htmx)


def kept(world: World) -> list[StoredFile]:
    return world.all(select(StoredFile).where(StoredFile.removed_at.is_(None)).order_by(StoredFile.id))


def names(page: Any) -> list[str]:
    """The files that the part of the page lists."""
    part = page.by_id("tep-dinh-kem")
    return [text_of(node.find("a")) for node in part.iter("div") if node.get("class") == "file-text"]


def test_files_of_every_type_are_added_and_listed_with_who_brought_them(browse: Browse, world: World, key: int) -> None:
    browser = browse("vangiang")
    answer = add(
        browser,
        key,
        (pdf(), "Báo cáo.pdf"),
        (docx(), "Thuyết minh.docx"),
        (xlsx(), "biểu.XLSX"),
        (picture("JPEG"), "ảnh.jpeg"),
        (picture("PNG"), "sơ đồ.txt"),
    )
    assert answer.location == f"/thi-dua/dang-ky/{key}#tep-dinh-kem"
    page = browser.follow(answer)
    assert names(page) == ["sơ đồ.txt.png", "ảnh.jpeg", "biểu.xlsx", "Thuyết minh.docx", "Báo cáo.pdf"]
    assert "Đã thêm 5 tệp." in page.text
    part = text_of(page.by_id("tep-dinh-kem"))
    assert "130 byte · Nguyễn Thị Lan Anh, " in part
    assert "09:00 15/03/2023" in part
    assert "chưa quét" in part
    assert {file.kind for file in kept(world)} == {FURTHER}
    user = world.user_id("vangiang")
    assert user in world.all(select(RegistrationEditor.user_id).where(RegistrationEditor.registration_id == key))


def test_what_cannot_be_taken_is_named_and_the_rest_is_kept(browse: Browse, world: World, key: int) -> None:
    browser = browse("vangiang")
    files = (pdf(), "tốt.pdf"), (b"MZ" + bytes(99), "thư mục/game.pdf"), (b"", "trống.pdf")
    page = browser.follow(add(browser, key, *files))
    assert names(page) == ["tốt.pdf"]
    assert "2 tệp không được nhận" in page.text
    assert "“game.pdf”: Loại tệp này không được nhận." in page.text
    assert "“trống.pdf”: Tệp trống." in page.text
    assert [file.name for file in kept(world)] == ["tốt.pdf"]


@pytest.mark.parametrize("htmx", [False, True])
def test_nothing_that_can_be_taken_is_an_error_beside_the_field(
    browse: Browse, world: World, key: int, htmx: bool
) -> None:
    macro = changed(docx(), {"word/vbaProject.bin": b"x"})
    for files, words in (
        ((), "Chưa chọn tệp nào."),
        (((macro, "Báo cáo.docx"),), "“Báo cáo.docx”: Tệp có chứa macro nên không được nhận."),
    ):
        answer = add(browse("vangiang"), key, *files, htmx=htmx)
        assert answer.status == 422
        assert words in answer.html
        assert ("<html" in answer.html) is not htmx
    assert kept(world) == []


def test_the_swapped_part_equals_a_fresh_one(browse: Browse, key: int) -> None:
    browser = browse("vangiang")
    answer = add(browser, key, (pdf(), "một.pdf"), htmx=True)
    assert answer.status == 200
    assert "Đã thêm tệp “một.pdf”." in answer.html
    fresh = text_of(browser.page(f"/thi-dua/dang-ky/{key}").by_id("tep-dinh-kem"))
    assert fresh == text_of(Page(answer.html).by_id("tep-dinh-kem"))


def test_limits_of_size_and_number_are_the_offices(
    browse: Browse, world: World, key: int, session: Session, runtime: Runtime
) -> None:
    browser = browse("vangiang")
    now = runtime.clock.now()
    rule = FileRule(kind=FURTHER, max_megabytes=1, max_count=2, keep_days=5, changed_by_id=1, changed_at=now)
    session.add(rule)
    session.commit()
    big = picture("PNG")[:-12] + bytes(1_100_000) + picture("PNG")[-12:]
    assert "“to.png”: Tệp lớn quá 1 MB." in add(browser, key, (big, "to.png")).html
    assert add(browser, key, (pdf("1"), "1.pdf"), (pdf("2"), "2.pdf")).status == 303
    assert "nhiều nhất 2 tệp" in add(browser, key, (pdf("3"), "3.pdf")).html
    page = browser.page(f"/thi-dua/dang-ky/{key}")
    assert not page.has_id("tep-moi")
    assert len(kept(world)) == 2


def test_a_closed_record_takes_and_gives_up_nothing(browse: Browse, world: World, key: int, runtime: Runtime) -> None:
    browser = browse("vangiang")
    add(browser, key, (pdf(), "một.pdf"))
    (file,) = kept(world)
    world.step("vangiang", key, "submit")
    answer = add(browser, key, (pdf("2"), "hai.pdf"))
    assert answer.status == 409
    assert browser.post(f"/tep-dinh-kem/{file.id}/go").status == 409
    part = text_of(browser.page(f"/thi-dua/dang-ky/{key}").by_id("tep-dinh-kem"))
    assert "Gỡ" not in part
    assert "Thêm tệp" not in part
    assert [f.name for f in kept(world)] == ["một.pdf"]
    assert list(runtime.files.all_hashes()) == [file.sha256], "what would not be taken was not read"


def test_a_removed_file_is_gone_for_everybody_and_can_be_put_back(browse: Browse, world: World, key: int) -> None:
    browser = browse("vangiang")
    add(browser, key, (pdf(), "một.pdf"))
    (file,) = kept(world)
    page = browser.follow(browser.post(f"/tep-dinh-kem/{file.id}/go"))
    assert "Đã gỡ tệp “một.pdf”." in page.text
    assert names(page) == []
    assert page.has_id("tep-moi")
    for path in ("", "/tai-ve"):
        assert browser.get(f"/tep-dinh-kem/{file.id}{path}").status == 404
    assert browser.post(f"/tep-dinh-kem/{file.id}/go").status == 404
    undo = page.form_to(f"/tep-dinh-kem/{file.id}/khoi-phuc").get("action", "")
    assert names(browser.follow(browser.post(undo))) == ["một.pdf"]
    actions = world.all(select(AuditEntry.action).where(AuditEntry.object_type == "stored_file"))
    assert actions == ["attachment.added", "attachment.removed", "attachment.restored"]


def test_a_download_runs_nothing_wherever_it_is_opened(browse: Browse, world: World, key: int) -> None:
    browser = browse("vangiang")
    add(browser, key, (pdf(), "Báo cáo “quý I”.pdf"))
    (file,) = kept(world)
    headers = browser.get(f"/tep-dinh-kem/{file.id}/tai-ve").response.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''B%C3%A1o%20c%C3%A1o" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == FILE_POLICY
    assert FILE_POLICY.startswith("sandbox; default-src 'none'; ")
    assert headers["Cache-Control"] == "no-store"
    assert world.actions(key)[-1] == "attachment.downloaded"


def test_who_reads_the_record_reads_its_files_and_nobody_else(browse: Browse, world: World, key: int) -> None:
    add(browse("vangiang"), key, (pdf(), "một.pdf"))
    (file,) = kept(world)
    paths = (f"/tep-dinh-kem/{file.id}", f"/tep-dinh-kem/{file.id}/tai-ve", address(key))
    for path in paths:
        assert browse("khoaichau").get(path).status == 404
        assert browse("thidua").get(path).status == 403  # the unit has not sent it yet
    for who, status in (("khoaichau", 404), ("thidua", 403), ("vangiang.lanhdao", 403)):
        assert add(browse(who), key, (pdf("2"), "hai.pdf")).status == status
        assert browse(who).post(f"/tep-dinh-kem/{file.id}/go").status == status
    assert browse("vangiang").get("/tep-dinh-kem/khong-co/1").status == 404
    assert browse("vangiang").get("/tep-dinh-kem/99999").status == 404
    assert "một.pdf" in browse("vangiang.lanhdao").page(address(key)).text


def test_the_same_content_answers_alike_whoever_has_it_already(
    browse: Browse, world: World, key: int, runtime: Runtime
) -> None:
    """Another unit's file and a new one: the same answer, the same number of files written."""
    other = world.opened("khoaichau", "330")
    add(browse("khoaichau"), other, (pdf("mật"), "của huyện khác.pdf"))
    browser = browse("vangiang")
    writes: list[str] = []
    files, put = runtime.files, runtime.files.put

    def counting(*given: Any) -> Any:
        content = put(*given)
        writes.append("written")
        return content

    files.put = counting  # type: ignore[method-assign, assignment]
    try:
        known = add(browser, key, (pdf("mật"), "a.pdf"))
        new = add(browser, key, (pdf("khác"), "b.pdf"))
    finally:
        del files.put
    assert (known.status, known.html) == (new.status, new.html)
    assert writes == ["written", "written"]
    shown = [file for file in kept(world) if file.owner_id == key]
    assert {(file.scan_state, file.preview_state) for file in shown} == {(shown[0].scan_state, shown[0].preview_state)}
    assert "của huyện khác" not in browser.page(address(key)).text


def test_an_infected_file_is_locked_on_its_page(
    browse: Browse, world: World, key: int, session: Session, runtime: Runtime
) -> None:
    browser = browse("vangiang")
    add(browser, key, (pdf(), "hóa đơn.pdf"))
    (file,) = kept(world)
    session.execute(update(StoredFile).values(scan_state=ScanState.INFECTED, scanned_at=runtime.clock.now()))
    session.commit()
    page = browser.page(f"/tep-dinh-kem/{file.id}")
    assert "Tệp có mã độc nên đã bị khóa" in page.text
    assert f"/tep-dinh-kem/{file.id}/tai-ve" not in page.links().values()
    assert browser.get(f"/tep-dinh-kem/{file.id}/tai-ve").status == 409
    assert "Gỡ, thay tệp có mã độc: hóa đơn.pdf" in browser.page("/").text


def test_a_files_page_says_what_it_is(browse: Browse, world: World, key: int) -> None:
    browser = browse("vangiang")
    add(browser, key, (docx(), "Thuyết minh.docx"))
    (file,) = kept(world)
    page = browser.page(f"/tep-dinh-kem/{file.id}")
    assert page.headings() == ["Thuyết minh.docx"]
    assert "Tệp Word, Excel không có bản xem trước." in page.text
    assert "Word (.docx)" in page.text
    assert f"/thi-dua/dang-ky/{key}#tep-dinh-kem" in page.links().values()
    assert world.actions(key)[-1] == "attachment.viewed"


def test_lists_ask_as_often_for_many_files_as_for_few(browse: Browse, key: int, count_queries: Any) -> None:
    browser = browse("vangiang")
    add(browser, key, (pdf("0"), "0.pdf"), (pdf("00"), "00.pdf"))
    with count_queries() as few:
        browser.page(address(key))
    add(browser, key, *[(pdf(str(n)), f"{n}.pdf") for n in range(1, 16)])
    with count_queries() as many:
        browser.page(address(key))
    assert len(few) == len(many)
