"""People with browsers that send forms as they stand, and the drafts that are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.drafts import Draft
from portal.core.runtime import Runtime
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.pages.support import Browser

Browse = Callable[[str], Browser]


@pytest.fixture
def browse(client_of: Callable[[str], FlaskClient]) -> Browse:
    """browse("quantri"): that person's browser."""
    return lambda username: Browser(client_of(username))


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def kept(read: Callable[..., list[Any]]) -> Callable[[], list[tuple[str, str, bool, bool]]]:
    """kept(): the drafts there are, as (form, record, its page was left, parked)."""

    def look() -> list[tuple[str, str, bool, bool]]:
        drafts = read(select(Draft).order_by(Draft.record_type, Draft.record_key, Draft.parked))
        return [(d.record_type, d.record_key, d.page_left, d.parked) for d in drafts]

    return look
