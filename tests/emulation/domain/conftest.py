"""The world of the emulation tests."""

from __future__ import annotations

import pytest

from portal.core.runtime import Runtime
from tests.emulation.domain.builders import WorkAs, World, make_world


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    """The start data's ids and the verbs that tests repeat."""
    return make_world(runtime, work_as)
