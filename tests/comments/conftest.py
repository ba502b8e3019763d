"""A registration of Văn Giang to speak about, and the ways to reach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.core.runtime import Runtime
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.pages.support import Browser
from tests.notifications.conftest import told as told  # noqa: PLC0414 - a fixture


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def browse(client_of: Callable[[str], Any]) -> Callable[[str], Browser]:
    return lambda username: Browser(client_of(username))
