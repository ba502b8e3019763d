"""POST …/nhap/<batch>/ap-dung and …/huy, GET …/dong-loi.xlsx: the decision, and the rows given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.core.errors import RuleBroken
from portal.core.jobs import Job
from portal.core.runtime import Runtime
from portal.domain.access.actor import Work
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.services import lines
from portal.domain.staging import services
from portal.domain.staging.enums import ImportRowState, ImportState
from portal.domain.staging.models import ImportBatch, ImportRow
from portal.imports import engine
from portal.imports.kinds import kinds
from portal.jobs.api import Periodic
from portal.jobs.housekeeping import DAILY
from portal.jobs.registry import handlers, periodic
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.emulation.domain.builders import WorkAs
from tests.emulation.imports.conftest import DISTRICT_BOOK, HEALTH_BOOK, Importer, saved
from tests.imports.workbooks import own_workbook
from tests.pages import Page

PERSON: dict[str, Any] = {"subject": "Cá nhân", "title_id": "LĐTT", "name": "Lê Thị Hoa", "post": "Kế toán"}
OTHER: dict[str, Any] = {**PERSON, "name": "Đỗ Văn Ba", "birth_year": 1985, "gender": "Nam", "division": "Văn phòng"}
FAULTY: dict[str, Any] = {**PERSON, "name": "Phan Thị Tư", "title_id": "Chiến sĩ thi đua tỉn", "birth_year": 1990}


def apply_directly(work: Work, batch: int) -> None:
    """Apply a batch without a second look at its rows."""
    kind, found = engine.load_batch(work, batch, lock=True)
    engine.apply_batch(work, kind, found, only_sound=False)


def test_four_hundred_lines_come_in_exactly_and_only_once(health: Importer) -> None:
    batch = health.stage(HEALTH_BOOK)
    staged = [row.payload["cells"]["name"] for row in health.rows(batch)]
    assert health.apply(batch).status_code == 303
    assert health.batch(batch).state is ImportState.APPLIED
    assert [line.name for line in health.lines()[1:]] == staged
    assert health.world.get(health.key).line_count == 401
    before = health.facts()

    again = health.stage(HEALTH_BOOK)
    assert health.counts(again) == (0, 0, 400, 0)
    page = health.show(again)
    assert "Dữ liệu đã có đủ các dòng này, không cần nhập lại." in page.text
    assert not [text for text in page.buttons() if text.startswith("Nhập")]
    assert health.apply(again).status_code == 303
    assert health.facts() == before


def test_the_decision_is_told_and_recorded(vangiang: Importer) -> None:
    batch = vangiang.stage(DISTRICT_BOOK)
    answer = vangiang.apply(batch)
    assert answer.headers["Location"] == f"/nhap-tep/{batch}"
    page = vangiang.show(batch)
    assert page.headings() == ["Kết quả nhập từ Excel"]
    assert "Đã nhập lúc 09:00 15/03/2023" in page.text
    assert page.links()["Xem danh sách đăng ký"] == f"/thi-dua/dang-ky/{vangiang.key}#danh-sach"
    assert vangiang.world.actions(vangiang.key)[-3:] == [
        "registration.import_staged",
        "registration.lines_imported",
        "registration.import_applied",
    ]
    entry = vangiang.world.all(select(AuditEntry).where(AuditEntry.action == "registration.import_applied"))[0]
    assert entry.detail["new"] == 40
    assert entry.detail["sha256"] == vangiang.batch(batch).sha256


def test_a_second_decision_changes_nothing(vangiang: Importer) -> None:
    batch = vangiang.stage(DISTRICT_BOOK)
    vangiang.apply(batch)
    before = vangiang.facts()
    assert vangiang.apply(batch).status_code == 303
    assert vangiang.facts() == before


def test_with_faulty_rows_all_is_refused_and_the_sound_ones_must_be_chosen(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON, FAULTY, OTHER]))
    page = vangiang.show(batch)
    assert "Chỉ nhập 2 dòng hợp lệ, giữ 1 dòng cần sửa để sửa sau" in page.text
    answer = vangiang.apply(batch)
    assert answer.status_code == 422
    assert "Còn dòng cần sửa" in Page(answer.text).field_errors()["only_sound"]
    assert len(vangiang.lines()) == 1

    assert vangiang.apply(batch, only_sound="y").status_code == 303
    assert [line.name for line in vangiang.lines()[1:]] == ["Lê Thị Hoa", "Đỗ Văn Ba"]
    assert vangiang.batch(batch).state is ImportState.PARTLY
    page = vangiang.show(batch)
    assert "Các dòng cần sửa chưa được nhập" in page.text
    assert page.links()["Tải các dòng cần sửa"].endswith("/tra-lai.xlsx")


def test_faulty_rows_come_back_as_a_workbook_and_go_in_once_corrected(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON, FAULTY, {**OTHER, "name": "=1+1", "post": None}]))
    vangiang.apply(batch, only_sound="y")
    book = vangiang.returned(batch)
    sheet = book["Danh sách"]
    assert [cell.value for cell in sheet[7]][1:9] == [
        "Cá nhân",
        "Chiến sĩ thi đua tỉn",
        "Phan Thị Tư",
        "Kế toán",
        None,
        1990,
        None,
        None,
    ]
    assert sheet["K7"].value.startswith(
        "Danh hiệu, hình thức (*): Danh hiệu “Chiến sĩ thi đua tỉn” không có trong danh mục"
    )
    assert sheet["C7"].fill.fgColor.rgb == "FFFCE4E4"
    assert sheet["D7"].fill.fgColor.rgb != "FFFCE4E4"
    assert (sheet["D8"].value, sheet["D8"].data_type) == ("=1+1", "s")
    assert sheet.max_row == 8

    sheet["C7"] = "CSTĐ cơ sở"
    sheet["E8"] = "Lái xe"
    second = vangiang.stage(saved(book))
    assert vangiang.batch(second).notes == []
    assert vangiang.counts(second) == (2, 0, 0, 0)
    vangiang.apply(second)
    assert {line.name for line in vangiang.lines()} == {"Nguyễn Văn An", "Lê Thị Hoa", "Phan Thị Tư", "=1+1"}
    assert vangiang.world.all(select(AuditEntry).where(AuditEntry.action == "import.returned"))[0].detail == {"rows": 2}


def test_the_template_holds_the_lines_and_changes_find_them(vangiang: Importer) -> None:
    vangiang.apply(vangiang.stage(own_workbook([PERSON, OTHER])))
    book = vangiang.template()
    sheet = book["Danh sách"]
    assert [sheet.cell(row, 4).value for row in (7, 8, 9)] == ["Nguyễn Văn An", "Lê Thị Hoa", "Đỗ Văn Ba"]
    untouched = vangiang.stage(saved(book))
    assert vangiang.counts(untouched) == (0, 0, 3, 0)

    sheet["D8"], sheet["C8"] = "Lê Thị Hoà", "CSTĐ cơ sở"
    sheet["G9"], sheet["H9"] = 1986, None
    sheet["B10"], sheet["C10"], sheet["D10"], sheet["E10"] = "Cá nhân", "Giấy khen", "Vũ Năm", "Bảo vệ"
    keys = [line.row_key for line in vangiang.lines()]
    batch = vangiang.stage(saved(book))
    assert vangiang.counts(batch) == (1, 2, 1, 0)
    text = vangiang.show(batch).text
    assert "Họ tên hoặc tên tập thể: Lê Thị Hoa → Lê Thị Hoà" in text
    assert "Danh hiệu, hình thức: Lao động tiên tiến → Chiến sĩ thi đua cơ sở" in text
    assert "Năm sinh: 1985 → 1986" in text
    assert "Giới tính: Nam → để trống" in text
    vangiang.apply(batch)
    after = vangiang.lines()
    assert [line.row_key for line in after[:3]] == keys
    assert [line.version for line in after] == [1, 2, 2, 1]
    assert after[1].name == "Lê Thị Hoà"
    assert after[3].name == "Vũ Năm"


def test_a_key_that_was_copied_with_its_row_makes_a_new_line(vangiang: Importer) -> None:
    key = vangiang.lines()[0].row_key
    first = {**PERSON, "name": "Nguyễn Văn An", "post": "Chuyên viên", "row_key": key}
    batch = vangiang.stage(own_workbook([first, {**OTHER, "row_key": key}]))
    assert vangiang.counts(batch) == (1, 0, 1, 0)
    vangiang.apply(batch)
    found = vangiang.lines()
    assert [line.name for line in found] == ["Nguyễn Văn An", "Đỗ Văn Ba"]
    assert found[0].row_key == key != found[1].row_key


def test_the_verdict_on_sound_rows_holds_without_the_faulty_ones(vangiang: Importer) -> None:
    """A faulty row that would have changed a line leaves it as it is: a second row of the same line then finds it."""
    vangiang.apply(vangiang.stage(own_workbook([PERSON])))
    key = vangiang.lines()[1].row_key
    renamed = {**PERSON, "name": "Lê Thị Hoa Mai", "title_id": "Tập thể Lao động xuất sắc", "row_key": key}
    batch = vangiang.stage(own_workbook([renamed, PERSON, OTHER]))
    assert vangiang.counts(batch) == (1, 0, 1, 1)
    assert vangiang.apply(batch, only_sound="y").status_code == 303
    assert [line.name for line in vangiang.lines()] == ["Nguyễn Văn An", "Lê Thị Hoa", "Đỗ Văn Ba"]


def test_lines_that_moved_meanwhile_are_looked_at_again_before_anything_happens(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON, OTHER]))
    world = vangiang.world
    world.edit("vangiang", vangiang.key, lines.add_line, world.person("Lê Thị Hoa", post="Kế toán"))
    assert vangiang.apply(batch).status_code == 303
    page = vangiang.show(batch)
    assert "vừa được đối chiếu lại" in page.text
    assert vangiang.batch(batch).state is ImportState.STAGED
    assert vangiang.counts(batch) == (1, 0, 1, 0)
    assert len(vangiang.lines()) == 2
    vangiang.apply(batch)
    assert [line.name for line in vangiang.lines()] == ["Nguyễn Văn An", "Lê Thị Hoa", "Đỗ Văn Ba"]


def test_rows_that_became_faulty_meanwhile_are_told(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([{**PERSON, "birth_year": 1980, "division": "Văn phòng"}, OTHER]))
    world = vangiang.world
    line = world.person("Lê Thị Hoa", post="Kế toán", division="Văn phòng", birth_year=1981)
    world.edit("vangiang", vangiang.key, lines.add_line, line)
    second = world.person("Lê Thị Hoa", post="Kế toán", division="Văn phòng", birth_year=1980)
    world.edit("vangiang", vangiang.key, lines.add_line, second)
    vangiang.apply(batch)
    assert vangiang.counts(batch) == (1, 0, 1, 0)


def test_a_race_between_look_and_decision_stops_the_import(vangiang: Importer, work_as: WorkAs) -> None:
    batch = vangiang.stage(own_workbook([PERSON, OTHER]))
    world = vangiang.world
    world.edit("vangiang", vangiang.key, lines.add_line, world.person("Lê Thị Hoa", post="Kế toán"))
    with pytest.raises(services.ImportMoved), work_as("vangiang") as work:
        apply_directly(work, batch)
    assert len(vangiang.lines()) == 2
    assert vangiang.batch(batch).state is ImportState.STAGED


def test_rows_that_the_lines_forbid_by_now_stop_the_import(vangiang: Importer, work_as: WorkAs) -> None:
    batch = vangiang.stage(
        own_workbook([{"subject": "Tập thể", "title_id": "Cờ thi đua của UBND tỉnh", "name": "Phòng Y tế"}])
    )
    world = vangiang.world
    world.edit("vangiang", vangiang.key, lines.add_line, world.collective("Phòng Y tế", "CTDCP"))
    with pytest.raises(services.ImportMoved), work_as("vangiang") as work:
        apply_directly(work, batch)
    assert vangiang.apply(batch).status_code == 303
    assert vangiang.counts(batch) == (0, 0, 0, 1)
    assert "Không còn dòng nào để nhập" in vangiang.show(batch).text


def test_a_workbook_is_given_up_and_its_rows_are_forgotten(vangiang: Importer) -> None:
    batch = vangiang.stage(DISTRICT_BOOK)
    assert vangiang.cancel(batch).headers["Location"].endswith(vangiang.address)
    assert vangiang.batch(batch).state is ImportState.CANCELLED
    assert vangiang.rows(batch) == []
    assert vangiang.cancel(batch).status_code == 303
    assert vangiang.apply(batch).status_code == 409
    assert len(vangiang.lines()) == 1
    assert vangiang.world.actions(vangiang.key)[-1] == "registration.import_cancelled"


def test_what_was_applied_cannot_be_given_up(vangiang: Importer, work_as: WorkAs) -> None:
    batch = vangiang.stage(own_workbook([PERSON]))
    vangiang.apply(batch)
    assert vangiang.cancel(batch).status_code == 409
    with pytest.raises(services.ImportFinished), work_as("vangiang") as work:
        services.change_verdicts(work, engine.load_batch(work, batch, lock=True)[1], {})


def test_without_faulty_rows_there_is_nothing_to_give_back(vangiang: Importer) -> None:
    batch = vangiang.stage(own_workbook([PERSON]))
    assert "Tải các dòng cần sửa" not in vangiang.show(batch).links()
    assert vangiang.returned(batch)["Danh sách"].max_row == 6


def test_old_batches_are_forgotten_with_what_they_say_of_people(
    vangiang: Importer, clock: FixedClock, work_as: WorkAs, client_of: Callable[[str], FlaskClient]
) -> None:
    vangiang.apply(vangiang.stage(own_workbook([PERSON])))
    clock.advance(services.KEEP)
    recent = replace(vangiang, browser=client_of("vangiang")).stage(own_workbook([OTHER]))
    clock.advance(services.KEEP / 2)
    with work_as("vangiang") as work:
        assert services.drop_old_imports(work) == 1
    assert vangiang.world.all(select(ImportBatch.id)) == [recent]
    assert {row.batch_id for row in vangiang.world.all(select(ImportRow))} == {recent}
    assert len(vangiang.lines()) == 2


def test_the_house_drops_old_batches_every_day(runtime: Runtime) -> None:
    kind = "house.drop_imports"
    assert Periodic(kind, DAILY) in periodic()
    Worker(runtime, Waker(runtime.settings), {kind: handlers()[kind]}, [Periodic(kind, DAILY)]).run_pending()
    with runtime.session_factory() as session:
        job = session.scalars(select(Job).where(Job.kind == kind)).one()
    assert job.result["message"] == "Đã xóa 0 lần nhập cũ."


def test_the_states_have_words() -> None:
    assert [state.label for state in ImportState] == [
        "Chờ chọn cột",
        "Đang đọc",
        "Chờ xác nhận",
        "Đã nhập",
        "Đã nhập dòng hợp lệ",
        "Đã hủy",
    ]
    assert all(state.icon and state.tone for state in (*ImportState, *ImportRowState))
    assert issubclass(services.RowsFaulty, RuleBroken)
    assert [f.key for f in kinds()["emulation.lines"].fields.all if f.required] == ["title_id", "name"]
