"""GET and POST /thi-dua/dang-ky/<id>/nhap: choosing a workbook, reading it, keeping it until it is decided on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from portal import create_app
from portal.core.runtime import Runtime
from portal.domain.emulation.services import import_rows
from portal.domain.staging.enums import ImportState
from portal.domain.staging.models import ImportBatch
from portal.imports.engine import Source
from portal.web.context import runtime as get_runtime
from tests.emulation.domain.builders import World
from tests.emulation.imports.conftest import DISTRICT_BOOK, HEALTH_BOOK, Importer
from tests.imports.test_emulation import CELL
from tests.imports.workbooks import own_workbook, plain_workbook, row_of
from tests.pages import Page

PERSON: dict[str, Any] = {"subject": "Cá nhân", "title_id": "LĐTT", "name": "Lê Thị Hoa", "post": "Kế toán"}


def test_the_page_tells_the_limits_and_gives_the_template(vangiang: Importer) -> None:
    page = Page(vangiang.browser.get(vangiang.address).text)
    assert page.errors == []
    assert page.headings() == ["Nhập danh sách từ Excel"]
    assert "nhiều nhất 10 MB và 20.000 dòng" in page.text
    assert page.links()["Tải tệp mẫu"] == f"/thi-dua/dang-ky/{vangiang.key}/mau.xlsx"
    form = page.form_to(vangiang.address)
    assert form.get("enctype") == "multipart/form-data"


def test_without_a_file_the_field_says_so(vangiang: Importer) -> None:
    answer = vangiang.browser.post(vangiang.address, data={})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.field_errors()["file"].endswith("Xin chọn tệp Excel đã điền.")
    assert "Danh sách đăng ký không thay đổi" in page.text


def test_the_district_workbook_is_forty_new_lines(vangiang: Importer) -> None:
    batch = vangiang.stage(DISTRICT_BOOK, "Tài liệu/Đăng ký 2023.xlsx")
    assert vangiang.counts(batch) == (40, 0, 0, 0)
    assert vangiang.batch(batch).file_name == "Đăng ký 2023.xlsx"
    assert len(vangiang.lines()) == 1
    page = vangiang.show(batch)
    assert page.headings() == ["Kiểm tra trước khi nhập"]
    assert "Thêm 40 dòng." in page.text
    assert "Nhập 40 dòng" in page.buttons()
    rows = [row for row in page.table() if row["Dòng"].isdecimal()]
    assert len(rows) == 40
    assert rows[0]["Dòng"] == "7"
    assert {row["Kết quả"] for row in rows} == {"Thêm mới"}


def test_a_long_workbook_is_shown_by_hundreds(health: Importer) -> None:
    batch = health.stage(HEALTH_BOOK)
    assert health.counts(batch) == (400, 0, 0, 0)
    first = health.show(batch)
    assert len([row for row in first.table() if row["Dòng"].isdecimal()]) == 100
    assert "1–100 trong 400 dòng" in first.text
    last = health.show(batch, "?trang=4")
    assert "301–400 trong 400 dòng" in last.text
    assert "Trang sau" not in last.links()
    assert "Trang đầu" in last.links()
    assert "301–400" in health.show(batch, "?trang=9999").text
    assert "1–100" in health.show(batch, "?trang=x&loai=y").text


def test_other_writings_of_a_title_are_shown_with_its_name(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON]))
    assert vangiang.show(batch).table()[0]["Danh hiệu, hình thức"] == "Lao động tiên tiến (trong tệp: LĐTT)"


def test_faults_are_told_with_their_cells_and_link_to_their_rows(vangiang: Importer) -> None:
    rows = [
        PERSON,
        {**PERSON, "title_id": "Chiến sĩ thi đua tỉn", "name": "Đỗ Văn Ba"},
        {**PERSON, "name": None, "division": "Văn phòng"},
        {**PERSON, "title_id": "Tập thể Lao động xuất sắc", "name": "Phan Thị Tư"},
    ]
    batch = vangiang.stage(own_workbook(rows))
    assert vangiang.counts(batch) == (1, 0, 0, 3)
    page = vangiang.show(batch)
    links = [text for text in page.links() if text.startswith("Ô ")]
    assert links[0].startswith("Ô C8: danh hiệu “Chiến sĩ thi đua tỉn” không có trong danh mục; có phải")
    assert links[1] == "Ô D9: thiếu họ tên hoặc tên tập thể."
    assert links[2].startswith("Ô C10: “Tập thể Lao động xuất sắc” chỉ dành cho tập thể")
    assert page.links()[links[1]].endswith("?loai=can-sua#dong-9")
    assert page.has_id("dong-9")
    assert "Cần sửa 3" in page.text
    faulty = vangiang.show(batch, "?loai=can-sua")
    assert [row["Dòng"] for row in faulty.table() if row["Dòng"].isdecimal()] == ["8", "9", "10"]
    assert "Không có dòng nào thuộc nhóm này" in vangiang.show(batch, "?loai=doi").text


def test_a_repeated_line_is_refused_on_both_rows(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON, PERSON, {**PERSON, "name": "Đỗ Văn Ba"}]))
    assert vangiang.counts(batch) == (1, 0, 0, 2)
    assert "đăng ký “Lao động tiên tiến” 2 lần" in vangiang.show(batch).text


def test_namesakes_warn_and_do_not_hinder(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON, {**PERSON, "post": "Văn thư"}]))
    assert vangiang.counts(batch) == (2, 0, 0, 0)
    assert "Ô D7: có 2 người cùng tên “Lê Thị Hoa”" in vangiang.show(batch).text


def test_notes_about_the_workbook_are_shown(vangiang: Importer) -> None:
    headings = ("Danh hiệu", "Họ tên", "Chức vụ", "Điểm")
    batch = vangiang.stage(plain_workbook([["LĐTT", "Lê Thị Hoa", "Kế toán", 9]], headings=headings))
    assert "Không đọc 1 cột: “Điểm”." in vangiang.show(batch).text


def test_a_workbook_without_rows_has_nothing_to_import(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([]))
    page = vangiang.show(batch)
    assert "Không có dòng nào được điền" in page.text
    assert not [text for text in page.buttons() if text.startswith("Nhập")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Ho ten Danh hieu\n", "không phải là Excel (.xlsx, .xls) hoặc CSV"),
        (b"", "Tệp trống"),
        (b"PK\x03\x04 broken", "bị hỏng"),
    ],
)
def test_other_files_are_refused_beside_the_field(vangiang: Importer, content: bytes, expected: str) -> None:
    answer = vangiang.send(content)
    assert answer.status_code == 422
    assert expected in Page(answer.text).field_errors()["file"]


def test_a_bomb_is_refused(vangiang: Importer) -> None:
    stream = plain_workbook([["1"]])
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"0" * (70 * 1024 * 1024))
    answer = vangiang.send(stream)
    assert answer.status_code == 422
    assert "nén quá mức" in Page(answer.text).field_errors()["file"]
    assert vangiang.world.all(select(ImportBatch.id)) == []


def test_one_row_over_the_limit_is_refused(vangiang: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.imports.source_for", small_source)
    rows = [row_of(title_id="LĐTT", name=f"Người thứ {n}", post="Chuyên viên") for n in range(501)]
    answer = vangiang.send(plain_workbook(rows))
    assert answer.status_code == 422
    assert "Tệp có 501 dòng; mỗi lần nhập nhiều nhất 500 dòng" in Page(answer.text).field_errors()["file"]


def test_a_registration_takes_only_so_many_lines(vangiang: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_rows, "MAX_LINES", 40)
    answer = vangiang.send(DISTRICT_BOOK)
    assert answer.status_code == 422
    assert "có nhiều nhất" in Page(answer.text).field_errors()["file"]


def test_reading_again_gives_way_to_the_newer_workbook(vangiang: Importer) -> None:
    first, second = vangiang.stage(DISTRICT_BOOK, "mot.xlsx"), vangiang.stage(own_workbook([PERSON]), "hai.xlsx")
    assert vangiang.batch(first).state is ImportState.CANCELLED
    assert vangiang.rows(first) == []
    assert vangiang.batch(second).state is ImportState.STAGED
    page = Page(vangiang.browser.get(vangiang.address).text)
    assert [row["Tệp"] for row in page.table()] == ["hai.xlsx"]
    assert "Tệp này đã bỏ, không nhập" in vangiang.show(first).text
    assert vangiang.world.actions(vangiang.key)[-2:] == ["registration.import_staged"] * 2


def test_a_staged_workbook_outlives_the_server(vangiang: Importer, runtime: Runtime) -> None:
    batch = vangiang.stage(DISTRICT_BOOK)
    with vangiang.browser.session_transaction() as cookie:
        token = cookie["_user_id"]
    later = create_app(runtime.settings, clock=runtime.clock)
    browser = later.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    resumed = replace(vangiang, browser=browser)
    assert "Thêm 40 dòng." in resumed.show(batch).text
    assert resumed.apply(batch).status_code == 303
    later.extensions["portal"].engine.dispose()
    assert len(vangiang.lines()) == 41


@pytest.mark.parametrize("who", ["khoaichau", "syt"])
def test_the_registration_of_another_unit_is_not_found(
    vangiang: Importer, client_of: Callable[[str], FlaskClient], who: str
) -> None:
    batch = vangiang.stage(own_workbook([PERSON]))
    stranger = Importer(client_of(who), vangiang.key, vangiang.world)
    assert stranger.browser.get(stranger.address).status_code == 404
    assert stranger.send(own_workbook([PERSON])).status_code == 404
    for path in ("", "/cot", "/tien-do", "/tra-lai.xlsx"):
        assert stranger.browser.get(f"{stranger.page_of(batch)}{path}").status_code == 404
    for path in ("/cot", "/trang-tinh"):
        assert stranger.browser.post(f"{stranger.page_of(batch)}{path}").status_code == 404
    assert stranger.apply(batch).status_code == 404
    assert stranger.cancel(batch).status_code == 404
    assert stranger.browser.get(f"/thi-dua/dang-ky/{vangiang.key}/mau.xlsx").status_code == 404
    assert vangiang.batch(batch).state is ImportState.STAGED


def test_those_who_look_on_from_above_may_not_import(
    vangiang: Importer, world: World, client_of: Callable[[str], FlaskClient]
) -> None:
    assert client_of("thidua").get(vangiang.address).status_code == 403
    commune = world.opened("xuanquan", "12022")
    assert vangiang.browser.get(f"/thi-dua/dang-ky/{commune}/nhap").status_code == 403
    assert vangiang.browser.get(f"/thi-dua/dang-ky/{commune}/mau.xlsx").status_code == 403


def test_what_waits_for_the_head_takes_no_workbook(vangiang: Importer, world: World) -> None:
    batch = vangiang.stage(own_workbook([PERSON]))
    world.step("vangiang", vangiang.key, "submit", "")
    assert vangiang.browser.get(vangiang.address).status_code == 409
    assert vangiang.send(own_workbook([PERSON])).status_code == 409
    assert vangiang.apply(batch).status_code == 409
    page = vangiang.show(batch)
    assert "Chưa nhập được lúc này" in page.text
    assert not [text for text in page.buttons() if text.startswith("Nhập")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=10), max_size=8))
def test_whatever_the_cells_hold_the_page_answers(vangiang: Importer, rows: list[list[Any]]) -> None:
    batch = vangiang.stage(plain_workbook(rows))
    page = vangiang.show(batch)
    assert page.headings() == ["Kiểm tra trước khi nhập"]
    assert vangiang.apply(batch).status_code in (303, 422)
    assert vangiang.apply(batch, only_sound="y").status_code == 303
    assert vangiang.returned(batch).sheetnames == ["Danh sách"]


def test_a_page_of_rows_asks_as_often_as_a_few(vangiang: Importer, health: Importer, runtime: Runtime) -> None:
    def queries(importer: Importer, batch: int) -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        event.listen(runtime.engine, "before_cursor_execute", note)
        importer.show(batch)
        event.remove(runtime.engine, "before_cursor_execute", note)
        return len(seen)

    few, many = vangiang.stage(own_workbook([PERSON])), health.stage(HEALTH_BOOK)
    assert queries(vangiang, few) == queries(health, many)


def test_the_database_is_not_held_while_a_workbook_is_read(
    vangiang: Importer, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer commits while the workbook is being read and checked."""
    seen: list[date] = []
    check = import_rows.check_rows

    def meanwhile(*args: Any) -> Any:
        vangiang.world.edit("vangiang", vangiang.key, lambda work, _: seen.append(work.today()))
        return check(*args)

    monkeypatch.setattr("portal.imports.emulation.check_rows", meanwhile)
    vangiang.stage(io.BytesIO(DISTRICT_BOOK.read_bytes()))
    assert seen


def small_source(sha256: str, file_format: str) -> Source:
    """A file of which at most 500 rows may be taken."""
    return Source(get_runtime().files, sha256, file_format, 500)
