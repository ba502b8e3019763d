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
from portal.domain.emulation.import_models import ImportBatch, ImportRow
from portal.domain.emulation.models import RegistrationLine
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

    def send(self, content: bytes | io.BytesIO | Path, name: str = "danh-sach.xlsx") -> TestResponse:
        """POST a workbook."""
        if isinstance(content, Path):
            content = content.read_bytes()
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        stream.seek(0)
        return self.browser.post(self.address, data={"file": (stream, name)}, content_type="multipart/form-data")

    def stage(self, content: bytes | io.BytesIO | Path, name: str = "danh-sach.xlsx") -> int:
        """POST a workbook that can be read; the id of its batch."""
        answer = self.send(content, name)
        assert answer.status_code == 303, Page(answer.text).text
        return int(answer.headers["Location"].rsplit("/", 1)[1])

    def show(self, batch: int, query: str = "") -> Page:
        answer = self.browser.get(f"{self.address}/{batch}{query}")
        assert answer.status_code == 200
        page = Page(answer.text)
        assert page.errors == []
        return page

    def apply(self, batch: int, **data: str) -> TestResponse:
        return self.browser.post(f"{self.address}/{batch}/ap-dung", data=data)

    def cancel(self, batch: int) -> TestResponse:
        return self.browser.post(f"{self.address}/{batch}/huy")

    def batch(self, batch: int) -> ImportBatch:
        found: ImportBatch = self.world.all(select(ImportBatch).where(ImportBatch.id == batch))[0]
        return found

    def rows(self, batch: int) -> list[ImportRow]:
        return self.world.all(select(ImportRow).where(ImportRow.batch_id == batch).order_by(ImportRow.number))

    def counts(self, batch: int) -> tuple[int, int, int, int]:
        """New, changed, same, faulty."""
        found = self.batch(batch)
        return found.new_count, found.changed_count, found.same_count, found.faulty_count

    def lines(self) -> list[RegistrationLine]:
        stmt = select(RegistrationLine).where(RegistrationLine.registration_id == self.key)
        return self.world.all(stmt.order_by(RegistrationLine.position, RegistrationLine.id))

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
