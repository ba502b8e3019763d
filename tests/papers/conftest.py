"""People with browsers, the registrations that papers are made of, a scanner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from portal.core.runtime import Runtime
from tests.attachments.clamd_server import Scanner, scanner
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.pages.support import Browser


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    """The start data's ids and the verbs that tests repeat."""
    return make_world(runtime, work_as)


@pytest.fixture
def browse(client_of: Callable[[str], FlaskClient]) -> Callable[[str], Browser]:
    """browse("quantri"): that person's browser."""
    return lambda username: Browser(client_of(username))


@pytest.fixture
def clamd(runtime: Runtime) -> Iterator[Scanner]:
    """A scanner that is set up and answers."""
    before = runtime.settings
    with scanner() as made:
        runtime.settings = replace(before, clamd=made.address)
        yield made
    runtime.settings = before
