"""What the tests of the catalogue stand on: the people of the Ban Thi đua - Khen thưởng and those who only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.pages import Page


@dataclass
class Keeper:
    """Someone who keeps the catalogue by its pages."""

    browser: FlaskClient
    world: World

    def get(self, path: str, status: int = 200) -> Page:
        answer = self.browser.get(f"/thi-dua{path}")
        assert answer.status_code == status, answer.status_code
        page = Page(answer.text)
        assert page.errors == []
        return page

    def send(self, path: str, /, **data: Any) -> TestResponse:
        return self.browser.post(f"/thi-dua{path}", data=data)

    def refused(self, path: str, status: int = 422, /, **data: Any) -> Page:
        """POST what is not taken; the page that says why."""
        answer = self.send(path, **data)
        assert answer.status_code == status, answer.status_code
        page = Page(answer.text)
        assert page.errors == []
        return page

    def saved(self, path: str, /, **data: Any) -> Page:
        """POST what is taken; the page after it."""
        answer = self.send(path, **data)
        assert answer.status_code == 303, Page(answer.text).text
        return Page(self.browser.get(answer.headers["Location"]).text)

    def form(self, path: str, action: str = "") -> dict[str, str]:
        """What the form of a page would send as it stands."""
        page = self.get(path)
        return page.values(page.form_to(f"/thi-dua{action or path}"))

    def row(self, model: Any, **values: Any) -> Any:
        """The one record with these values."""
        return self.world.all(select(model).filter_by(**values))[0]

    def count(self, model: Any, **values: Any) -> int:
        return len(self.world.all(select(model).filter_by(**values)))

    def actions(self, object_type: str, object_id: object) -> list[str]:
        about = (AuditEntry.object_type == object_type, AuditEntry.object_id == str(object_id))
        return self.world.all(select(AuditEntry.action).where(*about).order_by(AuditEntry.id))


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def keeper(world: World, client_of: Callable[[str], FlaskClient]) -> Keeper:
    """The emulation officer of the Sở."""
    return Keeper(client_of("thidua"), world)


@pytest.fixture
def other(world: World, client_of: Callable[[str], FlaskClient]) -> Keeper:
    """The head of the Ban, who may do the same."""
    return Keeper(client_of("thidua.truong"), world)


@pytest.fixture
def reader(world: World, client_of: Callable[[str], FlaskClient]) -> Keeper:
    """A district's officer: reads the catalogue, changes nothing."""
    return Keeper(client_of("vangiang"), world)
