"""What the tests of imports stand on: a draft of Văn Giang, and the verbs of someone who imports."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.core.runtime import Runtime
from portal.domain.emulation.models import RegistrationLine
from portal.domain.staging.enums import ImportState
from portal.domain.staging.models import ImportBatch, ImportRow
from seed.workbooks import FOLDER
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.pages import Page

DISTRICT_BOOK = FOLDER / "dang-ky-huyen-van-giang-40-dong.xlsx"
HEALTH_BOOK = FOLDER / "dang-ky-so-y-te-400-dong.xlsx"


@dataclass
class Importer:
    """Someone who imports into one registration, by the pages."""

    browser: FlaskClient
    key: int
    world: World

    @property
    def address(self) -> str:
        return f"/thi-dua/dang-ky/{self.key}/nhap"

    def page_of(self, batch: int) -> str:
        return f"/nhap-tep/{batch}"

    def send(self, content: bytes | io.BytesIO | Path, name: str = "danh-sach.xlsx") -> TestResponse:
        """POST a workbook."""
        if isinstance(content, Path):
            content = content.read_bytes()
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        stream.seek(0)
        return self.browser.post(self.address, data={"file": (stream, name)}, content_type="multipart/form-data")

    def receive(self, content: bytes | io.BytesIO | Path, name: str = "danh-sach.xlsx") -> int:
        """POST a workbook that can be opened; the id of its batch."""
        answer = self.send(content, name)
        assert answer.status_code == 303, Page(answer.text).text
        return int(answer.headers["Location"].split("/")[2])

    def stage(self, content: bytes | io.BytesIO | Path, name: str = "danh-sach.xlsx") -> int:
        """POST a workbook that can be read, and take what is suggested for its columns; the id of its batch."""
        batch = self.receive(content, name)
        if self.batch(batch).state is ImportState.MAPPING:
            answer = self.choose(batch)
            assert answer.status_code == 303, Page(answer.text).text
        return batch

    def columns(self, batch: int) -> Page:
        """The page on which the columns are chosen."""
        answer = self.browser.get(f"{self.page_of(batch)}/cot")
        assert answer.status_code == 200
        page = Page(answer.text)
        assert page.errors == []
        return page

    def choose(self, batch: int, **fields: str) -> TestResponse:
        """POST the choice of columns: what the page suggests, but for `fields` (cot_3="name")."""
        page = self.columns(batch)
        values = page.values(page.form_to(f"{self.page_of(batch)}/cot"))
        changed = {key.replace("_", "-", 1): value for key, value in fields.items()}
        return self.browser.post(f"{self.page_of(batch)}/cot", data={**values, **changed})

    def show(self, batch: int, query: str = "") -> Page:
        answer = self.browser.get(f"{self.page_of(batch)}{query}")
        assert answer.status_code == 200
        page = Page(answer.text)
        assert page.errors == []
        return page

    def apply(self, batch: int, **data: str) -> TestResponse:
        return self.browser.post(f"{self.page_of(batch)}/ap-dung", data=data)

    def cancel(self, batch: int) -> TestResponse:
        return self.browser.post(f"{self.page_of(batch)}/huy")

    def batch(self, batch: int) -> ImportBatch:
        found: ImportBatch = self.world.all(select(ImportBatch).where(ImportBatch.id == batch))[0]
        return found

    def rows(self, batch: int) -> list[ImportRow]:
        stmt = select(ImportRow).where(ImportRow.batch_id == batch)
        return self.world.all(stmt.order_by(ImportRow.number, ImportRow.part))

    def counts(self, batch: int) -> tuple[int, int, int, int]:
        """New, changed, same, faulty."""
        found = self.batch(batch)
        return found.new_count, found.changed_count, found.same_count, found.faulty_count

    def lines(self) -> list[RegistrationLine]:
        stmt = select(RegistrationLine).where(RegistrationLine.registration_id == self.key)
        return self.world.all(stmt.order_by(RegistrationLine.position, RegistrationLine.id))

    def returned(self, batch: int, query: str = "") -> openpyxl.Workbook:
        """The workbook that is given back to be corrected."""
        with self.browser.get(f"{self.page_of(batch)}/tra-lai.xlsx{query}") as answer:
            assert answer.status_code == 200
            return openpyxl.load_workbook(io.BytesIO(answer.data))

    def facts(self) -> list[tuple[Any, ...]]:
        """Every column of every line."""
        columns = [column.key for column in RegistrationLine.__table__.columns]
        return [tuple(getattr(line, name) for name in columns) for line in self.lines()]

    def template(self) -> openpyxl.Workbook:
        """The registration's own workbook, as the browser gets it."""
        answer = self.browser.get(f"/thi-dua/dang-ky/{self.key}/mau.xlsx")
        assert answer.status_code == 200
        return openpyxl.load_workbook(io.BytesIO(answer.data))


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    """A workbook as another program saves it."""
    stream = io.BytesIO()
    book.save(stream)
    return stream


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def vangiang(world: World, client_of: Callable[[str], FlaskClient]) -> Importer:
    """Văn Giang's officer with a draft that holds one line."""
    return Importer(client_of("vangiang"), world.opened("vangiang", "326"), world)


@pytest.fixture
def health(world: World, client_of: Callable[[str], FlaskClient]) -> Importer:
    """Sở Y tế's officer with a draft that holds one line."""
    return Importer(client_of("syt"), world.opened("syt", "SYT"), world)
