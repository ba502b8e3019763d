"""Fixtures of the lists over units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from tests.emulation.lists.world import populate
from tests.pages import Page

See = Callable[..., Page]
Arrange = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def arrange(runtime: Runtime) -> Arrange:
    """arrange(lambda session: …): set something in a transaction of its own, so that requests after it only read."""

    def run(action: Callable[[Session], Any]) -> Any:
        with write_mode(), runtime.session_factory() as session:
            made = action(session)
            session.commit()
            return made

    return run


@pytest.fixture
def world(arrange: Arrange) -> Mapping[str, int]:
    """Ids of registrations by the code of their unit."""
    found: Mapping[str, int] = arrange(populate)
    return found


@pytest.fixture
def see(client_of: Callable[[str], FlaskClient]) -> See:
    """see("thidua", "/thi-dua/dang-ky"): the page as this account reads it."""

    def read(username: str, address: str, status: int = 200) -> Page:
        answer = client_of(username).get(address)
        assert answer.status_code == status, answer.text[:2000]
        found = Page(answer.text)
        assert not found.errors, found.errors
        return found

    return read
