"""What tests of reminders share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.accounts.models import UserAccount


@pytest.fixture
def person_id(read: Callable[..., Any]) -> Callable[[str], int]:
    """person_id("vangiang"): an account's id."""
    return lambda username: read(select(UserAccount.id).where(UserAccount.username == username))[0]
