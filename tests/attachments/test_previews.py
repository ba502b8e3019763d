"""Previews as the readers of a record see them: drawn by a job, within bounds, gone where they must not be."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.attachments.enums import PreviewState, ScanState
from portal.domain.attachments.models import FilePreview, StoredFile
from portal.jobs import attachments
from tests.attachments.clamd_server import Scanner
from tests.attachments.samples import docx, pdf, picture
from tests.attachments.test_examine import attach, examine, state
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Browser

Browse = Callable[[str], Browser]


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def preview_of(world: World, file_id: int) -> tuple[PreviewState, int | None]:
    (file,) = world.all(select(StoredFile).where(StoredFile.id == file_id))
    return file.preview_state, file.page_count


def test_pages_are_drawn_by_the_job_and_shown_to_who_reads_the_record(
    runtime: Runtime, world: World, key: int, browse: Browse
) -> None:
    file_id = attach(runtime, world, key, pdf("Báo cáo kết quả"))
    browser = browse("vangiang")
    assert "Đang tạo bản xem trước." in browser.page(f"/tep-dinh-kem/{file_id}").text
    assert browser.get(f"/tep-dinh-kem/{file_id}/trang/1").status == 404
    examine(runtime)
    assert preview_of(world, file_id) == (PreviewState.READY, 1)
    page = browser.page(f"/tep-dinh-kem/{file_id}")
    (image,) = page.root.iter("img")
    assert image.get("alt") == "Trang 1 của bao cao.pdf"
    answer = browser.get(image.get("src", ""))
    shown = Image.open(io.BytesIO(answer.response.get_data()))
    assert [str(side) for side in shown.size] == [image.get("width"), image.get("height")]
    headers = answer.response.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert browse("khoaichau").get(f"/tep-dinh-kem/{file_id}/trang/1").status == 404
    assert browser.get(f"/tep-dinh-kem/{file_id}/trang/2").status == 404


def test_a_damaged_file_cannot_be_previewed_and_can_be_tried_again(
    runtime: Runtime, world: World, key: int, browse: Browse
) -> None:
    file_id = attach(runtime, world, key, b"%PDF-1.4\nkhong co trang nao\n%%EOF")
    examine(runtime)
    assert preview_of(world, file_id) == (PreviewState.FAILED, None)
    browser = browse("vangiang")
    page = browser.page(f"/tep-dinh-kem/{file_id}")
    assert "Không xem trước được tệp này. Xin tải về để mở." in page.text
    again = page.form_to(f"/tep-dinh-kem/{file_id}/xem-truoc").get("action", "")
    assert "Đã yêu cầu tạo bản xem trước." in browser.follow(browser.post(again)).text
    assert preview_of(world, file_id)[0] is PreviewState.WAITING
    examine(runtime)
    assert preview_of(world, file_id)[0] is PreviewState.FAILED


def test_a_drawing_that_goes_over_its_bounds_is_given_up(
    runtime: Runtime, world: World, key: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass\n", encoding="utf-8")
    monkeypatch.setattr(attachments, "DRAWER", endless)
    monkeypatch.setattr(attachments, "DRAWING", replace(attachments.DRAWING, seconds=0.3))
    file_id = attach(runtime, world, key, picture())
    examine(runtime)
    assert preview_of(world, file_id) == (PreviewState.FAILED, None)
    assert list(runtime.settings.data_dir.glob("preview-*")) == []


def test_office_files_have_none_and_nothing_is_run_for_them(
    runtime: Runtime, world: World, key: int, monkeypatch: pytest.MonkeyPatch, browse: Browse
) -> None:
    monkeypatch.setattr(attachments, "DRAWER", Path("/no/such/program"))
    file_id = attach(runtime, world, key, docx(), "bao cao.docx")
    examine(runtime)
    assert preview_of(world, file_id) == (PreviewState.NONE, None)
    browse("vangiang").post(f"/tep-dinh-kem/{file_id}/xem-truoc")
    assert preview_of(world, file_id) == (PreviewState.NONE, None)


def test_an_infected_file_is_not_drawn(runtime: Runtime, world: World, key: int, clamd: Scanner) -> None:
    clamd.say = b"stream: Bad FOUND\0"
    file_id = attach(runtime, world, key)
    examine(runtime)
    assert state(world, file_id) == (ScanState.INFECTED, "Bad")
    assert preview_of(world, file_id)[0] is PreviewState.FAILED
    assert world.all(select(FilePreview.id)) == []


def test_pages_are_drawn_although_the_scanner_is_away(runtime: Runtime, world: World, key: int, clamd: Scanner) -> None:
    clamd.hang_up = True
    file_id = attach(runtime, world, key)
    examine(runtime)
    assert preview_of(world, file_id) == (PreviewState.READY, 1)
    assert [job.state for job in world.all(select(Job))] == [JobState.QUEUED]


def test_the_hourly_look_draws_what_was_never_drawn(runtime: Runtime, world: World, key: int, session: Session) -> None:
    file_id = attach(runtime, world, key, picture("JPEG"), "ảnh.jpg")
    session.execute(update(Job).values(state=JobState.DONE))
    session.commit()
    examine(runtime, hourly=True)
    assert preview_of(world, file_id) == (PreviewState.READY, 1)
