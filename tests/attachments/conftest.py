"""A registration of Văn Giang with files, and the ways to reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portal.core.runtime import Runtime
from tests.attachments.clamd_server import Scanner, scanner
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.pages.support import Browser


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def browse(client_of: Callable[[str], Any]) -> Callable[[str], Browser]:
    return lambda username: Browser(client_of(username))


@pytest.fixture
def clamd(runtime: Runtime) -> Iterator[Scanner]:
    """A scanner that is set up and answers."""
    before = runtime.settings
    with scanner() as made:
        runtime.settings = replace(before, clamd=made.address)
        yield made
    runtime.settings = before
