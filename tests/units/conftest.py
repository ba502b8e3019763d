"""Fixtures of units: someone who manages a district alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from tests.units.trees import Given


@pytest.fixture
def district_manager(
    runtime: Runtime, client_of: Callable[[str], FlaskClient], unit_id: Callable[[str], int]
) -> FlaskClient:
    """A browser of someone who manages units from Văn Giang down, and nothing above it."""
    district = unit_id("326")
    with write_mode(), runtime.session_factory() as session:
        user = session.query(UserAccount).filter_by(username="vangiang").one()
        now = runtime.clock.now()
        session.add(
            RoleAssignment(
                user_id=user.id, role=Role.SYSTEM_ADMIN, unit_id=district, valid_from=date(2023, 1, 1), created_at=now
            )
        )
        session.commit()
    return client_of("vangiang")


@pytest.fixture
def given(runtime: Runtime, unit_id: Callable[[str], int]) -> Given:
    """given.division("A", under="SNV"): units arranged and committed before the page is asked."""
    return Given(runtime, unit_id)
