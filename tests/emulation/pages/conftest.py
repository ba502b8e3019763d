"""The world of the page tests: registrations reached by services, people with browsers, a counter of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core.runtime import Runtime
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.pages.support import Browser


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    """The start data's ids and the verbs that tests repeat."""
    return make_world(runtime, work_as)


@pytest.fixture
def browse(client_of: Callable[[str], FlaskClient]) -> Callable[[str], Browser]:
    """browse("vangiang"): that person's browser."""
    return lambda username: Browser(client_of(username))


@pytest.fixture
def count_queries(runtime: Runtime) -> Callable[[], AbstractContextManager[list[str]]]:
    """with count_queries() as seen: the statements that the app ran meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(runtime.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(runtime.engine, "before_cursor_execute", note)

    return counting
