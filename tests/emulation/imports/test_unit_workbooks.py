"""The five workbooks of seed/workbooks: all import, those of units by mapping; every fault they hold is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.core.clock import FixedClock
from portal.core.runtime import Runtime
from portal.domain.staging.enums import ImportRowState, ImportState
from portal.imports._book import open_book
from portal.imports._cells import at_cell, column_letters
from portal.imports._package import PackageLimits
from portal.imports.engine import place_of
from portal.imports.spec import ColumnMap
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from seed.unit_workbooks import (
    DISTRICT_FILE,
    FINANCE_FILE,
    FOLDER,
    SCHOOLS_FILE,
    Made,
    district_source,
    write_finance,
    write_schools,
)
from tests.emulation.domain.builders import World
from tests.emulation.imports.conftest import DISTRICT_BOOK, HEALTH_BOOK, Importer


def told(importer: Importer, batch: int) -> dict[int, list[str]]:
    """What is said of faulty rows, by their number, each with its cell."""
    mapping = ColumnMap.from_json(importer.batch(batch).mapping)
    found: dict[int, list[str]] = {}
    for row in importer.rows(batch):
        for error in row.errors or []:
            at = column_letters(place_of(mapping, "name", row.payload.get("places"), error["field"]))
            found.setdefault(row.number, []).append(at_cell(at, row.number, error["text"]))
    return found


def check_faults(importer: Importer, batch: int, made: Made) -> None:
    """Exactly the rows that were spoiled are faulty, each with what is wrong with it."""
    found = told(importer, batch)
    assert sorted(found) == sorted(made.faults)
    for number, texts in made.faults.items():
        assert len(found[number]) == len(texts), found[number]
        assert all(text.startswith(begin) for text, begin in zip(found[number], texts, strict=True)), found[number]
    counts = importer.counts(batch)
    assert counts[:3] == (made.sound, 0, 0)


@pytest.fixture
def finance(world: World, client_of: Callable[[str], FlaskClient]) -> Importer:
    return Importer(client_of("stc"), world.opened("stc", "STC"), world)


@pytest.fixture
def khoaichau(world: World, client_of: Callable[[str], FlaskClient]) -> Importer:
    return Importer(client_of("khoaichau"), world.opened("khoaichau", "330"), world)


@pytest.fixture
def schools(world: World, client_of: Callable[[str], FlaskClient], clock: FixedClock) -> Importer:
    """The school sector registers in autumn, for its own year."""
    clock.instant = datetime(2022, 9, 14, 2, 0, tzinfo=UTC)
    return Importer(client_of("sgddt"), world.opened("sgddt", "SGDDT", "2022-2023"), world)


def test_crosses_under_titles_in_two_rows_of_headings(finance: Importer, tmp_path: Path) -> None:
    made = write_finance(tmp_path)
    batch = finance.receive(FOLDER / FINANCE_FILE)
    page = finance.columns(batch)
    assert [row["Đọc thành"] for row in page.table()][:1]
    assert "Không đọc 1 trang tính ẩn: “Danhmuc”." in page.text
    assert page.values(page.form_to(f"/nhap-tep/{batch}/cot"))["cot-6"] == "x:title_id"
    assert finance.choose(batch).status_code == 303
    check_faults(finance, batch, made)
    notes = finance.batch(batch).notes
    assert "dòng 9 (số thứ tự cột)" in notes[1]
    assert "(ghi chú, tổng cộng, phần ký)" in notes[1]
    lines = {(row.payload["cells"]["name"], row.payload["read"]["title_id"]) for row in finance.rows(batch)[:3]}
    assert all(title in ("Lao động tiên tiến", "Chiến sĩ thi đua cơ sở") for _, title in lines)
    finance.apply(batch, only_sound="y")
    assert len(finance.lines()) == made.sound + 1
    assert {line.gender for line in finance.lines()[1:]} == {"male", "female"}
    again = finance.stage(FOLDER / FINANCE_FILE)
    assert finance.counts(again)[:3] == (0, 0, made.sound)


def test_the_second_sheet_is_imported_by_choosing_it(finance: Importer) -> None:
    batch = finance.receive(FOLDER / FINANCE_FILE)
    finance.browser.post(f"/nhap-tep/{batch}/trang-tinh", data={"trang_tinh": "Tập thể", "dong": "7"})
    assert finance.choose(batch).status_code == 303
    assert finance.counts(batch) == (8, 0, 0, 0)


def test_an_old_workbook_by_groups_of_titles(khoaichau: Importer, tmp_path: Path) -> None:
    made = district_source(tmp_path / "a.xlsx")
    batch = khoaichau.receive(FOLDER / DISTRICT_FILE, "DS 2023.xls")
    assert khoaichau.choose(batch, chung_division="UBND huyện Khoái Châu").status_code == 303
    check_faults(khoaichau, batch, made)
    assert "(dòng cộng)" in " ".join(khoaichau.batch(batch).notes)
    khoaichau.apply(batch, only_sound="y")
    titles = [line.title_id for line in khoaichau.lines()[1:]]
    known = khoaichau.world.titles
    assert [titles.count(known[code]) for code in ("TTLDXS", "TTLDTT", "CSTDT", "CSTDCS", "LDTT")] == [3, 6, 2, 14, 87]


def test_two_thousand_five_hundred_lines_of_the_school_sector(
    schools: Importer, runtime: Runtime, tmp_path: Path
) -> None:
    made = write_schools(tmp_path)
    batch = schools.receive(FOLDER / SCHOOLS_FILE)
    assert schools.choose(batch, cot_6="post").status_code == 303
    assert schools.batch(batch).state is ImportState.READING
    worker = Worker(runtime, Waker(runtime.settings), handlers())
    worker.run_pending()
    check_faults(schools, batch, made)
    first = schools.rows(batch)[1].payload["cells"]
    assert first["division"] == schools.rows(batch)[0].payload["cells"]["division"] != ""
    assert len(first["name"].split()) >= 3
    schools.apply(batch, only_sound="y")
    worker.run_pending()
    assert len(schools.lines()) == made.sound + 1
    returned = schools.returned(batch)["Toàn ngành"]
    assert returned.max_row == 7 + len(made.faults)
    assert returned["J7"].value == "Lỗi cần sửa"


@pytest.mark.parametrize(("path", "count"), [(DISTRICT_BOOK, 40), (HEALTH_BOOK, 400)])
def test_the_portals_own_workbooks_need_no_choice(vangiang: Importer, path: Path, count: int) -> None:
    batch = vangiang.receive(path)
    assert vangiang.batch(batch).state is ImportState.STAGED
    assert [row.state for row in vangiang.rows(batch)] == [ImportRowState.NEW] * count


def test_the_committed_workbooks_are_those_of_the_code(tmp_path: Path) -> None:
    def cells(path: Path) -> list[list[list[object]]]:
        with path.open("rb") as stream:
            return [sheet.cells for sheet in open_book(stream, PackageLimits()).sheets]

    fresh = [write_finance(tmp_path).path, write_schools(tmp_path).path, district_source(tmp_path / "b.xlsx").path]
    for path, name in zip(fresh, (FINANCE_FILE, SCHOOLS_FILE, DISTRICT_FILE), strict=True):
        assert cells(path) == cells(FOLDER / name), name
