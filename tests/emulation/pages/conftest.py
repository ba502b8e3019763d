"""The world of the page tests: registrations reached by services, people with browsers, a counter of queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

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
